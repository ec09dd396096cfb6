"""Explain: for each step of a replay what decided that it was served, or ran, and what came of that. Pure.

All of it follows from the two sessions and the judgements in the later one. The recorded step that
a step was compared with is its twin.
"""

from collections.abc import Iterator
from enum import Enum

import msgspec
from msgspec.structs import replace

from flight_recorder.model.difference import Difference
from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.forecast import Forecast, Planned
from flight_recorder.model.judgement import Decision, Reason
from flight_recorder.model.session import Session
from flight_recorder.model.step import Step, Unfinished
from flight_recorder.plan.code import CodeChange, code_change, step_change
from flight_recorder.plan.given import Given, parts_of
from flight_recorder.plan.inputs import InputChange, input_changes
from flight_recorder.plan.match import same_inputs
from flight_recorder.plan.outcomes import is_same_outcome, outcome_differences


class Ending(Enum):
    """How the outcome of a step that ran compares with that of its twin."""

    UNKNOWN = "unknown"  # there is no twin, or one of them did not end
    EQUAL = "equal"  # what follows is served: early cutoff
    FAILED_AGAIN = "failed again"  # with an equal exception
    DIFFERENT = "different"


class Explanation(msgspec.Struct, frozen=True):
    """What decided about one step.

    *step* is its id in the replay; in a forecast, and as *twin*, that of the recorded step; None where there is none.
    *parts* counts what its fingerprint consists of. *is_same_call* says that its inputs were compared and are equal.
    *brought_by* is the step of the replay that gave a changed input, as far as that can be seen. *along* counts the
    steps below it that were served with it; *running* names the steps that it called and that ran.
    *audit* is how what an audit saw it give differs; None when it was not audited.
    """

    name: str
    step: int | None
    decision: Decision
    reason: str = ""
    detail: str = ""
    twin: int | None = None
    code: CodeChange | None = None
    parts: int = 0
    inputs: tuple[InputChange, ...] = ()
    is_same_call: bool = False
    brought_by: Step | None = None
    ending: Ending = Ending.UNKNOWN
    outcome: tuple[Difference, ...] = ()
    along: int = 0
    running: tuple[str, ...] = ()
    saved_ns: int = 0
    audit: tuple[Difference, ...] | None = None


def explain_replay(recorded: Session | None, replayed: Session) -> tuple[Explanation, ...]:
    """Return why each step of *replayed* was served, or ran, in the order in which they began.

    Steps that came along with a served one are counted there. *recorded* is the session that was replayed; without it
    only the judgements themselves are told.
    """
    brought = _Brought(recorded, replayed)
    return tuple(
        replace(_of_step(recorded, replayed, step), brought_by=brought.by(step))
        for step in replayed.steps.values()
        if step.source is None or not _is_served(replayed.steps.get(step.parent or 0))
    )


def explain_forecast(recorded: Session, forecast: Forecast) -> tuple[Explanation, ...]:
    """Return why each step of *recorded* is going to be served, or to run, as far as that is known."""
    return tuple(_of_planned(recorded, forecast, planned) for planned in forecast.planned)


def _of_step(recorded: Session | None, replayed: Session, step: Step) -> Explanation:
    judgement = step.judgement
    fingerprint = replayed.fingerprint_of(step)
    told = Explanation(
        name=step.name,
        step=step.id,
        decision=Decision.RERUN if judgement is None else judgement.decision,
        reason="" if judgement is None else judgement.reason,
        detail="" if judgement is None else judgement.detail,
        parts=len(fingerprint.parts) if fingerprint is not None else 0,
        along=sum(1 for _ in replayed.under(step)) if _is_served(step) else 0,
        running=tuple(child.name for child in replayed.children(step) if not _is_answered(child)),
        saved_ns=0 if judgement is None or judgement.audit is not None else judgement.saved_ns,
        audit=None if judgement is None else judgement.audit,
    )
    twin = _twin(recorded, step)
    return told if recorded is None or twin is None else _compared(told, recorded, twin, replayed, step)


