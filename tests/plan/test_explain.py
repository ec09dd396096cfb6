"""What decided about each step of a replay, told from two sessions and the judgements in the later one."""

from dataclasses import replace

from msgspec import structs

from flight_recorder.model.difference import Difference
from flight_recorder.model.judgement import Decision, Judgement, Reason
from flight_recorder.model.session import Session
from flight_recorder.model.step import Step
from flight_recorder.plan.explain import Ending, Explanation, explain_replay
from tests.plan.made import Made, call, session


def ran(made: Made, reason: str, twin: int | None) -> Made:
    """The same call, run again in a replay."""
    return replace(made, judgement=Judgement(Decision.RERUN, reason, twin=twin))


def why(recorded: Session, replayed: Session, name: str) -> Explanation:
    return next(each for each in explain_replay(recorded, replayed) if each.name == name)


RECORDED = session(
    call("lookup", "k", None), call("score", {"contact": None, "n": 1}, 0), call("report", 0, "bad"), result=1
)


def test_code_inputs_and_outcome_are_compared_with_the_twin() -> None:
    contact = {"name": "there", "score": 10}
    replayed = session(
        ran(call("lookup", "k", contact), Reason.CODE_CHANGED, 2),
        ran(call("score", {"contact": contact, "n": 1}, 0), Reason.INPUT_CHANGED, 3),
        codes={"lookup": "fixed"},
    )

    lookup, score = (why(RECORDED, replayed, name) for name in ("lookup", "score"))

    assert lookup.code is not None
    assert (lookup.is_same_call, lookup.ending) == (True, Ending.DIFFERENT)
    assert lookup.outcome == (Difference("", "None", "{'name': 'there', 'score': 10}"),)
    assert score.code is None
    assert [change.difference for change in score.inputs] == [
        Difference(".contact", "None", "{'name': 'there', 'score': 10}")
    ]
    assert score.brought_by == replayed.steps[2]
    assert score.ending is Ending.EQUAL


def test_an_input_that_nobody_gave_as_it_is_was_brought_by_no_step() -> None:
    replayed = session(
        ran(call("lookup", "k", "found"), Reason.CODE_CHANGED, 2),
        ran(call("score", {"contact": "found, in capitals", "n": 1}, 0), Reason.INPUT_CHANGED, 3),
    )

    assert why(RECORDED, replayed, "score").brought_by is None


def test_a_step_that_gave_what_it_gave_before_brought_nothing() -> None:
    replayed = session(
        ran(call("lookup", "k", None), Reason.CODE_CHANGED, 2),
        ran(call("score", None, 0), Reason.INPUT_CHANGED, 3),
    )

    assert why(RECORDED, replayed, "score").brought_by is None


def test_a_step_that_ends_later_brought_nothing() -> None:
    replayed = session(
        ran(call("score", "fresh value", 0), Reason.INPUT_CHANGED, 3),
        ran(call("lookup", "k", "fresh value"), Reason.CODE_CHANGED, 2),
    )

    assert why(RECORDED, replayed, "score").brought_by is None


def served(whole: Session, id: int, source: int) -> Session:
    """The session, with one step served from the recorded *source*, and those below it."""
    steps = dict(whole.steps)
    below = [steps[id], *whole.under(steps[id])]
    for shift, step in enumerate(below):
        steps[step.id] = _from(step, source + shift)
    return structs.replace(whole, steps=steps)


def _from(step: Step, source: int) -> Step:
    return structs.replace(step, source=source, judgement=Judgement(Decision.CACHED, saved_ns=7))


def test_steps_that_came_along_are_counted_with_their_caller() -> None:
    recorded = session(call("outer", 1, 1, call("inner", 1, 1, call("deep", 1, 1))), call("last", 1, 1))
    replayed = served(recorded, 2, 2)

    found = explain_replay(recorded, replayed)

    assert [(each.name, each.along, each.saved_ns) for each in found] == [
        ("main", 0, 0),
        ("outer", 2, 7),
        ("last", 0, 0),
    ]
    assert (found[1].is_same_call, found[1].twin, found[1].ending) == (True, 2, Ending.UNKNOWN)


def test_without_the_recording_the_judgements_are_told() -> None:
    replayed = session(ran(call("lookup", "k", 1), Reason.CODE_CHANGED, 2))

    (_, lookup) = explain_replay(None, replayed)

    assert (lookup.reason, lookup.twin, lookup.ending) == (Reason.CODE_CHANGED, None, Ending.UNKNOWN)
