"""Values as text and as plain JSON, made without their types."""

import collections
import datetime as dt
import decimal
import fractions
import functools
import json
import re
import threading
import types
import uuid
import zoneinfo
from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flight_recorder.codec.capture import capture
from flight_recorder.codec.preview import full_text, preview, to_plain, type_name
from tests.codec.made_classes import (
    Box,
    Color,
    Customer,
    Level,
    Mode,
    Names,
    Order,
    Page,
    Plain,
    Point,
    Quote,
    RefusedError,
    Right,
)
from tests.codec.strategies import everything

DAY = dt.datetime(2024, 5, 1, 12, 30)

SHOWN: list[tuple[Any, str, str, Any]] = [
    (None, "None", "NoneType", None),
    (True, "True", "bool", True),
    (2**70, "1180591620717411303424", "int", 2**70),
    (264.0, "264.0", "float", 264.0),
    (float("-inf"), "-inf", "float", "-inf"),
    ("it's", '"it\'s"', "str", "it's"),
    ({"name": "Sarah", "seats": 120}, "{'name': 'Sarah', 'seats': 120}", "dict", {"name": "Sarah", "seats": 120}),
    (
        {1: "a", "1": "b", (2, 3): "c"},
        "{1: 'a', '1': 'b', (2, 3): 'c'}",
        "dict",
        {"1": "a", "'1'": "b", "(2, 3)": "c"},
    ),
    ([], "[]", "list", []),
    ((1,), "(1,)", "tuple", [1]),
    (set(), "set()", "set", []),
    ({1}, "{1}", "set", [1]),
    (frozenset("a"), "frozenset({'a'})", "frozenset", ["a"]),
    (b"a\0", r"b'a\x00'", "bytes", "YQA="),
    (bytearray(b"a"), "bytearray(b'a')", "bytearray", "YQ=="),
    (1 + 2j, "(1+2j)", "complex", "(1+2j)"),
    (range(3), "range(0, 3, 1)", "range", "range(0, 3, 1)"),
    (..., "Ellipsis", "ellipsis", "Ellipsis"),
    (DAY, "datetime('2024-05-01T12:30:00')", "datetime", "2024-05-01T12:30:00"),
    (
        DAY.replace(tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")),
        "datetime('2024-05-01T12:30:00[Europe/Berlin]')",
        "datetime",
        "2024-05-01T12:30:00[Europe/Berlin]",
    ),
    (dt.time(1, tzinfo=dt.UTC), "time('01:00:00+00:00')", "time", "01:00:00+00:00"),
    (dt.timezone(dt.timedelta(hours=-3, minutes=-30)), "timezone('-03:30')", "timezone", "timezone('-03:30')"),
    (dt.date(2024, 5, 1), "date('2024-05-01')", "date", "2024-05-01"),
    (dt.timedelta(days=1), "timedelta(days=1)", "timedelta", "timedelta(days=1)"),
    (decimal.Decimal("1.10"), "Decimal('1.10')", "Decimal", "1.10"),
    (fractions.Fraction(1, 3), "Fraction(1, 3)", "Fraction", "Fraction(1, 3)"),
    (uuid.UUID(int=1), f"UUID('{uuid.UUID(int=1)}')", "UUID", str(uuid.UUID(int=1))),
    (PurePosixPath("/a"), "PurePosixPath('/a')", "PurePosixPath", "/a"),
    (re.compile("a"), "re.compile('a')", "Pattern", "re.compile('a')"),
    (collections.OrderedDict(a=1), "OrderedDict({'a': 1})", "OrderedDict", {"a": 1}),
    (collections.defaultdict(list), "defaultdict(list, {})", "defaultdict", {}),
    (collections.Counter("aa"), "Counter({'a': 2})", "Counter", {"a": 2}),
    (collections.deque([1], 2), "deque([1], maxlen=2)", "deque", [1]),
    (types.SimpleNamespace(a=1), "namespace(a=1)", "SimpleNamespace", {"a": 1}),
    (Color.RED, "Color.RED", "Color", 1),
    (Level.HIGH, "Level.HIGH", "Level", 2),
    (Right.READ | Right.RUN, "Right.READ|RUN", "Right", 5),
    (Mode(0), "Mode(0)", "Mode", 0),
    (Point(1, 2), "Point(x=1, y=2)", "Point", {"x": 1, "y": 2}),
    (
        Quote("Seafast", 264.0),
        "Quote(carrier='Seafast', price=264.0)",
        "Quote",
        {"carrier": "Seafast", "price": 264.0},
    ),
    (Customer(name="Ada"), "Customer(name='Ada', tags=None)", "Customer", {"name": "Ada", "tags": None}),
    (Order(vip=True), "Order(customer=None, vip=True)", "Order", {"customer": None, "vip": True}),
    (Page[int](items=[1]), "Page[int](items=[1])", "Page[int]", {"items": [1]}),
    (Box[int], "Box[int]", "GenericAlias", "Box[int]"),
    (RefusedError("no", code=1), "RefusedError('no')", "RefusedError", "RefusedError('no')"),
    (ExceptionGroup("g", [KeyError(1)]), "ExceptionGroup('g', [KeyError(1)])", "ExceptionGroup", None),
    (Plain(a=1), "<Plain a=1>", "Plain", {"a": 1}),
    (Plain(), "<Plain object>", "Plain", {}),
    (Names(a=1), "<Names {'a': 1}>", "Names", {"a": 1}),
    (threading.Lock(), "<unlocked _thread.lock object>", "lock", "<unlocked _thread.lock object>"),
    (len, "<builtin len>", "builtin_function_or_method", "<builtin len>"),
    (preview, "<function preview>", "function", "<function preview>"),
    (Plain().__init__, "<method __init__>", "method", "<method __init__>"),
    (Plain, "<class Plain>", "type", "<class Plain>"),
    (functools.partial(len, [1]), "partial(<builtin len>, [1])", "partial", "partial(<builtin len>, [1])"),
]


@pytest.mark.parametrize(("thing", "text", "name", "plain"), SHOWN, ids=[text[:40] for _, text, _, _ in SHOWN])
def test_a_value_is_shown(thing: Any, text: str, name: str, plain: Any) -> None:
    value = capture(thing)

    assert preview(value) == text
    assert full_text(value) == text
    assert type_name(value) == name
    assert to_plain(value) == (text if plain is None and thing is not None else plain)


def test_what_is_too_long_is_cut_with_an_ellipsis() -> None:
    assert preview(capture("x" * 100), 10) == "'xxxxxxxx…"
    assert preview(capture(list(range(100))), 12) == "[0, 1, 2, 3…"
    assert preview(capture(b"x" * 1_000), 10) == "b'xxxxxxx…"
    assert preview(capture([1, 2]), 6) == "[1, 2]"


def test_full_text_has_a_line_for_each_part_that_does_not_fit() -> None:
    thing = {"quotes": [Quote("Seafast " * 5, 264.0), Quote("Northline " * 5, 301.0)], "empty": [], "n": 1}

    assert full_text(capture(thing)) == "\n".join(
        [
            "{",
            "    'quotes': [",
            "        Quote(carrier='Seafast Seafast Seafast Seafast Seafast ', price=264.0),",
            "        Quote(carrier='Northline Northline Northline Northline Northline ', price=301.0),",
            "    ],",
            "    'empty': [],",
            "    'n': 1,",
            "}",
        ]
    )


def test_full_text_keeps_long_text_whole() -> None:
    assert full_text(capture(["x" * 300])) == "[\n    '" + "x" * 300 + "',\n]"


@given(everything, st.integers(1, 90))
@settings(max_examples=150, deadline=None)
def test_a_preview_keeps_within_its_limit_and_is_one_line(thing: Any, limit: int) -> None:
    text = preview(capture(thing), limit)

    assert len(text) <= limit
    assert "\n" not in text


@given(everything)
@settings(max_examples=150, deadline=None)
def test_plain_json_can_be_written_by_any_json_library(thing: Any) -> None:
    plain = to_plain(capture(thing))

    assert json.loads(json.dumps(plain, allow_nan=False)) == plain


def test_an_int_of_more_digits_than_python_writes_is_hexadecimal_text() -> None:
    assert to_plain(capture(16**3497)) == 16**3497
    assert to_plain(capture([16**5000])) == [f"0x1{'0' * 5000}"]
    assert to_plain(capture(-(16**5000))) == f"-0x1{'0' * 5000}"
