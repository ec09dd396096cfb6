"""Inexact: which part of a captured value keeps it from being rebuilt, or from being compared. Pure; for people."""

from collections.abc import Callable
from typing import Final

from flight_recorder.codec import tags
from flight_recorder.codec.difference import labelled
from flight_recorder.codec.tags import TAG, Node
from flight_recorder.codec.text import an, type_of
from flight_recorder.codec.tree import parse
from flight_recorder.model.value import Form, Value

MAX_SEARCHED_BYTES: Final = 1_000_000  # of a larger value the form alone is told

_FOR_LOOKING_AT = (tags.OBJECT, tags.CALLABLE, tags.OPAQUE, tags.AGAIN, tags.CUT)


def form_text(value: Value) -> str:
    """Return the form of *value*, and which part is behind it: `opaque: .client is a Client`, `opaque: a Client`."""
    if value.is_exact:
        return value.form
    is_redacted = value.form is Form.REDACTED
    found = _first(value, _was_taken_out if is_redacted else _is_for_looking_at)
    if found is None:
        return value.form
    path, node = found
    if is_redacted:
        return f"{value.form}: {path} was taken out" if path else value.form
    return f"{value.form}: {f'{path} is ' if path else ''}{an(type_of(node))}"


def incomparable_part(value: Value) -> str:
    """Return the part of *value* that nothing can be compared with, to be put behind a name: `.lock, a lock`."""
    found = _first(value, _has_no_value)
    if found is None:
        return ""
    path, node = found
    return path if node[TAG] == tags.REDACTED else f"{path}, {an(type_of(node))}"


def _first(value: Value, is_sought: Callable[[Node], bool]) -> tuple[str, Node] | None:
    """Return the first node that *is_sought*, from left to right, and the path to it."""
    if len(value.data) > MAX_SEARCHED_BYTES:
        return None
    waiting: list[tuple[str, Node]] = [("", parse(value.data))]
    while waiting:
        path, node = waiting.pop()
        if is_sought(node):
            return path, node
        waiting += reversed([(path + label, part) for label, part in labelled(node)])
    return None


def _is_for_looking_at(node: Node) -> bool:
    return isinstance(node, dict) and node.get(TAG) in _FOR_LOOKING_AT


def _was_taken_out(node: Node) -> bool:
    return isinstance(node, dict) and node.get(TAG) == tags.REDACTED


def _has_no_value(node: Node) -> bool:
    """Whether equal bytes of *node* prove nothing. A `made` one goes by the call that made it."""
    return (
        isinstance(node, dict)
        and node.get(TAG) in (tags.OPAQUE, tags.CUT, tags.REDACTED)
        and "made" not in node
        and "h" not in node
    )
