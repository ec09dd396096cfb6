"""Peek: which version a store has, from its bytes alone.

What SQLite opens it also writes to, at the latest when it is closed: it moves the write-ahead log into the database.
A store that is refused must stay as it is.

The layouts are those of https://www.sqlite.org/fileformat2.html: the header of page 1, and the frames of the log.
"""

import os
import struct
from pathlib import Path

_MAGIC = b"SQLite format 3\0"
_VERSION_AT, _APPLICATION_AT, _HEADER_BYTES = 60, 68, 100
_LOG_HEAD = struct.Struct(">IIIIII")  # magic, format, page size, number of checkpoints, two salts
_LOG_HEAD_BYTES = 32
_FRAME_HEAD = struct.Struct(">IIII")  # page, size of the database if a transaction ends here, two salts
_FRAME_HEAD_BYTES = 24


def peek_version(path: Path, application_id: int) -> int:
    """Return the version that the store *path* says it has; 0 when it says none, or has another *application_id*."""
    logged = _logged_header(path.with_name(f"{path.name}-wal"))  # first: who removes it has written the other
    header = _read(path, 0, _HEADER_BYTES)
    if not header.startswith(_MAGIC):
        return 0
    header = logged or header
    if _number(header, _APPLICATION_AT) != application_id:
        return 0
    return _number(header, _VERSION_AT)


def _logged_header(log: Path) -> bytes:
    """Return the header of page 1 as the last transaction in *log* left it; b"" when none has touched it."""
    try:
        file = open(log, "rb", buffering=0)  # noqa: SIM115  # closed below
    except OSError:
        return b""
    written = committed = b""
    with file:
        head = file.read(_LOG_HEAD.size)
        if len(head) < _LOG_HEAD.size:
            return b""
        _, _, page_bytes, _, *salts = _LOG_HEAD.unpack(head)
        at = _LOG_HEAD_BYTES
        while len(frame := os.pread(file.fileno(), _FRAME_HEAD.size, at)) == _FRAME_HEAD.size:
            page, ends_transaction, *frame_salts = _FRAME_HEAD.unpack(frame)
            if frame_salts != salts:  # left over from before the last checkpoint
                break
            if page == 1:
                written = os.pread(file.fileno(), _HEADER_BYTES, at + _FRAME_HEAD_BYTES)
            if ends_transaction:
                committed = written
            at += _FRAME_HEAD_BYTES + page_bytes
    return committed


def _number(header: bytes, at: int) -> int:
    return int.from_bytes(header[at : at + 4], "big")


def _read(path: Path, at: int, size: int) -> bytes:
    """Return *size* bytes, fewer where the file ends, and none where it is not there or cannot be read."""
    try:
        with open(path, "rb", buffering=0) as file:
            file.seek(at)
            return file.read(size)
    except OSError:
        return b""
