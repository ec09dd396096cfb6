"""What a tool really kept: the mark of a call, looked for in all that lies in the tool's folder."""

import base64
import binascii
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path


def is_in(folder: Path, mark: bytes) -> bool:
    """Whether *mark* stands in some value that *folder* holds."""
    return any(mark in value for value in _values(folder))


def _values(folder: Path) -> Iterator[bytes]:
    """Yield the content of each file, and each cell of each SQLite database as it is and unpacked."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.name.endswith(("-wal", "-shm")):
            continue
        content = path.read_bytes()
        if not content.startswith(b"SQLite format 3"):
            yield content
            continue
        with closing(sqlite3.connect(path)) as database:
            database.text_factory = bytes
            tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (table,) in tables:
                for row in database.execute(f'SELECT * FROM "{table.decode()}"'):
                    for cell in row:
                        if isinstance(cell, bytes):
                            yield from _unpacked(cell)


def _unpacked(cell: bytes) -> Iterator[bytes]:
    yield cell
    with suppress(zlib.error):
        yield zlib.decompress(cell)
    with suppress(binascii.Error, ValueError):
        yield base64.b64decode(cell, validate=True)
