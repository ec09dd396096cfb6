"""Audits, on sessions made by hand: who answers below a step that is audited, and what is told of it at the end."""

from msgspec import structs
from msgspec.structs import replace

from flight_recorder.codec.capture import capture
from flight_recorder.model.difference import Difference
from flight_recorder.model.failure import Failure
from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.judgement import Decision, Judgement, Reason
from flight_recorder.model.session import Session
from flight_recorder.model.step import Call, Raised, Returned
from flight_recorder.model.verdict import Hold, Run, Serve, Verdict
from flight_recorder.plan.audit import Audited, Auditor, AuditReport, audit_differences, audit_report
from flight_recorder.plan.decide import Decider, Wishes
from tests.plan.made import call, session

MAIN = 1
ANSWERS = session(
    call("outer", 1, "a", call("ask", "x", 1), call("ask", "x", 2)),
    call("outer", 2, "b", call("ask", "x", 3)),
    call("ask", "x", 4),
)


def fingerprint(name: str) -> Fingerprint:
    return Fingerprint(function=f"m:{name}", digest="d")


def auditor(recorded: Session, *relatives: Session, announced: frozenset[str] = frozenset()) -> Auditor:
    """An audit of *recorded*, whose entry runs as the step 1."""
    wishes = Wishes(forced=frozenset({"main"}))
    found = Auditor(
        Decider(recorded, lambda name: (fingerprint(name),), wishes, lambda: relatives, lambda: announced)
    )
    found(MAIN, Call("main", "m:main", None, {"x": capture(None)}), fingerprint("main"))
    return found


def ask(decide: Auditor, id: int, name: str, argument: object, parent: int = MAIN, **fields: object) -> Verdict:
    made = Call(name, f"m:{name}", parent, {"x": capture(argument)}, **fields)  # type: ignore[arg-type]
    return decide(id, made, fingerprint(name))


def answer(verdict: Verdict) -> object:
    assert isinstance(verdict, Serve), verdict
    assert isinstance(verdict.step.outcome, Returned)
    return verdict.step.outcome.value


def test_a_served_step_is_audited() -> None:
    verdict = ask(auditor(ANSWERS), 2, "outer", 1)

    assert isinstance(verdict, Serve)
    assert verdict.is_audited


def test_below_an_audited_step_what_was_recorded_there_answers_in_order() -> None:
    decide = auditor(ANSWERS)
    ask(decide, 2, "outer", 2)
    ask(decide, 3, "outer", 1)

    assert [answer(ask(decide, 4 + number, "ask", "x", parent=3)) for number in range(2)] == [capture(1), capture(2)]
    assert answer(ask(decide, 6, "ask", "x", parent=2)) == capture(3)


def test_what_is_called_below_an_audited_step_takes_nothing_from_the_rest() -> None:
    decide = auditor(ANSWERS)
    ask(decide, 2, "outer", 2)
    for number in range(3):  # twice more than recorded there
        ask(decide, 3 + number, "ask", "x", parent=2)

    assert answer(ask(decide, 6, "ask", "x")) == capture(4)


def test_a_step_that_was_not_recorded_below_an_audited_one_runs_and_what_it_calls_is_answered() -> None:
    decide = auditor(ANSWERS)
    ask(decide, 2, "outer", 2)

    assert isinstance(ask(decide, 3, "outer", 7, parent=2), Run)
    assert answer(ask(decide, 4, "ask", "x", parent=3)) == capture(3)


def test_a_protected_step_is_served_and_not_audited() -> None:
    decide = auditor(session(call("pay", 1, "paid")))
    verdict = ask(decide, 2, "pay", 1, is_protected=True)

    assert isinstance(verdict, Serve)
    assert not verdict.is_audited


def test_a_protected_step_that_was_not_recorded_below_an_audited_one_is_held() -> None:
    decide = auditor(session(call("outer", 1, "a"), call("pay", 1, "paid")))
    ask(decide, 2, "outer", 1)

    assert isinstance(ask(decide, 3, "pay", 1, parent=2, is_protected=True), Hold)
    assert isinstance(ask(decide, 4, "pay", 1, is_protected=True), Serve)


def test_what_another_replay_did_is_not_for_a_call_below_an_audited_step() -> None:
    decide = auditor(session(call("outer", 1, "a")), session(call("pay", 1, "paid")))
    ask(decide, 2, "outer", 1)

    assert isinstance(ask(decide, 3, "pay", 1, parent=2, is_protected=True), Hold)
    assert isinstance(ask(decide, 4, "pay", 1, is_protected=True), Serve)


def test_a_first_run_that_was_announced_is_not_for_a_call_below_an_audited_step() -> None:
    decide = auditor(session(call("outer", 1, "a")), announced=frozenset({"pay"}))
    ask(decide, 2, "outer", 1)

    assert isinstance(ask(decide, 3, "pay", 1, parent=2, is_protected=True), Hold)
    assert isinstance(ask(decide, 4, "pay", 1, is_protected=True), Run)


def test_a_step_that_is_taken_back_runs_as_in_any_replay() -> None:
    decide = auditor(ANSWERS)
    verdict = ask(decide, 2, "outer", 2)
    assert isinstance(verdict, Serve)

    decide.withdraw(verdict.step)

    assert answer(ask(decide, 3, "ask", "x", parent=2)) == capture(3)
    again = ask(decide, 4, "ask", "x", parent=2)
    assert isinstance(again, Run)  # the equal calls of others, which had other outcomes, are left to them
    assert again.judgement is not None
    assert again.judgement.reason == Reason.AMBIGUOUS


def test_exceptions_of_one_message_differ_by_what_they_hold() -> None:
    step = structs.replace(ANSWERS.steps[2], outcome=Raised(Failure("ValueError", "no", capture({"code": 1}))))

    assert audit_differences(step, Raised(Failure("ValueError", "no", capture({"code": 1})))) == ()
    assert audit_differences(step, Raised(Failure("ValueError", "no", capture({"code": 2})))) == (
        Difference(".code", "1", "2"),
    )


def test_the_report_counts_calls_as_they_were_recorded() -> None:
    found = (Difference("", "3", "4"),)
    judgements = {
        2: Judgement(Decision.CACHED, audit=()),
        6: Judgement(Decision.CACHED, audit=found),
        7: Judgement(Decision.RERUN, Reason.OPAQUE_OUTPUT, twin=7, audit=found),
    }
    sources = {2: 2, 3: 3, 6: 6}
    steps = {
        id: structs.replace(step, judgement=judgements.get(id), source=sources.get(id))
        for id, step in ANSWERS.steps.items()
    }

    assert audit_report(ANSWERS, replace(ANSWERS, steps=steps)) == AuditReport(
        count=3,
        not_called=1,
        differing=(Audited(steps[6], 6, 3, 4, found), Audited(steps[7], 7, 4, 4, found)),
    )
