"""Drain: journals become sessions of the store, one session at a time.

Safe at any moment and any number of times at once: a drain only adds to what is stored (see `store.save`), and a
journal is deleted only after the commit, while its writer is dead, if nothing was appended since it was read. A drain
that is killed leaves the journal, or has its content in the store, or both.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

import msgspec

from flight_recorder.errors import ForeignStoreError, NewerFormatError, StoreCorruptError, UnreadableError
from flight_recorder.journal import lock
from flight_recorder.journal.folder import journals_in, parse_name
from flight_recorder.journal.reader import Ending, has_grown, is_live
from flight_recorder.model.session import Session
from flight_recorder.store.database import open_store
from flight_recorder.store.load import has_session, load_session
from flight_recorder.store.reading import Left, Reading
from flight_recorder.store.save import save_journals


class DrainReport(msgspec.Struct, frozen=True):
    """What a drain did. *live* are the sessions of *saved* that are still being written.

    *wanted* is the session that was asked for, as it is in the store now; None when no journal tells of it.
    """

    saved: tuple[str, ...] = ()  # ids
    live: tuple[str, ...] = ()  # ids
    left: tuple[Left, ...] = ()
    wanted: Session | None = None


def drain(home: Path, *, only: Sequence[Path] | None = None, wanted: str = "") -> DrainReport:
    """Move the journals of *home* into its store; with *only*, the sessions that those journals belong to.

    The session with the id *wanted* stands in the report, so that it need not be loaded again.

    A session that is still being written is saved as far as it has come, and keeps its journals. A journal that
    cannot be moved stays and is named in the report.

    Raises StoreCorruptError, NewerFormatError or ForeignStoreError when the store cannot take sessions; the journals
    then stay.
    """
    sessions, left = _by_session(home, only)
    if not sessions:
        return DrainReport(left=tuple(left))
    saved: list[str] = []
    live: list[str] = []
    found: Session | None = None
    try:
        store = open_store(home, create=True)
    except (StoreCorruptError, NewerFormatError, ForeignStoreError):
        raise
    except UnreadableError as error:
        left += [Left(path, str(error)) for path in chain.from_iterable(sessions.values())]
        return DrainReport(left=tuple(left))
    with store:
        for session, paths in sessions.items():
            readings = save_journals(store, session, paths, left)
            if readings is None:
                continue
            if any(reading.is_told for reading in readings):
                saved.append(session)
            if any(_is_live(reading.path) for reading in readings):
                live.append(session)
            else:
                _delete(readings, left)
        if wanted in sessions and has_session(store, wanted):
            found = load_session(store, wanted)
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
            reason = f"{path} is damaged at byte {reading.end.at}; what comes before is in the store"
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
