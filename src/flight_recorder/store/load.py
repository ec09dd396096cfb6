"""Load: rows become the session that was saved. Six queries, however many steps there are."""

import sqlite3
import zlib
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import structs

from flight_recorder.errors import NotFoundError
from flight_recorder.model.expectation import Expectation
from flight_recorder.model.failure import Failure
from flight_recorder.model.judgement import Judgement
from flight_recorder.model.session import Launch, Mode, Session, Status
from flight_recorder.model.step import Call, Closed, Kind, Outcome, Pairs, Raised, Returned, Site, Step, Unfinished
from flight_recorder.model.stream import Changed, Exchange, Item, Sent, Stream, Thrown, Tied
from flight_recorder.model.value import Value
from flight_recorder.store.collector import paused_collector
from flight_recorder.store.content import fingerprints_by_name, values_by_id
from flight_recorder.store.database import Store
from flight_recorder.store.sharing import Sharing

Named = dict[str, Value]
Row = tuple[Any, ...]  # as SQLite gives it

_KINDS = {kind.value: kind for kind in Kind}

_failure_decoder = msgspec.msgpack.Decoder(Failure)
_judgement_decoder = msgspec.json.Decoder(Judgement)
_sharing_decoder = msgspec.json.Decoder(Sharing)
_entered_decoder = msgspec.json.Decoder(tuple[str, ...])
_pairs_decoder = msgspec.json.Decoder(Pairs)
_branch_decoder = msgspec.json.Decoder(tuple[int, ...])
_ignored_decoder = msgspec.json.Decoder(frozenset[str])


def load_session(store: Store, id: str) -> Session:
    """Return the session with this id, equal to the one that was saved.

    Raises NotFoundError when there is none, StoreCorruptError when its rows make no sense.
    """
    with store.reading() as connection, store.decoding(), paused_collector():
        session = read_session(connection, id)
    if session is None:
        raise NotFoundError(f"no session '{id}'")
    return session


def has_session(store: Store, id: str) -> bool:
    """Whether there is a session with this id."""
    with store.reading() as connection:
        return connection.execute("SELECT 1 FROM session WHERE id = ?", (id,)).fetchone() is not None


def read_session(connection: sqlite3.Connection, id: str) -> Session | None:
    """Return the session with this id, or None. Needs a transaction, and `Store.decoding` around it."""
    row = connection.execute(
        """
        SELECT entry, mode, status, started_at_ns, duration_ns, launch, process, number, replay_of, is_overridden,
            unmet
        FROM session WHERE id = ?
        """,
        (id,),
    ).fetchone()
    if row is None:
        return None
    entry, mode, status, started_at_ns, duration_ns, launch, process, number, replay_of, is_overridden, unmet = row
    return Session(
        id=id,
        entry=entry,
        mode=Mode(mode),
        status=Status(status),
        started_at_ns=started_at_ns,
        duration_ns=duration_ns,
        launch=msgspec.json.decode(launch, type=Launch),
        process=process,
        index=number,
        replay_of=replay_of,
        is_overridden=bool(is_overridden),
        unmet=None if unmet is None else msgspec.json.decode(unmet, type=Expectation),
        steps=_steps(connection, id),
        fingerprints=fingerprints_by_name(connection, id),
    )


def _steps(connection: sqlite3.Connection, session: str) -> dict[int, Step]:
    values = values_by_id(connection, session)
    held = _held(connection, session, values)
    exchanges = _exchanges(connection, session, values)
    rows = connection.execute(
        """
        SELECT id, parent, name, function, kind, is_protected, branch, ignored, key, shared, learned,
            started_ns, ended_ns, stream, outcome, output, failure, source, site_file, site_line, site_function,
            judgement, entered
        FROM step WHERE session = ? ORDER BY position
        """,
        (session,),
    ).fetchall()
    children: dict[int | None, list[int]] = {}
    for id, parent, *_ in rows:
        children.setdefault(parent, []).append(id)
    steps = [_step(row, values, held, tuple(children.get(row[0], ()))) for row in rows]
    return {
        step.id: step if stream is None else structs.replace(step, stream=_stream(stream, exchanges.get(step.id, ())))
        for step, stream in zip(steps, (row[_STREAM] for row in rows), strict=True)
    }


