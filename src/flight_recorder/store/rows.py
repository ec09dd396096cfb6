"""Rows: those of a damaged store that can be read, in a store whose indexes are whole, for a salvage to read from."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flight_recorder.errors import StoreCorruptError
from flight_recorder.store.database import Store, in_our_words
from flight_recorder.store.migrate import current_schema

_BATCH = 1000

_KEYS = {  # of each table, by which it lies in the file
    "session": ("id",),
    "journal": ("rowid",),
    "chunk": ("journal", "position"),
    "body": ("rowid",),
    "held": ("session", "body"),
    "fingerprint": ("rowid",),
    "learned": ("session", "position"),
}


@contextmanager
def rescued_rows(damaged: Store, path: Path, tick: Callable[[str], None]) -> Iterator[Store]:
    """Make *path* of the rows that can be read of *damaged*; what refers to a row that cannot is there all the same.

    Each table is read from both ends, up to the damage, and without the help of an index.
    """
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    with Store(path, connection) as rows:
        with in_our_words(path):
            connection.execute("PRAGMA journal_mode = OFF")  # whoever is killed makes it anew
            connection.execute("PRAGMA synchronous = OFF")
            connection.executescript(current_schema().new)
            for table, key in _KEYS.items():
                for direction in ("ASC", "DESC"):
                    order = ", ".join(f"{column} {direction}" for column in key)
                    tick(f"table {table}")
                    _copy(damaged, connection, table, order)
        yield rows


def _copy(damaged: Store, rows: sqlite3.Connection, table: str, order: str) -> None:
    batch: list[tuple[object, ...]] = []
    try:
        with damaged.reading() as connection:
            for row in connection.execute(f"SELECT * FROM {table} NOT INDEXED ORDER BY {order}"):
                batch.append(row)
                if len(batch) == _BATCH:
                    _add(rows, table, batch)
                    batch.clear()
    except StoreCorruptError:
        pass  # up to here
    if batch:
        _add(rows, table, batch)


def _add(rows: sqlite3.Connection, table: str, batch: list[tuple[object, ...]]) -> None:
    marks = ", ".join("?" * len(batch[0]))
    rows.execute("BEGIN")
    rows.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", batch)
    rows.execute("COMMIT")
