"""Forecast: which recorded steps a replay is going to run, and why, before it starts. Pure.

What a re-run step returns is not known yet, so the forecast is a lower bound: steps that took something from
one that runs are marked "may re-run", and the plan as a whole "at least".
"""

from collections import Counter
from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.forecast import Forecast, Planned, Role
from flight_recorder.model.judgement import BLOCK_RUNS, Decision, Reason
from flight_recorder.model.session import Session
from flight_recorder.model.step import Kind, Raised, Step
from flight_recorder.plan.decide import Wishes
from flight_recorder.plan.given import Given, parts_of
from flight_recorder.plan.override import answer_text
from flight_recorder.plan.validity import Invalid, Validity


def forecast(
    session: Session, validity: Validity, wishes: Wishes, root_cause: int | None, first_runs: Iterable[str] = ()
) -> Forecast:
    """Return what a replay of *session* is going to do with each recorded step.

    *root_cause* is the step that diagnosis blames; *first_runs* are the protected steps that the program can
    reach and that no session of the chain has called.
    """
    overridden = _overridden(session, wishes)
    hidden = _below(session, overridden).union(overridden)
    own = {
        step.id: invalid
        for step in session.steps.values()
        if step.id not in hidden
        and step.call.kind is not Kind.BLOCK
        and (invalid := _reason(session, step, validity, wishes)) is not None
    }
    along = _along(session, validity, own, overridden)
    # What comes along with a step above it runs only if that one has to run.
    reasons = {id: invalid for id, invalid in own.items() if id not in along or invalid.reason is Reason.FORCED}
    possible = {id: invalid for id, invalid in own.items() if id not in reasons}
    spine = _spine(session, reasons, overridden)
    missing = frozenset(id for id in reasons if validity.is_missing(session.steps[id]))
    downstream, possible = _downstream(session, reasons, possible, overridden)
    behind = _Behind(spine, downstream, possible, overridden, missing, root_cause)
    planned = _lines(session, reasons, behind)
    planned += [
        Planned(name, None, Decision.CACHED, reason=Reason.OVERRIDDEN, detail=answer_text(answer, None))
        for name in sorted(wishes.overrides.keys() - {step.name for step in session.steps.values()})
        if (answer := wishes.answer(name, None)) is not None
    ]
    planned += [
        Planned(name, None, Decision.PROTECTED, reason=Reason.NEW, detail="not reached in the recording")
        for name in sorted(first_runs)
        if name not in wishes.overrides
    ]
    return Forecast(tuple(planned), bool(reasons or overridden), _changed_code(session, validity))


class _Behind(msgspec.Struct, frozen=True):
    """What is behind each step that does not run by its own doing.

    By the id of the step: *spine* says which step below it runs or is overridden, *downstream* is the id of the step
    whose value it took, *possible* says why it runs if its caller does, *overridden* what the user put in the place
    of its outcome.
    """

    spine: dict[int, str]
    downstream: dict[int, int]
    possible: dict[int, Invalid]
    overridden: dict[int, str]
    missing: frozenset[int]  # steps whose functions are not there yet
    root_cause: int | None


def _overridden(session: Session, wishes: Wishes) -> dict[int, str]:
    """Return in words what answers each step that the user overrides; which call it is, when it is not any."""
    found: dict[int, str] = {}
    times = Counter(step.name for step in session.steps.values())
    calls: Counter[str] = Counter()
    for step in session.steps.values():
        calls[step.name] += 1
        answer = wishes.answer(step.name, step)
        if answer is not None:
            is_one_of_many = times[step.name] > 1 and wishes.answer(step.name, None) is None
            found[step.id] = f"{f'call #{calls[step.name]} ' if is_one_of_many else ''}{answer_text(answer, step)}"
    return found


def _below(session: Session, ids: Iterable[int]) -> set[int]:
    """Return all steps below those."""
    return {below.id for id in ids for below in session.under(session.steps[id])}


def _lines(session: Session, reasons: dict[int, Invalid], behind: _Behind) -> list[Planned]:
    """Return a line for each step, but for those below one that is served."""
    answered: set[int] = set()
    planned = []
    for step in session.steps.values():
        if step.parent in answered:
            answered.add(step.id)
            continue
        line = _line(session, step, reasons.get(step.id), behind)
        if step.id in behind.missing and line.decision is Decision.RERUN:
            line = replace(line, decision=Decision.MAY_RERUN)
        if line.decision in (Decision.CACHED, Decision.PROTECTED):
            answered.add(step.id)
        elif step.effects:
            line = replace(line, effects=tuple(effect.text for effect in step.effects))
        planned.append(line)
    return planned


def _reason(session: Session, step: Step, validity: Validity, wishes: Wishes) -> Invalid | None:
    """Return why *step* runs whatever its callers do; None when nothing of its own makes it run."""
    if step.call.is_protected:
        return None
    if wishes.is_all_forced or step.name in wishes.forced:
        return Invalid(Reason.FORCED, "asked for")
    change = validity.code_change(step)
    if change is not None:
        return Invalid(Reason.CODE_CHANGED, change)
    invalid = validity.of(step)
    if invalid is None or invalid.reason is Reason.CALLEE_CHANGED or _only_passed_on(session, step):
        return None
    return invalid


