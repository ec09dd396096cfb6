"""Places in a call: what steps share beside arguments goes into a call's inputs, and its changes into the outcome.

A place that a step only adds to is no input: what is in a log has no say in what is appended to it. Serving such a
step adds what the recorded one added, to whatever is there now. Likewise where a step only puts something in, such as
an entry in a table: serving it puts the same there. But that something was put where the same was already does not
show, so what the recorded step left as it was must be there now.
"""

import operator
from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import structs

from flight_recorder.codec.capture import NO_PARTS, CaptureSettings, Parts, capture, capture_named
from flight_recorder.codec.decode import decode
from flight_recorder.codec.identity import ids_of
from flight_recorder.errors import NotRebuildableError
from flight_recorder.fingerprint.attributes import ABSENT
from flight_recorder.fingerprint.places import Place
from flight_recorder.model.step import Call, Step
from flight_recorder.model.value import Value


class SharedPlace(msgspec.Struct, frozen=True):
    """A place that a step uses and that some step of the session writes.

    *is_compared*: what is there has a say. Else something is only added to what is there, or only *is_put_into* it.
    """

    place: Place
    is_compared: bool
    is_put_into: bool = False


class Before(msgspec.Struct, frozen=True):
    """What was in a place when a call began; None for *value* when nothing was. *ids* are those of its parts."""

    shared: SharedPlace
    value: Value | None = None
    ids: tuple[int, ...] = ()  # not the parts themselves: they must live no longer than without us

    def after(self, settings: CaptureSettings) -> tuple[Value, Parts] | None:
        """Return what is there now if that is something else, or None."""
        found = self.shared.place.read()
        if found is ABSENT:
            return None
        value, parts = capture_named(self.shared.place.name, found, settings)
        if not value.is_comparable:
            return None
        if self.value is not None and value.data == self.value.data:
            is_same = not self.shared.is_compared or ids_of(parts) == [*self.ids]
            return None if is_same else (value, parts)
        return value, parts


def look(shared: SharedPlace, settings: CaptureSettings) -> tuple[Before, Parts] | None:
    """Return what is in a place, and its parts; None when it has no value to compare: nothing can be said of it."""
    found = shared.place.read()
    if found is ABSENT:
        return Before(shared), NO_PARTS
    value, parts = capture_named(shared.place.name, found, settings)
    return (Before(shared, value, tuple(ids_of(parts))), parts) if value.is_comparable else None


def put_into(before: Before, recorded: Value | None, value: Any) -> Callable[[], None]:
    """Return what leaves in the place what the recorded call left there: *value*, where *recorded* was.

    Raises NotRebuildableError when what was added cannot be told.
    """
    place = before.shared.place
    if before.shared.is_compared or recorded is None or before.value is None:
        return lambda: place.write(value)
    if before.value.data == recorded.data and not isinstance(value, list | dict | set | deque | bytearray):
        return lambda: place.write(value)
    change = _put if before.shared.is_put_into else _add
    return change(place, decode(recorded), value)


def check_unchanged(before: Before, recorded: Value | None) -> None:
    """Raise NotRebuildableError where the recorded call, which left all as it was, may change what is there now."""
    is_new = recorded is not None and before.value is not None and recorded.data != before.value.data
    if before.shared.is_put_into and is_new and recorded is not None:
        value = decode(recorded)
        _put(before.shared.place, value, value)


def with_recorded_logs(call: Call, places: Mapping[str, Before], step: Step) -> Call:
    """Return *call* with what was in places that are only added to when *step*, which answers it, was recorded.

    What the step adds is told from there, also when the new session is replayed.
    """
    logs = {name for name, before in places.items() if not before.shared.is_compared}
    if not logs:
        return call
    recorded = {name: value for name, value in step.inputs.items() if name in logs}
    return structs.replace(
        call, inputs={name: value for name, value in call.inputs.items() if name not in logs} | recorded
    )


MAX_DIGITS = 17  # after the point, of a float that is added up

Change = tuple[Value | None, Value | None]
"""What was in a place before a call, and after it where that is something else."""


