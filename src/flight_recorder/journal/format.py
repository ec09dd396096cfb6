"""Format: the bytes of a journal. A header, then records; each is one event.

The header is 8 bytes of magic and the format's version (4 bytes). A record is the length of its payload
(4 bytes) and the payload's crc32 (4 bytes), all little-endian, then the payload: msgpack of an event.
"""

import struct
import zlib
from functools import cache

import msgspec

from flight_recorder.errors import NewerFormatError, UnreadableError
from flight_recorder.model.event import Event

FORMAT_VERSION = 1
# After PNG's signature: the high bit, the line ends and the ^Z each show a kind of damage done by a copy as text.
MAGIC = b"\x89FRJ\r\n\x1a\n"
HEADER = MAGIC + struct.pack("<I", FORMAT_VERSION)
HEADER_BYTES = len(HEADER)
FRAME = struct.Struct("<II")  # length, crc32
MAX_PAYLOAD_BYTES = 2**30  # one write of Linux takes at most 2 GiB

_encoder = msgspec.msgpack.Encoder()


def encode_event(event: Event) -> bytes:
    """Return *event* as msgpack.

    Text that has no UTF-8 form (lone surrogates: a file name that is not UTF-8) is kept in backslash notation.
    """
    try:
        return _encoder.encode(event)
    except UnicodeEncodeError:
        return _encoder.encode(_encodable(msgspec.to_builtins(event, builtin_types=(bytes,))))


def decode_event(payload: bytes) -> Event:
    """Return the event that *payload* holds.

    Raises NewerFormatError when this version does not know such an event, UnreadableError when it is not
    msgpack at all.
    """
    try:
        return _decoder().decode(payload)
    except msgspec.ValidationError as error:
        raise NewerFormatError(
            f"holds an event that this version of Flight Recorder does not know: {error}"
        ) from error
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise UnreadableError(f"holds a record that is not an event: {error}") from error


def frame(payload: bytes) -> bytes:
    """Return *payload* as one record.

    Raises OverflowError when it is longer than MAX_PAYLOAD_BYTES.
    """
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise OverflowError(f"an event of {len(payload)} bytes is too large to record")
    return FRAME.pack(len(payload), zlib.crc32(payload)) + payload


@cache  # only readers need one, and the recorded program should not pay for making it
def _decoder() -> "msgspec.msgpack.Decoder[Event]":
    return msgspec.msgpack.Decoder(Event)


def _encodable(part: object) -> object:
    match part:
        case str():
            return part.encode("utf-8", "backslashreplace").decode()
        case dict():
            return {_encodable(name): _encodable(inner) for name, inner in part.items()}
        case list() | tuple():
            return [_encodable(inner) for inner in part]
    return part
