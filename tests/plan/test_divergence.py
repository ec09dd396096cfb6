"""Where two sessions begin to differ, and how."""

from dataclasses import replace

import pytest

from flight_recorder.model.difference import Difference
from flight_recorder.model.judgement import Decision, Judgement, Reason
from flight_recorder.model.session import Session
from flight_recorder.plan.divergence import Divergence, compare, detail
from tests.plan.made import call, session

LOOKUP = call("lookup", "k", None)
SCORE = call("score", None, ValueError("no contact"))


def first(a: Session, b: Session) -> tuple[str, str]:
    """Name and kind of the first divergence."""
    comparison = compare(a, b)
    assert comparison.first is not None
    row = comparison.rows[comparison.first]
    return row.pair.name, row.divergence


def test_a_session_does_not_differ_from_itself() -> None:
    one = session(LOOKUP, SCORE, result=ValueError("no contact"))

    comparison = compare(one, one)

    assert comparison.is_same
    assert comparison.first is None


def test_changed_code_with_another_output_is_the_first_divergence() -> None:
    a = session(LOOKUP, SCORE, result=ValueError("no contact"))
    b = session(call("lookup", "k", {"score": 1}), call("score", {"score": 1}, 1), codes={"lookup": "new"})

    assert first(a, b) == ("lookup", Divergence.CODE)
    assert [row.divergence for row in compare(a, b).rows] == [
        Divergence.FAILED,
        Divergence.CODE,
        Divergence.INPUT,
    ]


def test_another_output_of_the_same_code_and_inputs_is_told_apart_from_changed_code() -> None:
    a, b = session(call("ask", 1, "yes")), session(call("ask", 1, "no"))

    assert first(a, b) == ("ask", Divergence.OUTPUT)


def test_a_callers_output_diverges_after_the_steps_that_it_called() -> None:
    a = session(call("outer", 1, 2, call("inner", 1, 2)), result=2)
    b = session(call("outer", 1, 3, call("inner", 1, 3)), result=3)

    assert first(a, b) == ("inner", Divergence.OUTPUT)


def test_a_callers_own_output_diverges_before_what_follows_it() -> None:
    a = session(call("outer", 1, 2, call("inner", 1, 2)), call("next", 2, 2))
    b = session(call("outer", 1, 3, call("inner", 1, 2)), call("next", 3, 3))

    assert first(a, b) == ("outer", Divergence.OUTPUT)


def test_an_input_that_no_step_gave_is_the_first_divergence() -> None:
    a, b = session(call("ask", "10 am", "yes")), session(call("ask", "11 am", "yes"))

    assert first(a, b) == ("ask", Divergence.INPUT)


@pytest.mark.parametrize(("a", "b", "kind"), [((1,), (1, 2), Divergence.NEW), ((1, 2), (1,), Divergence.MISSING)])
def test_a_step_that_only_one_has(a: tuple[int, ...], b: tuple[int, ...], kind: Divergence) -> None:
    sessions = [session(*(call("page", n, n) for n in numbers)) for numbers in (a, b)]

    assert first(*sessions) == ("page", kind)


def test_a_failure_with_the_same_code_and_inputs() -> None:
    a, b = session(call("ask", 1, "yes")), session(call("ask", 1, TimeoutError("late")))

    assert first(a, b) == ("ask", Divergence.FAILED)
    assert first(b, session(call("ask", 1, TimeoutError("later")))) == ("ask", Divergence.FAILED)


def test_changed_code_without_effect_gives_way_to_what_has_one() -> None:
    a = session(call("clean", 1, 1), call("ask", 1, "yes"))
    b = session(call("clean", 1, 1), call("ask", 1, "no"), codes={"clean": "new"})

    assert first(a, b) == ("ask", Divergence.OUTPUT)
    assert first(a, session(call("clean", 1, 1), call("ask", 1, "yes"), codes={"clean": "new"})) == (
        "clean",
        Divergence.CODE,
    )


def test_changed_code_of_a_caller_counts_when_what_it_called_differs() -> None:
    a, b = session(call("ask", 1, "yes")), session(call("ask", 2, "yes"), codes={"main": "new"})

    assert first(a, b) == ("main", Divergence.CODE)


def test_a_step_that_was_overridden_is_said_to_be() -> None:
    judgement = Judgement(Decision.CACHED, Reason.OVERRIDDEN)
    a = session(call("ask", 1, "yes"))
    b = session(replace(call("ask", 1, "no"), judgement=judgement))

    assert first(a, b) == ("ask", Divergence.OVERRIDDEN)


def test_all_that_differs_in_a_pair_is_told() -> None:
    a = session(call("ask", {"to": "a", "n": 1}, [1, 2]))
    b = session(call("ask", {"to": "b", "n": 1}, [1, 3]), codes={"ask": "new"})

    found = detail(compare(a, b), compare(a, b).rows[1])

    assert found.code is not None
    assert [(change.input, change.difference) for change in found.inputs] == [("x", Difference(".to", "'a'", "'b'"))]
    assert found.outcome == (Difference("[1]", "2", "3"),)


def test_a_long_chain_of_calls_is_compared() -> None:
    def chain(last: int) -> Session:
        made = call("s", 0, last)
        for n in range(1, 3_000):
            made = call("s", n, 0, made)
        return session(made)

    assert first(chain(1), chain(2)) == ("s", Divergence.OUTPUT)
