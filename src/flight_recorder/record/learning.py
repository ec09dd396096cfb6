"""Learning: the fingerprint of each step, taken once a session, before the step first runs."""

import re
from collections.abc import Iterable, Iterator
from types import CodeType, FunctionType
from typing import Any

from flight_recorder.codec.capture import CaptureSettings, capture
from flight_recorder.codec.preview import preview
from flight_recorder.codec.secrets import Secrets
from flight_recorder.config import Project
from flight_recorder.fingerprint.chains import names_in
from flight_recorder.fingerprint.entered import nested_in
from flight_recorder.fingerprint.places import ADDABLE, PlaceKey, Touch, is_written, told_apart, touched_by
from flight_recorder.fingerprint.reach import Fingerprints
from flight_recorder.fingerprint.uses import Use
from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.value import Value
from flight_recorder.record import registry
from flight_recorder.record.keeping import Keeper
from flight_recorder.record.places import SharedPlace
from flight_recorder.record.registry import (
    Registered,
    all_steps,
    around_variables,
    step_name,
    step_of,
    steps_named,
    without_variables,
)
from flight_recorder.record.secrecy import kept_fingerprint
from flight_recorder.record.seen import Seen
from flight_recorder.record.stacks import is_defining, is_importing
from flight_recorder.record.tracks import Covered, Known

MAX_CONSTANT_PREVIEW_CHARS = 400
MAX_WRAPPERS = 50
_DIGEST = re.compile(rb"[0-9a-f]{32}")


