"""Format: the bytes of a journal. A header, then records, then nothing or zeros: room that was taken and not used.

The header is 8 bytes of magic, the format's version (4 bytes) and 16 random ones that tell this journal from any
other. A record is the length of its payload (4 bytes) and the payload's crc32 (4 bytes), all little-endian, then the
payload. It begins with what it is: see `packing`, and below what is no event, the msgpack of one, an array.
"""

import os
import struct
from functools import cache
from typing import Any
from zlib import crc32 as zlib_crc32

import msgspec

from flight_recorder.compiled import compiled
from flight_recorder.errors import NewerFormatError, UnreadableError
from flight_recorder.model.event import Event

FORMAT_VERSION = 2
# After PNG's signature: the high bit, the line ends and the ^Z each show a kind of damage done by a copy as text.
MAGIC = b"\x89FRJ\r\n\x1a\n"
MARK_BYTES = 16
HEADER_BYTES = len(MAGIC) + 4 + MARK_BYTES
FRAME = struct.Struct("<II")  # length, crc32
crc32 = zlib_crc32 if compiled is None else compiled.crc32  # which is eight times as fast
MAX_PAYLOAD_BYTES = 2**30  # one write of Linux takes at most 2 GiB

_encoder = msgspec.msgpack.Encoder()


def new_header() -> bytes:
    """Return the first bytes of a new journal."""
    return MAGIC + struct.pack("<I", FORMAT_VERSION) + os.urandom(MARK_BYTES)


def frame_of(head: bytes, body: bytes = b"") -> bytes:
    """Return what stands before the payload *head* + *body*.

    Raises OverflowError when it is longer than MAX_PAYLOAD_BYTES.
    """
    length = len(head) + len(body)
    if length > MAX_PAYLOAD_BYTES:
        raise OverflowError(f"an event of {length} bytes is too large to record")
    return FRAME.pack(length, crc32(body, crc32(head)))


def encode(facts: object) -> bytes:
    """Return an event, or a part of one, as msgpack.

    Text that has no UTF-8 form (lone surrogates: a file name that is not UTF-8) is kept in backslash notation.
    """
    try:
        return _encoder.encode(facts)
    except UnicodeEncodeError:
        return _encoder.encode(_encodable(msgspec.to_builtins(facts, builtin_types=(bytes,))))


def decode_event(payload: bytes) -> Event:
    """Return the event that *payload* holds.

    Raises NewerFormatError when this version does not know such an event, UnreadableError when it is not
    msgpack at all.
    """
    event: Event = decode(payload, Event)
    return event


def decode(payload: bytes | memoryview, kind: Any) -> Any:
    """Return the *kind* that the msgpack in *payload* is; raises as `decode_event`."""
    try:
        return _decoder(kind).decode(payload)
    except msgspec.ValidationError as error:
        raise NewerFormatError(
            f"holds an event that this version of Flight Recorder does not know: {error}"
        ) from error
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise UnreadableError(f"holds a record that is not an event: {error}") from error


@cache  # only readers need one, and the recorded program should not pay for making it
def _decoder(kind: Any) -> "msgspec.msgpack.Decoder[Any]":
    return msgspec.msgpack.Decoder(kind)


def _encodable(part: object) -> object:
    match part:
        case str():
            return part.encode("utf-8", "backslashreplace").decode()
        case dict():
            return {_encodable(name): _encodable(inner) for name, inner in part.items()}
        case list() | tuple():
            return [_encodable(inner) for inner in part]
    return part
