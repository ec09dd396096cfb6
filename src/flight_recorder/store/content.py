"""Content: long bodies and fingerprints, each kept once however often it occurs, found by the digest of its bytes."""

import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from flight_recorder.model.event import Learned
from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.value import digest_of

# Level 1: on typed JSON of 1 to 100 KB it saves 54 to 70 % at 10 to 24 ns for each byte; level 6 saves 1 to 5 %
# more at up to three times the price.
COMPRESSION_LEVEL = 1

_CHUNK = 500  # variables in one statement; old builds of SQLite take 999

_fingerprint_decoder = msgspec.msgpack.Decoder(Fingerprint)


def keep_bodies(connection: sqlite3.Connection, session: str, bodies: Mapping[bytes, bytes]) -> None:
    """Put the *bodies*, by digest, that are missing into the store; note that *session* has them. Needs the lock."""
    known = _ids(connection, list(bodies))
    for digest, data in bodies.items():
        if digest not in known:
            packed = zlib.compress(data, COMPRESSION_LEVEL)
            added = connection.execute("INSERT INTO body (digest, data) VALUES (?, ?)", (digest, packed))
            known[digest] = added.lastrowid or 0
    connection.executemany(
        "INSERT OR IGNORE INTO held (session, body) VALUES (?, ?)", ((session, id) for id in known.values())
    )


def _ids(connection: sqlite3.Connection, digests: Sequence[bytes]) -> dict[bytes, int]:
    ids: dict[bytes, int] = {}
    for chunk in _chunks(digests):
        marks = ",".join("?" * len(chunk))
        ids.update(connection.execute(f"SELECT digest, id FROM body WHERE digest IN ({marks})", chunk))
    return ids


def bodies_of(connection: sqlite3.Connection, session: str) -> dict[bytes, bytes]:
    """Return the long bodies of *session* by digest. Raises ValueError when they are not what was put there."""
    rows = connection.execute(
        "SELECT digest, data FROM held JOIN body ON body.id = held.body WHERE session = ?", (session,)
    )
    return {digest: _unpacked(data, digest) for digest, data in rows}


def keep_learned(connection: sqlite3.Connection, session: str, learned: Iterable[Learned]) -> None:
    """Put what *session* learned into the store: a name that it had learned stays as it was. Needs the write lock."""
    known = {name for (name,) in connection.execute("SELECT name FROM learned WHERE session = ?", (session,))}
    for event in learned:
        if event.name not in known:
            connection.execute(
                "INSERT INTO learned (session, position, name, fingerprint) VALUES (?, ?, ?, ?)",
                (session, len(known), event.name, _keep_fingerprint(connection, event.fingerprint)),
            )
            known.add(event.name)


def _keep_fingerprint(connection: sqlite3.Connection, fingerprint: Fingerprint) -> int:
    data = msgspec.msgpack.encode(fingerprint)
    digest = digest_of(data)
    found: tuple[int] | None = connection.execute("SELECT id FROM fingerprint WHERE digest = ?", (digest,)).fetchone()
    if found is not None:
        return found[0]
    added = connection.execute(
        "INSERT INTO fingerprint (digest, function, data) VALUES (?, ?, ?)",
        (digest, fingerprint.function, zlib.compress(data, COMPRESSION_LEVEL)),
    )
    return added.lastrowid or 0


def learned_by(connection: sqlite3.Connection, session: str) -> list[Learned]:
    """Return what *session* learned, in its order. Raises ValueError when it is not what was put there."""
    rows = connection.execute(
        """
        SELECT name, digest, data FROM learned JOIN fingerprint ON fingerprint.id = learned.fingerprint
        WHERE session = ? ORDER BY position
        """,
        (session,),
    )
    return [Learned(name, _fingerprint_decoder.decode(_unpacked(data, digest))) for name, digest, data in rows]


def _unpacked(stored: bytes, digest: bytes) -> bytes:
    data = zlib.decompress(stored)
    # A replay would serve a value with a flipped bit as if it were recorded; zlib's own sum is of 32 bits.
    if digest_of(data) != digest:
        raise ValueError(f"the bytes of {digest.hex()} have changed")
    return data


def _chunks(items: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
