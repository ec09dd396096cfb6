"""Match: which recorded step answers a call. Pure.

A candidate has the call's name and equal inputs. Among several, lineage chooses: the recorded step of the same
branch (the path of tasks and threads), in the order of recording; arguments are compared in any case. Two
candidates with different outcomes and nothing to choose between them are ambiguous, and ambiguous means run.
"""

from dataclasses import dataclass
from enum import Enum

from flight_recorder.codec.preview import preview
from flight_recorder.model.session import Session
from flight_recorder.model.step import Call, Returned, Step


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


class Matcher:
    """The recorded steps by name, and which of them have answered already."""

    def __init__(self, session: Session) -> None:
        self._by_name: dict[str, list[Step]] = {}
        for step in filter(lambda step: step.is_genuine, session.steps.values()):
            self._by_name.setdefault(step.name, []).append(step)
        self._session = session
        self._used: set[int] = set()

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

    def unused(self, name: str) -> list[Step]:
        """The recorded steps called *name* that have not answered yet, in recorded order."""
        return [step for step in self.recorded(name) if step.id not in self._used]

    def find(self, call: Call) -> Step | NoMatch:
        """Return the recorded step that answers *call*."""
        recorded = self.recorded(call.name)
        if not recorded:
            return NoMatch(Miss.NEW)
        nearest = next(iter(self.unused(call.name)), recorded[-1])
        equal = [step for step in recorded if same_inputs(step.call, call)]
        if not equal:
            miss = Miss.INPUT_CHANGED if _is_comparable(call) else Miss.OPAQUE_INPUT
            return NoMatch(miss, nearest)
        return self._choose(call, equal)

    def _choose(self, call: Call, equal: list[Step]) -> Step | NoMatch:
        unused = [step for step in equal if step.id not in self._used]
        if not unused:  # a record answers again only where equal calls always had equal outcomes
            return equal[0] if _agree(equal) else NoMatch(Miss.AMBIGUOUS, equal[-1])
        if _agree(unused):
            return next((step for step in unused if step.call.branch == call.branch), unused[0])
        same_branch = [step for step in unused if step.call.branch == call.branch]
        if same_branch:
            return same_branch[0]
        if len({step.call.branch for step in unused}) == 1:  # one after the other: first come, first served
            return unused[0]
        return NoMatch(Miss.AMBIGUOUS, unused[0])


def same_inputs(recorded: Call, call: Call) -> bool:
    """Whether both calls were surely made with equal inputs, or identify themselves by equal keys."""
    if recorded.key is not None or call.key is not None:
        return recorded.key is not None and call.key is not None and recorded.key.equals(call.key)
    if recorded.inputs.keys() - call.ignored != call.inputs.keys() - call.ignored:
        return False
    return all(value.equals(recorded.inputs[name]) for name, value in call.inputs.items() if name not in call.ignored)


def input_difference(recorded: Call, call: Call) -> str:
    """Return what differs between the inputs of two calls: `input 'contact': None -> {…}`."""
    differences = []
    for name, value in call.inputs.items():
        if name in call.ignored:
            continue
        before = recorded.inputs.get(name)
        if before is None:
            differences.append(f"input {name!r} is new")
        elif not value.equals(before):
            differences.append(f"input {name!r}: {preview(before, 40)} -> {preview(value, 40)}")
    gone = recorded.inputs.keys() - call.inputs.keys() - call.ignored
    differences += [f"input {name!r} is gone" for name in sorted(gone)]
    return "; ".join(differences)


def _is_comparable(call: Call) -> bool:
    return all(value.is_comparable for name, value in call.inputs.items() if name not in call.ignored)


def _agree(steps: list[Step]) -> bool:
    """Whether all of *steps* had equal outcomes."""
    first = steps[0].outcome
    return all(_same_outcome(first, step.outcome) for step in steps[1:])


def _same_outcome(one: object, other: object) -> bool:
    if isinstance(one, Returned) and isinstance(other, Returned):
        return one.value.data == other.value.data
    return one == other
