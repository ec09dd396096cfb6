"""Settings of a capture: what is taken out of values, and how much of a value is kept. Pure."""

from collections.abc import Callable
from typing import Final

import msgspec

from flight_recorder.codec.secrets import Secrets

MAX_REPR_CHARS: Final = 2_000

DescribeCallable = Callable[[object], "str | None"]
NameOpaque = Callable[[object], "str | None"]


class CaptureSettings(msgspec.Struct, frozen=True):
    """How values are captured.

    *secrets* says what is never written; None: everything is. *describe_callable* answers a function, class or
    builtin with a digest of its behaviour, or None when that is unknown; *name_opaque* answers an object without a
    value of its own with what tells it from others, or None. *max_depth* counts nested containers; *max_size* counts
    parts and characters of one value; *max_objects* counts ordinary instances (no declared kind) in one value. What
    lies beyond is cut off.
    """

    secrets: Secrets | None = None
    describe_callable: DescribeCallable | None = None
    name_opaque: NameOpaque | None = None
    max_depth: int = 200
    max_size: int = 64_000_000
    max_objects: int = 10_000


DEFAULT: Final = CaptureSettings()
