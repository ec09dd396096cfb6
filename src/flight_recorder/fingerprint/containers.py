"""Containers: lists, tables and the like that hold functions, classes or objects beside plain data."""

from collections import defaultdict, deque
from collections.abc import Iterator
from typing import Any

from flight_recorder.fingerprint.code import digest_of_text
from flight_recorder.fingerprint.constants import DigestValue, constant, is_plain, plain_text
from flight_recorder.fingerprint.made import Home
from flight_recorder.fingerprint.names import function_name, label_of
from flight_recorder.fingerprint.node import Node
from flight_recorder.fingerprint.resolve import Edge
from flight_recorder.model.fingerprint import Part, PartKind

MAX_ITEMS = 10_000  # in one container that holds more than plain data

_DEFAULT_FACTORY: Any = vars(defaultdict)["default_factory"]  # not through the object, which may answer otherwise
_MAX_LENGTH: Any = vars(deque)["maxlen"]
_KINDS = (dict, list, tuple, set, frozenset, deque)


def is_container(kind: type) -> bool:
    """Whether objects of *kind* hold items that can be listed without running code of the program's."""
    return issubclass(kind, _KINDS)


def container_node(obj: Any, label: str, home: Home | None, digest_value: DigestValue) -> Node:
    """Return a container as a node: plain data as one part, else item by item."""
    if is_plain(obj):
        return Node((constant(obj, label, digest_value),))
    base = next(kind for kind in type(obj).__mro__ if kind in _KINDS)
    if base.__len__(obj) > MAX_ITEMS:
        return Node((Part(PartKind.UNKNOWN, label, "", preview=f"more than {MAX_ITEMS} items"),))
    if base is dict:
        outline, items = _of_dict(obj, label)
    elif base in (set, frozenset):
        outline, items = _of_set(obj, label, base)
    else:
        listed = list(base.__iter__(obj))
        outline, items = str(len(listed)), [(item, f"{label}[{at}]") for at, item in enumerate(listed)]
    bound = _MAX_LENGTH.__get__(obj) if base is deque else ""
    part = Part(PartKind.CONSTANT, label, digest_of_text(f"{function_name(type(obj))} {outline} {bound}"))
    return Node((part,), tuple(Edge(item, name, home) for item, name in [*items, *_factory(obj, label)]))


def _of_dict(obj: Any, label: str) -> tuple[str, list[tuple[object, str]]]:
    outline: list[str] = []
    items: list[tuple[object, str]] = []
    for key, value in dict.items(obj):
        if is_plain(key):
            shown = repr(key)
            outline.append(plain_text(key))
        else:
            shown = label_of(key, "?")
            items.append((key, f"{label} key {shown}"))
        items.append((value, f"{label}[{shown}]"))
    return str(outline), items


def _of_set(obj: Any, label: str, base: Any) -> tuple[str, list[tuple[object, str]]]:
    """A set's order differs from run to run, so what has no name of its own is called alike."""
    listed = list(base.__iter__(obj))
    outline = sorted(plain_text(item) for item in listed if is_plain(item))
    others = sorted((item for item in listed if not is_plain(item)), key=lambda item: label_of(item, "?"))
    return str(outline), [(item, f"{label}{{}}") for item in others]


def _factory(obj: object, label: str) -> Iterator[tuple[object, str]]:
    if issubclass(type(obj), defaultdict):
        yield _DEFAULT_FACTORY.__get__(obj), f"{label}.default_factory"
