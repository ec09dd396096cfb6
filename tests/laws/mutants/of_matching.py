"""Mutants of matching: which recorded step answers a call."""

from collections import Counter
from typing import Any

from flight_recorder.plan import match
from flight_recorder.plan.match import Matcher, Miss, NoMatch
from flight_recorder.record import copying
from flight_recorder.record.context import Scope
from tests.laws.model import Feature
from tests.laws.mutants.mutant import Mutant, of_schedules, put, with_features, with_only


def _inputs_not_compared() -> None:
    put(match, "key_of", lambda _call, _ignored: ((), ()))


def _sharing_not_compared() -> None:
    key_of = match.key_of

    def without_sharing(call: Any, ignored: frozenset[str]) -> Any:
        key = key_of(call, ignored)
        return None if key is None else (key[0], ())

    put(match, "key_of", without_sharing)


def _by_position() -> None:
    find, counts = Matcher.find, Counter[str]()

    def nth(self: Matcher, call: Any, function: Any = None) -> Any:
        number = counts[call.name]
        counts[call.name] += 1
        steps = self.recorded(call.name)
        if call.parent is None or number >= len(steps):
            return find(self, call, function)
        step = steps[number]
        return step if match.same_inputs(step.call, call) else NoMatch(Miss.INPUT_CHANGED, step)

    put(Matcher, "find", nth)


def _lineage_dropped() -> None:
    def choose(self: Matcher, _call: Any, equals: Any) -> Any:
        unused = equals.first(self.has_answered)
        return unused or (equals.steps[0] if equals.do_agree else NoMatch(Miss.AMBIGUOUS, equals.steps[0]))

    put(Matcher, "_choose", choose)


def _last_wins() -> None:
    put(Matcher, "_choose", lambda _self, _call, equals: equals.steps[-1])


def _first_wins() -> None:
    put(Matcher, "_choose", lambda _self, _call, equals: equals.steps[0])


def _guessed() -> None:
    choose = Matcher._choose

    def guess(self: Matcher, call: Any, equals: Any) -> Any:
        found = choose(self, call, equals)
        return equals.steps[0] if isinstance(found, NoMatch) else found

    put(Matcher, "_choose", guess)


def _left_over_taken() -> None:
    def any_left(self: Matcher, _call: Any, _lineage: Any, equals: Any) -> Any:
        return equals.first(self.has_answered)

    put(Matcher, "_elsewhere", any_left)


def _never_again() -> None:
    def once(self: Matcher, _call: Any, equals: Any) -> Any:
        return equals.first(self.has_answered) or NoMatch(Miss.AMBIGUOUS, equals.steps[0])

    put(Matcher, "_choose", once)


def _subtrees_answer_again() -> None:
    put(Matcher, "use", lambda self, step: self._used.add(step.id))


def _tasks_not_told_apart() -> None:
    put(Scope, "_new_branch", lambda _self, _owner, parent: parent)


def _numbered_when_they_run() -> None:
    put(Scope, "place", lambda _self, _owner: None)


def _branches_not_moved() -> None:
    put(copying, "moved", lambda step, _old, _new: step)


def _branches_from_the_entry() -> None:
    put(Matcher, "_lineage_of", lambda _self, step: (step.parent, step.call.branch))

    def lineage(self: Matcher, call: Any) -> Any:
        return (None if call.parent is None else self._twins.get(call.parent, (-1, 0))[0]), call.branch

    put(Matcher, "_lineage", lineage)


def _protected_answer_again() -> None:
    make = Matcher.__init__

    def unprotected(self: Matcher, *args: Any) -> None:
        make(self, *args)
        self._protected_under.clear()

    put(Matcher, "__init__", unprotected)


_STEPS: dict[str, Any] = {"stage": "a step of two stages", "kinds": 7}

MUTANTS = {
    "inputs are not compared": Mutant(_inputs_not_compared),
    "which inputs are one object is not compared": with_only(
        _sharing_not_compared, Feature.ALIASES, Feature.MUTATION, edit="one object or two"
    ),
    "the n-th call of a name answers the n-th": Mutant(_by_position),
    "lineage is dropped": of_schedules(_lineage_dropped),
    "the last of equal calls wins": with_features(_last_wins, Feature.COUNTERS),
    "the first of equal calls wins": with_features(_first_wins, Feature.COUNTERS),
    "where answers differ one is guessed": of_schedules(_guessed),
    "a record that is left answers another task": of_schedules(_left_over_taken),
    "no record answers twice": Mutant(_never_again),
    "what is under a served step answers again": of_schedules(_subtrees_answer_again, **_STEPS),
    "a protected step under a served one answers again": with_only(
        _protected_answer_again, Feature.PROTECTED, edit="duplicated call"
    ),
    "tasks and threads are not told apart": of_schedules(_tasks_not_told_apart),
    "tasks are numbered as they come to run": of_schedules(_numbered_when_they_run),
    "what is served keeps the branch that it had": of_schedules(_branches_not_moved, **_STEPS, edit="no task around"),
    "branches count from the entry": of_schedules(_branches_from_the_entry, **_STEPS, edit="task before and grade"),
}
