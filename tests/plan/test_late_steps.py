"""Steps that are registered while the session runs: a replay does not know their code before they are."""

from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.judgement import Decision
from flight_recorder.model.verdict import Serve
from flight_recorder.plan.decide import Decider, Wishes
from flight_recorder.plan.forecast import forecast
from tests.plan.test_decide import ask, fingerprint, session, step


def decider(registered: set[str]) -> Decider:
    def current(name: str) -> tuple[Fingerprint, ...]:
        return (fingerprint(name),) if name in registered else ()

    return Decider(session(step(2, "ask", "hi", "yes")), current, Wishes())


def test_a_step_that_is_registered_after_the_plan_was_made_is_served() -> None:
    registered = {"main"}
    decide = decider(registered)
    forecast(decide.session, decide.validity, Wishes(), None)

    registered.add("ask")

    assert isinstance(ask(decide, "hi"), Serve)
    assert decide.validity.of(decide.session.steps[2]) is None


def test_the_plan_does_not_claim_that_such_a_step_runs() -> None:
    decide = decider({"main"})

    plan = forecast(decide.session, decide.validity, Wishes(), None)

    [line] = [planned for planned in plan.planned if planned.name == "ask"]
    assert (line.decision, line.detail) == (Decision.MAY_RERUN, "no step 'ask' is registered yet")
    assert plan.is_at_least
