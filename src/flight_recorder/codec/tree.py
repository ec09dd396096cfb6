"""Tree: walk a captured value path by path, for those who compare and search values. Pure; nothing is rebuilt."""

from collections.abc import Iterator
from typing import Any

import msgspec

from flight_recorder.codec import tags
from flight_recorder.codec.reader import entries_of
from flight_recorder.codec.tags import TAG, Node
from flight_recorder.codec.text import one_line, type_of
from flight_recorder.codec.writer import to_bytes
from flight_recorder.errors import UnreadableError

__all__ = ["children", "node_bytes", "parse", "type_of"]

_decode = msgspec.json.Decoder().decode

_MAPPINGS = (tags.ORDERED_DICT, tags.DEFAULT_DICT, tags.COUNTER)
_ARRAYS = (tags.TUPLE, tags.SET, tags.FROZENSET, tags.DEQUE)
_INSTANCES = (tags.NAMEDTUPLE, tags.DATACLASS, tags.MODEL, tags.OBJECT, tags.NAMESPACE)


def parse(data: bytes) -> Any:
    """Return the typed-JSON tree of a value's *data*. Raises UnreadableError when it is not JSON, or too deep."""
    try:
        return _decode(data)
    except (msgspec.DecodeError, RecursionError) as error:
        raise UnreadableError(f"a recorded value is damaged: {error}") from error


def node_bytes(node: Node) -> bytes:
    """Return the canonical bytes of *node*: those of capturing the object behind it alone.

    A node that stands for something met before (`again`) is the exception: alone, it would have been expanded.
    """
    return to_bytes(node)


def children(node: Node) -> Iterator[tuple[str, Node]]:
    """Yield each part of *node* with the step of the path that leads to it: `['name']`, `.rate`, `[2]`.

    Members of sets are numbered in the order of their bytes. Keys of dictionaries are not parts; a step shows them.
    """
    if isinstance(node, list):
        yield from _numbered(node)
    elif isinstance(node, dict):
        tag = node.get(TAG)
        if tag is None or tag == tags.DICT:
            yield from _keyed(node)
        elif tag in _ARRAYS:
            yield from _numbered(node["v"])
        elif tag in _MAPPINGS:
            yield from _keyed(node["v"])
        elif tag in _INSTANCES:
            yield from _attributes(node)
        elif tag == tags.EXCEPTION:
            yield from _of_exception(node)
        elif tag == tags.CALLABLE:
            yield from _of_callable(node)


def _numbered(nodes: list[Node]) -> Iterator[tuple[str, Node]]:
    return ((f"[{index}]", part) for index, part in enumerate(nodes))


def _keyed(node: Node) -> Iterator[tuple[str, Node]]:
    return ((f"[{one_line(key)}]", part) for key, part in entries_of(node))


def _named(node: Node) -> Iterator[tuple[str, Node]]:
    return ((f".{key if isinstance(key, str) else one_line(key)}", part) for key, part in entries_of(node))


def _attributes(node: Node) -> Iterator[tuple[str, Node]]:
    if "b" in node:  # an instance of a subclass of a builtin: first what the builtin holds
        yield from children(node["b"])
    for key in ("v", "d", "x", "p"):
        if node.get(key):
            yield from _named(node[key])


def _of_exception(node: Node) -> Iterator[tuple[str, Node]]:
    for step, part in _numbered(node["a"]):
        yield f".args{step}", part
    for step, part in _numbered(node.get("members", [])):
        yield f".exceptions{step}", part
    for key in ("s", "d"):
        yield from _named(node.get(key, {}))
    for key in ("cause", "context"):
        if key in node:
            yield f".__{key}__", node[key]


def _of_callable(node: Node) -> Iterator[tuple[str, Node]]:
    if "self" in node:
        yield ".__self__", node["self"]
    if node["k"] == "partial":
        yield ".func", node["func"]
        for step, part in _numbered(node["args"]):
            yield f".args{step}", part
        for step, part in _keyed(node["keywords"]):
            yield f".keywords{step}", part
