"""Salvage: what loads of a damaged store goes into a new one, which takes its place. The damaged one is set aside.

May be killed at any point: until the last step, which is one rename, the damaged store is where it was, with all that
was in it, and afterwards it is there under its other name. Nobody else can use it meanwhile: what another process put
into it, unseen by us, would be lost with it.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from flight_recorder.errors import StoreCorruptError, UnreadableError
from flight_recorder.journal.folder import make_private_folder
from flight_recorder.journal.reader import End, Ending
from flight_recorder.store.aside import WORKSHOP, aside_of
from flight_recorder.store.check_store import session_ids
from flight_recorder.store.content import bodies_of, learned_by
from flight_recorder.store.database import BUSY_TIMEOUT_S, STORE_NAME, Store, in_our_words, open_store
from flight_recorder.store.facts import Facts
from flight_recorder.store.graft import grafted
from flight_recorder.store.load import read_session
from flight_recorder.store.reading import Reading
from flight_recorder.store.records import Chunks, records_in
from flight_recorder.store.rows import rescued_rows
from flight_recorder.store.save import put_readings

NEEDED_TIMES = 3  # the size of the damaged store: how much room the new one, and what is made on the way, may need


Ids = tuple[str, ...]  # of sessions


def salvage(home: Path, today: date, tick: Callable[[str], None]) -> tuple[Ids, Ids, str]:
    """Put a new store, with every session that loads, in the place of that of *home*, which is set aside.

    Return the ids of the sessions that are in the new one, those of the others, and the damaged one's new name.
    Raises UnreadableError when that cannot be done now; everything is then as it was.
    """
    path, workshop = home / STORE_NAME, home / WORKSHOP
    if shutil.disk_usage(home).free < path.stat().st_size * NEEDED_TIMES:
        raise UnreadableError("there is not enough free disk space for a second store")
    shutil.rmtree(workshop, ignore_errors=True)  # of one that was killed
    make_private_folder(workshop)
    try:
        with _alone_with(path) as damaged:
            if damaged is not None:
                kept, lost = _copied(damaged, workshop, tick)
            else:
                kept, lost = _from_grafted(path, workshop, tick)
            aside = aside_of(path, today)
            _exchange(path, workshop / STORE_NAME, aside)
    except OSError as error:
        raise UnreadableError(f"the store {path} cannot be set aside: {error.strerror}") from error
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
    return kept, lost, aside.name


@contextmanager
def _alone_with(path: Path) -> Iterator[Store | None]:
    """Let nobody else use the store *path* during the block; None when it is so damaged that nobody can.

    No file of it may be opened and closed in the block: that would let go of SQLite's locks.
    """
    with in_our_words(path):
        connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    with Store(path, connection) as store:
        try:
            with in_our_words(path):
                connection.execute("PRAGMA writable_schema = ON")  # else nothing is read of a file that was cut short
                connection.execute("PRAGMA locking_mode = EXCLUSIVE")
                connection.execute("BEGIN IMMEDIATE")  # the lock that it takes stays
                connection.execute("ROLLBACK")
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except StoreCorruptError:
            yield None
            return
        if _log_of(path).exists() and _log_of(path).stat().st_size:
            raise UnreadableError(f"the log of the store {path} cannot be moved into it")
        yield store


def _from_grafted(path: Path, workshop: Path, tick: Callable[[str], None]) -> tuple[Ids, Ids]:
    """Make a store in *workshop* as `_copied`, of a store whose first page makes no sense."""
    lost: Ids = ()
    for is_compacted in (False, True):
        with grafted(path, workshop, is_compacted=is_compacted) as damaged:
            kept, lost = _copied(damaged, workshop, tick)
        if kept:
            return kept, lost
    return (), lost


def _copied(damaged: Store, workshop: Path, tick: Callable[[str], None]) -> tuple[Ids, Ids]:
    """Make a store in *workshop* of the sessions that load; return the ids of these, and of the others."""
    kept: list[str] = []
    lost: list[str] = []
    with open_store(workshop, create=True) as new, rescued_rows(damaged, workshop / "rows.db", tick) as rows:
        ids = sorted(session_ids(damaged) | session_ids(rows))
        for number, id in enumerate(ids):
            tick(f"session {number + 1} of {len(ids)}")
            try:
                _copy(rows, new, id)
            except StoreCorruptError:
                lost.append(id)
            else:
                kept.append(id)
    return tuple(kept), tuple(lost)


def _copy(rows: Store, new: Store, id: str) -> None:
    """Put the session *id* into *new*, as if its journals were drained once more. Raises StoreCorruptError."""
    with rows.reading() as connection, rows.decoding():
        whole = read_session(connection, id)
        readings = list(_readings(connection, id))
        first = next((reading.facts for reading in readings if reading.facts.opened is not None), None)
        if whole is None or first is None:
            raise UnreadableError(f"nothing tells how the session {id} began")
    with new.writing() as connection, new.decoding():
        put_readings(connection, id, first, readings)
        if read_session(connection, id) != whole:
            raise UnreadableError(f"the session {id} is not what it was")


def _readings(connection: sqlite3.Connection, id: str) -> Iterator[Reading]:
    """Yield what a drain would have read of the journals of the session *id*."""
    bodies = bodies_of(connection, id)
    learned = learned_by(connection, id)
    journals = connection.execute("SELECT id, mark, bytes FROM journal WHERE session = ? ORDER BY id", (id,))
    for journal, mark, size in journals.fetchall():
        facts, chunks = Facts(learned=learned), Chunks()
        rows = connection.execute("SELECT data FROM chunk WHERE journal = ? ORDER BY position", (journal,))
        for payload in records_in((data for (data,) in rows), bodies):
            if facts.take(payload):
                chunks.add(payload)
        chunks.close()
        yield Reading(Path(), mark, 0, End(Ending.WHOLE, size, b""), facts, chunks)
        learned = []


def _exchange(path: Path, new: Path, aside: Path) -> None:
    """Put *new* in the place of *path*, which is then called *aside*."""
    log = _log_of(path)
    if not aside.exists():
        os.link(path, aside)
    # Next to the new store this log would be taken for its own. It is empty, but of a store that nobody can open.
    if log.exists() and log.stat().st_size:
        os.link(log, _log_of(aside))
    log.unlink(missing_ok=True)
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
    os.replace(new, path)


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")
