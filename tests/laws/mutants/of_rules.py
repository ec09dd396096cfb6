"""Mutants of the rule: when a recorded step may answer, and what is said of it before."""

from typing import Any

from msgspec.structs import replace

from flight_recorder.model.forecast import Forecast
from flight_recorder.model.verdict import Run
from flight_recorder.plan.decide import Decider, _rerun
from flight_recorder.plan.validity import Invalid, Reason, Validity
from flight_recorder.record import recording
from flight_recorder.record.open_step import OpenStep
from flight_recorder.replay import server
from tests.laws.model import Feature
from tests.laws.mutants.mutant import Mutant, put, with_only


def _code_not_compared() -> None:
    put(Validity, "code_change", lambda _self, _step: None)


def _callees_not_looked_at() -> None:
    of = Validity.of

    def own(self: Validity, step: Any) -> Invalid | None:
        invalid = of(self, step)
        is_below = invalid is not None and invalid.reason is Reason.CALLEE_CHANGED
        return self._outcome(step) if is_below else invalid

    put(Validity, "of", own)


def _failures_served() -> None:
    put(Validity, "_raised", lambda _self, _step, _summary: None)


def _handled_failures_run() -> None:
    put(Validity, "_raised", lambda _self, _step, summary: Invalid(Reason.FAILED, summary))


def _nothing_served() -> None:
    put(Decider, "_ordinary", lambda _self, _call, _fingerprint, _match: _rerun(Reason.NEW, ""))


def _no_early_cutoff() -> None:
    ordinary = Decider._ordinary
    changed: list[str] = []

    def after_a_change(self: Decider, call: Any, fingerprint: Any, found: Any) -> Any:
        verdict = ordinary(self, call, fingerprint, found)
        if changed and not isinstance(verdict, Run):
            return _rerun(Reason.CALLEE_CHANGED, f"{changed[0]} ran")
        if isinstance(verdict, Run) and verdict.judgement and verdict.judgement.reason == Reason.CODE_CHANGED:
            changed.append(call.name)
        return verdict

    put(Decider, "_ordinary", after_a_change)


def _forced_served() -> None:
    put(Decider, "_is_forced", lambda _self, _call: False)
    put(Decider, "_forced_below", {})


def _callers_of_forced_served() -> None:
    put(Decider, "_forced_below", {})


def _protected_run_again() -> None:
    protected = Decider._protected

    def run(self: Decider, call: Any) -> Any:
        judgement = getattr(protected(self, call), "judgement", None)
        return Run(judgement)

    put(Decider, "_protected", run)


def _held_run() -> None:
    put(Decider, "_hold", lambda _self, _call: _rerun(Reason.NEW, "it has no recorded outcome"))


def _relatives_not_asked() -> None:
    init = Decider.__init__

    def alone(self: Decider, session: Any, current: Any, wishes: Any, relatives: Any = (), *rest: Any) -> None:
        init(self, session, current, wishes, (), *rest)

    put(Decider, "__init__", alone)


def _subtrees_left_behind() -> None:
    write_recorded = recording.write_recorded

    def alone(opened: OpenStep, verdict: Any, *rest: Any) -> None:
        write_recorded(opened, replace(verdict, under=()), *rest)

    put(recording, "write_recorded", alone)


def _nothing_planned() -> None:
    put(server, "forecast", lambda *_args: Forecast(()))


MUTANTS = {
    "code is not compared": Mutant(_code_not_compared),
    "changes of callees are not looked at": Mutant(_callees_not_looked_at),
    "the failure that ended the session is served": Mutant(_failures_served),
    "handled failures run again": with_only(_handled_failures_run, Feature.HANDLED, Feature.RAISING),
    "nothing is served": Mutant(_nothing_served),
    "whatever follows a changed step runs: no early cutoff": Mutant(_no_early_cutoff),
    "forced steps are served": Mutant(_forced_served),
    "callers of forced steps are served": Mutant(_callers_of_forced_served),
    "protected steps run again": with_only(_protected_run_again, Feature.PROTECTED),
    "protected steps without an outcome run": with_only(_held_run, Feature.PROTECTED, edit="inserted call"),
    "what protected steps did in other replays is forgotten": with_only(
        _relatives_not_asked, Feature.PROTECTED, edit="deleted call"
    ),
    "served steps leave their subtrees behind": Mutant(_subtrees_left_behind),
    "the plan says that nothing runs": Mutant(_nothing_planned),
}
