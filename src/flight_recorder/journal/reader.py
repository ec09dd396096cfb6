"""Reader: the events of a journal, up to the first record that is torn or damaged. Never writes."""

import os
import zlib
from collections.abc import Generator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import BinaryIO

from flight_recorder.errors import NewerFormatError, UnreadableError
from flight_recorder.journal import lock
from flight_recorder.journal.format import FORMAT_VERSION, FRAME, HEADER_BYTES, MAGIC
from flight_recorder.journal.unpacking import Unpacker
from flight_recorder.model.event import Event


class Ending(Enum):
    """How a journal ended."""

    WHOLE = "whole"  # after its last record
    TORN = "torn"  # in the middle of one: the process was killed while it wrote, or writes now
    DAMAGED = "damaged"  # at a whole record with a wrong checksum: no crash of a process does that


@dataclass(frozen=True, slots=True)
class End:
    """How a journal ended, and at which byte: where its next record would begin. *frame* is what stood there."""

    ending: Ending
    at: int
    frame: bytes


def read_events(path: Path) -> Generator[Event, None, End]:
    """Yield the events in *path*, in the order in which they were written; return how the file ended.

    Stops at the first record that is short or fails its checksum. A file that is still being written is read as
    far as it went when the reading began.

    Raises NewerFormatError when a newer version wrote the file, UnreadableError when it is not a journal,
    OSError when it cannot be opened; each at the first item asked for.
    """
    unpacker = Unpacker()
    payloads = read_payloads(path)
    while True:
        try:
            payload = next(payloads)
        except StopIteration as end:
            found: End = end.value
            return found
        try:
            event = unpacker.event(payload)
        except UnreadableError as error:
            raise type(error)(f"the journal {path} {error}") from error
        if event is not None:
            yield event


def read_payloads(path: Path) -> Generator[bytes, None, End]:
    """Yield the payload of each whole record in *path*; return how the file ended. As `read_events` otherwise."""
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        if not _has_whole_header(file.read(HEADER_BYTES), path):
            return End(Ending.TORN, 0, _frame_at(file, 0))
        at = HEADER_BYTES
        while at < size:
            payload = _read_payload(file, size - at)
            if isinstance(payload, Ending):
                return End(payload, at, _frame_at(file, at))
            at += FRAME.size + len(payload)
            yield payload
        return End(Ending.WHOLE, at, b"")


def has_grown(path: Path, end: End) -> bool:
    """Whether something was appended to *path* since it was read up to *end*.

    Raises OSError when the file cannot be opened.
    """
    with open(path, "rb") as file:
        return _frame_at(file, end.at) != end.frame


def _frame_at(file: BinaryIO, at: int) -> bytes:
    """Return the bytes that are the frame of a record that begins *at*; without the zeros of unused room."""
    file.seek(at)
    return file.read(FRAME.size).rstrip(b"\0")


def is_live(path: Path) -> bool:
    """Whether a living process holds the journal open for writing.

    Raises OSError when the file cannot be opened.
    """
    with lock.while_dead(path) as is_dead:
        return not is_dead


def _read_payload(file: BinaryIO, left: int) -> bytes | Ending:
    """Return the payload of the record that begins here, of which *left* bytes at most are in the file."""
    if left < FRAME.size:
        return Ending.TORN if any(file.read()) else Ending.WHOLE
    length, checksum = FRAME.unpack(file.read(FRAME.size))
    # Checked first: a damaged length must not make us ask for gigabytes.
    if length > left - FRAME.size:
        return Ending.TORN
    if length == 0:  # room that was not used, unless a record was being copied there
        return Ending.WHOLE if checksum == 0 and _is_zero(file) else Ending.TORN
    payload = file.read(length)
    if zlib.crc32(payload) != checksum:
        return Ending.TORN if _is_zero(file) else Ending.DAMAGED
    return payload


def _is_zero(file: BinaryIO) -> bool:
    """Whether nothing but zeros follows."""
    while block := file.read(1 << 20):
        if block.count(0) != len(block):
            return False
    return True


def _has_whole_header(head: bytes, path: Path) -> bool:
    """Return whether the header is there in full, False when the process died while writing it."""
    if not head.startswith(MAGIC[: len(head)]):
        raise UnreadableError(f"{path} is not a journal of Flight Recorder; it is left as it is")
    if len(head) < len(MAGIC) + 4:
        return False
    version = int.from_bytes(head[len(MAGIC) : len(MAGIC) + 4], "little")
    if version > FORMAT_VERSION:
        raise NewerFormatError(
            f"the journal {path} has format {version}; this version of Flight Recorder reads up to {FORMAT_VERSION}."
            " Upgrade flight-recorder to read it"
        )
    if version < FORMAT_VERSION:
        raise UnreadableError(f"the journal {path} has format {version}, which no released version wrote")
    return len(head) == HEADER_BYTES
