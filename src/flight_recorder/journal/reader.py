"""Reader: the events of a journal, up to the first record that is torn or damaged. Never writes."""

import os
import zlib
from collections.abc import Generator
from enum import Enum
from pathlib import Path
from typing import BinaryIO

from flight_recorder.errors import NewerFormatError, UnreadableError
from flight_recorder.journal import lock
from flight_recorder.journal.format import FORMAT_VERSION, FRAME, HEADER, HEADER_BYTES, MAGIC, decode_event
from flight_recorder.model.event import Event


class Ending(Enum):
    """How a journal ended."""

    WHOLE = "whole"  # after its last record
    TORN = "torn"  # in the middle of one: the process was killed while it wrote, or writes now
    DAMAGED = "damaged"  # at a whole record with a wrong checksum: no crash of a process does that


def read_events(path: Path) -> Generator[Event, None, Ending]:
    """Yield the events in *path*, in the order in which they were written; return how the file ended.

    Stops at the first record that is short or fails its checksum. A file that is still being written is read as
    far as it went when the reading began.

    Raises NewerFormatError when a newer version wrote the file, UnreadableError when it is not a journal,
    OSError when it cannot be opened; each at the first item asked for.
    """
    with open(path, "rb") as file:
        left = os.fstat(file.fileno()).st_size - HEADER_BYTES
        if not _has_whole_header(file.read(HEADER_BYTES), path):
            return Ending.TORN
        while left > 0:
            payload = _read_payload(file, left)
            if isinstance(payload, Ending):
                return payload
            left -= FRAME.size + len(payload)
            try:
                yield decode_event(payload)
            except UnreadableError as error:
                raise type(error)(f"the journal {path} {error}") from error
    return Ending.WHOLE


def is_live(path: Path) -> bool:
    """Whether a living process holds the journal open for writing.

    Raises OSError when the file cannot be opened.
    """
    with lock.while_dead(path) as is_dead:
        return not is_dead


def _read_payload(file: BinaryIO, left: int) -> bytes | Ending:
    """Return the payload of the record that begins here, of which *left* bytes at most are in the file."""
    if left < FRAME.size:
        return Ending.TORN
    length, checksum = FRAME.unpack(file.read(FRAME.size))
    # Checked first: a damaged length must not make us ask for gigabytes.
    if length > left - FRAME.size:
        return Ending.TORN
    payload = file.read(length)
    # A run of zeros would pass for an empty record with a right checksum.
    if length == 0 or zlib.crc32(payload) != checksum:
        return Ending.DAMAGED
    return payload


def _has_whole_header(head: bytes, path: Path) -> bool:
    """Return whether the header is there in full, False when the process died while writing it."""
    if len(head) < HEADER_BYTES and HEADER.startswith(head):
        return False
    if len(head) < HEADER_BYTES or not head.startswith(MAGIC):
        raise UnreadableError(f"{path} is not a journal of Flight Recorder; it is left as it is")
    version = int.from_bytes(head[len(MAGIC) :], "little")
    if version > FORMAT_VERSION:
        raise NewerFormatError(
            f"the journal {path} has format {version}; this version of Flight Recorder reads up to {FORMAT_VERSION}."
            " Upgrade flight-recorder to read it"
        )
    if version < 1:
        raise UnreadableError(f"the journal {path} says it has format {version}, which there never was")
    return True
