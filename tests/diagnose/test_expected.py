"""Which part of a result an expectation turned down."""

import ast
import textwrap
from typing import Any

import pytest

from flight_recorder.codec.capture import capture
from flight_recorder.diagnose.expected import looked_at
from flight_recorder.diagnose.look import part_of
from flight_recorder.diagnose.seen import Seen, seen
from flight_recorder.model.expectation import Expectation

ORDER = {
    "total": -3,
    "name": "Ann",
    "items": [{"price": 2}, {"price": 0}, {"price": 4}],
    "count": 3,
    "empty": [],
    "none": None,
    "user": {"mail": ""},
}


def parts(unmet: Expectation, result: object = ORDER) -> list[str]:
    whole = part_of(capture(result))
    found = looked_at(unmet, whole)
    return [
        whole.spelled(each.path) + (f" lacks {each.missing}" if each.missing is not None else "") for each in found
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('lambda r: r["total"] > 0', ["['total']"]),
        ('lambda r: 0 < r["total"] < 10', ["['total']"]),
        ('lambda r: r["count"] > 0 and r["total"] > 0', ["['total']"]),
        ('lambda r: r["count"] > 5 or r["total"] > 0', ["['count']", "['total']"]),
        ('lambda r: not r["total"] < 0', ["['total']"]),
        ('lambda r: r.get("total", 0) > 0', ["['total']"]),
        ('lambda r: r["name"].startswith("B")', ["['name']"]),
        ('lambda r: all(i["price"] > 0 for i in r["items"])', ["['items'][1]['price']"]),
        ('lambda r: not any(i["price"] == 0 for i in r["items"])', ["['items'][1]['price']"]),
        ('lambda r: r["items"][1]["price"]', ["['items'][1]['price']"]),
        ('lambda r: len(r["empty"]) > 0', ["['empty']"]),
        ('lambda r: r["count"] == len(r["items"]) and r["none"] is not None', ["['none']"]),
        ('lambda r: sum(i["price"] for i in r["items"]) == r["total"]', ["['items']", "['total']"]),
        ('lambda r: isinstance(r, dict) and "@" in r["user"]["mail"]', ["['user']['mail']"]),
        ('lambda r: "id" in r', [""]),
        ('lambda r: r.get("id")', [" lacks id"]),
        ("lambda r: check(r)", [""]),
        ("lambda r: False", [""]),
        ("lambda *r: r", [""]),
        ("", [""]),
    ],
)
def test_a_lambda_looked_at(source: str, expected: list[str]) -> None:
    parameter = "r" if "lambda r" in source else ""
    assert parts(Expectation("shop:<lambda>", parameter, source)) == expected


def test_a_key_that_is_not_there_is_missing_in_what_it_was_looked_for() -> None:
    raised = Expectation(
        "m:<lambda>", "r", 'lambda r: r["user"]["name"] == "Ann"', error="KeyError", message="'name'"
    )

    assert parts(raised) == ["['user'] lacks name"]


CHECK = textwrap.dedent(
    """
    def check(order):
        items = order["items"]
        assert order["count"] == len(items)
        for item in items:
            assert item["price"] > 0, "free"
        if order["total"] < 0:
            raise ValueError("negative")
        user = order["user"]
        return bool(user["mail"])
    """
).lstrip()


@pytest.mark.parametrize(
    ("line", "error", "expected"),
    [
        (3, "AssertionError", ["['count']", "['items']"]),
        (5, "AssertionError", ["['items'][1]['price']"]),
        (7, "ValueError", ["['total']"]),
        (8, "KeyError", ["['user']"]),
        (0, "", ["['user']['mail']"]),
    ],
)
def test_of_a_function_the_line_that_raised_counts_else_what_it_returns(
    line: int, error: str, expected: list[str]
) -> None:
    unmet = Expectation("shop:check", "order", CHECK, "shop.py", 1, error, "", line)

    result = ORDER if line != 3 else {**ORDER, "count": 9}
    assert parts(unmet, result) == expected


def test_a_test_that_led_to_a_return_of_false_counts() -> None:
    source = 'def check(r):\n    if r["total"] < 0:\n        return False\n    return r["count"] > 0\n'

    assert parts(Expectation("m:check", "r", source, "m.py", 1)) == ["['total']"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("r['a'] + 1", 3),
        ("-r['a'] / 2", -1.0),
        ("r['a'] / 0", ...),
        ("len(r['b'])", 2),
        ("max(r['b'])", 5),
        ("sum(x * 2 for x in r['b'])", 14),
        ("all(x > 1 for x in r['b'])", True),
        ("any(x > 9 for x in r['b'])", False),
        ("5 in r['b']", True),
        ("'a' in r", True),
        ("r['b'] == r['b']", True),
        ("r['a'] is None", False),
        ("isinstance(r['b'], list)", True),
        ("r['b'][-1]", 5),
        ("r['x']", ...),
        ("r['a'].real", ...),
        ("f(r)", ...),
        ("r['a'] < 'x'", ...),
    ],
)
def test_what_is_worked_out_is_what_python_works_out_or_nothing(text: str, value: Any) -> None:
    names = {"r": Seen(part_of(capture({"a": 2, "b": [2, 5]})), ())}

    found = seen(ast.parse(text, mode="eval").body, names)

    assert (... if found is None else found.part.node) == value
