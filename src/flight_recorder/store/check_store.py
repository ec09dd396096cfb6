"""Check store: whether SQLite finds damage, every session loads, and what lies in it in vain. Changes nothing.

A store that nobody has open is read as it lies (`immutable`): any other way SQLite would make files beside it. One
that is in use, or was by a process that was killed, has a write-ahead log, and is opened for reading only; then
SQLite may write the index of that log (`-shm`), and nothing else.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec.structs import replace

from flight_recorder.errors import NewerFormatError, StoreCorruptError, UnreadableError
from flight_recorder.model.checkup import Health, Interpreter, StoreState
from flight_recorder.model.session import Launch
from flight_recorder.store.database import BUSY_TIMEOUT_S, STORE_NAME, Store, in_our_words
from flight_recorder.store.load import read_session
from flight_recorder.store.migrate import current_schema, refuse_newer, version_of

MAX_REASONS = 5
STEPS_PER_TICK = 100_000  # of SQLite's own machine

Tick = Callable[[str], None]


class _Found(msgspec.Struct):
    """What has been found out so far. *ids* are those of sessions; None when they cannot be listed."""

    why: list[str] = []
    ids: list[str] = []
    lost: list[str] = []
    orphans: int = 0
    orphan_bytes: int = 0
    free_bytes: int = 0
    interpreters: tuple[Interpreter, ...] = ()


def check_store(home: Path, tick: Tick) -> tuple[StoreState, frozenset[str] | None]:
    """Return the state of the store of *home*, and the ids of its sessions; None when they are not known.

    *tick* is told what is looked at, often.
    """
    path = home / STORE_NAME
    before = _signature(path)
    state, ids = _checked(path, tick)
    if state.health is Health.DAMAGED and _signature(path) != before:
        state, ids = _checked(path, tick)  # a process wrote to it meanwhile, which looks like damage
    return state, ids


def _signature(path: Path) -> tuple[int, ...]:
    found = []
    for each in (path, _log_of(path)):
        try:
            status = each.stat()
            found += [status.st_ino, status.st_size, status.st_mtime_ns]
        except OSError:
            found += [0]
    return tuple(found)


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _checked(path: Path, tick: Tick) -> tuple[StoreState, frozenset[str] | None]:
    sizes = StoreState(Health.SOUND, _size(path), _size(_log_of(path)))
    if not path.exists():
        return replace(sizes, health=Health.MISSING), frozenset()
    if sizes.bytes == sizes.log_bytes == 0:  # what a process leaves that is killed before its first commit
        return sizes, frozenset()
    try:
        refuse_newer(path, current_schema())
        with reading_only(path) as store:
            return _looked_at(store, sizes, tick)
    except NewerFormatError as error:
        return replace(sizes, health=Health.NEWER, why=(str(error),)), None
    except StoreCorruptError as error:
        return replace(sizes, health=Health.DAMAGED, why=(_reason(error),)), None
    except UnreadableError as error:
        health = Health.UNUSABLE if isinstance(error.__cause__, sqlite3.Error) else Health.FOREIGN
        return replace(sizes, health=health, why=(str(error),)), None


@contextmanager
def reading_only(path: Path) -> Iterator[Store]:
    """Open the store *path* in a way that changes neither it nor its log. Raises as `open_store`."""
    how = "mode=ro" if _log_of(path).exists() else "immutable=1"
    with in_our_words(path):
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?{how}", uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None
        )
    with Store(path, connection) as store:
        yield store


def _looked_at(store: Store, sizes: StoreState, tick: Tick) -> tuple[StoreState, frozenset[str] | None]:
    schema = current_schema()
    with store.reading() as connection:
        connection.set_progress_handler(lambda: tick("the store, with SQLite"), STEPS_PER_TICK)
        is_older = 0 < version_of(connection, store.path, schema) < schema.version
    found = _Found()
    _check_structure(store, found)
    if is_older:
        health = Health.DAMAGED if found.why else Health.OLDER
        return replace(sizes, health=health, why=tuple(found.why)), None
    _check_sessions(store, found, tick)
    for look in (_look_for_orphans, _look_for_interpreters):
        with _noting(found):
            look(store, found)
    state = replace(
        sizes,
        health=Health.DAMAGED if found.why or found.lost else Health.SOUND,
        why=tuple(found.why[:MAX_REASONS]),
        sessions=len(found.ids),
        lost=tuple(found.lost),
        orphans=found.orphans,
        orphan_bytes=found.orphan_bytes,
        free_bytes=found.free_bytes,
        interpreters=found.interpreters,
    )
    return state, frozenset(found.ids)


@contextmanager
def _noting(found: _Found) -> Iterator[None]:
    """Go on after damage: the rest may tell more."""
    try:
        yield
    except StoreCorruptError as error:
        reason = _reason(error)
        if reason not in found.why:
            found.why.append(reason)


def _reason(error: StoreCorruptError) -> str:
    cause = error.__cause__
    return str(cause) if isinstance(cause, sqlite3.Error) else f"{type(cause).__name__}: {cause}"


def _check_structure(store: Store, found: _Found) -> None:
    with _noting(found), store.reading() as connection:
        rows = connection.execute(f"PRAGMA integrity_check({MAX_REASONS})").fetchall()
        found.why += [" ".join(text.split()) for (text,) in rows if text != "ok"]
    with _noting(found), store.reading() as connection:
        count = len(connection.execute("PRAGMA foreign_key_check").fetchall())
        if count:
            found.why.append(f"{count} rows refer to rows that are not there")


def _check_sessions(store: Store, found: _Found, tick: Tick) -> None:
    found.ids = sorted(session_ids(store))
    for number, id in enumerate(found.ids):
        tick(f"session {number + 1} of {len(found.ids)}")
        try:
            with store.reading() as connection, store.decoding():
                is_loaded = read_session(connection, id) is not None
        except StoreCorruptError:
            is_loaded = False
        if not is_loaded:
            found.lost.append(id)


_LISTS = (
    "SELECT id FROM session",
    "SELECT id FROM session ORDER BY id DESC",  # from the other end, up to the damage
    "SELECT id FROM session INDEXED BY session_by_start",
    "SELECT session FROM journal",
    "SELECT session FROM journal ORDER BY id DESC",
    "SELECT session FROM journal INDEXED BY sqlite_autoindex_journal_1",
    "SELECT session FROM held",
)


def session_ids(store: Store) -> set[str]:
    """Return the ids of all sessions that any part of the store tells of, however damaged it is."""
    ids: set[str] = set()
    for sql in _LISTS:
        try:
            with store.reading() as connection:
                for (id,) in connection.execute(sql):
                    ids.add(id)
        except StoreCorruptError:
            continue
    return {id for id in ids if isinstance(id, str)}


def _look_for_orphans(store: Store, found: _Found) -> None:
    with store.reading() as connection:
        for table, user, column in (("body", "held", "body"), ("fingerprint", "learned", "fingerprint")):
            count, size = connection.execute(
                f"SELECT count(*), coalesce(sum(length(data)), 0) FROM {table}"
                f" WHERE id NOT IN (SELECT {column} FROM {user})"
            ).fetchone()
            found.orphans += count
            found.orphan_bytes += size
        (pages,) = connection.execute("PRAGMA freelist_count").fetchone()
        (page_bytes,) = connection.execute("PRAGMA page_size").fetchone()
        found.free_bytes = pages * page_bytes


def _look_for_interpreters(store: Store, found: _Found) -> None:
    counts: Counter[tuple[str, str]] = Counter()
    with store.reading() as connection, store.decoding():
        for launch, count in connection.execute("SELECT launch, count(*) FROM session GROUP BY launch"):
            known = msgspec.json.decode(launch, type=Launch)
            counts[known.python, known.executable] += count
    found.interpreters = tuple(
        Interpreter(python, executable, count, Path(executable).is_file())
        for (python, executable), count in sorted(counts.items())
    )
