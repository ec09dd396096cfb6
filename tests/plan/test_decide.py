"""The rule, on sessions made by hand: what is served, what runs, and why."""

import asyncio
from collections.abc import Iterable
from itertools import count

import pytest

from flight_recorder.codec.capture import capture
from flight_recorder.model.event import Ended, Event, Finished, Learned, Opened, Started
from flight_recorder.model.failure import Failure
from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.fold import fold
from flight_recorder.model.judgement import Reason
from flight_recorder.model.session import Launch, Mode, Session, Status
from flight_recorder.model.step import Call, Raised, Returned
from flight_recorder.model.verdict import Hold, Run, Serve, Verdict
from flight_recorder.plan.decide import Decider, Wishes

NAMES = ("main", "ask", "pay", "part", "lookup", "open")
IDS = count(100)


def fingerprint(name: str, digest: str = "d") -> Fingerprint:
    return Fingerprint(function=f"m:{name}", digest=digest)


def session(steps: Iterable[Event], status: Status = Status.FAILED) -> Session:
    opened = Opened("a", "main", Mode.RUN, 0, Launch(), "p", 0)
    learned = [Learned(name, fingerprint(name)) for name in NAMES]
    folded = fold([opened, *learned, Started(1, None, 0, "main", "m:main", {}), *steps, Ended(9, status)])
    assert folded is not None
    return folded


def step(id: int, name: str, argument: object, result: object, branch: tuple[int, ...] = ()) -> list[Event]:
    outcome = (
        Raised(Failure(type(result).__name__, str(result), capture(result)))
        if isinstance(result, BaseException)
        else Returned(capture(result))
    )
    return [
        Started(id, 1, id, name, f"m:{name}", {"x": capture(argument)}, branch=branch, is_protected=name == "pay"),
        Finished(id, id, outcome),
    ]


def unfinished(id: int, name: str, argument: object) -> list[Event]:
    return step(id, name, argument, None)[:1]


def decider(recorded: Session, digests: dict[str, str] | None = None, **options: object) -> Decider:
    def current(name: str) -> tuple[Fingerprint, ...]:
        return (fingerprint(name, (digests or {}).get(name, "d")),)

    return Decider(recorded, current, Wishes(), **options)  # type: ignore[arg-type]


def ask(decide: Decider, argument: object, branch: tuple[int, ...] = (), name: str = "ask") -> Verdict:
    call = Call(name, f"m:{name}", 1, {"x": capture(argument)}, branch=branch, is_protected=name == "pay")
    return decide(next(IDS), call, fingerprint(name))


def served(verdict: Verdict) -> int:
    assert isinstance(verdict, Serve), verdict
    return verdict.step.id


def reason(verdict: Verdict) -> tuple[str, str]:
    assert isinstance(verdict, Run), verdict
    assert verdict.judgement is not None
    return verdict.judgement.reason, verdict.judgement.detail


def test_equal_code_and_inputs_are_served() -> None:
    assert served(ask(decider(session(step(2, "ask", "hi", "yes"))), "hi")) == 2


def test_another_input_runs_and_shows_the_difference() -> None:
    verdict = ask(decider(session(step(2, "ask", None, "yes"))), {"a": 1})

    assert reason(verdict) == (Reason.INPUT_CHANGED, "input 'x': None -> {'a': 1}")


def test_a_changed_input_is_told_field_by_field() -> None:
    recorded = {"contact": {"email": "a@b.c", "tags": ["x"]}, "score": 1}
    now = {"contact": {"email": "x@y.z", "tags": ["x", "y"]}}

    assert reason(ask(decider(session(step(2, "ask", recorded, "yes"))), now)) == (
        Reason.INPUT_CHANGED,
        "input 'x'.contact.email: 'a@b.c' -> 'x@y.z'; input 'x'.contact.tags[1]: added 'y'; "
        "input 'x'.score: removed 1",
    )


def test_of_many_changed_fields_the_first_are_told() -> None:
    recorded, now = ({f"field{n}": n + shift for n in range(9)} for shift in (0, 1))

    detail = reason(ask(decider(session(step(2, "ask", recorded, "yes"))), now))[1]

    assert detail.split("; ")[2:] == ["input 'x'.field2: 2 -> 3", "…"]


def test_one_two_three_equal_inputs_of_other_types_are_other_inputs() -> None:
    decide = decider(session(step(2, "ask", 1, "yes")))

    for argument in (1.0, True, "1", [1]):
        assert reason(ask(decide, argument))[0] == Reason.INPUT_CHANGED


