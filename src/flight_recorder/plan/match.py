"""Match: which recorded step answers a call. Pure.

A candidate has the call's name and equal inputs. Among several, lineage chooses: the recorded step with the same
caller and the same branch (the path of tasks and threads), in the order of recording; arguments are compared in any
case. Two candidates with different outcomes and nothing to choose between them are ambiguous, and that means run.
"""

from collections.abc import Callable
from enum import Enum

import msgspec

from flight_recorder.model.session import Session
from flight_recorder.model.step import Branch, Call, Step
from flight_recorder.plan.equals import Equals, Key, Line, Lineage


class Miss(Enum):
    """Why no recorded step answers a call."""

    NEW = "no such call was recorded"
    INPUT_CHANGED = "recorded with other inputs only"
    OPAQUE_INPUT = "an input has no stable value"
    OTHER_CODE = "recorded with other functions of that name only"
    AMBIGUOUS = "several recorded calls answer it differently"


class NoMatch(msgspec.Struct, frozen=True):
    """No recorded step answers the call. *nearest* is the recorded step that it resembles most, if any."""

    miss: Miss
    nearest: Step | None = None


_NOWHERE = -1  # stands for the recorded caller of a step that has none


class Matcher:
    """The recorded steps by name and inputs, and which of them have answered already.

    *is_valid* tells of a recorded step whether it could be served, were it called as it was recorded.
    """

    def __init__(self, session: Session, is_valid: Callable[[Step], bool] = lambda _step: False) -> None:
        self._by_name: dict[str, Line] = {}
        for step in filter(lambda step: step.is_genuine or step.is_overridden, session.steps.values()):
            self._by_name.setdefault(step.name, Line()).add(step)
        self._session = session
        self._is_valid = is_valid
        self._used: set[int] = set()
        self._ran: set[int] = set()  # of those used: they were asked for and could not answer
        self._functions: dict[str, dict[str, Step]] = {}
        self._indexes: dict[tuple[str, str, frozenset[str]], dict[Key, Equals]] = {}
        self._in_lineage: dict[str, dict[Lineage, Line]] = {}
        self._protected_under: dict[int, list[Step]] = {}
        for step in session.steps.values():
            if step.call.is_protected:
                for caller in session.ancestors(step):
                    self._protected_under.setdefault(caller.id, []).append(step)
        self._paired: set[int] = set()
        # By id of a step of the replay: the recorded one that it stands for, and how long its own branch is.
        self._twins: dict[int, tuple[int, int]] = {}

    def recorded(self, name: str) -> list[Step]:
        """Every recorded step called *name*, in recorded order."""
        line = self._by_name.get(name)
        return [] if line is None else line.steps

    def use(self, step: Step) -> None:
        """Mark *step*, and all that was recorded under it, as having answered."""
        answering = [step.id, *(below.id for below in self._session.under(step))]
        self._used.update(answering)
        self._ran.difference_update(answering)

    def use_alone(self, step: Step) -> None:
        """Mark *step* as having been asked for; what was recorded under it can still answer."""
        self._used.add(step.id)
        self._ran.add(step.id)

    def has_answered(self, step: Step) -> bool:
        """Whether *step* has answered a call."""
        return step.id in self._used

    def is_spent(self, step: Step) -> bool:
        """Whether a step under *step* has answered another call, though its equals had other outcomes.

        A protected step did its work once: it answers once, whatever its equals were.
        """
        if any(map(self._has_given, self._protected_under.get(step.id, ()))):
            return True
        if self._has_given(step):  # and all under it with it
            return False
        return any(self._has_given(one) and not self._are_equals_alike(one) for one in self._session.under(step))

    def _is_gone(self, step: Step) -> bool:
        """Whether *step* has answered, or can no more, since a protected step under it has answered another call."""
        return step.id in self._used or any(map(self._has_given, self._protected_under.get(step.id, ())))

    def _has_given(self, step: Step) -> bool:
        return step.id in self._used and step.id not in self._ran

    def _are_equals_alike(self, step: Step) -> bool:
        key = key_of(step.call, step.call.ignored)
        if key is None:  # it never answers by itself: it came along with its caller, who is asked as well
            return True
        equals = self._index(step, step.call.ignored).get(key)
        return equals is not None and equals.were_made_alike

    def give_back(self, step: Step) -> None:
        """Let what was recorded under *step* answer after all: it could not be served whole."""
        self._used.difference_update(below.id for below in self._session.under(step))

    def pair(self, id: int, call: Call, match: Step | NoMatch) -> None:
        """Note which recorded step *call*, the step *id* of the replay, stands for: what was called there is its own.

        That is the one that answers it, or else the one that it resembles most, where that is of the same task and
        nobody else's. What is under one of several that differ is for the call that it is of.
        """
        if isinstance(match, NoMatch):
            nearest = match.nearest
            if nearest is None or match.miss is Miss.AMBIGUOUS:
                return
            if nearest.call.branch != call.branch or self._is_kept(nearest):
                return
            match = nearest
        self._twins[id] = match.id, len(call.branch)
        self._paired.add(match.id)

    def unused(self, name: str) -> list[Step]:
        """The recorded steps called *name* that have not answered yet, in recorded order."""
        return [step for step in self.recorded(name) if step.id not in self._used]

    def functions(self, name: str) -> list[Step]:
        """A recorded step of each function that was called *name*."""
        found = self._functions.get(name)
        if found is None:
            found = self._functions[name] = {step.call.fingerprint: step for step in reversed(self.recorded(name))}
        return list(found.values())

    def find(self, call: Call, function: Step | None = None) -> Step | NoMatch:
        """Return the recorded step that answers *call*.

        Where functions share the name, that is one of the same function as *function*, a recorded step; None when no
        recorded function is the one that is called.
        """
        if call.name not in self._by_name:
            return NoMatch(Miss.NEW)
        if function is None and len(self.functions(call.name)) > 1:
            return NoMatch(Miss.OTHER_CODE, self._nearest(call))
        key = key_of(call, call.ignored)
        equals = None if key is None else self._index(function or self.recorded(call.name)[0], call.ignored).get(key)
        if equals is None:
            miss = Miss.OPAQUE_INPUT if key is None else Miss.INPUT_CHANGED
            return NoMatch(miss, self._nearest(call))
        return self._choose(call, equals)

    def _index(self, function: Step, ignored: frozenset[str]) -> dict[Key, Equals]:
        name, fingerprint = function.name, function.call.fingerprint
        index = self._indexes.get((name, fingerprint, ignored))
        if index is None:
            index = self._indexes[name, fingerprint, ignored] = {}
            for step in self.recorded(name):
                if step.call.fingerprint != fingerprint:
                    continue
                key = key_of(step.call, ignored)
                if key is not None:
                    index.setdefault(key, Equals(self._lineage_of)).add(step)
        return index

    def _lineage(self, call: Call) -> Lineage:
        """Return where *call* is made, in terms of the recording."""
        if call.parent is None:
            return None, call.branch
        twin, depth = self._twins.get(call.parent, (_NOWHERE, 0))
        return twin, call.branch[depth:]

    def _lineage_of(self, step: Step) -> Lineage:
        caller = None if step.parent is None else self._session.steps.get(step.parent)
        return step.parent, step.call.branch[0 if caller is None else len(caller.call.branch) :]

    def _choose(self, call: Call, equals: Equals) -> Step | NoMatch:
        first = equals.steps[0]
        if len(equals.steps) == 1:
            return first
        unused = equals.first(self._is_gone)
        if unused is None:  # a record answers again only where equal calls always had equal outcomes
            again = next(iter(equals.settled.steps), first)
            return again if equals.do_agree else NoMatch(Miss.AMBIGUOUS, first)
        lineage = self._lineage(call)
        group = equals.by_lineage.get(lineage)
        here = None if group is None else group.first(self._is_gone)
        if here is not None:
            return here
        if equals.do_agree:
            return equals.settled.first(self._is_gone) or unused
        return self._elsewhere(call, lineage, equals)

    def _elsewhere(self, call: Call, lineage: Lineage, equals: Equals) -> Step | NoMatch:
        """Choose among records of other lineages: those of the same caller first, then those of the same branch.

        Of calls that were made one after the other the first comes first, also where a task makes them now that is
        started and waited for there. Where several tasks made them at once, even the one record that is left may be
        another's, who has not asked yet. That does not matter where each made a thing of its own, and all else is
        equal: none of these answers anybody, it only names what is made now.
        """
        caller, path = lineage
        of_caller = equals.by_caller.get(caller)
        groups = (
            (of_caller, of_caller is not None and _is_on_one_path(self._lineage_of(of_caller.steps[0])[1], path)),
            (equals.by_branch.get(call.branch), True),
            (equals, _is_on_one_path(equals.steps[0].call.branch, call.branch)),
        )
        for group, is_on_path in groups:
            if group is not None and (group.do_agree or (group.is_sequential and is_on_path)):
                step = group.first(self._is_gone)
                if step is not None and (equals.were_made_alike or not self._is_kept(step)):
                    return step
        return NoMatch(Miss.AMBIGUOUS, equals.steps[0])

    def _is_kept(self, step: Step) -> bool:
        """Whether *step* may still be needed by its own caller, who has not been called yet and could be served."""
        for caller in self._session.ancestors(step):
            if self._is_taken(caller):
                return False
            if self._is_valid(caller):
                return True
        return False

    def _nearest(self, call: Call) -> Step:
        """Return the recorded step that *call* resembles most, whatever its inputs: the next one of its lineage."""
        named = self._by_name[call.name]
        line = self._lines(named).get(self._lineage(call))
        here = None if line is None else line.first(self._is_taken)
        return here or named.first(self.has_answered) or named.steps[-1]

    def _lines(self, named: Line) -> dict[Lineage, Line]:
        lines = self._in_lineage.get(named.steps[0].name)
        if lines is None:
            lines = self._in_lineage[named.steps[0].name] = {}
            for step in named.steps:
                lines.setdefault(self._lineage_of(step), Line()).add(step)
        return lines

    def _is_taken(self, step: Step) -> bool:
        return step.id in self._used or step.id in self._paired


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


def _is_on_one_path(one: Branch, other: Branch) -> bool:
    """Whether one branch is the other, or leads to it."""
    return all(mine == theirs for mine, theirs in zip(one, other, strict=False))
