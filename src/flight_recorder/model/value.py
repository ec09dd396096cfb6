"""Value: a captured object, as canonical bytes. Pure; knows nothing of how objects become bytes.

Structs, not dataclasses: a frozen msgspec Struct is made about five times faster than a frozen
dataclass, and one is made for every argument of every recorded call.
"""

from enum import StrEnum
from hashlib import blake2b

import msgspec

DIGEST_BYTES = 16


class Form(StrEnum):
    """How much of the object its bytes hold."""

    EXACT = "exact"  # decodes to an equal object of the same type
    OPAQUE = "opaque"  # only for looking at: some part has no exact form
    REDACTED = "redacted"  # some part was taken out before it was written


class Value(msgspec.Struct, frozen=True, array_like=True):
    """One captured object.

    *data* is typed JSON (see docs/serialization.md) whatever the form, so every value can be shown.
    *is_comparable* is False when equal bytes do not prove equal objects (a socket, a lock, a generator);
    such a value never counts as equal to anything, not even to itself.
    """

    data: bytes
    form: Form = Form.EXACT
    is_comparable: bool = True

    @property
    def is_exact(self) -> bool:
        """Whether the object can be rebuilt."""
        return self.form is Form.EXACT

    @property
    def digest(self) -> bytes:
        """The content digest: 16 bytes, equal for equal bytes."""
        return digest_of(self.data)

    def equals(self, other: "Value") -> bool:
        """Whether both surely stand for equal objects."""
        return self.is_comparable and other.is_comparable and self.data == other.data


def digest_of(data: bytes) -> bytes:
    """Return the content digest of *data* (blake2b, 16 bytes)."""
    return blake2b(data, digest_size=DIGEST_BYTES).digest()
