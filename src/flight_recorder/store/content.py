"""Content: values and fingerprints, each kept once however often it occurs, found by the digest of its bytes."""

import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.value import Form, Value, digest_of

# Level 1: on typed JSON of 1 to 100 KB it saves 54 to 70 % at 10 to 24 ns for each byte; level 6 saves 1 to 5 %
# more at up to three times the price. Shorter values stay as they are: little to gain, and people can read them.
COMPRESSION_LEVEL = 1
MIN_COMPRESSED_BYTES = 1024

_CHUNK = 500  # variables in one statement; old builds of SQLite take 999

_FORMS = {
    form.value: form for form in Form
}  # calling the class for each of a session's values takes five times as long

_fingerprint_decoder = msgspec.msgpack.Decoder(Fingerprint)


def keep_values(connection: sqlite3.Connection, values: Iterable[Value]) -> dict[Value, int]:
    """Put the *values* that are missing into the store; return the blob id of each. Needs the write lock."""
    distinct = {(value.digest, value.form.value, value.is_comparable): value for value in dict.fromkeys(values)}
    ids: dict[Value, int] = {}
    for chunk in _chunks(list({digest for digest, _, _ in distinct})):
        marks = ",".join("?" * len(chunk))
        found = connection.execute(
            f"SELECT id, digest, form, is_comparable FROM blob WHERE digest IN ({marks})",
            chunk,
        )
        for id, digest, form, is_comparable in found:
            value = distinct.get((digest, form, bool(is_comparable)))
            if value is not None:
                ids[value] = id
    missing = [(key, value) for key, value in distinct.items() if value not in ids]
    first = _next_blob_id(connection)
    ids.update((value, first + offset) for offset, (_, value) in enumerate(missing))
    connection.executemany(
        "INSERT INTO blob (id, digest, form, is_comparable, is_compressed, data) VALUES (?, ?, ?, ?, ?, ?)",
        ((ids[value], *key, *_packed(value.data)) for key, value in missing),
    )
    return ids


def values_by_id(connection: sqlite3.Connection, session: str) -> dict[int, Value]:
    """Return every value that a step of *session* refers to, by blob id; equal ones are one object.

    Raises ValueError when the stored bytes are not those that were put there.
    """
    rows = connection.execute(
        """
        SELECT id, digest, form, is_comparable, is_compressed, data FROM blob WHERE id IN (
            SELECT blob FROM held WHERE session = :session
            UNION SELECT output FROM step WHERE session = :session
            UNION SELECT key FROM step WHERE session = :session
            UNION SELECT blob FROM exchange WHERE session = :session
        )
        """,
        {"session": session},
    )
    return {
        id: Value(_unpacked(data, digest, is_compressed=is_compressed), _FORMS[form], bool(is_comparable))
        for id, digest, form, is_comparable, is_compressed, data in rows
    }


def keep_fingerprints(connection: sqlite3.Connection, fingerprints: Iterable[Fingerprint]) -> list[int]:
    """Put the *fingerprints* that are missing into the store; return the id of each, in order."""
    ids = []
    for fingerprint in fingerprints:
        data = msgspec.msgpack.encode(fingerprint)
        digest = digest_of(data)
        found = connection.execute("SELECT id FROM fingerprint WHERE digest = ?", (digest,)).fetchone()
        if found is not None:
            ids.append(found[0])
            continue
        added = connection.execute(
            "INSERT INTO fingerprint (digest, function, data) VALUES (?, ?, ?)",
            (digest, fingerprint.function, zlib.compress(data, COMPRESSION_LEVEL)),
        )
        ids.append(added.lastrowid or 0)
    return ids


def fingerprints_by_name(connection: sqlite3.Connection, session: str) -> dict[str, Fingerprint]:
    """Return what *session* learned, in its order."""
    rows = connection.execute(
        """
        SELECT name, digest, data FROM learned JOIN fingerprint ON fingerprint.id = learned.fingerprint
        WHERE session = ? ORDER BY position
        """,
        (session,),
    )
    return {
        name: _fingerprint_decoder.decode(_unpacked(data, digest, is_compressed=True)) for name, digest, data in rows
    }


def _packed(data: bytes) -> tuple[bool, bytes]:
    """Return whether *data* is compressed in the store, and its bytes there."""
    if len(data) < MIN_COMPRESSED_BYTES:
        return False, data
    compressed = zlib.compress(data, COMPRESSION_LEVEL)
    return (True, compressed) if len(compressed) < len(data) else (False, data)


def _unpacked(stored: bytes, digest: bytes, *, is_compressed: bool) -> bytes:
    data = zlib.decompress(stored) if is_compressed else stored
    # SQLite keeps no checksums, and a replay would serve a value with a flipped bit as if it were recorded.
    if digest_of(data) != digest:
        raise ValueError(f"the bytes of blob {digest.hex()} have changed")
    return data


def _next_blob_id(connection: sqlite3.Connection) -> int:
    last: int = connection.execute("SELECT coalesce(max(id), 0) FROM blob").fetchone()[0]
    return last + 1


def _chunks(items: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
