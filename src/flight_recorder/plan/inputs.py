"""Inputs: what differs between the inputs of two calls, field by field, and in a sentence. Pure."""

from collections.abc import Iterator
from itertools import islice

import msgspec

from flight_recorder.codec.difference import differences
from flight_recorder.codec.preview import preview
from flight_recorder.model.difference import Difference
from flight_recorder.model.step import Call, is_place
from flight_recorder.model.value import Value

MAX_NAMED = 3  # differences in a sentence
MAX_SHOWN = 20
PREVIEW_CHARS = 60


class InputChange(msgspec.Struct, frozen=True):
    """One part of one input that differs. *input* is its name in the call; "" stands for what `key=` gave."""

    input: str
    difference: Difference


def input_changes(recorded: Call, call: Call, limit: int = MAX_SHOWN) -> tuple[InputChange, ...]:
    """Return what differs between the inputs of two calls, as far as they count, at most *limit* parts."""
    return tuple(islice(_changes(recorded, call, limit), limit))


def input_difference(recorded: Call, call: Call) -> str:
    """Return what differs between the inputs of two calls: `input 'contact'.email: 'a@b.c' -> 'x@y.z'`."""
    changes = input_changes(recorded, call, MAX_NAMED + 1)
    if not changes and recorded.shared != call.shared:
        return "other parts of its inputs are one and the same object"
    sentences = [input_sentence(change) for change in changes[:MAX_NAMED]]
    return "; ".join([*sentences, *(["…"] if len(changes) > MAX_NAMED else [])])


def input_sentence(change: InputChange) -> str:
    """Return one difference in words. An input that is no parameter says itself what it is: `global shop.CACHE`."""
    name = f"input {change.input!r}" if change.input else "key"
    if is_place(change.input):
        name = change.input
    return f"{name}{difference_text(change.difference)}"


def difference_text(difference: Difference) -> str:
    """Return a difference as it follows the name of the value: `.email: 'a@b.c' -> 'x@y.z'`, `[3]: added 7`."""
    if difference.before is None:
        return f"{difference.path}: added {difference.after}"
    if difference.after is None:
        return f"{difference.path}: removed {difference.before}"
    return f"{difference.path}: {difference.before} -> {difference.after}"


def _changes(recorded: Call, call: Call, limit: int) -> Iterator[InputChange]:
    if recorded.key is not None or call.key is not None:
        yield from _between("", recorded.key, call.key, limit)
        return
    names = [*call.inputs, *(name for name in recorded.inputs if name not in call.inputs)]
    for name in names:
        if name not in call.ignored:
            yield from _between(name, recorded.inputs.get(name), call.inputs.get(name), limit)


def _between(name: str, before: Value | None, after: Value | None, limit: int) -> Iterator[InputChange]:
    if before is None or after is None:
        if before is not after:
            yield InputChange(name, Difference("", _shown(before), _shown(after)))
        return
    for difference in differences(before, after, limit):
        yield InputChange(name, difference)


def _shown(value: Value | None) -> str | None:
    return None if value is None else preview(value, PREVIEW_CHARS)
