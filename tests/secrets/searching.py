"""Every byte of a recording, looked through for texts that must not be there."""

import base64
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec


def places_of(home: Path, secrets: Iterable[str]) -> list[str]:
    """Return `secret in place` for each of *secrets* that stands anywhere under *home*, in any form."""
    found = []
    contents = list(_contents(home))
    assert contents
    for secret in secrets:
        forms = set(_forms(secret))
        found += [f"{secret!r} in {place}" for place, data in contents if any(form in data for form in forms)]
    return found


def _contents(home: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the bytes of each file, and of every cell of the store, unpacked."""
    for path in sorted(home.rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes()
    store = home / "store.db"
    if store.exists():
        yield from _cells(store)


def _cells(store: Path) -> Iterator[tuple[str, bytes]]:
    connection = sqlite3.connect(store)
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        for number, row in enumerate(connection.execute(f"SELECT * FROM {table}")):
            for cell in row:
                if isinstance(cell, bytes | str):
                    data = cell.encode() if isinstance(cell, str) else cell
                    yield f"{table} {number}", data
                    yield from ((f"{table} {number}", unpacked) for unpacked in _unpacked(data))
    connection.close()


def _unpacked(data: bytes) -> Iterator[bytes]:
    try:
        data = zlib.decompress(data)
    except zlib.error:
        return
    yield data
    try:
        yield json.dumps(msgspec.to_builtins(msgspec.msgpack.decode(data)), ensure_ascii=False).encode()
    except (msgspec.DecodeError, UnicodeEncodeError):
        return


def _forms(secret: str) -> Iterator[bytes]:
    """Yield *secret* as it is, as JSON and repr have it, in hexadecimal, and in base64 wherever it begins."""
    raw = secret.encode()
    for text in (secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1]):
        yield text.encode()
        yield json.dumps(text, ensure_ascii=False)[1:-1].encode()
    yield raw.hex().encode()
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + raw)
        # The first characters are of what comes before, the last ones of what comes after too.
        yield encoded[(0, 2, 3)[before] : len(encoded) - 4]
