"""Settings of a capture: what is taken out of values, and how much of a value is kept. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

MAX_REPR_CHARS: Final = 2_000

DescribeCallable = Callable[[object], "str | None"]
NameOpaque = Callable[[object], "str | None"]


@dataclass(frozen=True, slots=True)
class CaptureSettings:
    """How values are captured.

    *redacted_names* are dictionary keys, field names and attribute names, in any case, whose values are never
    written. *describe_callable* answers a function, class or builtin with a digest of its behaviour, or None when
    that is unknown; *name_opaque* answers an object without a value of its own with what tells it
    from others, or None. *max_depth* counts nested containers; *max_size* counts parts and characters of one value;
    *max_objects* counts ordinary instances (no declared kind) in one value. What lies beyond is cut off.
    """

    redacted_names: frozenset[str] = frozenset()
    describe_callable: DescribeCallable | None = None
    name_opaque: NameOpaque | None = None
    max_depth: int = 200
    max_size: int = 64_000_000
    max_objects: int = 10_000
    lowered_names: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Lower the names once, not at every key."""
        object.__setattr__(self, "lowered_names", frozenset(name.lower() for name in self.redacted_names))


DEFAULT: Final = CaptureSettings()