_STREAM = 13  # the column of a step's row


def _stream(kind: str, exchanges: Iterable[Exchange]) -> Stream:
    return Stream(kind == "async", tuple(exchanges))


def _exchanges(connection: sqlite3.Connection, session: str, values: dict[int, Value]) -> dict[int, list[Exchange]]:
    """Return what passed through each stream, in order, by step id."""
    exchanges: dict[int, list[Exchange]] = {}
    rows = connection.execute(
        """
        SELECT step, kind, at_ns, blob, shared, failure, why FROM exchange WHERE session = ? ORDER BY step, position
        """,
        (session,),
    )
    for step, kind, at_ns, blob, shared, failure, why in rows:
        text = shared if why is None else why
        exchanges.setdefault(step, []).append(_exchange(kind, at_ns, values.get(blob), text, failure))
    return exchanges


def _exchange(kind: str, at_ns: int, value: Value | None, text: str | None, failure: bytes | None) -> Exchange:
    match kind:
        case "item" if value is not None and text is not None:
            return Item(at_ns, value, _pairs_decoder.decode(text))
        case "changed" if value is not None and text is not None:
            return Changed(at_ns, value, _pairs_decoder.decode(text))
        case "sent" if value is not None:
            return Sent(at_ns, value)
        case "thrown" if failure is not None:
            return Thrown(at_ns, _failure(failure))
        case "tied" if text is not None:
            return Tied(at_ns, text)
    raise ValueError(f"'{kind}' cannot have passed through a stream without what it was")


def _failure(packed: bytes) -> Failure:
    return _failure_decoder.decode(zlib.decompress(packed))


def _held(connection: sqlite3.Connection, session: str, values: dict[int, Value]) -> dict[tuple[int, str], Named]:
    """Return the values by parameter, in their order, for each step id and role."""
    held: dict[tuple[int, str], Named] = {}
    rows = connection.execute(
        "SELECT step, role, name, blob FROM held WHERE session = ? ORDER BY step, role, position", (session,)
    )
    for step, role, name, blob in rows:
        held.setdefault((step, role), {})[name] = values[blob]
    return held


def _step(row: Row, values: dict[int, Value], held: dict[tuple[int, str], Named], children: tuple[int, ...]) -> Step:
    (id, parent, name, function, kind, is_protected, branch, ignored, key, shared, learned) = row[:11]
    (started_ns, ended_ns, _, outcome, output, failure, source) = row[11:18]
    (site_file, site_line, site_function, judgement, entered) = row[18:]
    sharing = _sharing_decoder.decode(shared)
    call = Call(
        name=name,
        function=function,
        parent=parent,
        inputs=held.get((id, "input"), {}),
        ignored=_ignored_decoder.decode(ignored),
        key=None if key is None else values[key],
        branch=_branch_decoder.decode(branch),
        is_protected=bool(is_protected),
        kind=_KINDS[kind],
        fingerprint=learned,
        shared=sharing.inputs,
    )
    return Step(
        id=id,
        call=call,
        outcome=_outcome(outcome, values.get(output), failure, held.get((id, "mutated"), {}), sharing),
        started_ns=started_ns,
        ended_ns=ended_ns,
        site=None if site_file is None else Site(site_file, site_line, site_function),
        judgement=None if judgement is None else _judgement_decoder.decode(judgement),
        source=source,
        entered=_entered_decoder.decode(entered),
        children=children,
    )


def _outcome(word: str, output: Value | None, failure: bytes | None, mutated: Named, sharing: Sharing) -> Outcome:
    match word:
        case "returned" if output is not None:
            return Returned(output, mutated, sharing.outcome, sharing.kept)
        case "raised" if failure is not None:
            return Raised(_failure(failure), mutated, sharing.outcome)
        case "closed" | "left":
            return Closed(output, mutated, sharing.outcome, was_left=word == "left")
        case "unfinished":
            return Unfinished()
    raise ValueError(f"a step cannot be '{word}' without what it {word}")
