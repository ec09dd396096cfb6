"""What an object held is put back: the very parts, into the very object, by nothing but the builtin methods."""

import copy
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable
from typing import Any

import pytest

from flight_recorder.codec.capture import capture_parts
from flight_recorder.codec.refill import undo_of
from tests.codec.made_classes import Frozen, Quote


class Loud(list[Any]):
    """Complains when its own methods are used."""

    def __setitem__(self, *_: object) -> None:
        raise AssertionError

    def __eq__(self, _other: object) -> bool:
        raise AssertionError

    __hash__ = None  # type: ignore[assignment]


class Guarded:
    """Takes no attribute in the ordinary way."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        object.__setattr__(self, "value", value)

    def __setattr__(self, *_: object) -> None:
        raise AssertionError


def undo(value: object) -> Callable[[], None]:
    """What gives *value* and its parts back what they hold now."""
    return undo_of([capture_parts(value)[1]])


@pytest.mark.parametrize(
    ("made", "change"),
    [
        (lambda: [1, [2]], lambda one: one[1].append(3)),
        (lambda: {"a": [1], "b": 2}, lambda one: (one.pop("a"), one.update(a=9))),
        (lambda: {1, 2}, lambda one: one.add(3)),
        (lambda: bytearray(b"ab"), lambda one: one.extend(b"c")),
        (lambda: deque([1, 2], 2), lambda one: one.append(3)),
        (lambda: OrderedDict(a=1, b=2), lambda one: one.move_to_end("a")),
        (lambda: defaultdict(list, a=[1]), lambda one: one["b"].append(1)),
        (lambda: Quote("a", [1]), lambda one: (one.price.clear(), setattr(one, "more", 1))),
        (lambda: {"quote": Quote("a", 1)}, lambda one: setattr(one["quote"], "price", 2)),
        (lambda: [Frozen([1])], lambda one: object.__setattr__(one[0], "left", None)),
    ],
)
def test_each_object_holds_again_what_it_held(made: Callable[[], Any], change: Callable[[Any], object]) -> None:
    value, expected = made(), made()
    put_back = undo(value)
    change(value)
    assert _shown(value) != _shown(expected)

    put_back()

    assert _shown(value) == _shown(expected)
    assert type(value) is type(expected)


def _shown(value: Any) -> str:
    return repr(value) + repr(getattr(value, "__dict__", ""))


def test_the_parts_are_the_very_objects_that_were_there() -> None:
    part, key = [1], ("k",)
    value = {key: part, "same": part}
    put_back = undo(value)
    value.update({key: [1], "same": copy.copy(part)})

    put_back()

    assert value[key] is part
    assert value["same"] is part


def test_no_method_of_the_program_is_asked() -> None:
    loud, guarded = Loud([1]), Guarded([1])
    held = guarded.value
    put_back = undo([loud, guarded])
    list.append(loud, 2)
    object.__setattr__(guarded, "value", None)

    put_back()

    assert list(loud) == [1]
    assert guarded.value is held


def test_what_was_not_changed_is_not_touched() -> None:
    value = {"a": 1, "b": 2}
    items = iter(value.items())
    put_back = undo(value)

    put_back()

    assert list(items) == [("a", 1), ("b", 2)]  # it would raise, had the dict been filled again
