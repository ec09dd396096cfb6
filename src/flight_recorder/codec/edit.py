"""Edit: a captured value with one part replaced, of the same types as before. Pure; no class is looked up.

Paths are those of differences: `.contact.email`, `.items[0].name`, `['a key']`.
"""

import ast
import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID

from flight_recorder.codec import tags
from flight_recorder.codec.capture import capture
from flight_recorder.codec.difference import label_of
from flight_recorder.codec.reader import entries_of
from flight_recorder.codec.tags import TAG, Node
from flight_recorder.codec.text import one_line, type_of
from flight_recorder.codec.tree import node_bytes, parse
from flight_recorder.model.value import Value
from flight_recorder.model.words import listed

PATH: Final = r"""(?:\.[^\W\d]\w*|\[-?(?:0|[1-9][0-9]*)\]|\['(?:[^'\\]|\\.)*'\]|\["(?:[^"\\]|\\.)*"\])"""
MAX_NAMED = 12

_MAPPINGS = (tags.ORDERED_DICT, tags.DEFAULT_DICT, tags.COUNTER, tags.NAMESPACE)
_SEQUENCES = (tags.TUPLE, tags.DEQUE)
_SETS = (tags.SET, tags.FROZENSET)
_INSTANCES = (tags.NAMEDTUPLE, tags.DATACLASS, tags.MODEL)

Slot = tuple[Any, Any]
"""A container of nodes and the key or index of one of them."""


class CannotEditError(ValueError):
    """The part is not there, or cannot be what it is asked to be. The message is one line for people."""


def steps_of(path: str) -> list[str]:
    """Return the steps of a *path* that matches PATH repeated, each as `label_of` writes it.

    Raises CannotEditError.
    """
    return [step if step.startswith(".") else label_of(_key(step[1:-1])) for step in re.findall(PATH, path)]


def _key(text: str) -> Any:
    """Return the key or index that *text* writes as Python does. Raises CannotEditError."""
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError) as problem:  # '\\x'
        raise CannotEditError(f"{text} is no key") from problem


def with_part(value: Value, path: str, new: object) -> Value:
    """Return *value* with *new*, which is plain JSON, in the place that *path* leads to.

    Where the recorded part has a type that JSON cannot say (a date, a tuple, a member of an enum, an instance), *new*
    becomes one of that type. Raises CannotEditError.
    """
    if not value.is_exact:
        raise CannotEditError(f"it cannot be rebuilt from the recording (it is {value.form})")
    whole = [parse(value.data)]
    container, key = whole, 0
    walked = ""
    for step in steps_of(path):
        node = container[key]
        slot = _slots(node).get(step)
        if slot is None:
            raise CannotEditError(f"there is no {walked}{step}; {_what_it_has(node, walked)}")
        _note_as_set(node, step)
        container, key = slot
        walked += step
    container[key] = _like(container[key], new, walked)
    return Value(node_bytes(whole[0]))


def _slots(node: Node) -> dict[str, Slot]:
    """Return where each part of *node* lies, by the step of the path that leads to it."""
    if isinstance(node, list):
        return {f"[{index}]": (node, index) for index in range(len(node))}
    if not isinstance(node, dict):
        return {}
    tag = node.get(TAG, tags.DICT)
    if tag in _SEQUENCES:
        return _slots(node["v"])
    if tag in _MAPPINGS:
        return _slots(node["v"])
    if tag in _INSTANCES:
        parts = [_slots(node[key]) for key in ("v", "d", "x") if node.get(key)]
        return {step: slot for part in parts for step, slot in part.items()}
    if tag != tags.DICT:
        return {}
    if TAG in node:
        return {label_of(pair[0]): (pair, 1) for pair in node["v"]}
    return {label_of(key): (node, key) for key in node}


def _what_it_has(node: Node, walked: str) -> str:
    slots = list(_slots(node))
    holder = walked or "the recorded output"
    if not slots:
        return f"{holder} is {one_line(node, 40)}"
    if slots[0] == "[0]":
        return f"{holder} has {len(slots)} items, from [0] to [{len(slots) - 1}]"
    return f"{holder} has {listed(slots, MAX_NAMED)}"


def _note_as_set(node: Node, step: str) -> None:
    """Let a pydantic model know that a field was given a value, as assigning to it does."""
    if isinstance(node, dict) and node.get(TAG) == tags.MODEL and step[1:] in dict(entries_of(node["v"])):
        node["s"] = sorted({*node["s"], step[1:]})


def _like(old: Node, new: object, path: str) -> Node:
    """Return *new* as a node, of the type of *old* where JSON has no word for that."""
    plain = parse(capture(new).data)
    if new is None:
        return plain
    if isinstance(old, float) and isinstance(new, int) and not isinstance(new, bool):
        return float(new)
    tag = old.get(TAG) if isinstance(old, dict) else None
    if tag in _INSTANCES and isinstance(new, dict):
        return _merged(old, new, path)
    if tag in (*_SEQUENCES, *_SETS) and isinstance(new, list):
        return _collected(old, plain)
    if tag == tags.ENUM and isinstance(new, str):
        return {TAG: tags.ENUM, "t": old["t"], "n": new}
    if tag == tags.PATH and isinstance(new, str):
        return {**old, "v": plain}
    if tag not in _FROM_TEXT:
        return plain
    try:
        return parse(capture(_FROM_TEXT[tag](str(new))).data)
    except (ValueError, InvalidOperation) as error:
        raise CannotEditError(f"{path} is a {type_of(old)}, and {new!r} is none") from error


def _merged(old: Node, new: dict[str, Any], path: str) -> Node:
    """Return an instance with the fields that *new* names replaced."""
    for name, part in new.items():
        step = label_of(name)
        slot = _slots(old).get(step)
        if slot is None:
            raise CannotEditError(f"there is no {path}{step}; {_what_it_has(old, path)}")
        _note_as_set(old, step)
        container, key = slot
        container[key] = _like(container[key], part, path + step)
    return old


def _collected(old: Node, plain: list[Node]) -> Node:
    if old[TAG] in _SETS:
        plain = [parse(part) for part in sorted({node_bytes(part) for part in plain})]
    return {**old, "v": plain}


_FROM_TEXT: dict[object, Callable[[str], object]] = {
    tags.DECIMAL: Decimal,
    tags.DATE: date.fromisoformat,
    tags.DATETIME: datetime.fromisoformat,
    tags.TIME: time.fromisoformat,
    tags.UUID: UUID,
}