def test_changed_code_runs() -> None:
    verdict = ask(decider(session(step(2, "ask", "hi", "yes")), {"ask": "other"}), "hi")

    assert reason(verdict)[0] == Reason.CODE_CHANGED


def test_a_call_that_was_not_recorded_is_new() -> None:
    assert reason(ask(decider(session([])), "hi"))[0] == Reason.NEW


def test_equal_calls_one_after_the_other_are_served_in_their_order() -> None:
    decide = decider(session([*step(2, "ask", "hi", "one"), *step(3, "ask", "hi", "two")]))

    assert [served(ask(decide, "hi")), served(ask(decide, "hi"))] == [2, 3]


def test_one_call_more_than_recorded_runs_when_the_answers_differed() -> None:
    decide = decider(session([*step(2, "ask", "hi", "one"), *step(3, "ask", "hi", "two")]))
    ask(decide, "hi"), ask(decide, "hi")

    assert reason(ask(decide, "hi"))[0] == Reason.AMBIGUOUS


def test_one_call_more_than_recorded_is_served_when_the_answers_agreed() -> None:
    decide = decider(session([*step(2, "ask", "hi", "one"), *step(3, "ask", "hi", "one")]))

    assert [served(ask(decide, "hi")) for _ in range(3)] == [2, 3, 2]


@pytest.mark.parametrize("how", ["unfinished", "cancelled"])
def test_a_call_that_was_cut_off_does_not_disagree_with_one_that_answered(how: str) -> None:
    cut_off = step(3, "ask", "hi", asyncio.CancelledError()) if how == "cancelled" else unfinished(3, "ask", "hi")
    decide = decider(session([*step(2, "ask", "hi", "one"), *cut_off]))

    assert served(ask(decide, "hi")) == 2
    assert reason(ask(decide, "hi"))[0] in (Reason.UNFINISHED, Reason.FAILED)
    assert served(ask(decide, "hi")) == 2


def test_where_one_call_was_cut_off_a_call_from_elsewhere_is_served_what_another_one_answered() -> None:
    decide = decider(session([*unfinished(2, "ask", "hi"), *step(3, "ask", "hi", "one", (1,))]))

    assert served(ask(decide, "hi", (2,))) == 3


def test_equal_calls_of_tasks_are_told_apart_by_their_branch() -> None:
    steps = [*step(2, "ask", "hi", "one", (1, 0)), *step(3, "ask", "hi", "two", (1, 1))]
    decide = decider(session(steps))

    assert served(ask(decide, "hi", (1, 1))) == 3
    assert served(ask(decide, "hi", (1, 0))) == 2


def test_equal_calls_of_tasks_that_cannot_be_told_apart_run() -> None:
    steps = [*step(2, "ask", "hi", "one", (1, 0)), *step(3, "ask", "hi", "two", (1, 1))]

    assert reason(ask(decider(session(steps)), "hi", (7, 7)))[0] == Reason.AMBIGUOUS


def test_a_miss_does_not_stop_later_calls_from_being_served() -> None:
    decide = decider(session([*step(2, "ask", "a", 1), *step(3, "ask", "b", 2)]))

    assert isinstance(ask(decide, "new"), Run)
    assert [served(ask(decide, "b")), served(ask(decide, "a"))] == [3, 2]


def test_an_error_that_was_handled_is_served() -> None:
    recorded = session(
        [*step(2, "ask", "hi", ValueError("no")), Finished(1, 8, Returned(capture(1)))], Status.SUCCESS
    )

    assert served(ask(decider(recorded), "hi")) == 2


def test_the_error_that_ended_the_session_runs_again() -> None:
    passed = Raised(Failure("ValueError", "no", capture(None), origin=2))
    recorded = session([*step(2, "ask", "hi", ValueError("no")), Finished(1, 8, passed)])

    assert reason(ask(decider(recorded), "hi")) == (Reason.FAILED, "ValueError: no")


def test_an_error_that_the_ending_one_was_raised_from_runs_again() -> None:
    cause = Failure("ValueError", "no", capture(None))
    wrapped = Raised(Failure("RuntimeError", "wrapped", capture(None), cause=cause))
    recorded = session([*step(2, "ask", "hi", ValueError("no")), Finished(1, 8, wrapped)])

    assert reason(ask(decider(recorded), "hi"))[0] == Reason.FAILED


def test_a_step_that_never_ended_runs_again() -> None:
    recorded = session(unfinished(2, "ask", "hi"))

    assert reason(ask(decider(recorded), "hi"))[0] == Reason.UNFINISHED


