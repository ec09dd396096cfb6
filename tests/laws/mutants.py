"""Mutants: the engine with one rule broken. The suite must find each of them out, or it would not find a real error.

A mutant is applied in the forked process, before the program or the replay starts.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flight_recorder.fingerprint.walk import Walk
from flight_recorder.model.verdict import Run
from flight_recorder.plan import decide, match
from flight_recorder.plan.decide import Decider
from flight_recorder.plan.match import Matcher, Miss, NoMatch
from flight_recorder.plan.validity import Invalid, Validity
from flight_recorder.record import open_step
from flight_recorder.record.learning import Learner
from flight_recorder.record.open_step import OpenStep
from flight_recorder.record.recording import Recording
from tests.laws.features import SEQUENTIAL
from tests.laws.model import Feature


@dataclass(frozen=True, slots=True)
class Mutant:
    """A way to break the engine, and the programs that show it soonest: `fan_outs`, if `is_of_schedules`."""

    apply: Callable[[], None]
    features: frozenset[Feature] = SEQUENTIAL
    is_of_schedules: bool = False


def _inputs_not_compared() -> None:
    match.key_of = lambda _call, _ignored: ((), ())


def _lineage_dropped() -> None:
    def choose(self: Matcher, _call: object, equals: Any, first: Any) -> Any:
        unused = self._unused(equals.in_order)
        return unused or (first if equals.do_agree else NoMatch(Miss.AMBIGUOUS, first))

    Matcher._choose = choose  # type: ignore[method-assign]


def _closure_dropped() -> None:
    take = Walk._take

    def only_own(self: Walk, key: int, label: str, node: Any) -> None:
        take(self, key, label, replace(node, edges=()))

    Walk._take = only_own  # type: ignore[method-assign]


def _code_not_compared() -> None:
    Validity.code_change = lambda _self, _step: None  # type: ignore[method-assign]


def _changed_arguments_not_seen() -> None:
    OpenStep._mutated = lambda _self: ({}, [])  # type: ignore[method-assign]


def _shared_objects_not_seen() -> None:
    open_step.shared_outcome = lambda _inputs, _outcome: ()  # type: ignore[attr-defined]
    from flight_recorder.record import recording

    recording.shared_inputs = lambda _ids: ()  # type: ignore[attr-defined]


def _places_not_seen() -> None:
    Learner.places = lambda _self, _step: ()  # type: ignore[method-assign,assignment]


def _callees_not_looked_at() -> None:
    of = Validity.of

    def own(self: Validity, step: Any) -> Invalid | None:
        invalid = of(self, step)
        is_below = invalid is not None and invalid.reason == "callee changed"
        return self._outcome(step) if is_below else invalid

    Validity.of = own  # type: ignore[method-assign]


def _failures_served() -> None:
    Validity._raised = lambda _self, _step, _summary: None  # type: ignore[method-assign]


def _handled_failures_run() -> None:
    Validity._raised = lambda _self, _step, summary: Invalid(decide.Reason.FAILED, summary)  # type: ignore[method-assign]


def _last_wins() -> None:
    def choose(_self: Matcher, _call: object, equals: Any, _first: Any) -> Any:
        return equals.last

    add = match._Equals.add

    def added(self: Any, step: Any) -> None:
        add(self, step)
        self.last = step

    match._Equals.add = added  # type: ignore[method-assign]
    Matcher._choose = choose  # type: ignore[method-assign]


def _first_wins() -> None:
    Matcher._choose = lambda _self, _call, _equals, first: first  # type: ignore[method-assign]


def _opaque_taken_for_equal() -> None:
    def key_of(call: Any, ignored: frozenset[str]) -> Any:
        return tuple(sorted((name, value.data) for name, value in call.inputs.items() if name not in ignored)), ()

    match.key_of = key_of


def _subtrees_left_behind() -> None:
    copy = Recording._copy

    def alone(self: Recording, verdict: Any, *rest: Any) -> None:
        copy(self, replace(verdict, under=()), *rest)

    Recording._copy = alone  # type: ignore[method-assign]


def _protected_run_again() -> None:
    decider = Decider._protected

    def protected(self: Decider, call: Any) -> Any:
        verdict = decider(self, call)
        judgement = getattr(verdict, "judgement", None)
        return Run(judgement) if judgement is not None else verdict

    Decider._protected = protected  # type: ignore[method-assign]


def _nothing_served() -> None:
    Decider._ordinary = lambda _self, _call, _fingerprint, _match: decide._rerun(decide.Reason.NEW, "")  # type: ignore[method-assign]


def _threads_and_tasks_not_told_apart() -> None:
    from flight_recorder.record.context import Scope

    Scope.branch_here = lambda self, _owner: self.branch  # type: ignore[method-assign]


_MUTATION = SEQUENTIAL | {Feature.MUTATION}

MUTANTS = {
    "inputs are not compared": Mutant(_inputs_not_compared),
    "lineage is dropped": Mutant(_lineage_dropped, is_of_schedules=True),
    "tasks and threads are not told apart": Mutant(_threads_and_tasks_not_told_apart, is_of_schedules=True),
    "fingerprints hold a step's own code only": Mutant(_closure_dropped),
    "code is not compared": Mutant(_code_not_compared),
    "changes of arguments are not seen": Mutant(_changed_arguments_not_seen, _MUTATION),
    "shared objects are not seen": Mutant(_shared_objects_not_seen, SEQUENTIAL | {Feature.ALIASES}),
    "globals and closure cells are not seen": Mutant(_places_not_seen, SEQUENTIAL | {Feature.GLOBALS, Feature.CELLS}),
    "changes of callees are not looked at": Mutant(_callees_not_looked_at),
    "failures are served": Mutant(_failures_served),
    "handled failures run again": Mutant(_handled_failures_run),
    "the last of equal calls wins": Mutant(_last_wins, SEQUENTIAL | {Feature.COUNTERS}),
    "the first of equal calls wins": Mutant(_first_wins, SEQUENTIAL | {Feature.COUNTERS}),
    "opaque values are taken for equal": Mutant(_opaque_taken_for_equal, SEQUENTIAL | {Feature.HANDLES}),
    "served steps leave their subtrees behind": Mutant(_subtrees_left_behind),
    "protected steps run again": Mutant(_protected_run_again, SEQUENTIAL | {Feature.PROTECTED}),
    "nothing is served": Mutant(_nothing_served),
}
