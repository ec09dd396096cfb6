"""What a step added to a place that it only adds to."""

from typing import Any

import pytest

from flight_recorder.codec.capture import capture
from flight_recorder.plan.additions import addition


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (([1], [1, 2]), ([5, 6], [5, 6, 2])),
        (("a", "ab"), ("xy", "xyb")),
        ((3, 5), (10, 12)),
        (({"a": 1}, {"a": 3, "b": [1]}), ({"a": 7, "c": 0}, {"a": 9, "c": 0, "b": [1]})),
        (({}, {"hits": 1}), ({"hits": 4}, {"hits": 5})),
    ],
)
def test_the_same_was_added_to_different_things(first: tuple[Any, Any], second: tuple[Any, Any]) -> None:
    assert _addition(*first) == _addition(*second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (([1], [1, 2]), ([1], [1, 3])),
        (([1], [1, 2]), ([1], [0, 2])),
        (([1], [1, 2]), ([True], [True, 2.0])),
        (("a", "ab"), ("a", "cb")),
        ((3, 5), (3, 6)),
        ((3, 5), (False, 2)),
        (({"a": 1}, {"a": 2}), ({"a": 1}, {"b": 1})),
        (({"a": [1]}, {"a": [2]}), ({"a": [1]}, {"a": [3]})),
        (({1: 2}, {1: 3}), ({1: 5}, {1: 6})),
    ],
)
def test_something_else_was_done(first: tuple[Any, Any], second: tuple[Any, Any]) -> None:
    assert _addition(*first) != _addition(*second)


def _addition(before: object, after: object) -> object:
    return addition(capture(before), capture(after))
