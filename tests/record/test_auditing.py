"""Places in an audit: what a call left there is taken back, and additions are compared whatever was there before."""

from contextvars import ContextVar
from types import CellType
from typing import Any

import pytest

from flight_recorder.codec.capture import capture
from flight_recorder.fingerprint.attributes import ABSENT
from flight_recorder.fingerprint.places import Place
from flight_recorder.record.places import is_same_addition


class Kind:
    """Holds an attribute that a step changes."""

    known = 1


def function() -> None:
    """Holds an attribute likewise."""


@pytest.mark.parametrize("holder", [{"known": 1}, CellType(1), Kind, function])
def test_a_place_gets_back_what_it_held_and_holds_nothing_where_it_held_nothing(holder: Any) -> None:
    place = Place("place", holder, "known")
    place.write(1)
    held = place.read()
    place.write(2)

    place.put_back(held)
    assert place.read() == 1

    place.put_back(ABSENT)
    assert place.read() is ABSENT


def test_a_context_variable_gets_back_what_it_held() -> None:
    variable: ContextVar[int] = ContextVar("variable")
    place = Place("variable", variable, "variable")
    place.write(1)
    place.write(2)

    place.put_back(1)

    assert variable.get() == 1


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (([1], [1, 2]), ([7, 8], [7, 8, 2]), True),
        (([1], [1, 2]), ([7, 8], [7, 8, 3]), False),
        (([1], [1, 2]), ([7], [2, 7]), False),
        (({"a": 1}, {"a": 3, "b": 1}), ({"a": 5, "c": 1}, {"a": 7, "c": 1, "b": 1}), True),
        (({"a": 1}, {"a": 3}), ({"a": 5}, {"a": 6}), False),
        (({1}, {1, 2}), ({3}, {2, 3}), True),
        (("a", "ab"), ("x", "xb"), True),
        ((1, 3), (10, 12), True),
        ((1, 3), (10, 13), False),
        (([1], None), ([1], None), True),
        (([1], [1, 2]), ([1], None), False),
        ((None, [1]), (None, [1]), True),
    ],
)
def test_two_calls_add_the_same_whatever_was_there_before(one: Any, other: Any, *, is_same: bool) -> None:
    assert is_same_addition(*(_captured(change) for change in (one, other))) is is_same


def _captured(change: tuple[Any, Any]) -> Any:
    return tuple(None if value is None else capture(value) for value in change)
