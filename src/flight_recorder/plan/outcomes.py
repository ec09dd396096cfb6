"""Outcomes: whether two steps ended alike and gave the same, and what differs between what they gave. Pure."""

from collections.abc import Iterator
from itertools import zip_longest

from flight_recorder.codec.difference import MAX_DIFFERENCES, differences
from flight_recorder.codec.preview import preview
from flight_recorder.model.difference import Difference
from flight_recorder.model.step import Closed, Outcome, Raised, Returned, Settled, Step, Unfinished
from flight_recorder.model.stream import Item, Stream
from flight_recorder.model.value import Value

PREVIEW_CHARS = 60


def is_same_outcome(one: Step, other: Step) -> bool:
    """Whether both gave the same items, if any, and then ended alike.

    That is: returned equal values, or raised an exception of one type and message, or were closed, or did not end.
    Where an exception was raised does not count: lines move when code is edited.
    """
    before, after = one.outcome, other.outcome
    if _items(one.stream) != _items(other.stream):
        return False
    match before, after:
        case Returned(), Returned():
            return before.value.data == after.value.data and _left(before) == _left(after)
        case Raised(), Raised():
            return _is_same_failure(before, after) and _left(before) == _left(after)
        case Closed(), Closed():
            return before.value == after.value and _left(before) == _left(after)
    return isinstance(before, Unfinished) and isinstance(after, Unfinished)


def outcome_differences(one: Step, other: Step, limit: int = MAX_DIFFERENCES) -> tuple[Difference, ...]:
    """Return what differs between what two steps gave, at most *limit* parts: field by field where both returned.

    What an argument was changed to is named by a path that begins with its name: `contact.tags[0]`. An item of a
    stream is named by its number, from 1: `item 3`.
    """
    if is_same_outcome(one, other):
        return ()
    if one.stream is not None and other.stream is not None and _items(one.stream) != _items(other.stream):
        return tuple(_item_differences(one.stream, other.stream))[:limit]
    before, after = one.outcome, other.outcome
    found: list[Difference] = []
    if isinstance(before, Returned) and isinstance(after, Returned):
        found += differences(before.value, after.value, limit)
    elif not (isinstance(before, Raised) and isinstance(after, Raised) and _is_same_failure(before, after)):
        return (Difference("", _shown(before), _shown(after)),)
    for name in [*before.mutated, *(name for name in after.mutated if name not in before.mutated)]:
        old, new = before.mutated.get(name), after.mutated.get(name)
        if old is not None and new is not None:
            found += [
                Difference(f"{name}{each.path}", each.before, each.after) for each in differences(old, new, limit)
            ]
        else:
            found.append(Difference(name, _shown_after(old), _shown_after(new)))
    return tuple(found[:limit])


def _items(stream: Stream | None) -> list[bytes] | None:
    return None if stream is None else [item.value.data for item in stream.items]


def _item_differences(one: Stream, other: Stream) -> Iterator[Difference]:
    for number, (before, after) in enumerate(zip_longest(one.items, other.items), 1):
        if before is None or after is None or before.value.data != after.value.data:
            yield Difference(f"item {number}", _shown_item(before), _shown_item(after))


def _shown_item(item: Item | None) -> str | None:
    return None if item is None else preview(item.value, PREVIEW_CHARS)


def _left(outcome: Settled) -> dict[str, bytes]:
    return {name: value.data for name, value in outcome.mutated.items()}


def _is_same_failure(one: Raised, other: Raised) -> bool:
    return (one.failure.type, one.failure.message) == (other.failure.type, other.failure.message)


def _shown_after(changed: Value | None) -> str:
    return "unchanged" if changed is None else preview(changed, PREVIEW_CHARS)


def _shown(outcome: Outcome) -> str:
    match outcome:
        case Returned(value=value):
            return preview(value, PREVIEW_CHARS)
        case Raised(failure=failure):
            return f"raised {failure.summary}"
        case Closed(was_left=was_left):
            return "left open" if was_left else "closed by its consumer"
        case Unfinished():
            return "did not finish"
