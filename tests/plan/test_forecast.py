"""The plan of a replay: what it says of steps that run only if another one does."""

import threading

from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.forecast import Forecast
from flight_recorder.model.session import Session
from flight_recorder.plan.decide import Wishes
from flight_recorder.plan.forecast import forecast
from flight_recorder.plan.validity import Validity
from tests.plan.made import call, session

CONTACT = {"name": "Sarah", "score": 75}


def planned(recorded: Session, changed: str = "", wishes: Wishes | None = None) -> Forecast:
    """The plan for *recorded*, when the code of the step *changed* has changed since."""

    def current(name: str) -> tuple[Fingerprint, ...]:
        return (Fingerprint(f"m:{name}", "new" if name == changed else "d"),)

    return forecast(recorded, Validity(recorded, current), wishes or Wishes(), None)


def lines(plan: Forecast) -> list[tuple[str, str, str]]:
    return [(one.name, one.decision.value, one.reason) for one in plan.planned]


def test_a_handle_that_was_made_under_a_served_step_is_not_made_again() -> None:
    plan = planned(session(call("connect", None, threading.Lock()), call("score", CONTACT, 75), result="done"))

    assert lines(plan) == [("main", "cached", "")]
    assert not plan.is_at_least


def test_it_is_made_again_when_its_caller_failed() -> None:
    plan = planned(session(call("connect", None, threading.Lock()), result=ValueError("no")))

    assert lines(plan) == [("main", "rerun", "failed"), ("connect", "rerun", "opaque output")]


def test_a_step_that_failed_leaves_served_what_made_a_handle_of_its_own() -> None:
    scored = call("score", CONTACT, 75, call("connect", None, threading.Lock()))

    assert lines(planned(session(scored, result=ValueError("no")))) == [
        ("main", "rerun", "failed"),
        ("score", "cached", ""),
    ]


def test_a_handle_may_be_made_again_when_its_caller_may_run() -> None:
    looked_up = call("lookup", "sarah", CONTACT)
    made = call("open", None, threading.Lock())
    scored = call("score", CONTACT, 75, call("pool", None, threading.Lock(), made))

    assert lines(planned(session(looked_up, scored, result=ValueError("no")), changed="lookup")) == [
        ("main", "rerun", "callee changed"),
        ("lookup", "rerun", "code changed"),
        ("score", "may-rerun", "input changed"),
        ("pool", "may-rerun", "opaque output"),
        ("open", "may-rerun", "opaque output"),
    ]


def test_what_is_asked_for_runs_with_its_callers_and_so_do_the_handles_that_these_make() -> None:
    scored = call("score", CONTACT, 75, call("connect", None, threading.Lock()), call("ask", "q", "a"))

    assert lines(planned(session(scored, result="done"), wishes=Wishes(forced=frozenset({"ask"})))) == [
        ("main", "rerun", "callee changed"),
        ("score", "rerun", "callee changed"),
        ("connect", "rerun", "opaque output"),
        ("ask", "rerun", "forced"),
    ]
