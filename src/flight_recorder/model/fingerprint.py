"""Fingerprint: what a function's behaviour depends on, as digests. Pure; `flight_recorder.fingerprint` makes them."""

from enum import StrEnum

import msgspec


class PartKind(StrEnum):
    """What a part of a fingerprint is."""

    CODE = "code"  # the step's own function
    HELPER = "helper"  # a project function it reaches by name
    CLASS = "class"  # a project class it reaches
    CONSTANT = "constant"  # a global, attribute, free variable or default that holds plain data
    LIBRARY = "library"  # a distribution it uses, by version
    UNKNOWN = "unknown"  # something that cannot be examined: counts as changed


class Part(msgspec.Struct, frozen=True, array_like=True):
    """One thing that a function reaches.

    *name* identifies the part in both sessions: `clean` in module `shop.text` is `shop.text:clean`.
    *place* is `file:line` relative to the project's root, or "". *preview* is the value of a constant, short.
    """

    kind: PartKind
    name: str
    digest: str
    place: str = ""
    preview: str = ""


class Fingerprint(msgspec.Struct, frozen=True):
    """The digest of a function's code and of all that it reaches by name, up to where another step begins.

    *digest* covers every part. *source* is the function's own text, for diagnosis. *steps* are the names of the
    steps that the function reaches by name: where this fingerprint ends and theirs begin.
    *is_known* is False when some part cannot be examined; such a fingerprint equals none, not even itself.
    """

    function: str  # "module:qualname"
    digest: str
    parts: tuple[Part, ...] = ()
    source: str = ""
    file: str = ""  # absolute
    line: int = 0
    steps: tuple[str, ...] = ()
    is_known: bool = True

    def equals(self, other: "Fingerprint") -> bool:
        """Whether both surely stand for equal behaviour."""
        return self.is_known and other.is_known and self.digest == other.digest