def is_same_addition(one: Change, other: Change) -> bool:
    """Whether two calls added the same to a place that is only added to, whatever was there before."""
    if one[1] is None or other[1] is None:
        return one[1] is other[1]
    try:
        return _is_same(*(_added(_decoded(before), _decoded(after)) for before, after in (one, other)))
    except NotRebuildableError:
        return False


def _decoded(value: Value | None) -> Any:
    return None if value is None else decode(value)


def _added(before: Any, after: Any) -> object:
    """Return what is in *after* beyond *before*; all of it where that cannot be told."""
    match after:
        case list() | bytearray() | deque() if type(before) is type(after) and _is_beginning(before, after):
            return list(after)[len(before) :]
        case dict() if type(before) is dict:
            return {
                key: _difference(before.get(key), value)
                for key, value in after.items()
                if key not in before or not _is_same(before[key], value)
            }
        case set() if type(before) is set:
            return after - before
        case str() if type(before) is str and after.startswith(before):
            return after[len(before) :]
    return _difference(before, after)


def _difference(before: Any, after: Any) -> Any:
    numbers = (int, float)
    return after - before if type(before) in numbers and type(after) in numbers else after


def _add(place: Place, before: Any, after: Any) -> Callable[[], None]:
    live: Any = place.read()
    match after:
        case _ if type(live) is not type(after) or type(before) is not type(after):
            pass
        case list() | bytearray() | deque() if _is_beginning(before, after):
            added = list(after)[len(before) :]
            return lambda: live.extend(added)
        case dict() if all(key in live for key in _changed(before, after) if key in before):
            entries = [
                (key, _entry(live, key, after[key]), _entry(before, key, after[key]))
                for key in _changed(before, after)
            ]
            sums = {key: _sum(now, was, after[key], place) for key, now, was in entries}
            return lambda: dict.update(live, sums)
        case str() | int() | float():
            return lambda: place.write(_sum(place.read(), before, after, place))
    raise _untold(place)


def _put(place: Place, before: Any, after: Any) -> Callable[[], None]:
    """Return what puts into the place what was put there; what was not changed then must be the same now."""
    live: Any = place.read()
    match after:
        case _ if type(live) is not type(after) or type(before) is not type(after):
            pass
        case dict() if not isinstance(after, Counter) or _is_same(live, before):  # a Counter's `update` adds
            changed = _changed(before, after)
            if all(key in live and _is_same(live[key], after[key]) for key in after.keys() - changed):
                return lambda: dict.update(live, {key: after[key] for key in changed})
        case set() if before & after <= live:
            return lambda: live.update(after - before)
        case list() | bytearray() if _is_same(live, before):
            return lambda: operator.setitem(live, slice(None), after)
    raise _untold(place)


def _untold(place: Place) -> NotRebuildableError:
    return NotRebuildableError(f"what was added to {place.label} cannot be told")


def _changed(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> list[Any]:
    return [key for key, value in after.items() if key not in before or not _is_same(before[key], value)]


def _is_beginning(before: Any, after: Any) -> bool:
    return _is_same(list(before), list(after)[: len(before)])


def _is_same(one: object, other: object) -> bool:
    return capture(one).data == capture(other).data  # without asking an `__eq__` of the program's


def _entry(table: Mapping[Any, Any], key: Any, like: Any) -> Any:
    return table[key] if key in table else type(like)()  # of a Counter, or another table with a default


def _sum(live: Any, before: Any, after: Any, place: Place) -> Any:
    """Return *live* and what was added to *before* to give *after*. Raises NotRebuildableError."""
    if _is_same(live, before):
        return after
    match after:
        case _ if type(live) is not type(after) or type(before) is not type(after):
            pass
        case str() if after.startswith(before):
            return live + after[len(before) :]
        case int():
            return live + (after - before)
        case float():
            return live + _addend(before, after)
    raise _untold(place)


def _addend(before: float, after: float) -> float:
    """Return the number with the fewest digits that makes *after* of *before*: what was added, most likely."""
    exact = after - before
    rounded = (round(exact, digits) for digits in range(MAX_DIGITS))
    return next((one for one in rounded if before + one == after), exact)
