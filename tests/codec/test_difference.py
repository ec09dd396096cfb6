"""What differs between two values, part by part."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flight_recorder.codec.capture import capture
from flight_recorder.codec.difference import differences
from flight_recorder.codec.excerpt import around, line_difference
from flight_recorder.codec.pairing import pairs_of
from flight_recorder.model.difference import Difference
from tests.codec.made_classes import Point
from tests.codec.strategies import everything


@dataclass
class Contact:
    name: str
    emails: list[Any]


def between(before: object, after: object) -> list[tuple[str, str | None, str | None]]:
    found = differences(capture(before), capture(after))
    return [(difference.path, difference.before, difference.after) for difference in found]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            {"contact": {"email": "a@b.c"}},
            {"contact": {"email": "x@y.z"}},
            [(".contact.email", "'a@b.c'", "'x@y.z'")],
        ),
        ({"a key": 1, 7: 2}, {"a key": 3, 7: 4}, [("['a key']", "1", "3"), ("[7]", "2", "4")]),
        ({"a": 1}, {"b": 1}, [(".a", "1", None), (".b", None, "1")]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, [("", "{'a': 1, 'b': 2}", "{'b': 2, 'a': 1}")]),
        (Contact("A", ["x"]), Contact("A", ["y"]), [(".emails[0]", "'x'", "'y'")]),
        (Contact("A", []), {"name": "A"}, [("", "Contact(name='A', emails=[])", "{'name': 'A'}")]),
        ({"a": 1}, None, [("", "{'a': 1}", "None")]),
        (1, "1", [("", "1", "'1'")]),
        ([True, 1], [1, 1.0], [("[0]", "True", None), ("[1]", None, "1.0")]),
        ({1, 2}, {2, 3}, [("", "1", None), ("", None, "3")]),
        ((1, 2), (1, 3), [("[1]", "2", "3")]),
        ((1, 2), [1, 2], [("", "(1, 2)", "[1, 2]")]),
        (ValueError("x", 1), ValueError("x", 2), [(".args[1]", "1", "2")]),
        (Counter("aab"), Counter("abb"), [(".a", "2", "1"), (".b", "1", "2")]),
        (defaultdict(list), defaultdict(set), [("", "defaultdict(list, {})", "defaultdict(set, {})")]),
        (b"abc", b"abd", [("", "b'abc'", "b'abd'")]),
    ],
)
def test_each_part_that_differs_is_named(before: object, after: object, expected: list[object]) -> None:
    assert between(before, after) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([1, 2, 3], [0, 1, 2, 3], [("[0]", None, "0")]),
        ([1, 2, 3], [1, 3], [("[1]", "2", None)]),
        (list(range(9)), [0, 1, 2, "new", *range(3, 9)], [("[3]", None, "'new'")]),
        (
            [{"n": "A", "v": 1}, {"n": "B", "v": 2}],
            [{"n": "X", "v": 3}, {"n": "A", "v": 9}, {"n": "B", "v": 2}],
            [("[0]", None, "{'n': 'X', 'v': 3}"), ("[1].v", "1", "9")],
        ),
        (["a", "b"], ["c", "d"], [("[0]", "'a'", "'c'"), ("[1]", "'b'", "'d'")]),
        ([1, 1, 1], [1, 1], [("[2]", "1", None)]),
        ([], [[]], [("[0]", None, "[]")]),
    ],
)
def test_an_item_put_into_a_list_does_not_change_those_after_it(
    before: object, after: object, expected: list[object]
) -> None:
    assert between(before, after) == expected


def test_a_long_text_is_cut_to_where_it_differs() -> None:
    prompt = "Rate the lead. " * 20 + "Give at most {} points." + " Be fair." * 20

    assert between({"prompt": prompt.format(10)}, {"prompt": prompt.format(20)}) == [
        (".prompt", "'…Give at most 10 points. Be fai…'", "'…Give at most 20 points. Be fai…'")
    ]


def test_the_changed_lines_of_a_text_are_shown_with_those_around_them() -> None:
    before = "You are a scorer.\nBe fair.\nAt most 10.\nAnswer:\nnothing else\n\n\nEnd."
    after = "You are a scorer.\nBe fair.\nAt most 20.\nAnswer:\nnothing else\n\n\nEnd. Really."

    (found,) = differences(capture(before), capture(after))

    assert found.lines == (
        "  Be fair.",
        "- At most 10.",
        "+ At most 20.",
        "  Answer:",
        "  …",
        "  ",
        "- End.",
        "+ End. Really.",
    )


def test_a_difference_of_many_lines_is_cut() -> None:
    before, after = ("\n".join(f"{word} {n}" for n in range(1000)) for word in ("old", "new"))

    lines = line_difference(before, after)

    assert (len(lines), lines[0], lines[-1]) == (12, "- old 0", "…")


def test_text_that_is_json_is_looked_into() -> None:
    before, after = ({"role": "user", "content": [1, 2]}, {"role": "user", "content": [1, 3]})

    assert between(json.dumps(before), json.dumps(after)) == [(".content[1]", "2", "3")]
    assert between('{"a": 1}', '{"a":1}') == [("", "'{\"a\": 1}'", "'{\"a\":1}'")]
    assert between('{"$": "tuple"}', '{"$": "set"}') == [("", '\'{"$": "tuple"}\'', '\'{"$": "set"}\'')]


def test_two_values_that_look_alike_are_told_apart() -> None:
    long = list(range(100))
    other = {"$": [*long[:-1], -1]}

    ((_, before, after),) = between({**other, "k": {"z": long}}["k"]["z"], tuple(long))
    assert before != after

    class Named:
        pass

    Named.__qualname__ = Named.__name__ = "Point"
    ((_, before, after),) = between(Point(1, 2), Named())
    assert before != after


def test_no_more_than_asked_for_are_returned() -> None:
    assert len(differences(capture(list(range(50))), capture([-n for n in range(50)]), limit=3)) == 3


def test_long_lists_are_compared_quickly() -> None:
    # Shifted by one, and with only two kinds of item: quadratic for a comparison of each with each.
    before, after = [n % 2 for n in range(50_000)], [(n + 1) % 2 for n in range(50_000)]

    assert between(before, after) == [("[0]", "0", None), ("[49999]", None, "0")]


@settings(max_examples=150)
@given(everything, everything)
def test_there_are_differences_just_where_the_bytes_differ(before: object, after: object) -> None:
    was, now = capture(before), capture(after)

    found = differences(was, now)

    assert bool(found) == (was.data != now.data)
    assert all(difference.before != difference.after for difference in found)
    assert differences(was, was) == ()


@given(st.lists(st.integers(0, 5)), st.lists(st.integers(0, 5)))
def test_every_item_is_in_one_pair_and_pairs_keep_the_order(before: list[int], after: list[int]) -> None:
    pairs = list(pairs_of(before, after))

    assert [old for old, _ in pairs if old is not None] == list(range(len(before)))
    assert [new for _, new in pairs if new is not None] == list(range(len(after)))


@given(st.lists(st.integers(0, 9)), st.data())
def test_removing_an_item_is_one_difference(items: list[int], data: st.DataObject) -> None:
    items.append(0)
    at = data.draw(st.integers(0, len(items) - 1))

    (found,) = differences(capture(items), capture([*items[:at], *items[at + 1 :]]))

    assert found == Difference(found.path, str(items[at]), None)


@given(st.text(), st.text(), st.text(), st.text())
def test_an_excerpt_shows_a_difference(start: str, old: str, new: str, end: str) -> None:
    before, after = start * 30 + old + end * 30, start * 30 + new + end * 30

    was, now = around(before, after)

    assert (was == now) == (before == after)
