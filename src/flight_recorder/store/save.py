"""Save: a session becomes rows, in one transaction."""

import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from flight_recorder.model.expectation import WRONG_RESULT
from flight_recorder.model.failure import Failure
from flight_recorder.model.session import Session
from flight_recorder.model.step import Call, Closed, Outcome, Raised, Returned, Step, Unfinished
from flight_recorder.model.stream import Changed, Exchange, Item, Sent, Thrown, Tied
from flight_recorder.model.value import Value
from flight_recorder.store.content import COMPRESSION_LEVEL, keep_fingerprints, keep_values
from flight_recorder.store.database import Store
from flight_recorder.store.sharing import Sharing

Row = tuple[object, ...]


def save_session(store: Store, session: Session) -> None:
    """Put *session* into the store, in place of what was there under its id."""
    with store.writing() as connection:
        write_session(connection, session)


def write_session(connection: sqlite3.Connection, session: Session) -> None:
    """Put *session* into the store, in place of what was there under its id. Needs the write lock."""
    ids = keep_values(connection, _values(session.steps.values()))
    fingerprints = keep_fingerprints(connection, session.fingerprints.values())
    connection.execute("DELETE FROM session WHERE id = ?", (session.id,))
    _insert(connection, "session", [_session_row(session)])
    learned = enumerate(zip(session.fingerprints, fingerprints, strict=True))
    _insert(connection, "learned", [(session.id, position, name, id) for position, (name, id) in learned])
    _insert(
        connection,
        "step",
        [_step_row(session.id, position, step, ids) for position, step in enumerate(session.steps.values())],
    )
    _insert(connection, "held", [row for step in session.steps.values() for row in _held_rows(session.id, step, ids)])
    _insert(
        connection,
        "exchange",
        [row for step in session.steps.values() for row in _exchange_rows(session.id, step, ids)],
    )


def _insert(connection: sqlite3.Connection, table: str, rows: Sequence[Row]) -> None:
    """Add *rows*, each with every column of *table* in the order of schema.sql."""
    if rows:
        marks = ",".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)


def _values(steps: Iterable[Step]) -> Iterator[Value]:
    for step in steps:
        yield from step.inputs.values()
        yield from _mutated(step.outcome).values()
        if step.call.key is not None:
            yield step.call.key
        output = _output(step.outcome)
        if output is not None:
            yield output
        for exchange in step.stream.exchanges if step.stream else ():
            if not isinstance(exchange, Thrown | Tied):
                yield exchange.value


def _session_row(session: Session) -> Row:
    root = session.root
    return (
        session.id,
        session.entry,
        session.mode.value,
        session.status.value,
        session.started_at_ns,
        session.duration_ns,
        session.process,
        session.index,
        session.replay_of,
        session.is_overridden,
        msgspec.json.encode(session.launch).decode(),
        len(session.steps),
        root.failure.summary if root and root.failure else _wrong(session),
        None if session.unmet is None else msgspec.json.encode(session.unmet).decode(),
    )


def _wrong(session: Session) -> str | None:
    return None if session.unmet is None else f"{WRONG_RESULT}: {session.unmet.summary}"


def _step_row(session: str, position: int, step: Step, ids: dict[Value, int]) -> Row:
    call, outcome, site, judgement = step.call, step.outcome, step.site, step.judgement
    output = _output(outcome)
    return (
        session,
        step.id,
        position,
        call.parent,
        call.name,
        call.function,
        call.kind.value,
        call.is_protected,
        msgspec.json.encode(call.branch).decode(),
        msgspec.json.encode(sorted(call.ignored)).decode(),
        None if call.key is None else ids[call.key],
        msgspec.json.encode(_sharing(call, outcome)).decode(),
        call.fingerprint,
        step.started_ns,
        step.ended_ns,
        None if step.stream is None else "async" if step.stream.is_async else "sync",
        _word(outcome),
        None if output is None else ids[output],
        _packed_failure(outcome.failure) if isinstance(outcome, Raised) else None,
        outcome.failure.summary if isinstance(outcome, Raised) else None,
        step.source,
        site.file if site else None,
        site.line if site else None,
        site.function if site else None,
        msgspec.json.encode(judgement).decode() if judgement else None,
        msgspec.json.encode(step.entered).decode(),
    )


def _word(outcome: Outcome) -> str:
    match outcome:
        case Returned():
            return "returned"
        case Raised():
            return "raised"
        case Closed(was_left=was_left):
            return "left" if was_left else "closed"
        case Unfinished():
            return "unfinished"


def _output(outcome: Outcome) -> Value | None:
    return outcome.value if isinstance(outcome, Returned | Closed) else None


def _packed_failure(failure: Failure) -> bytes:
    return zlib.compress(msgspec.msgpack.encode(failure), COMPRESSION_LEVEL)


def _exchange_rows(session: str, step: Step, ids: dict[Value, int]) -> Iterator[Row]:
    for position, exchange in enumerate(step.stream.exchanges if step.stream else ()):
        yield session, step.id, position, *_exchange_cells(exchange, ids)


def _exchange_cells(exchange: Exchange, ids: dict[Value, int]) -> Row:
    match exchange:
        case Item(at_ns=at_ns, value=value, shared=shared):
            return "item", at_ns, ids[value], msgspec.json.encode(shared).decode(), None, None
        case Changed(at_ns=at_ns, value=value, shared=shared):
            return "changed", at_ns, ids[value], msgspec.json.encode(shared).decode(), None, None
        case Sent(at_ns=at_ns, value=value):
            return "sent", at_ns, ids[value], None, None, None
        case Thrown(at_ns=at_ns, failure=failure):
            return "thrown", at_ns, None, None, _packed_failure(failure), None
        case Tied(at_ns=at_ns, why=why):
            return "tied", at_ns, None, None, None, why


def _held_rows(session: str, step: Step, ids: dict[Value, int]) -> Iterator[Row]:
    for role, values in (("input", step.inputs), ("mutated", _mutated(step.outcome))):
        for position, (name, value) in enumerate(values.items()):
            yield session, step.id, role, position, name, ids[value]


def _sharing(call: Call, outcome: Outcome) -> Sharing:
    of_outcome = () if isinstance(outcome, Unfinished) else outcome.shared
    return Sharing(call.shared, of_outcome, outcome.kept if isinstance(outcome, Returned) else ())


def _mutated(outcome: Outcome) -> dict[str, Value]:
    return {} if isinstance(outcome, Unfinished) else outcome.mutated
