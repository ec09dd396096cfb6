"""Outcomes: whether two steps ended alike, and what differs between what they gave. Pure."""

from flight_recorder.codec.difference import MAX_DIFFERENCES, Difference, differences
from flight_recorder.codec.preview import preview
from flight_recorder.model.step import Outcome, Raised, Returned, Unfinished

PREVIEW_CHARS = 60


def is_same_outcome(before: Outcome, after: Outcome) -> bool:
    """Whether both returned equal values, or both raised an exception of one type and message, or neither ended.

    Where an exception was raised does not count: lines move when code is edited.
    """
    match before, after:
        case Returned(), Returned():
            return before.value.data == after.value.data and _left(before) == _left(after)
        case Raised(), Raised():
            return _failure_key(before) == _failure_key(after) and _left(before) == _left(after)
    return isinstance(before, Unfinished) and isinstance(after, Unfinished)


def outcome_differences(before: Outcome, after: Outcome, limit: int = MAX_DIFFERENCES) -> tuple[Difference, ...]:
    """Return what differs between two outcomes, at most *limit* parts: field by field where both returned.

    What an argument was changed to is named by a path that begins with its name: `contact.tags[0]`.
    """
    if is_same_outcome(before, after):
        return ()
    if not (isinstance(before, Returned) and isinstance(after, Returned)):
        return (Difference("", _shown(before), _shown(after)),)
    found = list(differences(before.value, after.value, limit))
    for name in [*before.mutated, *(name for name in after.mutated if name not in before.mutated)]:
        old, new = before.mutated.get(name), after.mutated.get(name)
        if old is not None and new is not None:
            found += [
                Difference(f"{name}{each.path}", each.before, each.after) for each in differences(old, new, limit)
            ]
        else:
            shown = [None if value is None else preview(value, PREVIEW_CHARS) for value in (old, new)]
            found.append(Difference(name, shown[0], shown[1]))
    return tuple(found[:limit])


def _left(outcome: Returned | Raised) -> dict[str, bytes]:
    return {name: value.data for name, value in outcome.mutated.items()}


def _failure_key(outcome: Raised) -> tuple[str, str]:
    return outcome.failure.type, outcome.failure.message


def _shown(outcome: Outcome) -> str:
    match outcome:
        case Returned(value=value):
            return preview(value, PREVIEW_CHARS)
        case Raised(failure=failure):
            return f"raised {failure.summary}"
        case Unfinished():
            return "did not finish"
