"""Drain: journals become sessions of the store, one session at a time.

Safe at any moment and any number of times at once: a drain only adds to what is stored (see `store.merge`), and
a journal is deleted only after the commit, while its writer is dead, at the size at which it was read. A drain
that is killed leaves the journal, or has its content in the store, or both.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from flight_recorder.errors import NewerFormatError, StoreCorruptError, UnreadableError
from flight_recorder.journal import lock
from flight_recorder.journal.folder import journals_in, parse_name
from flight_recorder.journal.reader import End, Ending, has_grown, is_live, read_events
from flight_recorder.model.event import Ended, Event, Finished, Opened, Started
from flight_recorder.model.fold import fold
from flight_recorder.model.session import Session, Status
from flight_recorder.store.collector import paused_collector
from flight_recorder.store.database import Store, open_store
from flight_recorder.store.load import has_session, load_session, read_session
from flight_recorder.store.merge import Progress, merged, progress_of
from flight_recorder.store.save import write_session


@dataclass(frozen=True, slots=True)
class Left:
    """A journal that stays where it is, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class DrainReport:
    """What a drain did. *live* are the sessions of *saved* that are still being written.

    *wanted* is the session that was asked for, as it is in the store now; None when no journal tells of it.
    """

    saved: tuple[str, ...] = ()  # ids
    live: tuple[str, ...] = ()  # ids
    left: tuple[Left, ...] = ()
    wanted: Session | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A journal as it was read."""

    path: Path
    events: list[Event]
    end: End


def drain(home: Path, *, only: Sequence[Path] | None = None, wanted: str = "") -> DrainReport:
    """Move the journals of *home* into its store; with *only*, the sessions that those journals belong to.

    The session with the id *wanted* stands in the report, so that it need not be loaded again.

    A session that is still being written is saved as far as it has come, and keeps its journals. A journal that
    cannot be moved stays and is named in the report.

    Raises StoreCorruptError or NewerFormatError when the store cannot take sessions; the journals then stay.
    """
    sessions, left = _by_session(home, only)
    if not sessions:
        return DrainReport(left=tuple(left))
    saved: list[str] = []
    live: list[str] = []
    found: Session | None = None
    try:
        store = open_store(home, create=True)
    except (StoreCorruptError, NewerFormatError):
        raise
    except UnreadableError as error:
        left += [Left(path, str(error)) for path in chain.from_iterable(sessions.values())]
        return DrainReport(left=tuple(left))
    with store:
        for session, paths in sessions.items():
            with paused_collector():
                readings = _readable(paths, left)
                whole = _save(store, session, readings)
            if isinstance(whole, str):
                left += [Left(reading.path, whole) for reading in readings]
                continue
            if session == wanted:
                found = whole
            if any(reading.events for reading in readings):
                saved.append(session)
            if any(_is_live(reading.path) for reading in readings):
                live.append(session)
            else:
                _delete(readings, left)
    return DrainReport(tuple(saved), tuple(live), tuple(left), found)


def drained_session(home: Path, id: str) -> Session | None:
    """Return the session *id* with all that its journals tell; None when the store knows of none then."""
    session = drain(home, wanted=id).wanted
    if session is not None:
        return session
    with open_store(home, create=True) as store:  # another drain was first
        return load_session(store, id) if has_session(store, id) else None


def _by_session(home: Path, only: Sequence[Path] | None) -> tuple[dict[str, list[Path]], list[Left]]:
    """Return the journals of each session that is asked for, and what only looks like a journal."""
    wanted = None if only is None else {name.session for path in only if (name := parse_name(path))}
    sessions: dict[str, list[Path]] = {}
    left: list[Left] = []
    for path in journals_in(home):
        name = parse_name(path)
        if name is None:
            left.append(Left(path, f"{path} is not named as a journal is; it is left as it is"))
        elif wanted is None or name.session in wanted:
            sessions.setdefault(name.session, []).append(path)
    return sessions, left


def _readable(paths: Iterable[Path], left: list[Left]) -> list[Reading]:
    """Return what can be read of *paths*, that of the session's first process first; add the others to *left*."""
    readings = []
    for path in paths:
        try:
            readings.append(_read(path))
        except FileNotFoundError:
            continue  # another drain has finished with it
        except UnreadableError as error:
            left.append(Left(path, str(error)))
        except OSError as error:
            left.append(Left(path, f"the journal {path} cannot be read: {error.strerror}"))
    return sorted(readings, key=_beginning)


