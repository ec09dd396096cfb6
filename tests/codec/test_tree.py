"""Walking a value path by path."""

import collections
import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from flight_recorder.codec import tags
from flight_recorder.codec.capture import capture
from flight_recorder.codec.tree import children, node_bytes, parse
from flight_recorder.errors import UnreadableError
from tests.codec.made_classes import Items, Order, Plain, Point, Quote
from tests.codec.strategies import everything


def paths(thing: object) -> dict[str, bytes]:
    return dict(walk("", parse(capture(thing).data)))


def walk(path: str, node: Any) -> Iterator[tuple[str, bytes]]:
    for step, part in children(node):
        yield path + step, node_bytes(part)
        yield from walk(path + step, part)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (
            {"customer": {"address": ["Main", 1]}},
            {
                "['customer']": {"address": ["Main", 1]},
                "['customer']['address']": ["Main", 1],
                "['customer']['address'][0]": "Main",
                "['customer']['address'][1]": 1,
            },
        ),
        ({1: "a", (2, 3): ()}, {"[1]": "a", "[(2, 3)]": ()}),
        (Quote("a", {"rate": 2.5}), {".carrier": "a", ".price": {"rate": 2.5}, ".price['rate']": 2.5}),
        (Point(1, b"x"), {".x": 1, ".y": b"x"}),
        ((1, [2]), {"[0]": 1, "[1]": [2], "[1][0]": 2}),
        ({"b", "a"}, {"[0]": "a", "[1]": "b"}),
        (collections.Counter("a"), {"['a']": 1}),
        (collections.deque([1]), {"[0]": 1}),
        (Plain(a={"$": 1}), {".a": {"$": 1}, ".a['$']": 1}),
        (Items([None]), {"[0]": None}),
        (Order(more=1), {".customer": None, ".more": 1, "._seen": 0}),
        (OSError(2, "gone"), {".args[0]": 2, ".args[1]": "gone", ".errno": 2, ".strerror": "gone"}),
        (functools.partial(len, 1, a=2), {".func": len, ".args[0]": 1, ".keywords['a']": 2}),
        ("leaf", {}),
    ],
)
def test_each_part_is_reached_by_its_path_and_has_the_bytes_of_its_own_capture(
    thing: object, expected: dict[str, object]
) -> None:
    assert paths(thing) == {path: capture(part).data for path, part in expected.items()}


@given(everything)
@settings(max_examples=150, deadline=None)
def test_parsing_and_writing_again_gives_the_same_bytes(thing: Any) -> None:
    data = capture(thing).data

    assert node_bytes(parse(data)) == data
    dict(walk("", parse(data)))


def test_links_and_members_of_exceptions_are_parts() -> None:
    group = ExceptionGroup("g", [ValueError(1)])
    group.__cause__ = KeyError("k")

    found = paths(group)

    assert found[".exceptions[0]"] == capture(ValueError(1)).data
    assert found[".__cause__.args[0]"] == b'"k"'


def test_damaged_bytes_are_unreadable() -> None:
    with pytest.raises(UnreadableError, match="damaged"):
        parse(b"{")


def test_the_page_on_the_format_has_a_row_for_each_tag() -> None:
    page = (Path(__file__).parents[2] / "docs" / "serialization.md").read_text(encoding="utf-8")
    table = page.partition("| other keys |\n")[2].partition("\n\n")[0]
    documented = {word for row in table.splitlines() for word in re.findall(r"`([a-z]+)`", row.split("|")[1])}

    assert documented == {word for name, word in vars(tags).items() if name.isupper() and name != "TAG"}
