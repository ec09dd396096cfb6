"""Forecast: which recorded steps a replay is going to run, and why, before it starts. Pure.

What a re-run step returns is not known yet, so the forecast is a lower bound: steps that took something from
one that runs are marked "may re-run", and the plan as a whole "at least".
"""

from collections.abc import Iterable

from flight_recorder.model.forecast import Forecast, Planned, Role
from flight_recorder.model.judgement import Decision, Reason
from flight_recorder.model.session import Session
from flight_recorder.model.step import Raised, Returned, Step
from flight_recorder.plan.decide import Wishes, saved_ns
from flight_recorder.plan.given import Given
from flight_recorder.plan.validity import Invalid, Validity

def forecast(
    session: Session, validity: Validity, wishes: Wishes, root_cause: int | None, first_runs: Iterable[str] = ()
) -> Forecast:
    """Return what a replay of *session* is going to do with each recorded step.

    *root_cause* is the step that diagnosis blames; *first_runs* are the protected steps that the program can
    reach and that no session of the chain has called.
    """
    reasons = {step.id: _reason(step, validity, wishes) for step in session.steps.values()}
    running = {id for id, invalid in reasons.items() if invalid is not None}
    spine = _spine(session, running)
    changed = {id for id in running if (invalid := reasons[id]) is not None and invalid.reason is not Reason.FAILED}
    tainted = _downstream(session, changed)
    served_above: set[int] = set()
    planned = []
    for step in session.steps.values():
        if step.parent in served_above:
            served_above.add(step.id)
            continue
        line = _line(step, reasons[step.id], _behind(step, spine, tainted), step.id == root_cause)
        if line.decision in (Decision.CACHED, Decision.PROTECTED):
            served_above.add(step.id)
        planned.append(line)
    planned += [
        Planned(name, None, Decision.PROTECTED, reason=Reason.NEW, detail="not reached in the recording")
        for name in sorted(first_runs)
    ]
    changed = {
        step.call.fingerprint or step.name: now
        for step in (session.steps[id] for id in changed)
        if reasons[step.id] == Invalid(Reason.CODE_CHANGED, validity.code_change(step) or "")
        and (now := validity.code_now(step)) is not None
    }
    return Forecast(tuple(planned), bool(running), changed)


def _reason(step: Step, validity: Validity, wishes: Wishes) -> Invalid | None:
    """Return why *step* runs whatever its callers do; None when nothing of its own makes it run."""
    if step.call.is_protected:
        return None
    if wishes.is_all_forced or step.name in wishes.forced:
        return Invalid(Reason.FORCED, "asked for")
    change = validity.code_change(step)
    if change is not None:
        return Invalid(Reason.CODE_CHANGED, change)
    invalid = validity.of(step)
    if invalid is None or invalid.reason is Reason.CALLEE_CHANGED or _only_passed_on(step):
        return None
    return invalid


def _only_passed_on(step: Step) -> bool:
    """Whether *step* failed only because a step below it did: then it is that step's caller, part of the spine."""
    return isinstance(step.outcome, Raised) and step.outcome.failure.origin is not None


def _line(step: Step, invalid: Invalid | None, is_spine: bool, is_tainted: bool, is_root_cause: bool) -> Planned:
    if step.call.is_protected:
        return Planned(step.name, step.id, Decision.PROTECTED, saved_ns=saved_ns(step))
    if invalid is not None:
        role = _role(step, invalid, is_tainted, is_root_cause)
        return Planned(step.name, step.id, Decision.RERUN, role, invalid.reason, invalid.detail)
    if is_spine:
        return Planned(
            step.name, step.id, Decision.RERUN, Role.SPINE, Reason.CALLEE_CHANGED, "it calls a step that runs"
        )
    if is_tainted:
        detail = "it took what a step that runs returned"
        return Planned(step.name, step.id, Decision.MAY_RERUN, Role.DOWNSTREAM, Reason.INPUT_CHANGED, detail)
    return Planned(step.name, step.id, Decision.CACHED, saved_ns=saved_ns(step))


def _role(step: Step, invalid: Invalid, is_tainted: bool, is_root_cause: bool) -> Role:
    if invalid.reason is Reason.CODE_CHANGED and (is_root_cause or _failed_itself(step)):
        return Role.ROOT_CAUSE
    if is_root_cause:
        return Role.ROOT_CAUSE
    if is_tainted:
        return Role.DOWNSTREAM
    return Role.NONE


def _failed_itself(step: Step) -> bool:
    return step.failure is not None and step.failure.origin is None


