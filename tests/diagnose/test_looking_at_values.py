"""What is odd about a value by itself, what a function expects, and where a value stands in another one."""

import ast
from dataclasses import dataclass

import pytest

from flight_recorder.codec.capture import capture
from flight_recorder.diagnose.anomaly import anomaly_of, is_malformed_json
from flight_recorder.diagnose.expect import expectation, provides_for_none, violates
from flight_recorder.diagnose.look import part_of
from tests.diagnose.test_slicing import code


@dataclass
class Quote:
    """Something that is no builtin."""

    rate: float


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"),
        (float("nan"), "NaN"),
        ([], "an empty list"),
        ((), "an empty tuple"),
        ("  ", "an empty text"),
        ("Unknown", "'Unknown', which reads like a missing value"),
        ("Error: no such host", "text that reads like an error"),
        ('{"score": 7, "wh', "malformed JSON"),
        ("```json\n{'a': 1}\n```", ""),
        ('```json\n{"a": \n```', "malformed JSON"),
        (-1, "-1, which often stands for a missing value"),
        ({"a": {"b": [None]}}, "None"),
        (0, ""),
        (False, ""),
        ("fine", ""),
        ("[1] a footnote", ""),
        ('```json\n{"a": 1}\n```', ""),
        ({"a": 1}, ""),
    ],
)
def test_odd_values_are_told_from_ordinary_ones(value: object, text: str) -> None:
    assert anomaly_of(part_of(capture(value))).text == text


def test_what_is_odd_counts_less_the_deeper_it_stands() -> None:
    assert anomaly_of(part_of(capture(""))).weight > anomaly_of(part_of(capture({"a": ""}))).weight > 0


@pytest.mark.parametrize("text", ['{"a": 1}', "[1, 2]", "[]", "{}", "see [1, 2] there", "{name} is a field"])
def test_text_that_is_json_or_does_not_set_out_to_be_is_not_malformed(text: str) -> None:
    assert not is_malformed_json(text)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(x): return x['a']", "a dict"),
        ("def f(x): return x.get('a')", "a dict"),
        ("def f(x): return x[0]", "a list"),
        ("def f(x):\n    for i in x: pass", "a list"),
        ("def f(x): return sum(x)", "a list"),
        ("def f(x): return x - 1", "a number"),
        ("def f(x): return x > 1", "a number"),
        ("def f(x): return x.strip()", "text"),
        ("def f(x): return x.rate", "an object with .rate"),
        ("def f(x: str): return x['a']", "text"),
        ("def f(x: 'dict[str, int]'): return x", "a dict"),
        ("def f(x: Quote): return x", "a Quote"),
        ("def f(x: Any): return x", ""),
        ("def f(x):\n    assert x is not None\n    return x['a']", "a dict"),
        ("def f(x): return x", ""),
    ],
)
def test_what_a_function_expects_is_read_off_its_use_or_annotation(source: str, expected: str) -> None:
    assert expectation(code(source), "x") == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(x): return x or 0", True),
        ("def f(x):\n    if x is None:\n        return 0\n    return x", True),
        ("def f(x): return x if x else 0", True),
        ("def f(x):\n    if not x:\n        raise ValueError\n    return x", False),
        ("def f(x):\n    assert x is not None\n    return x", False),
        ("def f(x): return x + 1", False),
    ],
)
def test_a_function_that_goes_on_without_a_value_provides_for_none(source: str, expected: bool) -> None:
    assert provides_for_none(code(source), "x") is expected


@pytest.mark.parametrize(
    ("value", "annotation", "expected"),
    [
        (None, "dict", True),
        (None, "dict | None", False),
        (None, "list[int]", True),
        (1, "float", False),
        (True, "int", False),
        ("1", "int", True),
        (1, "None", True),
        (None, "Quote", False),
        ({}, "Mapping", False),
        ("x", "'int'", True),
    ],
)
def test_a_declared_type_is_violated_only_when_that_is_sure(value: object, annotation: str, expected: bool) -> None:
    assert violates(part_of(capture(value)), ast.parse(annotation, mode="eval").body) is expected


def test_a_part_is_found_wherever_it_stands() -> None:
    whole = part_of(capture({"a": [1, {"b": "deep"}], "c": (Quote(1.5), "deep")}))

    assert whole.places_of(part_of(capture("deep"))) == [("c", 1), ("a", 1, "b")]
    assert whole.at(("c", 0, "rate")) == part_of(capture(1.5))
    assert whole.at(("a", -1, "b")) == part_of(capture("deep"))
    assert whole.at(("a", 7)) is None
    assert whole.keys() == ["a", "c"]


@pytest.mark.parametrize("value", [None, True, 1, -7, 1.0, "ab", "", [], {}])
def test_values_that_are_everywhere_do_not_tell(value: object) -> None:
    assert not part_of(capture(value)).is_telling


@pytest.mark.parametrize("value", ["abc", 1234, 0.5, [None], {"a": 1}, (1,), Quote(1.0)])
def test_values_that_are_seldom_equal_by_chance_tell(value: object) -> None:
    assert part_of(capture(value)).is_telling
