"""What earlier sessions that succeeded add: what is new is suspect, and what was always so is not."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flight_recorder.diagnose.diagnosis import Confidence, Diagnosis, diagnose
from flight_recorder.diagnose.look import Part, part_of
from flight_recorder.diagnose.usual import Usual
from flight_recorder.model.value import Value
from tests.diagnose.conftest import Record

PROGRAM = """
RATES = {{"de": 1.2, "fr": 1.1}}

@fr.register("hint")
def hint(country):
    return None

@fr.register("load")
def load(country):
    return {{"country": country, "amount": {amount}}}

@fr.register("rate")
def rate(order):
    return RATES{lookup}

@fr.register("total")
def total(order, factor, note):
    return order["amount"] * factor

@fr.register("check")
def check(amount):
    assert 0 < amount < 100, "out of bounds"
    return amount

@fr.register("main")
def main(country):
    note = hint(country)
    order = load(country)
    return check(total({passed}, rate(order), note))

fr.run(main, "{country}")
"""
GOOD = {"amount": 40.0, "lookup": '[order["country"]]', "passed": "order", "country": "de"}


def diagnosed_after(recorded: Record, good: dict[str, object], bad: dict[str, object]) -> Diagnosis:
    """Record a run that goes well and one that does not, and diagnose the second with the first in mind."""
    earlier = recorded(PROGRAM.format(**{**GOOD, **good}))
    return diagnose(recorded(PROGRAM.format(**{**GOOD, **bad})), [earlier])


def first(diagnosis: Diagnosis) -> tuple[str, list[str]]:
    assert diagnosis.root_cause is not None
    return diagnosis.root_cause.name, [each.text for each in diagnosis.candidates[0].evidence]


def test_a_step_that_answers_otherwise_than_in_a_good_run_is_strong(recorded: Record) -> None:
    diagnosis = diagnosed_after(recorded, {}, {"amount": 400.0})

    name, said = first(diagnosis)
    assert name == "load"
    assert "given the same as in a good run, it returned {'country': 'de', 'amount': 400.0}" in said
    assert diagnosis.root_cause is not None
    assert diagnosis.root_cause.confidence is Confidence.STRONG


def test_what_changed_in_the_code_since_is_said(recorded: Record) -> None:
    name, said = first(diagnosed_after(recorded, {}, {"lookup": '.get(order["country"].upper())'}))

    assert name == "rate"
    assert "since the last good run: code changed" in said


def test_a_none_that_was_always_there_is_not_odd(recorded: Record) -> None:
    diagnosis = diagnosed_after(recorded, {}, {"amount": 400.0})

    assert "hint" not in [candidate.name for candidate in diagnosis.candidates]


def test_a_caller_that_passes_something_else_though_it_was_given_the_same_is_blamed(recorded: Record) -> None:
    name, said = first(diagnosed_after(recorded, {}, {"passed": '{**order, "amount": 400.0}'}))

    assert name == "main"
    assert "it called total with other arguments than in a good run, though it had the same" in said


def test_without_earlier_sessions_nothing_is_said_of_them(recorded: Record) -> None:
    diagnosis = diagnose(recorded(PROGRAM.format(**{**GOOD, "amount": 400.0})))

    assert not any("good run" in each.text for one in diagnosis.candidates for each in one.evidence)


def part(value: object) -> Part:
    return part_of(Value(json.dumps(value).encode()))


@pytest.mark.parametrize(
    ("seen", "now", "said"),
    [
        ([{"a": 1}, {"a": 2}], None, "None, where it was a dict before"),
        ([1, 2.5], "2", "'2', where it was a number before"),
        ([{"a": 1, "b": 2}, {"a": 2}], {"b": 3}, "a dict without 'a', which it always had before"),
        ([[1], [2, 3]], [], "[], which was never empty before"),
        (['{"a": 1}', '{"a": 2}'], "sorry, no", "text that is no JSON, as it was before"),
        ([40.0, 80.0], 90000.0, "90000, which is far from 40 to 80 before"),
        ([40.0, 80.0], 0.0, "0, which it never was before"),
        ([40.0, 80.0], -41.0, "-41, which was never negative before"),
        ([{"a": {"b": 1}}], {"a": {"b": None}}, "None, where it was a number before"),
        ([[{"b": 1}, {"b": 2}]], [{"b": 3}, {"c": 4}], "a dict without 'b', which it always had before"),
    ],
)
def test_what_is_new_about_a_value_is_said(seen: list[object], now: object, said: str) -> None:
    odd = Usual([part(each) for each in seen]).oddness(part(now))

    assert odd.weight > 0
    assert odd.text == said


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(VALUES, min_size=1, max_size=4), st.data())
def test_what_was_seen_is_never_unusual(seen: list[object], data: st.DataObject) -> None:
    again = part(data.draw(st.sampled_from(seen)))
    usual = Usual([part(each) for each in seen])

    assert usual.oddness(again).weight == 0
    assert usual.fits(again)


@given(VALUES)
def test_where_nothing_was_seen_nothing_is_unusual_nor_usual(value: object) -> None:
    nothing = Usual([])

    assert nothing.oddness(part(value)).weight == 0
    assert not nothing.fits(part(value))
