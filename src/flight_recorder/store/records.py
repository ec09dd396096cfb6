"""Records: a journal's records as the store keeps them, packed into chunks, with long bodies set apart."""

import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from flight_recorder.journal.packing import (
    END,
    END_HEAD,
    GROWTH,
    HAS_EXTRAS,
    IS_GROWN,
    SIZE,
    START,
    START_HEAD,
)
from flight_recorder.model.value import digest_of
from flight_recorder.store.content import COMPRESSION_LEVEL

CHUNK_BYTES: Final = 1 << 18  # before compression, and beyond the last record that fits
MIN_APART_BYTES: Final = 1024  # of a body: shorter ones take less room beside their like
DIGEST_BYTES: Final = 16

_IS_APART: Final = 8  # a flag beside those of the journal's packing
_HEADS: Final = {START: START_HEAD.size, END: END_HEAD.size}


class Chunks:
    """Records on their way into the store. *bodies* has, by digest, those set apart."""

    def __init__(self) -> None:
        self.packed: list[bytes] = []
        self.bodies: dict[bytes, bytes] = {}
        self._records: list[bytes] = []
        self._size = 0

    def add(self, payload: bytes) -> None:
        """Add a record."""
        if len(payload) > MIN_APART_BYTES:
            payload = self._apart(payload)
        self._records += (SIZE.pack(len(payload)), payload)
        self._size += len(payload)
        if self._size > CHUNK_BYTES:
            self.close()

    def close(self) -> None:
        """Pack what was added last."""
        if self._records:
            self.packed.append(zlib.compress(b"".join(self._records), COMPRESSION_LEVEL))
        self._records = []
        self._size = 0

    def _apart(self, payload: bytes) -> bytes:
        if payload[0] not in _HEADS:
            return payload
        at = _body_begins(payload)
        if len(payload) - at < MIN_APART_BYTES:
            return payload
        body = payload[at:]
        digest = digest_of(body)
        self.bodies[digest] = body
        return bytes((payload[0], payload[1] | _IS_APART)) + payload[2:at] + digest


def records_in(chunks: Iterable[bytes], bodies: Mapping[bytes, bytes]) -> Iterator[bytes]:
    """Yield the payloads of the records in *chunks*, with their *bodies*, by digest, in place again.

    Raises zlib.error, struct.error, ValueError or KeyError where these are not what `Chunks` made.
    """
    for chunk in chunks:
        data = zlib.decompress(chunk)
        at = 0
        while at < len(data):
            (size,) = SIZE.unpack_from(data, at)
            at += SIZE.size
            payload = data[at : at + size]
            at += size
            if len(payload) < size or size < 2:
                raise ValueError("a chunk ends in the middle of a record")
            if payload[0] in _HEADS and payload[1] & _IS_APART:
                head = bytes((payload[0], payload[1] & ~_IS_APART)) + payload[2:-DIGEST_BYTES]
                payload = head + bodies[payload[-DIGEST_BYTES:]]
            yield payload


def _body_begins(payload: bytes) -> int:
    """Return the byte at which the body of a START or END begins."""
    kind, flags = payload[:2]
    at = _HEADS[kind]
    if flags & HAS_EXTRAS:
        at += SIZE.size + SIZE.unpack_from(payload, at)[0]
    if flags & IS_GROWN:
        at += GROWTH.size
    return at
