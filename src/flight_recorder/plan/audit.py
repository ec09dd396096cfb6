"""Audit: whether steps that are served would give again what was recorded. Pure.

A replay that is audited answers as any other. Beside that, the function of a step that is served is called, and what
comes of it compared. What it calls is answered from what was recorded under the step, and from nothing else: the rest
of the replay is as it would be without an audit.
"""

from collections import Counter
from collections.abc import Iterable

import msgspec
from msgspec import structs

from flight_recorder.codec.difference import differences
from flight_recorder.model.difference import Difference
from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.session import Session
from flight_recorder.model.step import Call, Raised, Settled, Step
from flight_recorder.model.verdict import Serve, Verdict
from flight_recorder.plan.decide import Decider
from flight_recorder.plan.outcomes import outcome_differences


class Auditor:
    """Answers the calls of a replay as *decider* does, and has the functions of served steps called as well.

    Not those of protected steps, nor of streams: what passes through these depends on their consumer.
    """

    def __init__(self, decider: Decider) -> None:
        self._decider = decider
        self._below: dict[int, Decider] = {}  # by the step of the replay that calls; without one: not in an audit
        self._served: dict[int, tuple[Decider, int]] = {}  # by the recorded step: who served it, and to which call

    def __call__(self, id: int, call: Call, fingerprint: Fingerprint | None) -> Verdict:
        """Return the verdict on *call*, the step *id* of the replay, whose function now has *fingerprint*."""
        decider = self._decider if call.parent is None else self._below.get(call.parent, self._decider)
        verdict = decider(id, call, fingerprint)
        self._answer_below(id, decider)
        if not isinstance(verdict, Serve):
            return verdict
        self._served[verdict.step.id] = decider, id
        if call.is_protected or verdict.step.stream is not None:
            return verdict
        self._answer_below(id, decider.below(id, call, verdict.step))
        return structs.replace(verdict, is_audited=True)

    def withdraw(self, step: Step) -> None:
        """Take back that *step* was served, which could not be done: it runs as in any replay."""
        decider, id = self._served.get(step.id, (self._decider, 0))
        decider.withdraw(step)
        self._answer_below(id, decider)

    def _answer_below(self, id: int, decider: Decider) -> None:
        """Let *decider* answer what the step *id* calls."""
        if decider is self._decider:
            self._below.pop(id, None)
        else:
            self._below[id] = decider


def audit_differences(recorded: Step, fresh: Settled) -> tuple[Difference, ...]:
    """Return how the outcome *fresh* differs from that of *recorded*: what it gave, and what it changed."""
    found = outcome_differences(recorded, structs.replace(recorded, outcome=fresh))
    if found or not (isinstance(recorded.outcome, Raised) and isinstance(fresh, Raised)):
        return found
    return differences(recorded.outcome.failure.value, fresh.failure.value)


class Audited(msgspec.Struct, frozen=True):
    """A step whose fresh outcome differs.

    *step* is that of the replay, *recorded* the id of the one that it was compared with. *number* counts the calls of
    that name in the recording, of which there are *times*.
    """

    step: Step
    recorded: int
    number: int
    times: int
    differences: tuple[Difference, ...]


class AuditReport(msgspec.Struct, frozen=True):
    """What an audit found. *count* steps were called again, *not_called* were served without a call."""

    count: int
    not_called: int
    differing: tuple[Audited, ...]


def audit_report(recorded: Session, replayed: Session) -> AuditReport:
    """Return what the audit of *recorded* found, which made the session *replayed*."""
    numbers = _numbers(recorded.steps.values())
    times = Counter(step.name for step in recorded.steps.values())
    count = not_called = 0
    differing = []
    for step in replayed.steps.values():
        found = None if step.judgement is None else step.judgement.audit
        if found is None:
            not_called += step.source is not None
            continue
        count += 1
        if found:
            id = _recorded_id(step)
            differing.append(Audited(step, id, numbers[id], times[step.name], found))
    return AuditReport(count, not_called, tuple(differing))


def _recorded_id(step: Step) -> int:
    """Return the id of the recorded step that *step*, which was audited, was compared with."""
    assert step.judgement is not None  # it says what was found
    id = step.source if step.judgement.twin is None else step.judgement.twin
    assert id is not None  # the one that was served, or would have been
    return id


def _numbers(steps: Iterable[Step]) -> dict[int, int]:
    calls: Counter[str] = Counter()
    numbers: dict[int, int] = {}
    for step in steps:
        calls[step.name] += 1
        numbers[step.id] = calls[step.name]
    return numbers
