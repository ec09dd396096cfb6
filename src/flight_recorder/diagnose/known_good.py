"""Known good: what the last good run had that the failed session has not: older code, other answers. Pure."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from flight_recorder.model.fingerprint import Fingerprint, PartKind
from flight_recorder.model.session import Session
from flight_recorder.model.step import Raised, Returned, Step, Unfinished
from flight_recorder.model.value import Value

Question = tuple[str, tuple[tuple[str, bytes], ...]]


class ChangedCode(msgspec.Struct, frozen=True):
    """What changed in the code of the steps that the failed session called.

    *functions* is the old code of those whose own text changed, by name. *others* are the names of steps in which
    something changed that cannot be put back: a helper, a constant, a library. *new* are steps that the good run did
    not call.
    """

    functions: dict[str, Fingerprint]
    others: tuple[str, ...]
    new: tuple[str, ...]


class KnownGood:
    """The last session of the same entry that succeeded, beside the one that failed."""

    def __init__(self, failed: Session, good: Session) -> None:
        self._failed = failed
        self._good = good
        self._twins: dict[Question, list[Step]] = {}
        for step in good.steps.values():
            if isinstance(step.outcome, Returned):
                self._twins.setdefault(_question(step), []).append(step)

    def changed_code(self, first: Sequence[str]) -> ChangedCode:
        """Return what changed; functions in the order of their names in *first*, then in that of their first call."""
        called = dict.fromkeys(step.call.fingerprint or step.name for step in self._failed.steps.values())
        ordered = [*(name for name in first if name in called), *called]
        functions: dict[str, Fingerprint] = {}
        others: list[str] = []
        for name in dict.fromkeys(ordered):
            was, now = self._good.fingerprints.get(name), self._failed.fingerprints.get(name)
            if was is None or now is None or was.digest == now.digest:
                continue
            if was.source and now.source and "#" not in name and _own(was) != _own(now):
                functions[name] = was
            if _rest(was) != _rest(now) or name not in functions:
                others.append(name)
        for name in [name for name in functions if self._is_inner_alone(name, functions)]:
            del functions[name]
        known = {step.name for step in self._good.steps.values()}
        new = tuple(dict.fromkeys(step.name for step in self._failed.steps.values() if step.name not in known))
        return ChangedCode(functions, tuple(others), new)

    def _is_inner_alone(self, name: str, changed: Mapping[str, Fingerprint]) -> bool:
        """Whether *name* only changed where it makes functions that are in *changed*: steps of their own."""
        was, now = self._good.fingerprints[name].source, self._failed.fingerprints[name].source
        for inner in changed:
            if inner.startswith(f"{name}.<locals>."):
                was = was.replace(self._good.fingerprints[inner].source, "")
                now = now.replace(self._failed.fingerprints[inner].source, "")
        return was == now

    def answers(self, name: str) -> dict[int, Value]:
        """Return what the calls of *name* that returned something else than for equal inputs before, had returned.

        By id; empty where some call changed its arguments, or gave its result item by item: an answer in its place
        would not do that.
        """
        found: dict[int, Value] = {}
        for step in self._failed.steps.values():
            if step.name != name or not isinstance(step.outcome, Returned):
                continue
            twins = self._twins.get(_question(step), [])
            known = {twin.outcome.value: twin for twin in twins if isinstance(twin.outcome, Returned)}
            if step.stream is not None or step.outcome.mutated or any(map(_does_more, twins)):
                return {}
            if len(known) == 1 and step.outcome.value not in known:
                found[step.id] = next(iter(known))
        return found if all(value.is_exact for value in found.values()) else {}

    def is_own_doing(self, answers: Mapping[int, Value]) -> bool:
        """Whether the calls in *answers*, which are of one step, differ because of its own code.

        That changed, and nothing else did: up to these calls all was as in the good run, and in them. Where its code
        is the same, what made the difference lies outside of the recording: who left it there is not known.
        """
        return self._is_first_difference(answers) and not all(
            self._is_same_code(self._failed.steps[id]) for id in answers
        )

    def _is_first_difference(self, answers: Mapping[int, Value]) -> bool:
        steps = self._failed.steps
        first = min((steps[id] for id in answers), key=lambda step: step.started_ns)
        last_ns = max(steps[id].ended_ns or 0 for id in answers)
        below = {under.id for id in answers for under in self._failed.under(steps[id])}
        above = {caller.id for id in answers for caller in self._failed.ancestors(steps[id])}
        if any(below & answers.keys()):  # it calls itself
            return False
        has_own_change = not self._is_same_code(first)
        for step in steps.values():
            if step.id in answers or step.started_ns >= last_ns:
                continue
            if step.id in below and has_own_change and not self._is_known(step):
                if not self._is_same_code(step):
                    return False
                continue
            is_same = self._is_known(step) if step.id in above else self._is_as_before(step)
            if not is_same or not self._is_same_code(step):
                return False
        return True

    def _is_known(self, step: Step) -> bool:
        return _question(step) in self._twins

    def _is_as_before(self, step: Step) -> bool:
        twins = self._twins.get(_question(step), [])
        return bool(twins) and all(_left(twin) == _left(step) for twin in twins)

    def _is_same_code(self, step: Step) -> bool:
        key = step.call.fingerprint or step.name
        was, now = self._good.fingerprints.get(key), self._failed.fingerprints.get(key)
        return was is not None and now is not None and was.equals(now)


def _question(step: Step) -> Question:
    """Equal for calls of one step with equal inputs, ignored ones included: these may make the difference."""
    return step.name, tuple((name, value.data) for name, value in step.inputs.items())


def _left(step: Step) -> object:
    """What a step gave, and what it changed."""
    outcome = step.outcome
    if isinstance(outcome, Unfinished | Raised) or step.stream is not None:
        return step.id, outcome  # not to be compared: equal to none
    return outcome.value, tuple(outcome.mutated.items())


def _does_more(twin: Step) -> bool:
    return twin.stream is not None or (isinstance(twin.outcome, Returned) and bool(twin.outcome.mutated))


def _own(fingerprint: Fingerprint) -> list[str]:
    return sorted(part.digest for part in fingerprint.parts if part.kind is PartKind.CODE)


def _rest(fingerprint: Fingerprint) -> list[tuple[str, str, str]]:
    return sorted(_parts(fingerprint))


def _parts(fingerprint: Fingerprint) -> Iterator[tuple[str, str, str]]:
    for part in fingerprint.parts:
        if part.kind is not PartKind.CODE:
            yield part.kind, part.name, part.digest
