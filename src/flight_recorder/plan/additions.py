"""Additions: what a step added to a log, a counter or another place that it only adds to. Pure.

Such a place looks different before each call. Two calls did the same when they added the same.
"""

from typing import Any

from flight_recorder.codec.tags import TAG, Node
from flight_recorder.codec.tree import node_bytes, parse
from flight_recorder.model.value import Value

Addition = tuple[object, ...]
"""Equal for equal additions."""


def addition(before: Value, after: Value) -> Addition:
    """Return what has to be added to *before* to give *after*; where that cannot be told, both."""
    one, other = parse(before.data), parse(after.data)
    match one, other:
        case (int() | float(), int() | float()) if not isinstance(one, bool) and not isinstance(other, bool):
            return "sum", other - one
        case str(), str() if other.startswith(one):
            return "text", other[len(one) :]
        case list(), list() if node_bytes(other[: len(one)]) == node_bytes(one):
            return "items", node_bytes(other[len(one) :])
        case dict(), dict() if TAG not in one and TAG not in other and one.keys() <= other.keys():
            return "entries", tuple(_entries(one, other))
    return before.data, after.data


def _entries(one: dict[str, Node], other: dict[str, Node]) -> list[tuple[Any, ...]]:
    changed = [
        (key, node) for key, node in other.items() if key not in one or node_bytes(one[key]) != node_bytes(node)
    ]
    return [(key, _entry(one.get(key, 0), node)) for key, node in changed]


def _entry(before: Node, after: Node) -> object:
    numbers = (int, float)
    return ("sum", after - before) if type(before) in numbers and type(after) in numbers else node_bytes(after)
