"""Writers: which step changed what another one was given: an argument, an object's attribute, a global. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from flight_recorder.diagnose.code import Key, Path
from flight_recorder.diagnose.look import Part, part_of
from flight_recorder.model.session import Session
from flight_recorder.model.step import Raised, Returned, Step, is_place
from flight_recorder.model.value import Value


@dataclass(frozen=True, slots=True)
class Written:
    """A change that a step made: at *name* among its inputs, so that the wanted part stood at *path* afterwards."""

    step: Step
    name: str
    path: Path
    before: Part | None  # what stood at *path*
    after: Part | None


def word_of(place: str) -> str:
    """What code calls a place: `CACHE` for `global shop.CACHE`."""
    return place.split()[-1].rpartition(".")[2]


def place_named(step: Step, name: str) -> str | None:
    """The input of *step* that is the place which its code calls *name*; None when it has none, or several."""
    found = [place for place in step.inputs if is_place(place) and word_of(place) == name]
    return found[0] if len(found) == 1 else None


class Writers:
    """The steps of a session that changed something, and what each of them changed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._steps = [
            step
            for step in session.steps.values()
            if step.ended_ns is not None and isinstance(step.outcome, Returned | Raised) and step.outcome.mutated
        ]
        self._steps.sort(key=lambda step: step.ended_ns or 0, reverse=True)

    def of(self, consumer: Step, name: str, path: Path, missing: Key = None) -> Written | None:
        """The last change, before *consumer* began, of what it was given for *name*, at *path*.

        Objects are followed by content: what a step left behind is what the next one finds. *missing* is a key that
        is looked for at *path*: then only who took it away, or put something else there.
        """
        expected = consumer.inputs[name].data
        changes = list(self._changes(consumer, name, expected))
        for step, here, before, after in changes:
            changed = _changed(part_of(before), part_of(after), path, missing)
            if changed is not None:
                return Written(step, here, path, *changed)
        return None

    def _changes(self, consumer: Step, name: str, expected: bytes) -> Iterator[tuple[Step, str, Value, Value]]:
        for step in self._steps:
            if (step.ended_ns or 0) > consumer.started_ns:
                continue
            assert isinstance(step.outcome, Returned | Raised)
            for here, after in step.outcome.mutated.items():
                is_same = after.data == expected and (here == name or not (is_place(here) and is_place(name)))
                if is_same and here in step.inputs and not self._is_within(step, expected):
                    yield step, here, step.inputs[here], after
                    expected = step.inputs[here].data
                    break

    def _is_within(self, step: Step, after: bytes) -> bool:
        """Whether a step below *step* made the change already."""
        return any(
            value.data == after
            for child in self._session.children(step)
            if isinstance(child.outcome, Returned | Raised)
            for value in child.outcome.mutated.values()
        )


def _changed(before: Part, after: Part, path: Path, missing: Key) -> tuple[Part | None, Part | None] | None:
    old, new = before.at(path), after.at(path)
    if (old.data if old is not None else None) == (new.data if new is not None else None):
        return None
    if missing is not None and old is not None and new is not None and old.keys():
        had, has = (key_in(missing, part) for part in (old, new))
        return (old, new) if had and not has else None
    return old, new


def key_in(key: Key, part: Part) -> bool:
    """Whether a mapping or an object has *key*."""
    return part.at((key,)) is not None
