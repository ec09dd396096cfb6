"""A captured value with one part replaced keeps its types."""

import re
from collections import Counter, OrderedDict, deque, namedtuple
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from flight_recorder.codec.capture import capture
from flight_recorder.codec.decode import decode
from flight_recorder.codec.difference import differences
from flight_recorder.codec.edit import PATH, CannotEditError, with_part

Pair = namedtuple("Pair", "left right")


class Stage(Enum):
    NEW = 1
    WON = "won"


@dataclass
class Line:
    name: str
    price: float = 1.5


@dataclass
class Quote:
    total: Decimal
    lines: list[Line] = field(default_factory=list)
    stage: Stage = Stage.NEW
    day: date = date(2024, 2, 29)


class Model(BaseModel):
    name: str = "A"
    score: int = 1
    tags: tuple[str, ...] = ()


def edited(before: object, path: str, new: object) -> Any:
    return decode(with_part(capture(before), path, new))


@pytest.mark.parametrize(
    ("before", "path", "new", "after"),
    [
        ({"score": 75}, ".score", 10, {"score": 10}),
        ({"a key": [1, 2]}, "['a key'][1]", None, {"a key": [1, None]}),
        ({"a": {"b": 1}}, '["a"].b', [1], {"a": {"b": [1]}}),
        ({7: "x"}, "[7]", "y", {7: "y"}),
        ({"$": 1, "b": 2}, ".b", 3, {"$": 1, "b": 3}),
        ([{"name": "a"}, {"name": "b"}], "[1].name", "c", [{"name": "a"}, {"name": "c"}]),
        ((1, (2, 3)), "[1]", [4], (1, (4,))),
        ({"tags": {"a", "b"}}, ".tags", ["b", "c", "c"], {"tags": {"b", "c"}}),
        (deque([1, 2], 3), "[0]", 5, deque([5, 2], 3)),
        (OrderedDict(a=1), ".a", {"$": 2}, OrderedDict(a={"$": 2})),
        (Counter("aab"), ".a", 7, Counter(a=7, b=1)),
        (Pair(1, 2), ".right", 3, Pair(1, 3)),
        (Quote(Decimal("7")), ".total", 9.25, Quote(Decimal("9.25"))),
        (Quote(Decimal(7)), ".stage", "WON", Quote(Decimal(7), stage=Stage.WON)),
        (Quote(Decimal(7)), ".day", "2025-01-02", Quote(Decimal(7), day=date(2025, 1, 2))),
        (Quote(Decimal(7), [Line("a")]), ".lines[0].price", 2, Quote(Decimal(7), [Line("a", 2.0)])),
        (Quote(Decimal(7), [Line("a")]), ".lines[0]", {"name": "b"}, Quote(Decimal(7), [Line("b")])),
        ({"at": datetime(2024, 1, 1, 12)}, ".at", "2024-01-01T13:00:00", {"at": datetime(2024, 1, 1, 13)}),
        ({"at": Path("/a")}, ".at", "/b", {"at": Path("/b")}),
        ({"id": UUID(int=1)}, ".id", str(UUID(int=2)), {"id": UUID(int=2)}),
    ],
)
def test_one_part_is_replaced_and_every_type_stays(before: object, path: str, new: object, after: object) -> None:
    found = edited(before, path, new)

    assert capture(found).data == capture(after).data
    assert found == after


def test_a_field_of_a_model_counts_as_set_from_then_on() -> None:
    found = edited(Model(name="B"), ".tags", ["x"])

    assert found == Model(name="B", tags=("x",))
    assert found.model_fields_set == {"name", "tags"}


@pytest.mark.parametrize(
    ("before", "path", "message"),
    [
        ({"score": 1, "a b": 2}, ".scor", "there is no .scor; the recorded output has .score, ['a b']"),
        (Quote(Decimal(1)), ".lines[0]", "there is no .lines[0]; .lines is []"),
        ([1, 2], "[2]", "there is no [2]; the recorded output has 2 items, from [0] to [1]"),
        (None, ".x", "there is no .x; the recorded output is None"),
        ({"q": Quote(Decimal(1))}, ".q.totl", "there is no .q.totl; .q has .total, .lines, .stage, .day"),
        ({f"k{n}": n for n in range(20)}, ".x", "there is no .x; the recorded output has " + ", ".join(
            f".k{n}" for n in range(12)) + " and 8 more"),
    ],
)  # fmt: skip
def test_a_part_that_is_not_there_names_those_that_are(before: object, path: str, message: str) -> None:
    with pytest.raises(CannotEditError) as raised:
        with_part(capture(before), path, 1)

    assert str(raised.value) == message


def test_a_value_of_another_kind_than_the_part_is_refused() -> None:
    with pytest.raises(CannotEditError, match=r"^\.day is a date, and 'soon' is none$"):
        with_part(capture(Quote(Decimal(1))), ".day", "soon")
    with pytest.raises(CannotEditError, match=r"^\.total is a Decimal, and 'much' is none$"):
        with_part(capture(Quote(Decimal(1))), ".total", "much")
    with pytest.raises(CannotEditError, match=r"^there is no \.lines\[0\]\.cost; \.lines\[0\] has \.name, \.price$"):
        with_part(capture(Quote(Decimal(1), [Line("a")])), ".lines[0]", {"cost": 1})


def test_what_cannot_be_rebuilt_cannot_be_edited() -> None:
    with pytest.raises(CannotEditError, match=r"^it cannot be rebuilt from the recording"):
        with_part(capture({"a": 1, "b": object()}), ".a", 2)


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(plain, st.integers())
def test_an_edit_is_one_difference(whole: Any, new: int) -> None:
    was = capture({"whole": whole, "part": [None]})

    (found,) = differences(was, with_part(was, ".part[0]", new))

    assert (found.path, found.before) == (".part[0]", "None")


@pytest.mark.parametrize("path", [r"['\x']", r"['\N{nothing}']", r"['\u12']"])
def test_a_path_that_python_cannot_read_is_no_crash(path: str) -> None:
    with pytest.raises(CannotEditError, match="is no key"):
        with_part(capture({"a": 1}), path, 2)


@pytest.mark.parametrize("path", ["[0222]", "[٣]", "[--1]"])
def test_an_index_is_written_as_python_writes_it(path: str) -> None:
    assert re.fullmatch(PATH, path) is None
