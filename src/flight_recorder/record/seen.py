"""Seen: the fingerprints of functions that only running a step showed, when it ends and in a later process."""

from collections.abc import Iterable, Iterator
from types import CodeType

from msgspec.structs import replace

from flight_recorder.codec.naming import find_loaded_type
from flight_recorder.config import Project
from flight_recorder.fingerprint.attributes import is_a
from flight_recorder.fingerprint.chains import names_in
from flight_recorder.fingerprint.entered import (
    Definition,
    bound,
    codes_of,
    definition_named,
    definition_of,
    definition_of_class,
    names_of_module,
    outermost,
)
from flight_recorder.fingerprint.given import attributes_read
from flight_recorder.fingerprint.reach import Fingerprints
from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.record.tracks import Covered, Known, Track

UNSURE = "entered ?"  # nothing is ever learned as this: a step that is said to have entered it runs again

Learned = tuple[str, Fingerprint]


class Seen:
    """What one session knows of the functions that its steps entered."""

    def __init__(self, fingerprints: Fingerprints, project: Project) -> None:
        self._fingerprints = fingerprints
        self._project = project
        self._learned: dict[int, tuple[CodeType, Learned | None]] = {}  # by the identity of the code
        self._of_classes: dict[tuple[str, frozenset[str], tuple[int, ...]], Learned | None] = {}
        self._again: dict[str, tuple[Learned, ...]] = {}

    def of_track(self, track: Track) -> dict[str, Fingerprint]:
        """Return by key what *track* came upon; it is made unsure if something of that cannot be told."""
        return self.of_all(track.found(), track)

    def of_all(self, entered: Iterable[Known], track: Track | None) -> dict[str, Fingerprint]:
        """Return by key what was *entered*; *track* is made unsure if something of that cannot be told."""
        with self._fingerprints.together():
            found = [self._learn(known) for known in entered]
        if None in found and track is not None:
            track.is_unsure = True
        return dict(sorted(filter(None, found)))

    def of_classes(self, classes: Iterable[str], covered: Covered, track: Track | None) -> dict[str, Fingerprint]:
        """Return by key what a step may have read of *classes*, of which it was given objects.

        They are told by `module:qualname`; those that are not the project's make no difference.
        """
        entered = tuple(known.code for known in track.found()) if track is not None else ()
        with self._fingerprints.together():
            learned = [self._of_class(name, covered.names, entered) for name in classes]
        return dict(sorted(filter(None, learned)))

    def _of_class(self, name: str, names: frozenset[str], entered: tuple[CodeType, ...]) -> Learned | None:
        key = (name, names, tuple(map(id, entered)))
        if key not in self._of_classes:
            cls = find_loaded_type(*name.split(":", 1))
            definition = definition_of_class(cls, self._project) if cls is not None else None
            read = names.union(*map(names_in, entered))
            self._of_classes[key] = self._given(definition, cls, read) if definition and cls else None
        return self._of_classes[key]

    def _given(self, definition: Definition, cls: type, names: frozenset[str]) -> Learned:
        attributes = attributes_read(cls, names, self._project)
        fingerprint = self._fingerprints.of_given(cls, attributes)
        return self._with_key(replace(definition, attributes=attributes), fingerprint)

    def again(self, key: str) -> tuple[Learned, ...]:
        """Return (key, fingerprint) of each function that is defined now where one was learned as *key*."""
        found = self._again.get(key)
        if not found:  # it may be defined yet
            definition = definition_named(key, self._project)
            found = self._again[key] = tuple(self._find(definition)) if definition is not None else ()
        return found

    def same_again(self, key: str) -> tuple[Learned, ...]:
        """Return the one of `again` that is as it was learned, or else, of a changed one, what it is now."""
        now = self.again(key)
        return tuple([learned for learned in now if learned[0] == key][:1]) or now[:1]

    def _learn(self, known: Known) -> Learned | None:
        learned = self._learned.get(id(known.code))
        if learned is None:
            learned = self._learned[id(known.code)] = (known.code, self._look(known))
        return learned[1]

    def _look(self, known: Known) -> Learned | None:
        definition = definition_of(known.code, known.module)
        names = names_of_module(definition.file)
        outer = outermost(known.code, definition)
        if outer is None:
            return None  # its file was edited since it was loaded
        if names is None or not definition.qualname:
            definition = definition.as_module
            return self._with_key(definition, self._fingerprints.of_module(definition.whole))
        return self._with_key(definition, self._fingerprints.of_code(outer, names))

    def _find(self, definition: Definition) -> Iterator[Learned]:
        if not definition.qualname:
            yield self._with_key(definition, self._fingerprints.of_module(definition.whole))
            return
        names = names_of_module(definition.file)
        if names is None:
            return
        if definition.attributes is not None:
            cls = bound(definition.qualname, names)
            if is_a(cls, type):
                yield self._with_key(definition, self._fingerprints.of_given(cls, definition.attributes))
        else:
            for code in codes_of(definition):
                yield self._with_key(definition, self._fingerprints.of_code(code, names))

    def _with_key(self, definition: Definition, fingerprint: Fingerprint) -> Learned:
        return definition.key(fingerprint, self._project), fingerprint
