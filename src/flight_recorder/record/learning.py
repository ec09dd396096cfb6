"""Learning: the fingerprint of each step, taken once a session, before the step first runs."""

from collections.abc import Iterator

from flight_recorder.codec.capture import CaptureSettings, capture
from flight_recorder.codec.preview import preview
from flight_recorder.config import Project
from flight_recorder.fingerprint.places import ADDABLE, Touch, is_written, touched_by
from flight_recorder.fingerprint.reach import Fingerprints
from flight_recorder.fingerprint.uses import Use
from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.record.places import SharedPlace
from flight_recorder.record.registry import Registered, all_steps, step_name, step_of, steps_named

MAX_CONSTANT_PREVIEW_CHARS = 400


class Learner:
    """What one session knows of its steps."""

    def __init__(self, project: Project, redacted_names: frozenset[str] = frozenset()) -> None:
        self.settings = CaptureSettings(redacted_names=redacted_names, describe_callable=self._describe)
        self._fingerprints = Fingerprints(project=project, step_name=step_name, digest_value=self._digest_value)
        self._known: dict[Registered, tuple[str, Fingerprint]] = {}
        self._by_name: dict[str, list[Fingerprint]] = {}
        self._describing: set[int] = set()
        self._project = project
        self._touches: dict[Registered, dict[tuple[int, str], Touch]] = {}
        self._places: dict[Registered, tuple[SharedPlace, ...]] = {}
        self._written: set[tuple[int, str]] = set()

    def learn(self, step: Registered) -> tuple[str, Fingerprint]:
        """Return (key, fingerprint): the key is the step's name, or `name#2` for a second function of that name."""
        known = self._known.get(step)
        if known is None:
            fingerprint, reached = self._fingerprints.examine(step.function, version=step.version)
            of_that_name = self._by_name.setdefault(step.name, [])
            of_that_name.append(fingerprint)
            number = len(of_that_name)
            known = self._known[step] = (step.name if number == 1 else f"{step.name}#{number}", fingerprint)
            touches = self._touches[step] = touched_by(reached, self._project)
            self._written |= {key for key, touch in touches.items() if is_written(touch, self._project)}
            self._places.clear()
        return known

    def places(self, step: Registered) -> tuple[SharedPlace, ...]:
        """Return the places that *step*, or a step that it calls, uses, and that some step writes."""
        places = self._places.get(step)
        if places is None:
            places = self._places[step] = tuple(self._find_places(step)) if self._written else ()
        return places

    def _find_places(self, step: Registered) -> Iterator[SharedPlace]:
        found: dict[tuple[int, str], Touch] = {}
        for below in self._with_steps_below(step):
            for key, touch in self._touches.get(below, {}).items():
                if key in self._written:
                    known = found.get(key)
                    found[key] = touch if known is None else Touch(touch.place, touch.use | known.use)
        for touch in found.values():
            is_only_added_to = touch.use & ~Use.METHOD == Use.ADD and isinstance(touch.place.read(), ADDABLE)
            yield SharedPlace(touch.place, is_compared=not is_only_added_to)

    def _with_steps_below(self, step: Registered) -> Iterator[Registered]:
        waiting, seen = [step], {step}
        while waiting:
            above = waiting.pop()
            yield above
            for name in self._known[above][1].steps if above in self._known else ():
                for below in steps_named(name):
                    if below not in seen:
                        seen.add(below)
                        waiting.append(below)

    def learn_all(self) -> list[tuple[str, Fingerprint]]:
        """Return (key, fingerprint) of every step that is known or registered now."""
        with self._fingerprints.together():
            for step in all_steps():
                self.learn(step)
        return list(self._known.values())

    def named(self, name: str) -> tuple[Fingerprint, ...]:
        """Return the fingerprints of the functions that are known under *name*."""
        return tuple(self._by_name.get(name, ()))

    def _digest_value(self, obj: object) -> tuple[bytes, str] | None:
        value = capture(obj, self.settings)
        return (value.data, preview(value, MAX_CONSTANT_PREVIEW_CHARS)) if value.is_comparable else None

    def _describe(self, obj: object) -> str | None:
        """Return what identifies the behaviour of a function that is passed as a value, or None when unknown."""
        step = step_of(obj)
        if step is not None:
            return step.name
        if id(obj) in self._describing:  # a function in a table that it reads itself
            return "recursive"
        self._describing.add(id(obj))
        try:
            fingerprint = self._fingerprints.of(obj)
        finally:
            self._describing.discard(id(obj))
        return fingerprint.digest if fingerprint.is_known else None
