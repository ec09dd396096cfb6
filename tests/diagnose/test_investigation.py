"""Which experiment is next, and what is concluded: with results that are made up, so that every case can be had."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flight_recorder.diagnose.diagnosis import Diagnosis, diagnose
from flight_recorder.diagnose.experiment import Change, Conclusion, Experiment, Ran, Result
from flight_recorder.diagnose.findings import Confidence
from flight_recorder.diagnose.investigation import investigate
from flight_recorder.diagnose.known_good import KnownGood
from flight_recorder.diagnose.shrinking import Test, smallest
from flight_recorder.model.session import Session
from tests.diagnose.conftest import Record

PROGRAM = """
LIMIT = {limit}

@fr.register("load")
def load(name):
    return {load}

@fr.register("note")
def note(name):
    return {note}

@fr.register("rate")
def rate(row):
    return row["amount"] * LIMIT

@fr.register("main")
def main(name):
    return rate({main})

fr.run(main, "a")
"""
GOOD = {"limit": 1, "load": '{"amount": 4}', "note": '"n"', "main": "(note(name), load(name))[1]"}
BAD_LOAD = {"load": '{"amounts": 4}'}
BAD_NOTE = {"note": '"m"'}

Answer = Callable[[Experiment], Result]


@pytest.fixture
def sessions(recorded: Record) -> Callable[[dict[str, object]], tuple[Session, Session]]:
    """A session that succeeded, and one of the program with some of it changed, which failed."""

    def record(changed: dict[str, object]) -> tuple[Session, Session]:
        return recorded(PROGRAM.format(**GOOD)), recorded(PROGRAM.format(**{**GOOD, **changed}))

    return record


def concluded(good: Session, bad: Session, answer: Answer) -> tuple[list[tuple[str, ...]], Conclusion, Diagnosis]:
    """What was asked, what was concluded, and the diagnosis that follows, when *answer* tells each result."""
    investigation = investigate(diagnose(bad, [good]), [good])
    asked = []
    experiment = next(investigation)
    while True:
        asked.append((str(experiment.change), *experiment.steps))
        try:
            experiment = investigation.send(Ran(experiment, answer(experiment), f"session{len(asked)}"))
        except StopIteration as end:
            return asked, end.value, diagnose(bad, [good], conclusion=end.value)


def succeeds_with(*names: str) -> Answer:
    """Results as if the old code of all of *names* were needed, and enough."""

    def answer(experiment: Experiment) -> Result:
        is_back = experiment.change is Change.OLD_CODE and set(names) <= set(experiment.steps)
        return Result.SUCCEEDED if is_back else Result.SAME_FAILURE

    return answer


def test_a_single_change_is_confirmed_after_control_and_repetition(
    sessions: Callable[..., tuple[Session, Session]],
) -> None:
    asked, conclusion, diagnosis = concluded(*sessions(BAD_LOAD), succeeds_with("load"))

    assert asked == [("nothing",), ("old code", "load"), ("same code", "load"), ("old code", "load")]
    assert conclusion.confirmed == "load"
    assert diagnosis.root_cause is not None
    assert (diagnosis.root_cause.name, diagnosis.root_cause.confidence) == ("load", Confidence.CONFIRMED)


@pytest.mark.parametrize(
    ("change", "number"), [(Change.NOTHING, 0), (Change.OLD_CODE, 0), (Change.SAME_CODE, 0), (Change.OLD_CODE, 1)]
)
@pytest.mark.parametrize("instead", [Result.UNCLEAR, Result.OTHER_FAILURE, None])
def test_nothing_is_confirmed_when_one_experiment_comes_out_otherwise(
    sessions: Callable[..., tuple[Session, Session]], change: Change, number: int, instead: Result | None
) -> None:
    usual = succeeds_with("load")
    seen = []

    def answer(experiment: Experiment) -> Result:
        seen.append(experiment.change)
        result = usual(experiment)
        if experiment.change is not change or seen.count(change) != number + 1:
            return result
        flipped = {Result.SUCCEEDED: Result.SAME_FAILURE, Result.SAME_FAILURE: Result.SUCCEEDED}
        return instead or flipped[result]

    _, conclusion, diagnosis = concluded(*sessions(BAD_LOAD), answer)

    assert conclusion.confirmed == ""
    assert diagnosis.root_cause is not None
    assert diagnosis.root_cause.confidence is not Confidence.CONFIRMED


def test_of_two_changes_the_other_alone_has_to_leave_the_failure(
    sessions: Callable[..., tuple[Session, Session]],
) -> None:
    both = sessions({**BAD_LOAD, **BAD_NOTE})

    asked, conclusion, _ = concluded(*both, succeeds_with("load"))
    any_of_them = concluded(
        *both, lambda one: Result.SUCCEEDED if one.change is Change.OLD_CODE else Result.SAME_FAILURE
    )[1]

    assert ("old code", "note") in asked
    assert conclusion.confirmed == "load"
    assert any_of_them.confirmed == ""


def test_beside_a_change_that_cannot_be_put_back_nothing_is_confirmed(
    sessions: Callable[..., tuple[Session, Session]],
) -> None:
    _, conclusion, _ = concluded(*sessions({**BAD_LOAD, "limit": 2}), succeeds_with("load"))

    assert conclusion.confirmed == ""
    assert next(sign.kind for name, sign in conclusion.signs if name == "load") == "old code"


def test_a_suspect_that_its_good_output_does_not_help_is_ruled_out(
    sessions: Callable[..., tuple[Session, Session]],
) -> None:
    good, bad = sessions({**BAD_LOAD, "limit": 2})

    _, conclusion, diagnosis = concluded(good, bad, lambda _: Result.SAME_FAILURE)

    signs = {(name, sign.kind): sign for name, sign in conclusion.signs}
    assert signs["load", "good output"].weight < 0
    assert diagnosis.candidates[0].name != "load"
    assert [each.text for each in diagnosis.ruled_out if each.name == "load"] == [
        "with what it gave in the good run, the run fails all the same (session session3)"
    ]


def test_a_good_output_confirms_only_the_first_step_that_differs(
    sessions: Callable[..., tuple[Session, Session]],
) -> None:
    good, bad = sessions({"load": '{"amounts": len(note("b"))}'})
    known = KnownGood(good, good)
    changed = KnownGood(bad, good)

    assert known.answers("load") == {}
    assert len(changed.answers("load")) == 1
    assert changed.is_own_doing(changed.answers("load"))


def test_a_difference_after_another_one_is_not_the_first(sessions: Callable[..., tuple[Session, Session]]) -> None:
    good, bad = sessions({**BAD_LOAD, **BAD_NOTE})
    beside = KnownGood(bad, good)

    assert beside.is_own_doing(beside.answers("note"))
    assert not beside.is_own_doing(beside.answers("load"))


def test_a_caller_that_changed_leaves_no_difference_below_it_the_first(
    sessions: Callable[..., tuple[Session, Session]],
) -> None:
    good, bad = sessions({**BAD_LOAD, "main": "(note(name), load(name))[-1]"})
    beside = KnownGood(bad, good)

    assert beside.answers("load")
    assert not beside.is_own_doing(beside.answers("load"))


@given(st.integers(1, 12), st.sets(st.integers(0, 11)))
def test_the_smallest_set_is_what_is_needed(count: int, needed: set[int]) -> None:
    items = [str(number) for number in range(count)]
    wanted = {str(number) for number in needed if number < count} or {items[-1]}
    asked: list[Sequence[str]] = []

    def holds(some: Sequence[str]) -> Test:
        asked.append(some)
        yield Experiment(Change.OLD_CODE, tuple(some))
        return wanted <= set(some)

    search = smallest(items, holds)
    try:
        next(search)
        while True:
            search.send(Ran(Experiment(Change.NOTHING), Result.UNCLEAR))
    except StopIteration as end:
        found = end.value

    assert set(found) == wanted
    assert all(set(some) < set(items) for some in asked)