def test_a_protected_call_without_any_record_is_held_unless_it_was_announced() -> None:
    assert isinstance(ask(decider(session([])), 5, name="pay"), Hold)
    announced = decider(session([]), announced=lambda: frozenset({"pay"}))
    assert reason(ask(announced, 5, name="pay"))[0] == Reason.NEW


def test_a_protected_call_is_answered_by_the_recorded_one_with_equal_inputs_first() -> None:
    decide = decider(session([*step(2, "pay", 5, "a"), *step(3, "pay", 6, "b")]))

    assert [served(ask(decide, 6, name="pay")), served(ask(decide, 7, name="pay"))] == [3, 2]
    assert isinstance(ask(decide, 5, name="pay"), Hold)


def test_a_protected_call_settled_in_a_relative_is_answered_from_there() -> None:
    relative = session(step(2, "pay", 5, "done"))
    decide = decider(session([]), relatives=lambda: [relative], announced=lambda: frozenset({"pay"}))

    assert served(ask(decide, 5, name="pay")) == 2
    assert isinstance(ask(decide, 6, name="pay"), Hold)


def orders(*ids: int) -> Session:
    """Steps `part`, all called with "a", each of which has paid 5."""
    steps: list[Event] = []
    for id in ids:
        steps.append(Started(id, 1, id, "part", "m:part", {"x": capture("a")}))
        steps.append(Started(id + 1, id, id, "pay", "m:pay", {"x": capture(5)}, is_protected=True))
        steps += [Finished(id + 1, id, Returned(capture("paid"))), Finished(id, id, Returned(capture("done")))]
    return session(steps)


def test_one_call_more_of_a_step_that_paid_runs_up_to_where_it_would_pay_again() -> None:
    decide = decider(orders(10))

    assert served(ask(decide, "a", name="part")) == 10
    assert reason(ask(decide, "a", name="part"))[0] == Reason.AMBIGUOUS
    assert isinstance(ask(decide, 5, name="pay"), Hold)


def test_a_step_whose_payment_answered_another_call_does_not_answer_with_it_too() -> None:
    decide = decider(orders(10, 20))

    assert served(ask(decide, 6, name="pay")) == 11
    assert served(ask(decide, "a", name="part")) == 20
    assert reason(ask(decide, "a", name="part"))[0] == Reason.AMBIGUOUS


def below(caller: int, id: int, argument: object, result: object) -> list[Event]:
    return [
        Started(id, caller, id, "ask", "m:ask", {"x": capture(argument)}),
        Finished(id, id, Returned(capture(result))),
    ]


def composites() -> Session:
    """Two steps `part`, for "a" and "b", which both ask the same and were told something else."""
    steps: list[Event] = []
    for at, argument, answer in ((10, "a", "for a"), (20, "b", "for b")):
        steps.append(Started(at, 1, at, "part", "m:part", {"x": capture(argument)}))
        steps += below(at, at + 1, "hi", answer)
        steps.append(Finished(at, at + 5, Returned(capture(answer))))
    return session(steps)


def call_below(decide: Decider, caller: int, argument: object) -> Verdict:
    return decide(next(IDS), Call("ask", "m:ask", caller, {"x": capture(argument)}), fingerprint("ask"))


def run_part(decide: Decider, argument: object) -> int:
    id = next(IDS)
    verdict = decide(id, Call("part", "m:part", None, {"x": capture(argument)}), fingerprint("part", "new"))
    assert isinstance(verdict, Run)
    return id


def test_equal_calls_of_several_callers_get_the_answers_of_their_own_caller() -> None:
    decide = decider(composites(), {"part": "new"})

    second, first = run_part(decide, "b"), run_part(decide, "a")  # the other way round than recorded

    assert served(call_below(decide, second, "hi")) == 21
    assert served(call_below(decide, first, "hi")) == 11


def test_a_caller_whose_input_changed_stands_for_the_next_recorded_one() -> None:
    decide = decider(composites(), {"part": "new"})

    run_part(decide, "a")
    changed = run_part(decide, "c")

    assert served(call_below(decide, changed, "hi")) == 21


def test_equal_answers_need_no_caller() -> None:
    steps = [*step(2, "ask", "hi", "yes", branch=(0,)), *step(3, "ask", "hi", "yes", branch=(1,))]
    decide = decider(session(steps))

    assert served(call_below(decide, 999, "hi")) == 2


def test_what_was_not_served_after_all_leaves_the_steps_under_it() -> None:
    recorded = composites()
    decide = decider(recorded)
    id = next(IDS)
    verdict = decide(id, Call("part", "m:part", None, {"x": capture("a")}), fingerprint("part"))
    assert served(verdict) == 10

    decide.withdraw(recorded.steps[10])

    assert served(call_below(decide, id, "hi")) == 11
