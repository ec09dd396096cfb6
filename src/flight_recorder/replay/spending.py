"""Spending: the decider of an experiment, which stops the program before a step that its budget does not cover."""

import msgspec

from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.judgement import Judgement
from flight_recorder.model.step import Call, Step
from flight_recorder.model.verdict import Hold, Run, Serve, Verdict
from flight_recorder.plan.budget import Budget, way_out
from flight_recorder.record.deciding import Decide
from flight_recorder.record.recording import ReplayHeld


class _Served(msgspec.Struct, frozen=True):
    call: Call
    judgement: Judgement
    fingerprint: Fingerprint | None


class Spending:
    """Answers as *decide* does, as long as *budget* allows what runs."""

    def __init__(self, decide: Decide, budget: Budget) -> None:
        self._decide = decide
        self._budget = budget
        self._left = budget.steps
        self._served: dict[int, _Served] = {}  # by the recorded step

    def __call__(self, id: int, call: Call, fingerprint: Fingerprint | None) -> Verdict:
        """Return the verdict on *call*, the step *id* of the experiment, whose function now has *fingerprint*."""
        verdict = self._decide(id, call, fingerprint)
        if isinstance(verdict, Run):
            why = self._spend(call, verdict.judgement, fingerprint)
            return Hold(why) if why else verdict
        if isinstance(verdict, Serve):
            self._served[verdict.step.id] = _Served(call, verdict.judgement, fingerprint)
        return verdict

    def withdraw(self, step: Step) -> None:
        """Take back that *step* was served: it is about to run after all. Raises ReplayHeld when it must not."""
        self._decide.withdraw(step)
        served = self._served.get(step.id)
        why = "" if served is None else self._spend(served.call, served.judgement, served.fingerprint)
        if why:
            raise ReplayHeld(why)

    def _spend(self, call: Call, judgement: Judgement | None, fingerprint: Fingerprint | None) -> str:
        """Count *call*, which is about to run; return why it must not, "" when it may."""
        if self._budget.covers(call, judgement, fingerprint):
            return ""
        way = way_out(call, fingerprint)
        if way and not self._budget.may_leave:
            return f"{call.name} would have to run, and seems to leave the program ({way}); --budget N lets it"
        if self._left <= 0:
            return f"{call.name} would have to run, and the budget is spent; --budget N is for more"
        self._left -= 1
        return ""
