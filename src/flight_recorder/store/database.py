"""Database: the open store, its transactions, and SQLite's errors in our words.

WAL, so that readers and one writer do not wait for each other. `synchronous=NORMAL`: a commit survives the end of
the process, however it ends, without waiting for the disk; after a power loss the last commits may be missing.
"""

import os
import sqlite3
import struct
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

import msgspec

from flight_recorder.errors import (
    FlightRecorderError,
    NewerFormatError,
    NotFoundError,
    StoreCorruptError,
    UnreadableError,
)
from flight_recorder.journal.folder import FOLDER_NAME, make_private_folder
from flight_recorder.journal.trust import check_owner
from flight_recorder.store.migrate import bring_up_to_date, current_schema, refuse_newer, transaction

STORE_NAME = "store.db"
BUSY_TIMEOUT_S = 5.0

# What says that the store cannot be used now, and nothing about what is in it.
_PASSING = {
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_AUTH,
}
_NO_ROOM = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class Store:
    """An open store. Use it in the thread that opened it, and as a context manager: the block's end closes it."""

    def __init__(self, path: Path, connection: sqlite3.Connection, file: os.stat_result | None = None) -> None:
        """*file* is what *path* was before *connection* opened it; without it, nobody can have replaced it."""
        self.path = path
        self._connection = connection
        self._file = file

    def __enter__(self) -> "Store":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database. Closing twice does nothing."""
        self._connection.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give the block one unchanging view of the store.

        Raises StoreCorruptError when SQLite says so, UnreadableError when the store cannot be used now.
        """
        with in_our_words(self.path), transaction(self._connection, "BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Make all that the block writes happen together, or nothing of it when the block raises.

        Raises as `reading`; UnreadableError when another process has been writing for BUSY_TIMEOUT_S.
        """
        with in_our_words(self.path), transaction(self._connection, "BEGIN IMMEDIATE") as connection:
            self._check_place()
            yield connection

    def _check_place(self) -> None:
        """Raise UnreadableError when the store was moved since it was opened: what is written would go with it."""
        if self._file is None:
            return
        try:
            is_same = os.path.samestat(os.stat(self.path), self._file)
        except OSError:
            is_same = False
        if not is_same:
            raise UnreadableError(f"the store {self.path} was moved while it was open. Try again")

    def compact(self) -> None:
        """Write the file anew, without the room in it that nothing uses. Raises as `writing`."""
        with in_our_words(self.path):
            self._connection.execute("VACUUM")

    @contextmanager
    def decoding(self) -> Iterator[None]:
        """Raise StoreCorruptError when the block cannot make sense of what it was given.

        SQLite finds damage to its own structure; a flipped bit in a row shows here.
        """
        try:
            yield
        except (StoreCorruptError, NewerFormatError):
            raise
        except (
            UnreadableError,
            msgspec.MsgspecError,
            zlib.error,
            struct.error,
            ValueError,
            KeyError,
            IndexError,
            TypeError,
            RecursionError,
        ) as error:
            raise _corrupt(self.path, f"{type(error).__name__}: {error}") from error


def open_store(home: Path, *, create: bool) -> Store:
    """Return the store of *home*, brought up to this version; it is made when missing if *create* says so.

    Where nothing may be written, the store can still be read. Raises NotFoundError without a store,
    StoreCorruptError, NewerFormatError, ForeignStoreError, and UnreadableError when it cannot be opened or made.
    """
    path = home / STORE_NAME
    check_owner(home, (STORE_NAME, FOLDER_NAME))
    if create:
        _make_private_file(path)
    elif not path.exists():
        raise NotFoundError(f"nothing is recorded in {home}: run the program with Flight Recorder first")
    with in_our_words(path):
        file = _stat(path)
        return Store(path, _connect(path), file)


def _stat(path: Path) -> os.stat_result:
    try:
        return os.stat(path)
    except OSError as error:
        raise UnreadableError(f"the store {path} cannot be opened: {error.strerror}") from error


def _make_private_file(path: Path) -> None:
    """Make *path* and its folder for their owner alone; SQLite would let others read it."""
    try:
        make_private_folder(path.parent)
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise UnreadableError(f"the store {path} cannot be made: {error.strerror} ({error.filename})") from error


def _connect(path: Path) -> sqlite3.Connection:
    refuse_newer(path, current_schema())  # before SQLite opens it, and changes it when it is closed
    try:
        return _prepared(sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None), path)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in _NO_ROOM:
            # On a full disk there is no room for the file that WAL shares with others; who is alone needs none.
            connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            return _prepared(connection, path)
        # WAL needs a file beside the store even for reading. In a folder that takes none, and without commits
        # that wait in such a file, the store cannot change either, so it is read as it lies.
        if os.access(path.parent, os.W_OK) or path.with_name(f"{STORE_NAME}-wal").exists():
            raise
    uri = f"{path.absolute().as_uri()}?immutable=1"
    return _prepared(sqlite3.connect(uri, uri=True, isolation_level=None), path)


def _prepared(connection: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = NORMAL")
        bring_up_to_date(connection, path, current_schema())
        _use_wal(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch a new store to WAL, which stays so in the file."""
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            # SQLite does not wait here when two processes switch at once: each would wait for the other.
            if error.sqlite_errorcode & 0xFF not in _BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


@contextmanager
def in_our_words(path: Path) -> Iterator[None]:
    """Turn what SQLite raises into one of our errors."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise  # a closed store: a mistake of the caller, not a state of the file
    except sqlite3.Error as error:
        raise _translated(error, path) from error
    except UnicodeDecodeError as error:  # SQLite's message quotes a name that is damaged
        raise _corrupt(path, str(error)) from error


def _translated(error: sqlite3.Error, path: Path) -> FlightRecorderError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    if code in _BUSY:
        return UnreadableError(
            f"the store {path} is in use: another process has written to it for {BUSY_TIMEOUT_S:.0f} s. Try again"
        )
    if code in _PASSING:
        return UnreadableError(f"the store {path} cannot be used: {error}")
    return _corrupt(path, str(error))


def _corrupt(path: Path, why: str) -> StoreCorruptError:
    return StoreCorruptError(
        f"the store {path} is damaged ({why}). flight-recorder doctor --repair puts every session that loads into a"
        " new one, and sets this one aside. Sessions that are still in their journals are kept"
    )
