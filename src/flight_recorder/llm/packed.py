"""Packed: the body of a response as it was before it was compressed for the way.

Brotli and Zstandard take libraries. A client asks for such a body only where it has them itself, so they are mostly
here, too.
"""

import zlib
from collections.abc import Callable, Iterator
from typing import Any

MAX_BYTES = 64 << 20  # of a body that is shown: a few bytes can stand for gigabytes
_PIECE = 1 << 10

_Unpack = Callable[[bytes], bytes]


def unpacked(body: bytes, encoding: str) -> bytes:
    """Return *body* without its content *encoding*; as it is where it does not have that, or nothing here knows it.

    aiohttp gives a body unpacked, whatever the head of the response says.
    """
    named = encoding.lower().replace(",", " ").split() or [name for name, begins in _LOOKS if body.startswith(begins)]
    for one in reversed(named):
        make = _UNPACKING.get(one)
        if make is None:
            return body
        try:
            body = b"".join(_up_to_limit(make(), body))
        except Exception:  # noqa: BLE001  # each library has errors of its own; and there may be no library
            return body
    return body


def _up_to_limit(unpack: _Unpack, body: bytes) -> Iterator[bytes]:
    left = MAX_BYTES
    for start in range(0, len(body), _PIECE):
        piece = unpack(body[start : start + _PIECE])
        yield piece[:left]
        left -= len(piece)
        if left <= 0:
            return


def _gzip() -> _Unpack:
    return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress  # with the head of gzip or of zlib


def _brotli() -> _Unpack:
    try:
        import brotli
    except ImportError:
        import brotlicffi as brotli
    decompressor: Any = brotli.Decompressor()
    unpack: _Unpack = decompressor.process
    return unpack


def _zstandard() -> _Unpack:
    import zstandard

    unpack: _Unpack = zstandard.ZstdDecompressor().decompressobj().decompress
    return unpack


_LOOKS = (("gzip", b"\x1f\x8b"), ("zstd", b"\x28\xb5\x2f\xfd"))
_UNPACKING = {"gzip": _gzip, "x-gzip": _gzip, "deflate": _gzip, "br": _brotli, "zstd": _zstandard}
