"""Sameness: equality of two objects with their types all the way down, which `==` does not ask for."""

import decimal
import enum
import math
from collections import OrderedDict, defaultdict, deque
from types import SimpleNamespace
from typing import Any

LINKS = ("args", "__cause__", "__context__", "__suppress_context__")
SPECIAL = ("errno", "filename", "filename2", "value", "code", "name", "path", "obj", "lineno", "text", "start", "end")


def same(one: Any, other: Any) -> bool:
    """Whether both are the same in type and content. Order counts in dictionaries, bits count in floats."""
    if type(one) is not type(other):
        return False
    match one:
        case enum.Flag() if type(one)(one.value) is not one:  # Python 3.11.2 makes some combinations anew each time
            return type(one) is type(other) and one == other
        case enum.Enum():
            return one is other
        case float():
            return (math.isnan(one) and math.isnan(other)) or (one == other and repr(one) == repr(other))
        case decimal.Decimal():  # no NaN equals itself
            return one.as_tuple() == other.as_tuple()
        case slice():
            return same((one.start, one.stop, one.step), (other.start, other.stop, other.step))
        case complex():
            return same(one.real, other.real) and same(one.imag, other.imag)
        case dict():
            return _same_dicts(one, other) and _same_attributes(one, other)
        case list() | tuple() | deque():
            return (
                len(one) == len(other)
                and all(map(same, one, other))
                and getattr(one, "maxlen", None) == getattr(other, "maxlen", None)
                and _same_attributes(one, other)
            )
        case set() | frozenset():
            return len(one) == len(other) and all(any(same(item, match) for match in other) for item in one)
        case int() if type(one) is int:
            return bool(one == other)  # the repr of a long one is refused
        case BaseException():
            names = (*LINKS, *SPECIAL, "message", "exceptions", "characters_written")
            return all(same(getattr(one, name, None), getattr(other, name, None)) for name in names) and (
                _same_attributes(one, other)
            )
        case SimpleNamespace():
            return _same_dicts(vars(one), vars(other))
    if hasattr(one, "fold"):
        return one == other and one.fold == other.fold and same(one.tzinfo, other.tzinfo) and str(one) == str(other)
    if hasattr(type(one), "__dataclass_fields__") or hasattr(one, "__pydantic_fields_set__"):
        return _same_attributes(one, other)
    return bool(one == other) and repr(one) == repr(other)


def _same_dicts(one: dict[Any, Any], other: dict[Any, Any]) -> bool:
    return (
        all(map(same, dict.keys(one), dict.keys(other)))
        and len(one) == len(other)
        and all(map(same, dict.values(one), dict.values(other)))
        and (not isinstance(one, defaultdict) or one.default_factory is other.default_factory)
        and (not isinstance(one, OrderedDict) or list(one) == list(other) or any(map(_is_nan, one)))
    )


def _is_nan(key: object) -> bool:
    return isinstance(key, float) and math.isnan(key)


def _same_attributes(one: Any, other: Any) -> bool:
    names = {name for cls in type(one).__mro__ for name in _slot_names(cls)}
    for name in names:
        if hasattr(one, name) != hasattr(other, name) or not same(getattr(one, name, 0), getattr(other, name, 0)):
            return False
    mine, theirs = getattr(one, "__dict__", {}), getattr(other, "__dict__", {})
    return mine.keys() == theirs.keys() and all(same(mine[name], theirs[name]) for name in mine)


def _slot_names(cls: type) -> tuple[str, ...]:
    slots = cls.__dict__.get("__slots__", ())
    return tuple(
        name for name in ((slots,) if isinstance(slots, str) else slots) if name not in ("__dict__", "__weakref__")
    )
