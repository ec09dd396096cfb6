"""Forecast: which recorded steps a replay is going to run, and why, before it starts. Pure.

What a re-run step returns is not known yet, so the forecast is a lower bound: steps that took something from
one that runs are marked "may re-run", and the plan as a whole "at least".
"""

from collections.abc import Iterable

from flight_recorder.codec.tree import children, node_bytes, parse
from flight_recorder.model.forecast import Forecast, Planned, Role
from flight_recorder.model.judgement import Decision, Reason
from flight_recorder.model.session import Session
from flight_recorder.model.step import Raised, Returned, Step
from flight_recorder.plan.decide import Wishes
from flight_recorder.plan.validity import Invalid, Validity

MAX_FLOW_NODES = 2_000  # of one value; beyond it only the whole value is compared


def forecast(
    session: Session, validity: Validity, wishes: Wishes, root_cause: int | None, first_runs: Iterable[str] = ()
) -> Forecast:
    """Return what a replay of *session* is going to do with each recorded step.

    *root_cause* is the step that diagnosis blames; *first_runs* are the protected steps that the program can
    reach and that no session of the chain has called.
    """
    reasons = {step.id: _reason(step, validity, wishes) for step in session.steps.values()}
    running = {id for id, invalid in reasons.items() if invalid is not None}
    spine = {above.id for id in running for above in session.ancestors(session.steps[id])} - running
    changed = {id for id in running if (invalid := reasons[id]) is not None and invalid.reason is not Reason.FAILED}
    tainted = _downstream(session, changed)
    served_above: set[int] = set()
    planned = []
    for step in session.steps.values():
        if step.parent in served_above:
            served_above.add(step.id)
            continue
        line = _line(step, reasons[step.id], step.id in spine, step.id in tainted, step.id == root_cause)
        if line.decision in (Decision.CACHED, Decision.PROTECTED):
            served_above.add(step.id)
        planned.append(line)
    planned += [
        Planned(name, None, Decision.PROTECTED, reason=Reason.NEW, detail="not reached in the recording")
        for name in sorted(first_runs)
    ]
    return Forecast(tuple(planned), is_at_least=bool(running))


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
        return Planned(step.name, step.id, Decision.PROTECTED, saved_ns=step.ran_ns)
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
    return Planned(step.name, step.id, Decision.CACHED, saved_ns=step.ran_ns)


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


def _downstream(session: Session, changed: set[int]) -> set[int]:
    """Return the steps that took something which a step of *changed* gave, or a step downstream of one."""
    found: set[int] = set()
    given: set[bytes] = set()
    for step in session.steps.values():
        if step.id in changed:
            given |= _parts(step)
        elif given and any(not given.isdisjoint(_nodes(value.data)) for value in step.inputs.values()):
            found.add(step.id)
            given |= _parts(step)
    return found


def _parts(step: Step) -> set[bytes]:
    return set(_nodes(step.outcome.value.data)) if isinstance(step.outcome, Returned) else set()


def _nodes(data: bytes) -> list[bytes]:
    """Return the canonical bytes of a value and of everything in it that is telling: not True, 0 or an empty text."""
    whole = parse(data)
    waiting, found = [whole], [data]
    while waiting and len(found) < MAX_FLOW_NODES:
        for _, child in children(waiting.pop()):
            waiting.append(child)
            part = node_bytes(child)
            if len(part) > 4:
                found.append(part)
    return found
