"""Equals: the recorded steps of one name and equal inputs, in groups by where they were called. Pure."""

from collections.abc import Callable, Hashable
from functools import cached_property

from flight_recorder.codec.makers import makers_in, without_makers
from flight_recorder.model.step import Branch, Pairs, Returned, Step, Unfinished
from flight_recorder.plan.additions import addition

Lineage = tuple[int | None, Branch]
"""Where a call is made: the recorded step that makes it, and the path of tasks and threads from there."""

Key = tuple[tuple[tuple[str, bytes], ...], Pairs]
"""The names and canonical bytes of the inputs that count, in the order of the names, and what is shared by them."""


class Line:
    """Recorded steps in their order. One that is gone once stays so, and is passed over from then on."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._next = 0

    def add(self, step: Step) -> None:
        """Put *step* at the end."""
        self.steps.append(step)

    def first(self, is_gone: Callable[[Step], bool]) -> Step | None:
        """Return the first step that is not gone."""
        while self._next < len(self.steps):
            if not is_gone(self.steps[self._next]):
                return self.steps[self._next]
            self._next += 1
        return None


class Group(Line):
    """Recorded steps of one name with equal inputs, in their order.

    *settled* are those that were not cut off: a step that was has no outcome of its own, and never answers.
    """

    def __init__(self) -> None:
        super().__init__()
        self.settled = Line()
        self.do_agree = True  # all that were settled had equal outcomes
        self.is_sequential = True  # all were called in one task or thread, and so one after the other

    def add(self, step: Step) -> None:
        """Put *step* at the end."""
        first = self.steps[0] if self.steps else step
        self.is_sequential = self.is_sequential and first.call.branch == step.call.branch
        super().add(step)
        if not _was_cut_off(step):
            self.settled.add(step)
            self.do_agree = self.do_agree and _same_outcome(self.settled.steps[0], step)


class Equals(Group):
    """All recorded steps of one name with equal inputs. Most often it is one, and no smaller groups are needed."""

    def __init__(self, lineage_of: Callable[[Step], Lineage]) -> None:
        super().__init__()
        self._lineage_of = lineage_of

    @cached_property
    def were_made_alike(self) -> bool:
        """Whether all that were settled had equal outcomes, but that each made its own things: a lock, a client."""
        return self.do_agree or len({_without_own(step) for step in self.settled.steps}) <= 1

    @cached_property
    def by_lineage(self) -> dict[Hashable, Group]:
        """The steps of each lineage."""
        return self._grouped(self._lineage_of)

    @cached_property
    def by_caller(self) -> dict[Hashable, Group]:
        """The steps that each recorded step called."""
        return self._grouped(lambda step: step.parent)

    @cached_property
    def by_branch(self) -> dict[Hashable, Group]:
        """The steps of each path of tasks and threads."""
        return self._grouped(lambda step: step.call.branch)

    def _grouped(self, key: Callable[[Step], Hashable]) -> dict[Hashable, Group]:
        groups: dict[Hashable, Group] = {}
        for step in self.steps:
            groups.setdefault(key(step), Group()).add(step)
        return groups


def _was_cut_off(step: Step) -> bool:
    """Whether *step* had no outcome because its task was cancelled, or the session ended before it did."""
    failure = step.failure
    is_cancelled = failure is not None and failure.type_name == "CancelledError"
    return step.stream is None and (isinstance(step.outcome, Unfinished) or is_cancelled)


def _same_outcome(one: Step, other: Step) -> bool:
    if one.stream is not None and not one.stream.gave_the_same(other.stream):
        return False
    before, after = one.outcome, other.outcome
    if isinstance(before, Returned) and isinstance(after, Returned):
        same_value = before.value.data == after.value.data and _left(one, before) == _left(other, after)
        return same_value and before.shared == after.shared and before.kept == after.kept
    return before == after


def _without_own(step: Step) -> Hashable:
    """Return what *step* gave, without who made what is in it where that was the step itself, or one under it."""
    if step.stream is not None or not isinstance(step.outcome, Returned) or step.outcome.mutated:
        return step.id
    taken = {maker for value in step.inputs.values() for maker in makers_in(value.data)}
    return without_makers(step.outcome.value.data, taken), step.outcome.shared, step.outcome.kept


def _left(step: Step, outcome: Returned) -> dict[str, object]:
    """Return what *step* left changed: of what it only added to, what it added."""
    logs = {name for name in step.call.ignored & step.inputs.keys() if not name.isidentifier()}  # none is a parameter
    return {
        name: addition(step.inputs[name], value) if name in logs else value for name, value in outcome.mutated.items()
    }