def _only_passed_on(session: Session, step: Step) -> bool:
    """Whether *step* failed only because a step below it did, which runs: then it is a part of that one's spine."""
    if not isinstance(step.outcome, Raised) or step.outcome.failure.origin is None:
        return False
    origin = session.steps.get(step.outcome.failure.origin)
    return origin is not None and not origin.call.is_protected


def _along(session: Session, validity: Validity, own: dict[int, Invalid], overridden: Iterable[int]) -> set[int]:
    """Return the steps that come along when a step above them is served, if that one is called as it was."""
    forced = [id for id, invalid in own.items() if invalid.reason is Reason.FORCED]
    asked_for = {*forced, *_spine(session, forced, overridden)}  # they run, so that what is asked for can
    found: set[int] = set()
    answering: set[int] = set()
    for step in session.callers_first():
        if step.parent in found or step.parent in answering:
            found.add(step.id)
        # A protected step is answered as it was recorded, whatever changed in it and below it.
        if step.call.kind is Kind.BLOCK:
            continue
        if step.call.is_protected or (step.id not in asked_for and validity.of(step) is None):
            answering.add(step.id)
    return found


def _spine(session: Session, reasons: Iterable[int], overridden: Iterable[int]) -> dict[int, str]:
    """Return for each caller of a step that runs, or is overridden, in words which step that is."""
    spine: dict[int, str] = {}
    for ids, what in ((overridden, "is overridden"), (reasons, "runs")):
        for id in ids:
            below = f"{session.steps[id].name}, which {what}"
            for above in session.ancestors(session.steps[id]):
                if above.id in spine:
                    break
                spine[above.id] = below
                below = f"{above.name}, which runs"
    return spine


def _line(session: Session, step: Step, invalid: Invalid | None, behind: _Behind) -> Planned:
    if step.call.kind is Kind.BLOCK:
        return Planned(step.name, step.id, Decision.RERUN, Role.SPINE, Reason.BLOCK, BLOCK_RUNS)
    if step.id in behind.overridden:
        return Planned(
            step.name, step.id, Decision.CACHED, reason=Reason.OVERRIDDEN, detail=behind.overridden[step.id]
        )
    if step.call.is_protected:
        reason, detail = ("", "") if step.is_genuine else (Reason.OVERRIDDEN, "its recorded outcome was made up")
        return Planned(step.name, step.id, Decision.PROTECTED, reason=reason, detail=detail, saved_ns=step.ran_ns)
    giver = behind.downstream.get(step.id)
    if invalid is not None:
        role = _role(step, invalid, giver is not None, step.id == behind.root_cause)
        return Planned(step.name, step.id, Decision.RERUN, role, invalid.reason, invalid.detail)
    if step.id in behind.spine:
        detail = f"it calls {behind.spine[step.id]}"
        return Planned(step.name, step.id, Decision.RERUN, Role.SPINE, Reason.CALLEE_CHANGED, detail)
    if giver is not None:
        detail = f"it took what {session.steps[giver].name} gave"
        return Planned(step.name, step.id, Decision.MAY_RERUN, Role.DOWNSTREAM, Reason.INPUT_CHANGED, detail)
    if step.id in behind.possible:
        why = behind.possible[step.id]
        return Planned(step.name, step.id, Decision.MAY_RERUN, Role.NONE, why.reason, why.detail)
    return Planned(step.name, step.id, Decision.CACHED, saved_ns=step.ran_ns)


def _role(step: Step, invalid: Invalid, is_downstream: bool, is_root_cause: bool) -> Role:
    if is_root_cause or (invalid.reason is Reason.CODE_CHANGED and _failed_itself(step)):
        return Role.ROOT_CAUSE
    return Role.DOWNSTREAM if is_downstream else Role.NONE


def _failed_itself(step: Step) -> bool:
    return step.failure is not None and step.failure.origin is None


def _downstream(
    session: Session, reasons: dict[int, Invalid], possible: dict[int, Invalid], overridden: Iterable[int]
) -> tuple[dict[int, int], dict[int, Invalid]]:
    """Return the steps that took something from one whose outcome may change, with that one, and what runs with them.

    A step that merely runs again after its failure changes nothing: no step took what it gave. What runs with a step
    that may run are those of the *possible* ones that it calls, and those that these call.
    """
    changed = {id for id, invalid in reasons.items() if invalid.reason is not Reason.FAILED} | set(overridden)
    found: dict[int, int] = {}
    along: dict[int, Invalid] = {}
    given = Given()
    if not changed:
        return found, along
    for step in session.steps.values():
        if step.id in changed:
            given.add(step)
            continue
        giver = next((giver for value in step.inputs.values() if (giver := given.giver(parts_of(value)))), None)
        if giver is not None:
            found[step.id] = giver
        elif step.id in possible and (step.parent in found or step.parent in along):
            along[step.id] = possible[step.id]
        else:
            continue
        given.add(step)
    return found, along


def _changed_code(session: Session, validity: Validity) -> dict[str, Fingerprint]:
    """Return the fingerprint, as it is now, of each step whose code changed, by the recorded key."""
    changed: dict[str, Fingerprint] = {}
    for step in session.steps.values():
        key = step.call.fingerprint or step.name
        if key not in changed and validity.code_change(step) is not None:
            now = validity.code_now(step)
            if now is not None:
                changed[key] = now
    return changed
