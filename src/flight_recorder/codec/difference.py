"""Difference: what differs between two captured values, part by part. Pure; nothing is rebuilt.

Two trees of typed JSON are walked side by side as long as they are of one shape. What is of another type or class on
the other side is one difference, shown whole.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

import msgspec

from flight_recorder.codec import tags
from flight_recorder.codec.excerpt import around, line_difference
from flight_recorder.codec.pairing import pairs_of
from flight_recorder.codec.reader import entries_of
from flight_recorder.codec.tags import TAG, Node
from flight_recorder.codec.text import one_line
from flight_recorder.codec.tree import children, node_bytes, parse
from flight_recorder.model.difference import Difference
from flight_recorder.model.value import Value

MAX_DIFFERENCES: Final = 20
LEAF_CHARS: Final = 60
MAX_SEARCHED_CHARS: Final = 20_000  # of a part shown whole: so far the place is looked for where it differs
MAX_JSON_CHARS: Final = 1_000_000  # of a text that is looked into because it is JSON

_MAPPINGS = (tags.DICT, tags.ORDERED_DICT, tags.DEFAULT_DICT, tags.COUNTER)
_SEQUENCES = (tags.TUPLE, tags.DEQUE)
_SETS = (tags.SET, tags.FROZENSET)
_INSTANCES = (tags.NAMEDTUPLE, tags.DATACLASS, tags.MODEL, tags.OBJECT, tags.NAMESPACE, tags.EXCEPTION)

_from_json = msgspec.json.Decoder().decode


class _Both(msgspec.Struct, frozen=True):
    """One place in both trees."""

    path: str
    before: Node
    after: Node


def differences(before: Value, after: Value, limit: int = MAX_DIFFERENCES) -> tuple[Difference, ...]:
    """Return what differs between two values, at most *limit* parts; () when their bytes are equal."""
    if before.data == after.data:
        return ()
    return tuple(islice(_walk(_Both("", parse(before.data), parse(after.data))), limit))


def _walk(whole: _Both) -> Iterator[Difference]:
    """Yield the differences from left to right. Not by recursion: the caller may stand deep in its own."""
    waiting: list[_Both | Difference] = [whole]
    while waiting:
        next_one = waiting.pop()
        if isinstance(next_one, Difference):
            yield next_one
        else:
            waiting += reversed(list(_parts(next_one)))


def _parts(both: _Both) -> Iterator[_Both | Difference]:
    """Yield what differs in the parts of *both*; *both* as a whole where no part does, or none can be compared."""
    shape = _shape(both.before)
    found: Iterator[_Both | Difference] = iter(())
    if isinstance(both.before, str) and isinstance(both.after, str):
        found = _in_texts(both)
    elif shape is not None and shape == _shape(both.after):
        if shape[0] in ("list", *_SEQUENCES):
            found = _in_sequences(both)
        elif shape[0] in _SETS:
            found = _in_sets(both)
        else:
            found = _by_label(both)
    first = next(found, None)
    if first is None:
        yield Difference(both.path, *_shown(both.before, both.after))
        return
    yield first
    yield from found


def _shape(node: Node) -> tuple[object, ...] | None:
    """Return what two nodes must share for their parts to be compared; None for one without parts."""
    if isinstance(node, list):
        return ("list",)
    if not isinstance(node, dict):
        return None
    tag = node.get(TAG, tags.DICT)
    if tag in _MAPPINGS or tag in _SEQUENCES or tag in _SETS:
        return (tag,)
    if tag in _INSTANCES:
        return (tag, str(node.get("t")), "b" in node)
    return (tag, node["k"]) if tag == tags.CALLABLE else None


def _in_texts(both: _Both) -> Iterator[_Both | Difference]:
    before, after = _as_json(both.before), _as_json(both.after)
    if before is not None and after is not None and type(before) is type(after) and not _is_same(before, after):
        yield _Both(both.path, before, after)
        return
    was, now = around(both.before, both.after)
    is_long = "\n" in both.before or "\n" in both.after
    yield Difference(both.path, repr(was), repr(now), line_difference(both.before, both.after) if is_long else ())


def _as_json(text: str) -> Node | None:
    """Return the array or object that *text* holds as JSON, if any. One with our own mark in it stays text."""
    if text[:1] not in ("{", "[") or len(text) > MAX_JSON_CHARS or '"$"' in text:
        return None
    try:
        return _from_json(text)
    except (msgspec.DecodeError, RecursionError):
        return None


def _in_sequences(both: _Both) -> Iterator[_Both | Difference]:
    before, after = _items(both.before), _items(both.after)
    for old, new in pairs_of(before, after):
        if new is None:
            assert old is not None
            yield Difference(f"{both.path}[{old}]", one_line(before[old], LEAF_CHARS), None)
        elif old is None:
            yield Difference(f"{both.path}[{new}]", None, one_line(after[new], LEAF_CHARS))
        elif not _is_same(before[old], after[new]):
            yield _Both(f"{both.path}[{new}]", before[old], after[new])


def _items(node: Node) -> list[Node]:
    return node if isinstance(node, list) else node["v"]


def _in_sets(both: _Both) -> Iterator[Difference]:
    before = {node_bytes(member): member for member in both.before["v"]}
    after = {node_bytes(member): member for member in both.after["v"]}
    for key, member in before.items():
        if key not in after:
            yield Difference(both.path, one_line(member, LEAF_CHARS), None)
    for key, member in after.items():
        if key not in before:
            yield Difference(both.path, None, one_line(member, LEAF_CHARS))


def _by_label(both: _Both) -> Iterator[_Both | Difference]:
    before, after = dict(labelled(both.before)), dict(labelled(both.after))
    for label, part in before.items():
        path = both.path + label
        if label not in after:
            yield Difference(path, one_line(part, LEAF_CHARS), None)
        elif not _is_same(part, after[label]):
            yield _Both(path, part, after[label])
    for label, part in after.items():
        if label not in before:
            yield Difference(both.path + label, None, one_line(part, LEAF_CHARS))


def labelled(node: Node) -> Iterator[tuple[str, Node]]:
    """Yield the parts of *node* with the step of the path that leads to each, as a person would write it."""
    tag = node.get(TAG, tags.DICT) if isinstance(node, dict) else ""
    if tag not in _MAPPINGS:
        yield from children(node)
        return
    for key, part in entries_of(node if tag == tags.DICT else node["v"]):
        yield label_of(key), part


def label_of(key: Node) -> str:
    """Return the step of a path that leads to what a mapping holds under *key*: `.name`, `['a key']`, `[7]`."""
    if isinstance(key, str) and _NAME.fullmatch(key):
        return f".{key}"
    return f"[{one_line(key)}]"


_NAME = re.compile(r"[^\W\d]\w*")


def _is_same(one: Node, other: Node) -> bool:
    return node_bytes(one) == node_bytes(other)  # not `==`: 1 is not True and not 1.0


def _shown(before: Node, after: Node) -> tuple[str, str]:
    """Return both nodes on one line, cut to where they differ, so that they can be told apart."""
    was, now = one_line(before, LEAF_CHARS), one_line(after, LEAF_CHARS)
    if was == now:
        was, now = around(one_line(before, MAX_SEARCHED_CHARS), one_line(after, MAX_SEARCHED_CHARS), LEAF_CHARS)
    if was == now:  # two classes of one name
        was, now = f"{was} ({_origin(before)})", f"{now} ({_origin(after)})"
    return (was, now) if was != now else (f"{was} (one)", f"{now} (another)")


def _origin(node: Node) -> str:
    return str(node.get("t", node.get(TAG, "dict"))) if isinstance(node, dict) else type(node).__name__
