"""Makers: which step made an object that has no value to compare, as captured values tell it. Pure.

`record.making` gives the names: `b5a6a24b-4.0` is the first thing that a step made, which `b5a6a24b-4` stands for.
"""

import re
from collections.abc import Collection

_MADE = re.compile(rb'"made":"([^".]+)\.\d+"')


def makers_in(data: bytes) -> list[bytes]:
    """Return the makers that are named in a value's *data*, in their order."""
    return _MADE.findall(data)


def without_makers(data: bytes, but: Collection[bytes]) -> bytes:
    """Return *data* without the names of the makers in it, except those in *but*: equal for things made alike."""
    return _MADE.sub(lambda found: found[0] if found[1] in but else b'"made":""', data)