def _compared(told: Explanation, recorded: Session, twin: Step, replayed: Session, step: Step) -> Explanation:
    is_same_call = same_inputs(twin.call, step.call)
    told = replace(
        told,
        twin=twin.id,
        code=step_change(recorded, twin, replayed, step),
        is_same_call=is_same_call,
        inputs=() if is_same_call else input_changes(twin.call, step.call),
    )
    is_ended = not isinstance(twin.outcome, Unfinished) and not isinstance(step.outcome, Unfinished)
    if _is_served(step) or not is_ended:
        return told
    return replace(told, ending=_ending(twin, step), outcome=outcome_differences(twin, step))


def _ending(twin: Step, step: Step) -> Ending:
    if not is_same_outcome(twin, step):
        return Ending.DIFFERENT
    return Ending.EQUAL if step.failure is None else Ending.FAILED_AGAIN


def _of_planned(recorded: Session, forecast: Forecast, planned: Planned) -> Explanation:
    told = Explanation(
        planned.name, planned.step, planned.decision, planned.reason, planned.detail, saved_ns=planned.saved_ns
    )
    step = recorded.steps.get(planned.step) if planned.step is not None else None
    if step is None:
        return told
    before = recorded.fingerprint_of(step)
    changed = forecast.changed.get(step.call.fingerprint or step.name)
    code = None if changed is None else code_change(before, changed)
    is_served = planned.decision in (Decision.CACHED, Decision.PROTECTED) and planned.reason != Reason.OVERRIDDEN
    return replace(
        told,
        twin=step.id,
        code=code,
        parts=_part_count(before),
        along=sum(1 for _ in recorded.under(step)) if is_served else 0,
    )


def _part_count(fingerprint: Fingerprint | None) -> int:
    return len(fingerprint.parts) if fingerprint is not None else 0


def _twin(recorded: Session | None, step: Step) -> Step | None:
    """Return the recorded step that *step* was compared with."""
    if recorded is None or step.judgement is None:
        return None
    twin = step.judgement.twin
    if twin is None and step.judgement.decision is Decision.CACHED:
        twin = step.source
    return None if twin is None else recorded.steps.get(twin)


def _is_served(step: Step | None) -> bool:
    return step is not None and step.source is not None


def _is_answered(step: Step) -> bool:
    return _is_served(step) or step.is_overridden


class _Brought:
    """Finds the step of a replay that brought a changed input: its new outcome holds the changed value."""

    def __init__(self, recorded: Session | None, replayed: Session) -> None:
        self._recorded = recorded
        self._replayed = replayed
        self._given = Given()
        self._ended = iter(sorted(self._changed(), key=lambda step: step.ended_ns or 0))
        self._next = next(self._ended, None)

    def by(self, step: Step) -> Step | None:
        """Return the step that gave *step* what is new in its inputs. To be asked in the order of their beginning."""
        while self._next is not None and (self._next.ended_ns or 0) <= step.started_ns:
            self._given.add(self._next)
            self._next = next(self._ended, None)
        twin = _twin(self._recorded, step)
        if twin is None or step.source is not None:
            return None
        new = [
            part
            for name, value in step.inputs.items()
            if name not in twin.inputs or value.data != twin.inputs[name].data
            for part in parts_of(value)
        ]
        known = {part for value in twin.inputs.values() for part in parts_of(value)} if new else set()
        giver = self._given.giver([part for part in new if part not in known])
        return None if giver is None else self._replayed.steps[giver]

    def _changed(self) -> Iterator[Step]:
        """Every step that did not give what it gave before."""
        for step in self._replayed.steps.values():
            if step.source is not None or step.ended_ns is None:
                continue
            twin = _twin(self._recorded, step)
            if twin is None or not is_same_outcome(twin, step):
                yield step