def _read(path: Path) -> Reading:
    events: list[Event] = []
    reading = read_events(path)
    while True:
        try:
            events.append(next(reading))
        except StopIteration as stop:
            return Reading(path, events, stop.value)


def _beginning(reading: Reading) -> tuple[bool, int]:
    """Order the session's first process before those forked from it, and those by their first word."""
    is_forked = not (reading.events and isinstance(reading.events[0], Opened))
    timed = (event.at_ns for event in reading.events if isinstance(event, Started | Finished | Ended))
    return is_forked, next(timed, 0)


def _save(store: Store, session: str, readings: Sequence[Reading]) -> Session | str | None:
    """Put what *readings* tell into the store; return the session that is there now, or why it cannot be.

    Raises StoreCorruptError.
    """
    events = [event for reading in readings for event in reading.events]
    if not events:
        return None
    folded = fold(events)
    try:
        with store.writing() as connection, store.decoding():
            stored = _stored_progress(connection, session)
            whole = _whole(connection, session, folded, stored, events)
            if whole is None:
                return "its session has no beginning: the journal of the session's first process is missing"
            if progress_of(whole) != stored:
                write_session(connection, whole)
    except StoreCorruptError:
        raise
    except UnreadableError as error:
        return str(error)
    return whole


def _whole(
    connection: sqlite3.Connection,
    id: str,
    folded: Session | None,
    stored: Progress | None,
    events: Sequence[Event],
) -> Session | None:
    """Return the session that journals and store tell of; None when neither knows its beginning."""
    if stored is None or (folded is not None and progress_of(folded).covers(stored)):
        return folded
    session = read_session(connection, id)
    return session and merged(session, events)


def _stored_progress(connection: sqlite3.Connection, id: str) -> Progress | None:
    row = connection.execute("SELECT status FROM session WHERE id = ?", (id,)).fetchone()
    if row is None:
        return None
    steps = connection.execute("SELECT id, ended_ns IS NOT NULL FROM step WHERE session = ?", (id,))
    learned = connection.execute("SELECT name FROM learned WHERE session = ?", (id,))
    streams = connection.execute(
        """
        SELECT id, (SELECT count(*) FROM exchange WHERE exchange.session = step.session AND step = step.id)
        FROM step WHERE session = ? AND stream IS NOT NULL
        """,
        (id,),
    )
    return Progress(
        Status(row[0]),
        {step: bool(has_ended) for step, has_ended in steps},
        frozenset(name for (name,) in learned),
        dict(streams),
    )


def _is_live(path: Path) -> bool:
    try:
        return is_live(path)
    except OSError:
        return False  # gone, or unreadable: then it is not deleted either


def _delete(readings: Iterable[Reading], left: list[Left]) -> None:
    """Delete the journals whose content is in the store, unless one has more now than was read."""
    for reading in readings:
        path = reading.path
        if reading.end.ending is Ending.DAMAGED:
            reason = f"{path} is damaged behind its event {len(reading.events)}; what comes before is in the store"
            left.append(Left(path, reason))
            continue
        try:
            with lock.while_dead(path) as is_dead:
                if is_dead and not has_grown(path, reading.end):
                    path.unlink()
        except FileNotFoundError:
            continue
        except OSError as error:
            left.append(Left(path, f"{path} is in the store but cannot be deleted: {error.strerror}"))
