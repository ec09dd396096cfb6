"""Match: which recorded step answers a call. Pure.

A candidate has the call's name and equal inputs. Among several, lineage chooses: the recorded step with the same
caller and the same branch (the path of tasks and threads), in the order of recording; arguments are compared in any
case. Two candidates with different outcomes and nothing to choose between them are ambiguous, and that means run.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum

from flight_recorder.model.session import Session
from flight_recorder.model.step import Call, Pairs, Returned, Step


class Miss(Enum):
    """Why no recorded step answers a call."""

    NEW = "no such call was recorded"
    INPUT_CHANGED = "recorded with other inputs only"
    OPAQUE_INPUT = "an input has no stable value"
    AMBIGUOUS = "several recorded calls answer it differently"


@dataclass(frozen=True, slots=True)
class NoMatch:
    """No recorded step answers the call. *nearest* is the recorded step that it resembles most, if any."""

    miss: Miss
    nearest: Step | None = None


Lineage = tuple[int | None, tuple[int, ...]]
"""Where a recorded call was made: the step that made it, and the path of tasks and threads that led there."""

Key = tuple[tuple[tuple[str, bytes], ...], Pairs]
"""The names and canonical bytes of the inputs that count, in the order of the names, and what is shared by them."""

_NOWHERE = -1  # stands for the recorded caller of a step that has none


class _Equals:
    """The recorded steps of one name and equal inputs, as far as they have not answered yet."""

    def __init__(self) -> None:
        self.first: Step | None = None
        self.do_agree = True
        self.in_order: deque[Step] = deque()
        self.by_lineage: dict[Lineage, deque[Step]] = {}

    def add(self, step: Step) -> None:
        if self.first is None:
            self.first = step
        self.do_agree = self.do_agree and _same_outcome(self.first, step)
        self.in_order.append(step)
        self.by_lineage.setdefault((step.parent, step.call.branch), deque()).append(step)


class Matcher:
    """The recorded steps by name and inputs, and which of them have answered already."""

    def __init__(self, session: Session) -> None:
        self._by_name: dict[str, list[Step]] = {}
        for step in filter(lambda step: step.is_genuine or step.is_overridden, session.steps.values()):
            self._by_name.setdefault(step.name, []).append(step)
        self._session = session
        self._used: set[int] = set()
        self._indexes: dict[tuple[str, frozenset[str]], dict[Key, _Equals]] = {}
        self._in_lineage: dict[str, dict[Lineage, deque[Step]]] = {}
        self._paired: set[int] = set()
        self._twins: dict[int, int] = {}  # by id of a step of the replay: the recorded one that it stands for

    def recorded(self, name: str) -> list[Step]:
        """Every recorded step called *name*, in recorded order."""
        return self._by_name.get(name, [])

    def use(self, step: Step) -> None:
        """Mark *step*, and all that was recorded under it, as having answered."""
        self._used.add(step.id)
        self._used.update(below.id for below in self._session.under(step))

    def use_alone(self, step: Step) -> None:
        """Mark *step* as having been asked for; what was recorded under it can still answer."""
        self._used.add(step.id)

    def has_answered(self, step: Step) -> bool:
        """Whether *step* has answered a call."""
        return step.id in self._used

    def give_back(self, step: Step) -> None:
        """Let what was recorded under *step* answer after all: it could not be served whole."""
        self._used.difference_update(below.id for below in self._session.under(step))

    def pair(self, id: int, step: Step) -> None:
        """Note that the step *id* of the replay runs in the place of the recorded *step*: its calls are there."""
        self._twins[id] = step.id
        self._paired.add(step.id)

    def unused(self, name: str) -> list[Step]:
        """The recorded steps called *name* that have not answered yet, in recorded order."""
        return [step for step in self.recorded(name) if step.id not in self._used]

    def find(self, call: Call) -> Step | NoMatch:
        """Return the recorded step that answers *call*."""
        if call.name not in self._by_name:
            return NoMatch(Miss.NEW)
        key = key_of(call, call.ignored)
        equals = None if key is None else self._index(call.name, call.ignored).get(key)
        if equals is None or equals.first is None:
            miss = Miss.OPAQUE_INPUT if key is None else Miss.INPUT_CHANGED
            return NoMatch(miss, self._nearest(call))
        return self._choose(call, equals, equals.first)

    def _index(self, name: str, ignored: frozenset[str]) -> dict[Key, _Equals]:
        index = self._indexes.get((name, ignored))
        if index is None:
            index = self._indexes[name, ignored] = {}
            for step in self.recorded(name):
                key = key_of(step.call, ignored)
                if key is not None:
                    index.setdefault(key, _Equals()).add(step)
        return index

    def _lineage(self, call: Call) -> Lineage:
        caller = None if call.parent is None else self._twins.get(call.parent, _NOWHERE)
        return caller, call.branch

    def _choose(self, call: Call, equals: _Equals, first: Step) -> Step | NoMatch:
        unused = self._unused(equals.in_order)
        if unused is None:  # a record answers again only where equal calls always had equal outcomes
            return first if equals.do_agree else NoMatch(Miss.AMBIGUOUS, first)
        lineage = self._lineage(call)
        here = self._unused(equals.by_lineage.get(lineage))
        if here is not None:
            return here
        if equals.do_agree:
            return unused
        return self._elsewhere(lineage, equals, unused)

    def _elsewhere(self, lineage: Lineage, equals: _Equals, oldest: Step) -> Step | NoMatch:
        """Choose among records of other lineages: those of the same caller first, then those of the same branch."""
        caller, branch = lineage
        unused = [step for step in equals.in_order if step.id not in self._used]
        of_caller = [step for step in unused if step.parent == caller]
        for steps in (of_caller, [step for step in unused if step.call.branch == branch], unused):
            if steps and (_agree(steps) or len({step.call.branch for step in steps}) == 1):
                return steps[0]  # one after the other: first come, first served
        return NoMatch(Miss.AMBIGUOUS, oldest)

    def _nearest(self, call: Call) -> Step:
        """Return the recorded step that *call* resembles most, whatever its inputs: the next one of its lineage."""
        lineages = self._in_lineage.get(call.name)
        if lineages is None:
            lineages = self._in_lineage[call.name] = {}
            for step in self.recorded(call.name):
                lineages.setdefault((step.parent, step.call.branch), deque()).append(step)
        waiting = lineages.get(self._lineage(call), deque())
        while waiting and (waiting[0].id in self._used or waiting[0].id in self._paired):
            waiting.popleft()
        if waiting:
            return waiting[0]
        recorded = self.recorded(call.name)
        return next((step for step in recorded if step.id not in self._used), recorded[-1])

    def _unused(self, steps: "deque[Step] | None") -> Step | None:
        while steps:
            if steps[0].id not in self._used:
                return steps[0]
            steps.popleft()
        return None


def key_of(call: Call, ignored: frozenset[str]) -> Key | None:
    """Return what equal calls of one name have in common; None when no other call is surely equal to this one."""
    if call.key is not None:
        return ((("", call.key.data),), ()) if call.key.is_comparable else None
    if not all(value.is_comparable for name, value in call.inputs.items() if name not in ignored):
        return None
    return tuple(
        sorted((name, value.data) for name, value in call.inputs.items() if name not in ignored)
    ), call.shared


def same_inputs(recorded: Call, call: Call) -> bool:
    """Whether both calls were surely made with equal inputs, or identify themselves by equal keys."""
    key = key_of(call, call.ignored)
    return key is not None and key == key_of(recorded, call.ignored)


def _agree(steps: list[Step]) -> bool:
    """Whether all of *steps* had equal outcomes."""
    return all(_same_outcome(steps[0], step) for step in steps[1:])


def _same_outcome(one: Step, other: Step) -> bool:
    if one.stream is not None and not one.stream.gave_the_same(other.stream):
        return False
    before, after = one.outcome, other.outcome
    if isinstance(before, Returned) and isinstance(after, Returned):
        same_value = before.value.data == after.value.data
        return same_value and before.mutated == after.mutated and before.shared == after.shared
    return before == after
