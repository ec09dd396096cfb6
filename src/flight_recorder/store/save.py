"""Save: what journals tell of a session goes into the store, in one transaction."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import msgspec

from flight_recorder.errors import StoreCorruptError, UnreadableError
from flight_recorder.model.event import Ended
from flight_recorder.model.expectation import WRONG_RESULT
from flight_recorder.model.session import Status
from flight_recorder.store.content import keep_bodies, keep_learned
from flight_recorder.store.database import Store
from flight_recorder.store.facts import Facts
from flight_recorder.store.load import has_row, read_session
from flight_recorder.store.reading import Left, Reading, read_journals

NO_BEGINNING = "its session has no beginning: the journal of the session's first process is missing"


def save_journals(store: Store, session: str, paths: Sequence[Path], left: list[Left]) -> list[Reading] | None:
    """Add to the store what the journals *paths* have of *session*; return what was read of each that could be.

    None when none of that could be put there; the journals, and why, are added to *left*. Raises StoreCorruptError.
    """
    while True:
        with store.reading() as connection:
            known = _known(store, connection, session)
        unread: list[Left] = []
        readings = read_journals(paths, known, unread)
        try:
            is_done = _save(store, session, known, readings)
        except StoreCorruptError:
            raise
        except UnreadableError as error:
            left += [*unread, *(Left(reading.path, str(error)) for reading in readings)]
            return None
        if is_done:
            left += unread
            return readings


def _save(store: Store, session: str, known: dict[bytes, int], readings: Sequence[Reading]) -> bool:
    """Return whether *readings* are in the store now; not when another drain has added to it since they were read."""
    new = [reading for reading in readings if reading.is_new]
    if not new:
        return True
    first = next((reading.facts for reading in new if reading.facts.opened is not None), None)
    with store.writing() as connection:
        if _known(store, connection, session) != known:
            return False
        if first is None and not has_row(connection, session):
            raise UnreadableError(NO_BEGINNING)
        with store.decoding():
            put_readings(connection, session, first, new)
    return True


def put_readings(connection: sqlite3.Connection, session: str, first: Facts | None, new: Sequence[Reading]) -> None:
    """Add what *new* readings have; *first* is of the one that tells how the session began. Needs the write lock."""
    if first is not None and not has_row(connection, session):
        _begin(connection, session, first)
    for reading in new:
        _tell(connection, session, reading.facts)
        _put_records(connection, session, reading)
    keep_learned(connection, session, [event for reading in new for event in reading.facts.learned])
    if any(reading.facts.is_withdrawn for reading in new):
        whole = read_session(connection, session)
        steps = 0 if whole is None else len(whole.steps)
        connection.execute("UPDATE session SET steps = ? WHERE id = ?", (steps, session))


def _known(store: Store, connection: sqlite3.Connection, session: str) -> dict[bytes, int]:
    """Return how much of each journal of *session* is in the store, by its mark."""
    with store.decoding():
        rows = connection.execute("SELECT mark, bytes FROM journal WHERE session = ?", (session,))
        return {mark: int(size) for mark, size in rows}


def _begin(connection: sqlite3.Connection, session: str, facts: Facts) -> None:
    opened = facts.opened
    assert opened is not None  # the caller has looked
    connection.execute(
        """
        INSERT INTO session (id, entry, mode, status, started_at_ns, process, number, replay_of, is_overridden,
            launch, root, steps)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
        """,
        (
            session,
            opened.entry,
            opened.mode.value,
            Status.UNFINISHED.value,
            opened.at_ns,
            opened.process,
            opened.index,
            opened.replay_of,
            opened.is_overridden,
            msgspec.json.encode(opened.launch).decode(),
            facts.root,
        ),
    )


def _tell(connection: sqlite3.Connection, session: str, facts: Facts) -> None:
    """Bring the row of *session* up to date with *facts*."""
    connection.execute("UPDATE session SET steps = steps + ? WHERE id = ?", (facts.steps, session))
    if facts.root is not None:
        connection.execute("UPDATE session SET root = ? WHERE id = ? AND root IS NULL", (facts.root, session))
    if facts.ended is not None:
        connection.execute(
            "UPDATE session SET status = ?, duration_ns = ? WHERE id = ?",
            (facts.ended.status.value, facts.ended.at_ns, session),
        )
    error = facts.error_of(_root(connection, session)) or _wrong(facts.ended)
    if error is not None:
        connection.execute("UPDATE session SET error = ? WHERE id = ?", (error, session))


def _root(connection: sqlite3.Connection, session: str) -> int | None:
    found: tuple[int | None] = connection.execute("SELECT root FROM session WHERE id = ?", (session,)).fetchone()
    return found[0]


def _wrong(ended: Ended | None) -> str | None:
    return None if ended is None or ended.unmet is None else f"{WRONG_RESULT}: {ended.unmet.summary}"


def _put_records(connection: sqlite3.Connection, session: str, reading: Reading) -> None:
    connection.execute(
        """
        INSERT INTO journal (session, mark, bytes) VALUES (?, ?, ?)
        ON CONFLICT (session, mark) DO UPDATE SET bytes = excluded.bytes
        """,
        (session, reading.mark, reading.end.at),
    )
    (journal,) = connection.execute(
        "SELECT id FROM journal WHERE session = ? AND mark = ?", (session, reading.mark)
    ).fetchone()
    (first,) = connection.execute(
        "SELECT coalesce(max(position), -1) + 1 FROM chunk WHERE journal = ?", (journal,)
    ).fetchone()
    connection.executemany(
        "INSERT INTO chunk (journal, position, data) VALUES (?, ?, ?)",
        ((journal, position, data) for position, data in enumerate(reading.chunks.packed, first)),
    )
    keep_bodies(connection, session, reading.chunks.bodies)