class Learner:
    """What one session knows of its steps."""

    def __init__(self, project: Project, secrets: Secrets | None = None) -> None:
        self.settings = CaptureSettings(secrets=secrets, describe_callable=self._describe)
        self._fingerprints = Fingerprints(
            project=project,
            step_name=step_name,
            around=around_variables,
            digest_value=self._digest_value,
            written=lambda: self._written,
        )
        self._known: dict[Registered, tuple[str, Fingerprint]] = {}
        self._by_name: dict[str, list[Fingerprint]] = {}
        self._additions = 0  # to the registry, that are known
        self._is_early = False  # whether anything was learned while modules were imported
        self._hot: dict[str, Known] = {}  # by name, what is no step any more
        # Those whose variables are among their inputs, by id of the code, and name.
        self._of_code: dict[tuple[int, str], Registered] = {}
        self._keys: dict[str, dict[str, str]] = {}  # by name: the digest of what was learned under each key
        self._describing: set[int] = set()
        self._project = project
        self._touches: dict[Registered, dict[PlaceKey, Touch]] = {}
        self._touches_given: dict[bytes, dict[PlaceKey, Touch]] = {}  # of functions passed as values, by digest
        self._places: dict[tuple[Registered, frozenset[bytes]], tuple[SharedPlace, ...]] = {}
        self._written: set[PlaceKey] = set()
        # Code and not functions: these live no longer than without us.
        self._reached: dict[Registered, tuple[tuple[CodeType, ...], frozenset[str]]] = {}
        self._covered: dict[Registered, Covered] = {}
        self.changes = 0  # how often more became known of what places the program uses
        self.seen = Seen(self._fingerprints, project)
        self.keeper = Keeper(self.settings)

    def learn(self, step: Registered) -> tuple[str, Fingerprint]:
        """Return (key, fingerprint): the key is the step's name, or `name#2` for a second function of that name."""
        step = self._of_its_code(step)
        known = self._known.get(step)
        if known is None:
            whole, reached = self._fingerprints.examine(step.function, version=step.version)
            fingerprint = kept_fingerprint(whole, self.settings.secrets)
            self._by_name.setdefault(step.name, []).append(fingerprint)
            new_key = self.key_of if step.is_marked else self._new_key  # a marked one may have been learned early
            known = self._known[step] = (new_key(step.name, fingerprint), fingerprint)
            self._reached[step] = tuple(one.__code__ for one in reached.functions), reached.files
            touches = self._touches[step] = touched_by(reached.functions, self._project)
            self._note(touches)
        return known

    def _of_its_code(self, step: Registered) -> Registered:
        """Return what stands for all steps with the code of *step*, where all else they depend on is among inputs."""
        if not step.has_variables:
            return step
        key = id(step.function.__code__), step.name
        return self._of_code.get(key) or self._of_code.setdefault(key, without_variables(step))

    def _new_key(self, name: str, fingerprint: Fingerprint) -> str:
        of_that_name = self._keys.setdefault(name, {})
        key = f"{name}#{len(of_that_name) + 1}" if of_that_name else name
        of_that_name[key] = fingerprint.digest
        return key

    def key_of(self, name: str, fingerprint: Fingerprint) -> str:
        """Return the key of *fingerprint*, which a step called *name* had earlier; a new one if need be."""
        if fingerprint.is_known:
            for key, digest in self._keys.get(name, {}).items():
                if digest == fingerprint.digest:
                    return key
        return self._new_key(name, fingerprint)

    def _note(self, touches: dict[PlaceKey, Touch]) -> None:
        self._written |= {key for key, touch in touches.items() if is_written(touch, self._project)}
        self._places.clear()
        self.changes += 1
        self.keeper.add(touch.place for touch in touches.values())

    def places(self, step: Registered, inputs: Iterable[Value]) -> tuple[SharedPlace, ...]:
        """Return the places that some step writes, and *step*, a step below it or a function in *inputs* uses."""
        if not self._written:
            return ()
        known = self._touches_given
        digests = {digest for value in inputs for digest in _DIGEST.findall(value.data)} if known else ()
        key = self._of_its_code(step), frozenset(known.keys() & digests)
        places = self._places.get(key)
        if places is None:
            places = self._places[key] = tuple(self._find_places(*key))
        return places

    def may_use_places(self, step: Registered) -> bool:
        """Whether `places` may find any for a call of *step*, whatever its inputs are."""
        return bool(self._written) and bool(self._touches_given or self.places(step, ()))

    def _find_places(self, step: Registered, given: frozenset[bytes]) -> Iterator[SharedPlace]:
        found: dict[PlaceKey, Touch] = {}
        used = [self._touches.get(below, {}) for below in self._with_steps_below(step)]
        for touches in (*used, *(self._touches_given[digest] for digest in sorted(given))):
            for key, touch in touches.items():
                if key in self._written:
                    known = found.get(key)
                    found[key] = touch if known is None else Touch(touch.place, touch.use | known.use)
        places = told_apart([touch.place for touch in found.values()], _namespace(step.function))
        for touch, place in zip(found.values(), places, strict=True):
            use = touch.use & ~Use.METHOD if isinstance(place.read(), ADDABLE) else Use.READ
            yield SharedPlace(place, is_compared=use not in (Use.ADD, Use.PUT), is_put_into=use is Use.PUT)

    def _with_steps_below(self, step: Registered) -> Iterator[Registered]:
        waiting, seen = [step], {step}
        while waiting:
            above = waiting.pop()
            yield above
            for name in self._known[above][1].steps if above in self._known else ():
                for below in map(self._of_its_code, steps_named(name)):
                    if below not in seen:
                        seen.add(below)
                        waiting.append(below)

    def look_around(self) -> None:
        """Learn what has become a step since this was called last, before a step that nobody registered begins.

        A module that is being imported, or has more to define, does not have all its names yet: what is learned then
        holds until it has.
        """
        if registry.additions == self._additions:
            return
        if is_importing():
            self._is_early = True
            return
        was_early, self._is_early = self._is_early, is_defining()
        if was_early and not self._is_early:
            for of_steps in (self._known, self._touches, self._reached, self._covered):
                of_steps.clear()
            self._by_name.clear()
            self._places.clear()
        self._additions = registry.additions
        self.learn_all()

    def learn_all(self) -> list[tuple[str, Fingerprint]]:
        """Return (key, fingerprint) of every step that is known or registered now."""
        with self._fingerprints.together():
            for step in all_steps():
                self.learn(step)
        return list(self._known.values())

    def named(self, name: str) -> tuple[Fingerprint, ...]:
        """Return the fingerprints of the functions that are known under *name*, or that were learned as it before."""
        known = self._by_name.get(name)
        return tuple(known) if known else tuple(fingerprint for _, fingerprint in self.seen.again(name))

    def covered(self, step: Registered) -> Covered:
        """Return the code that the fingerprint of *step* covers."""
        step = self._of_its_code(step)
        covered = self._covered.get(step)
        if covered is None:
            codes, files = self._reached[step]
            inner = (id(nested) for code in codes for nested in nested_in(code))
            covered = self._covered[step] = Covered(
                frozenset([*map(id, codes), *inner]),
                files,
                frozenset().union(*map(names_in, codes)),
                self._known[step][1].steps,
            )
        return covered

    def demote(self, step: Registered) -> None:
        """Count the code of *step* among that of whoever calls it, from now on."""
        self._hot[step.name] = Known(step.function.__code__, step.function.__module__)
        self.changes += 1

    def hot_below(self, covered: Covered) -> list[Known]:
        """Return the functions that are steps no more, of those that *covered* leads to."""
        if not self._hot:
            return []
        waiting, seen, found = list(covered.steps), set(covered.steps), []
        while waiting:
            name = waiting.pop()
            if name in self._hot:
                found.append(self._hot[name])
            below = {step for fingerprint in self._by_name.get(name, ()) for step in fingerprint.steps}
            waiting += below - seen
            seen |= below
        return found

    def codes_given(self, inputs: Iterable[Value]) -> frozenset[int]:
        """Return the ids of the code objects that functions in *inputs* reach: these inputs stand for that code."""
        digests = {digest.decode() for value in inputs for digest in _DIGEST.findall(value.data)}
        found = [code for digest in digests for code in self._fingerprints.codes.get(digest, ())]
        return frozenset(id(one) for code in found for one in (code, *nested_in(code)))

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
            given = self._fingerprints.of(obj)
        finally:
            self._describing.discard(id(obj))
        if not given.fingerprint.is_known or given.changes_closure:
            return None
        digest = given.fingerprint.digest
        if given.touches and digest.encode() not in self._touches_given:
            self._touches_given[digest.encode()] = given.touches
            self._note(given.touches)
        return digest


def _namespace(function: object) -> dict[str, Any] | None:
    """Return the globals of the function that a step calls, below what wraps it."""
    for _ in range(MAX_WRAPPERS):
        if not isinstance(function, FunctionType) or "__wrapped__" not in function.__dict__:
            break
        function = function.__dict__["__wrapped__"]
    return function.__globals__ if isinstance(function, FunctionType) else None
