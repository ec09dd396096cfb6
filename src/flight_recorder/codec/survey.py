"""Survey: what plain containers hold, and whether they still hold just that. Pure.

This is the one part that there is twice: here, and compiled, in the optional distribution `flight-recorder-speed`
(see `speed/`), which does the same in a fraction of the time. The same tests run on both.

Level by level: `gc.get_referents` lists what a whole level of containers holds in one call, and runs none of the
program's code.
"""

from collections.abc import Iterable
from gc import get_referents
from itertools import chain
from operator import is_
from typing import Any

Surveyed = tuple[list[Any], list[Any], list[str]]
"""Every dict and list once, the outer ones first; what these hold; the keys of the dicts; each in order."""

LISTS_BACKWARDS = get_referents([1, 2]) == [2, 1]


def survey(values: tuple[object, ...], max_parts: int, max_depth: int) -> Surveyed | None:
    """Return what is in *values* if all of it is plain, no number is NaN or infinite, and no container stands twice.

    None as well for more than *max_parts*, and for what is nested deeper than *max_depth*.
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
    if len(containers) > 1 and len(set(map(id, containers))) != len(containers):
        return None
    for parts in (values, items):  # the types of all parts are builtin ones here: comparing them runs no code
        if float in map(type, parts) and not all(part - part == 0.0 for part in parts if type(part) is float):
            return None
    return containers, items, keys


def is_unchanged(containers: list[Any], items: list[Any], keys: list[str]) -> bool:
    """Whether every container holds the very objects that it held when they were surveyed."""
    now = get_referents(*containers)
    if len(now) != len(items) or not all(map(is_, now, items)):
        return False
    names = list(chain.from_iterable(one for one in containers if type(one) is dict))
    return len(names) == len(keys) and all(map(is_, names, keys))


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
