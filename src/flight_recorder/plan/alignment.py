"""Alignment: which step of one session stands for which step of another. Pure; linear in the number of steps.

Callers first: the entries are a pair, and the steps that a pair called are paired with one another by name. The same
branch and equal inputs come first, then equal inputs, then the same branch, then their order. What is left is paired
with an equal call under any other caller, if there is one.
"""

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

import msgspec

from flight_recorder.model.session import Session
from flight_recorder.model.step import Step
from flight_recorder.plan.equals import Key
from flight_recorder.plan.match import key_of


class Pair(msgspec.Struct, frozen=True):
    """A step of session *a* and the one that stands for it in *b*; None where there is none. At least one is set.

    *depth* counts the callers above it, in *b* where it is there.
    """

    a: Step | None
    b: Step | None
    depth: int

    @property
    def name(self) -> str:
        """The name of the step, in *b* where it is there."""
        step = self.b or self.a
        assert step is not None
        return step.name


def align(a: Session, b: Session) -> tuple[Pair, ...]:
    """Return every step of both sessions once, callers first, in the order of *b*; what only *a* has in its place."""
    return tuple(_Rows(a, b, _twins(a, b)).all())


class _Twins(msgspec.Struct):
    """The pairs by id, from either side."""

    of_a: dict[int, Step] = {}
    of_b: dict[int, Step] = {}

    def pair(self, one: Step, other: Step) -> None:
        self.of_a[one.id] = other
        self.of_b[other.id] = one


def _twins(a: Session, b: Session) -> _Twins:
    twins = _Twins()
    ones, others = _tops(a), _tops(b)
    entries = [(ones[0], others[0])] if ones and others else []  # whatever they are called now
    _pair_all([*entries, *_pair_up(ones[1:], others[1:])], a, b, twins)
    _pair_moved(a, b, twins)
    return twins


def _pair_moved(a: Session, b: Session, twins: _Twins) -> None:
    """Pair equal calls whose callers are no pair."""
    equal: dict[Hashable, deque[Step]] = {}
    for step in b.callers_first():
        if step.id not in twins.of_b:
            equal.setdefault(_by_inputs(step, 0), deque()).append(step)
    equal.pop(None, None)
    for step in a.callers_first():
        candidates = equal.get(_by_inputs(step, 0)) if step.id not in twins.of_a else None
        while candidates:
            other = candidates.popleft()
            if other.id not in twins.of_b:
                _pair_all([(step, other)], a, b, twins)
                break


def _pair_all(waiting: list[tuple[Step, Step]], a: Session, b: Session, twins: _Twins) -> None:
    """Pair those who wait, and then the steps that they called, and so on."""
    while waiting:
        one, other = waiting.pop()
        twins.pair(one, other)
        waiting += _pair_up(
            [step for step in a.children(one) if step.id not in twins.of_a],
            [step for step in b.children(other) if step.id not in twins.of_b],
            len(one.call.branch),
            len(other.call.branch),
        )


def _pair_up(
    ones: Sequence[Step], others: Sequence[Step], depth: int = 0, other_depth: int = 0
) -> Iterator[tuple[Step, Step]]:
    """Yield pairs of steps that two steps called; their branches count from those of the callers on."""
    for sameness in (_by_branch_and_inputs, _by_inputs, _by_branch, _by_name):
        waiting: dict[Hashable, deque[Step]] = {}
        for step in others:
            key = sameness(step, other_depth)
            if key is not None:
                waiting.setdefault(key, deque()).append(step)
        left, paired = [], set()
        for step in ones:
            found = waiting.get(sameness(step, depth))
            if found:
                other = found.popleft()
                paired.add(other.id)
                yield step, other
            else:
                left.append(step)
        ones, others = left, [step for step in others if step.id not in paired]


Sameness = Callable[[Step, int], Hashable]
"""What two steps of one pair have in common; None when that cannot be told."""


def _by_branch_and_inputs(step: Step, depth: int) -> Hashable:
    key = _inputs_of(step)
    return None if key is None else (step.name, step.call.branch[depth:], key)


def _by_inputs(step: Step, _depth: int) -> Hashable:
    key = _inputs_of(step)
    return None if key is None else (step.name, key)


def _by_branch(step: Step, depth: int) -> Hashable:
    return step.name, step.call.branch[depth:]


def _by_name(step: Step, _depth: int) -> Hashable:
    return step.name


def _inputs_of(step: Step) -> Key | None:
    return key_of(step.call, step.call.ignored)


def _tops(session: Session) -> list[Step]:
    """The entry, and steps whose caller was lost."""
    return [step for step in session.steps.values() if step.parent not in session.steps]


class _Rows:
    """Puts the pairs in order: by the tree of *b*, and what only *a* has after what came before it there."""

    def __init__(self, a: Session, b: Session, twins: _Twins) -> None:
        self._a = a
        self._b = b
        self._twins = twins

    def all(self) -> Iterator[Pair]:
        """Yield every pair, each after the one above it. Not by recursion: a program may nest deeper than that."""
        waiting = list(reversed(list(self._merged(_tops(self._a), _tops(self._b), None, 0))))
        while waiting:
            pair = waiting.pop()
            yield pair
            ones = self._a.children(pair.a) if pair.a is not None else []
            others = self._b.children(pair.b) if pair.b is not None else []
            waiting += reversed(list(self._merged(ones, others, pair.b, pair.depth + 1)))

    def _merged(
        self, ones: Iterable[Step], others: Iterable[Step], caller: Step | None, depth: int
    ) -> Iterator[Pair]:
        """Yield a pair for each step of *others*, which *caller* called, and for each of *ones* that has no twin."""
        only_a: dict[int | None, list[Pair]] = {}
        last = None
        for step in ones:
            twin = self._twins.of_a.get(step.id)
            if twin is None:
                only_a.setdefault(last, []).append(Pair(step, None, depth))
            elif twin.parent == (caller.id if caller is not None else None):
                last = twin.id
        yield from only_a.get(None, ())
        for step in others:
            yield Pair(self._twins.of_b.get(step.id), step, depth)
            yield from only_a.get(step.id, ())
