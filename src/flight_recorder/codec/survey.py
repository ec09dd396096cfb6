"""Survey: whether values are plain, and what they consist of. Pure.

There is a second one, compiled, in the optional distribution `flight-recorder-speed` (see `speed/`), which does the
same in a fraction of the time. The same tests run on both.

Level by level: `gc.get_referents` lists what a whole level of containers holds in one call, and runs none of the
program's code.
"""

from collections.abc import Callable, Iterable
from gc import get_referents
from itertools import chain
from operator import is_
from typing import Any

LISTS_BACKWARDS = get_referents([1, 2]) == [2, 1]


LOOK = 1  # some text may look like a secret
HEADER = 2  # some pair may be a header
LONG_NUMBER = 4  # some number is longer than 64 bits
ANY_SIGN = LOOK | HEADER | LONG_NUMBER


class Plain:
    """Values that were found to be plain, and what they held then.

    *data* is the values as one JSON array; *signs* are what in it asks for a closer look. *containers* has every dict
    and list once, the outer ones first; what these held, and their keys, stand in that order. The objects are kept,
    and not their ids, because objects that died lend these to others.
    """

    __slots__ = ("_items", "_keys", "containers", "data", "signs")

    def __init__(self, data: bytes, containers: list[Any], items: list[Any], keys: list[str]) -> None:
        self.data = data
        self.signs = ANY_SIGN
        self.containers = containers
        self._items = items
        self._keys = keys

    def forget(self) -> None:
        """Keep no object any longer."""
        self.containers = self._items = self._keys = []

    def is_unchanged(self) -> bool:
        """Whether every container holds the very objects that it held."""
        if not self.containers:
            return True
        now = get_referents(*self.containers)
        if len(now) != len(self._items) or not all(map(is_, now, self._items)):
            return False
        names = list(chain.from_iterable(one for one in self.containers if type(one) is dict))
        return len(names) == len(self._keys) and all(map(is_, names, self._keys))

    def shares_with(self, other: "Plain") -> bool:
        """Whether some container is one of *other*'s."""
        if not self.containers or not other.containers:
            return False
        return not set(map(id, other.containers)).isdisjoint(map(id, self.containers))

    def is_among(self, known: dict[int, Any]) -> bool:
        """Whether the id of some container is a key of *known*."""
        return bool(known) and not known.keys().isdisjoint(map(id, self.containers))


def survey(
    values: tuple[object, ...],
    harmless: set[str],
    max_parts: int,
    max_depth: int,
    encode: Callable[[tuple[object, ...]], bytes],
    _needles: tuple[bytes, ...] = (),
) -> Plain | set[str] | None:
    """Return *values* if all that is in them is plain, no number is NaN or infinite, and no container stands twice.

    None for anything else, for more than *max_parts*, for what is nested deeper than *max_depth*, and for what
    *encode* can't make JSON of. Where keys are not among the *harmless* ones: these keys. A needle in the JSON is a
    sign; here everything has all signs.
    """
    level = _others(values)
    containers: list[Any] = []
    items: list[Any] = []
    keys: list[str] = []
    while level:
        for one in level:
            if type(one) is dict:
                keys += one
            elif type(one) is not list:
                return None
        size = sum(map(len, level))
        if max_depth <= 0 or size + len(items) > max_parts:  # of which each may stand for as many again
            return None
        max_depth -= 1
        inner = get_referents(*level)
        # Keys are listed too unless all of them are plain text: then a dict tells more than its length.
        if len(inner) != size:
            return None
        containers += level
        items += inner
        level = _others(inner)
    if not harmless.issuperset(keys):
        return {*keys} - harmless
    if len(containers) > 1 and len(set(map(id, containers))) != len(containers):
        return None
    for parts in (values, items):  # the types of all parts are builtin ones here: comparing them runs no code
        if float in map(type, parts) and not all(part - part == 0.0 for part in parts if type(part) is float):
            return None
    try:
        data = encode(values)
    except (ValueError, OverflowError):  # a lone surrogate, a number with too many digits
        return None
    return Plain(data, containers, items, keys)


def _others(parts: Iterable[object]) -> list[Any]:
    """Return the *parts* that are no scalars: by identity, since to hash or compare a class may run its own code."""
    return [
        part
        for part in parts
        if (kind := type(part)) is not str
        and kind is not int
        and kind is not float
        and kind is not bool
        and part is not None
    ]
