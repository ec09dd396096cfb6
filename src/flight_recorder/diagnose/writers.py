"""Writers: which step changed what another one was given: an argument, an object's attribute, a global. Pure."""

from collections.abc import Iterator

import msgspec

from flight_recorder.diagnose.code import Key, Path
from flight_recorder.diagnose.look import Part, part_of
from flight_recorder.model.session import Session
from flight_recorder.model.step import Raised, Returned, Step, is_place
from flight_recorder.model.value import Value

MAX_CHANGES = 1_000  # of one value that are followed back


class Written(msgspec.Struct, frozen=True):
    """A change that a step made: at *name* among its inputs, so that the wanted part stood at *path* afterwards."""

    step: Step
    name: str
    path: Path
    before: Part | None  # what stood at *path*
    after: Part | None


def word_of(place: str) -> str:
    """What code calls a place: `CACHE` for `global shop.CACHE`."""
    return (place.split() or [""])[-1].rpartition(".")[2]


def place_named(step: Step, name: str) -> str | None:
    """The input of *step* that is the place which its code calls *name*; None when it has none, or several."""
    found = [place for place in step.inputs if is_place(place) and word_of(place) == name]
    return found[0] if len(found) == 1 else None


class Writers:
    """The steps of a session that changed something, and what each of them changed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        changed = [step for step in session.steps.values() if step.ended_ns is not None and _mutated(step)]
        self._by_content: dict[bytes, list[tuple[Step, str]]] = {}  # of what each left, the latest first
        for step in sorted(changed, key=lambda step: step.ended_ns or 0, reverse=True):
            for name, after in _mutated(step).items():
                if name in step.inputs:
                    self._by_content.setdefault(after.data, []).append((step, name))

    def of(self, consumer: Step, name: str, path: Path, missing: Key = None) -> Written | None:
        """The last change, before *consumer* began, of what it was given for *name*, at *path*.

        Objects are followed by content: what a step left behind is what the next one finds. *missing* is a key that
        is looked for at *path*: then only who took it away, or put something else there.
        """
        for step, here in self._changes(consumer, name):
            changed = _changed(part_of(step.inputs[here]), part_of(_mutated(step)[here]), path, missing)
            if changed is not None:
                return Written(step, here, path, *changed)
        return None

    def _changes(self, consumer: Step, name: str) -> Iterator[tuple[Step, str]]:
        """Yield who changed what *consumer* was given, then who changed what that one was given, and so on."""
        content, before_ns = consumer.inputs[name].data, consumer.started_ns
        for _ in range(MAX_CHANGES):
            for step, here in self._by_content.get(content, ()):
                is_same = here == name or not (is_place(here) and is_place(name))
                if (step.ended_ns or 0) <= before_ns and is_same and not self._is_within(step, content):
                    yield step, here
                    content, before_ns = step.inputs[here].data, (step.ended_ns or 0) - 1
                    break
            else:
                return

    def _is_within(self, step: Step, after: bytes) -> bool:
        """Whether a step below *step* made the change already."""
        children = self._session.children(step)
        return any(value.data == after for child in children for value in _mutated(child).values())


def _mutated(step: Step) -> dict[str, Value]:
    return step.outcome.mutated if isinstance(step.outcome, Returned | Raised) else {}


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
