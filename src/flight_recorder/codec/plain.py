"""Plain: values of JSON's own types alone, captured without a step of Python for each part. Pure.

Most of what passes between steps is dicts with text as keys, lists, text, numbers, booleans and None. Their
canonical bytes are what a JSON encoder writes of them, so the only question is whether that is all that is there. It
is answered level by level: `gc.get_referents` lists what a whole level of containers holds in one call, and runs
none of the program's code. What is anything else, or lies beyond a limit, is left to `capture.capture`; what both
take, both give the same bytes.
"""

import sys
from collections.abc import Callable, Iterable, Sequence
from gc import get_referents
from itertools import chain
from operator import is_
from typing import Any

import msgspec

from flight_recorder.codec.containers import MAX_DIGITS
from flight_recorder.codec.tags import TAG
from flight_recorder.codec.writer import to_bytes

MAX_PARTS = 1_000_000
MAX_NAMES = 20_000

IsSecret = Callable[[str], bool]

_decode = msgspec.json.Decoder().decode
_LISTS_BACKWARDS = get_referents([1, 2]) == [2, 1]


class Plain:
    """Values that were found to be plain, as one JSON array, and what they consisted of then.

    *containers* has every dict and list once, the outer ones first; *items* what these held and *keys* the keys of
    the dicts, both in order. They are kept, and not their ids, because objects that died lend these to others.
    """

    __slots__ = ("containers", "data", "items", "keys")

    def __init__(self, data: bytes, containers: list[Any], items: list[Any], keys: list[str]) -> None:
        self.data = data
        self.containers = containers
        self.items = items
        self.keys = keys

    def forget(self) -> None:
        """Keep no object any longer."""
        self.containers = self.items = self.keys = []

    def ids(self) -> list[list[int]]:
        """Return, for each value, the ids of its dicts and lists as they were: as `identity.ids_of` numbers them."""
        nodes = _decode(self.data)
        waiting = iter(self.containers)
        found: dict[int, int] = {}
        level = _containers(nodes)
        while level:
            found.update((id(node), id(next(waiting))) for node in level)
            level = [inner for node in level for inner in _containers(_as_listed(node))]
        return [[found[id(node)] for node in _inner_first(root)] for root in nodes]

    def is_unchanged(self) -> bool:
        """Whether every container holds the very objects that it held."""
        containers = self.containers
        items = get_referents(*containers)
        if len(items) != len(self.items) or not all(map(is_, items, self.items)):
            return False
        keys = list(chain.from_iterable(one for one in containers if type(one) is dict))
        return len(keys) == len(self.keys) and all(map(is_, keys, self.keys))


class PlainCapture:
    """What makes plain values of objects, in one session.

    *is_secret* says of a key whether the value under it must not be written. That is left to
    `capture.capture`, as are values of more than *max_size* bytes, or nested deeper than *max_depth*.
    """

    def __init__(self, is_secret: IsSecret, max_size: int, max_depth: int) -> None:
        self._is_secret = is_secret
        self._max_size = max_size
        self._max_depth = max_depth
        self._harmless: set[str] = set()  # keys

    def capture(self, values: Sequence[object]) -> Plain | None:
        """Return *values* if they and all that they hold are plain and no container stands in them twice."""
        level: list[Any] = _others(values)
        containers: list[Any] = []
        items: list[Any] = []
        keys: list[str] = []
        if not level:
            data = self._encoded(values, values)
            return None if data is None else Plain(data, containers, items, keys)
        for _ in range(self._max_depth):
            for one in level:
                if type(one) is dict:
                    keys += one
                elif type(one) is not list:
                    return None
            size = sum(map(len, level))
            if size + len(items) > MAX_PARTS:  # of which each may stand for as many again
                return None
            inner = get_referents(*level)
            # Keys are listed too unless all of them are plain text: then a dict tells more than its length.
            if len(inner) != size:
                return None
            containers += level
            items += inner
            level = _others(inner)
            if not level:
                break
        else:
            return None
        if not (self._harmless.issuperset(keys) or self._learn(keys)):
            return None
        if len(containers) > 1 and len(set(map(id, containers))) != len(containers):
            return None
        data = self._encoded(values, [*values, *items])
        return None if data is None else Plain(data, containers, items, keys)

    def _encoded(self, values: Sequence[object], parts: Sequence[Any]) -> bytes | None:
        try:
            data = to_bytes(values)
        except (UnicodeEncodeError, ValueError, OverflowError):  # a lone surrogate, a number with too many digits
            return None
        if len(data) > MAX_DIGITS and (
            len(data) > self._max_size or not 0 < sys.get_int_max_str_digits() <= MAX_DIGITS
        ):
            return None
        # JSON has no infinity and no NaN; the encoder writes null for them.
        if b"null" in data and float in map(type, parts):
            return data if all(part - part == 0.0 for part in parts if type(part) is float) else None
        return data

    def _learn(self, keys: list[str]) -> bool:
        """Note that *keys* are harmless, and return whether all of them are."""
        if len(self._harmless) > MAX_NAMES:  # keys that are data
            self._harmless = set()
        for key in set(keys):
            if key == TAG or self._is_secret(key):
                return False
            self._harmless.add(key)
        return True


def _containers(nodes: Iterable[Any]) -> list[Any]:
    return [node for node in nodes if type(node) is dict or type(node) is list]


def _as_listed(node: dict[str, Any] | list[Any]) -> Iterable[Any]:
    """Return what *node* holds in the order in which `get_referents` lists that."""
    if type(node) is dict:
        return node.values()
    return reversed(node) if _LISTS_BACKWARDS else node


def _inner_first(root: Any) -> list[Any]:
    """Return the containers in *root*, each behind those in it."""
    found: list[Any] = []
    waiting = _containers([root])
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting += _containers(node.values() if type(node) is dict else node)
    return found[::-1]


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
