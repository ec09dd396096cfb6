"""Reader: the events of a journal, up to the first record that is torn or damaged. Never writes."""

import os
from collections.abc import Generator
from enum import Enum
from pathlib import Path
from typing import BinaryIO

import msgspec

from flight_recorder.errors import NewerFormatError, UnreadableError
from flight_recorder.journal import lock
from flight_recorder.journal.format import FORMAT_VERSION, FRAME, HEADER_BYTES, MAGIC, MARK_BYTES, crc32
from flight_recorder.journal.unpacking import Unpacker
from flight_recorder.model.event import Event

BLOCK_BYTES = 1 << 20  # read at once

FRAME_BYTES = FRAME.size
unpack_frame = FRAME.unpack_from  # for each record: looked up once


class Ending(Enum):
    """How a journal ended."""

    WHOLE = "whole"  # after its last record
    TORN = "torn"  # in the middle of one: the process was killed while it wrote, or writes now
    DAMAGED = "damaged"  # at a whole record with a wrong checksum: no crash of a process does that


class End(msgspec.Struct, frozen=True):
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
    mark, begins, end = read_mark(path)
    if mark is None:
        return end
    unpacker = Unpacker()
    payloads = read_payloads(path, begins)
    while True:
        try:
            payload = next(payloads)
        except StopIteration as stop:
            found: End = stop.value
            return found
        try:
            event = unpacker.event(payload)
        except UnreadableError as error:
            raise type(error)(f"the journal {path} {error}") from error
        if event is not None:
            yield event


def read_mark(path: Path) -> tuple[bytes | None, int, End]:
    """Return what tells this journal from any other, at which byte its records begin, and how it ended without any.

    The first is None when its process died while it made the file. Raises as `read_events`.
    """
    with open(path, "rb") as file:
        head = file.read(HEADER_BYTES)
        is_whole = _has_whole_header(head, path)
        end = End(Ending.TORN, 0, _frame_at(file, 0))
    return head[-MARK_BYTES:] if is_whole else None, HEADER_BYTES, end


def read_payloads(path: Path, at: int) -> Generator[bytes, None, End]:
    """Yield the payload of each whole record in *path* from the byte *at* on; return how the file ended.

    Raises OSError when it cannot be opened.
    """
    with open(path, "rb") as file:
        file.seek(at)
        left = os.fstat(file.fileno()).st_size - at  # what is written later is not read
        block, place = b"", 0  # what was read and not yielded, and where in it the next record begins
        needed = FRAME_BYTES
        while True:
            if len(block) - place < needed:
                if needed > len(block) - place + left:  # a damaged length does not ask for gigabytes
                    block += file.read(left) if 0 < left < FRAME_BYTES else b""
                    break
                more = file.read(min(left, max(BLOCK_BYTES, needed)))
                if not more:  # cut off since
                    break
                left -= len(more)
                block, at, place = block[place:] + more, at + place, 0
                continue
            length, checksum = unpack_frame(block, place)
            stop = place + FRAME_BYTES + length
            if stop > len(block):
                needed = FRAME_BYTES + length
                continue
            payload = block[place + FRAME_BYTES : stop]
            if length == 0:
                break
            if crc32(payload) != checksum:
                file.seek(at + stop)
                return End(Ending.TORN if _is_zero(file) else Ending.DAMAGED, at + place, _frame(block, place))
            yield payload
            place, needed = stop, FRAME_BYTES
        file.seek(at + place)
        return End(Ending.WHOLE if _is_zero(file) else Ending.TORN, at + place, _frame(block, place))


def _frame(block: bytes, place: int) -> bytes:
    """Return the frame that begins at *place*, without the zeros of room that was not used."""
    return block[place : place + FRAME_BYTES].rstrip(b"\0")


def has_grown(path: Path, end: End) -> bool:
    """Whether something was appended to *path* since it was read up to *end*.

    Raises OSError when the file cannot be opened.
    """
    with open(path, "rb") as file:
        return _frame_at(file, end.at) != end.frame


def _frame_at(file: BinaryIO, at: int) -> bytes:
    file.seek(at)
    return _frame(file.read(FRAME_BYTES), 0)


def is_live(path: Path) -> bool:
    """Whether a living process holds the journal open for writing.

    Raises OSError when the file cannot be opened.
    """
    with lock.while_dead(path) as is_dead:
        return not is_dead


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
