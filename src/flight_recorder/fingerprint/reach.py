"""Reach: everything that a function reaches by name, up to where another step begins, as one fingerprint.

After Skip's and Shake's rule that a cached result is valid while all that was read to make it is unchanged; what is
read here is found in the code, without running it. What cannot be examined is UNKNOWN, and unknown means changed.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import RLock
from types import CellType, CodeType, FunctionType
from typing import Any
from weakref import ref

import msgspec

from flight_recorder.config import Project
from flight_recorder.fingerprint.code import digest_of_text
from flight_recorder.fingerprint.constants import DigestValue
from flight_recorder.fingerprint.entered import circumstances, function_of
from flight_recorder.fingerprint.examine import Examiner
from flight_recorder.fingerprint.given import given_node
from flight_recorder.fingerprint.names import function_name
from flight_recorder.fingerprint.origin import Origin, origin_of
from flight_recorder.fingerprint.places import PlaceKey, Touch, is_written, touched_by
from flight_recorder.fingerprint.resolve import Around, StepName
from flight_recorder.fingerprint.unloaded import Unloaded
from flight_recorder.fingerprint.walk import Walk
from flight_recorder.fingerprint.written import as_at_first
from flight_recorder.interrupted import was_interrupted
from flight_recorder.model.fingerprint import Fingerprint, Part, PartKind


class Reached(msgspec.Struct, frozen=True):
    """The project's functions that a walk came to, its first among them, and the files of modules not loaded yet."""

    functions: tuple[FunctionType, ...] = ()
    files: frozenset[str] = frozenset()


class Given(msgspec.Struct, frozen=True):
    """A function that is passed as a value, and the places that it and what it reaches use.

    Closure cells are not among these: they live no longer than without us. *changes_closure* tells of them.
    """

    fingerprint: Fingerprint
    touches: dict[PlaceKey, Touch]
    changes_closure: bool


class Fingerprints:
    """Makes fingerprints, of functions as the names that they reach are then.

    *step_name* returns the name of a registered step's wrapper and None for anything else; *digest_value* returns
    the canonical bytes and a preview of plain data, or None where equal bytes would prove nothing; *written* returns
    the keys of the places that steps are known to change.
    """

    def __init__(
        self,
        *,
        project: Project,
        step_name: StepName,
        around: Around,
        digest_value: DigestValue,
        written: Callable[[], set[PlaceKey]] = set,
    ) -> None:
        self._project = project
        self._written = written
        self._examiner = Examiner(project, step_name, digest_value)
        self._step_name = step_name
        self._around = around
        self._lock = RLock()
        self._depth = 0
        # By identity, with what proves that the id still means that function.
        self._taken: dict[int, tuple[Callable[[], object | None], Given]] = {}
        self.codes: dict[str, tuple[CodeType, ...]] = {}  # that a function reaches, by its fingerprint's digest

    @contextmanager
    def together(self) -> Iterator[None]:
        """Share what is found among the functions that are examined within, and hold none of it afterwards."""
        with self._lock:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if not self._depth:
                    self._examiner.forget()

    def examine(self, function: object, version: str = "") -> tuple[Fingerprint, Reached]:
        """Return the fingerprint of *function*, and what it reaches. Never raises.

        *version* is a hand-set code version, one more part.
        """
        more = [Part(PartKind.CONSTANT, "version", digest_of_text(version), preview=version)] if version else []
        walk, fingerprint = self._take(function, "", more)
        return fingerprint, Reached(tuple(walk.functions), frozenset(walk.files))

    def of(self, function: object) -> Given:
        """Return what *function* was when first asked for. Never raises."""
        taken = self._taken.get(id(function))
        if taken is None or taken[0]() is not function:
            fingerprint, reached = self.examine(function)
            given = self._given(fingerprint, reached)
            self.codes[fingerprint.digest] = tuple(one.__code__ for one in reached.functions)
            reference = _reference(function)
            if reference is not None:
                self._taken[id(function)] = (reference, given)
            return given
        return taken[1]

    def _given(self, fingerprint: Fingerprint, reached: Reached) -> Given:
        touches = touched_by(reached.functions, self._project)
        of_cells = {key: touch for key, touch in touches.items() if isinstance(touch.place.holder, CellType)}
        changes_closure = any(is_written(touch, self._project) for touch in of_cells.values())
        # What a library keeps in its globals is no more looked at where its function is given than where it is named.
        own = [one for one in reached.functions if origin_of(one, self._project) is Origin.PROJECT]
        of_project = touches if len(own) == len(reached.functions) else touched_by(own, self._project)
        return Given(
            fingerprint, {key: touch for key, touch in of_project.items() if key not in of_cells}, changes_closure
        )

    def of_code(self, code: CodeType, names: dict[str, Any]) -> Fingerprint:
        """Return the fingerprint of the function that has *code*, in the module with the globals *names*.

        Which function object was entered cannot be told; but for what is bound to its free variables, and to its
        defaults where it is reached by no name, that makes no difference. Never raises.
        """
        return self._take(
            function_of(code, names), "", circumstances(code, names, self._project), finish=self._as_at_first
        )[1]

    def _as_at_first(self, walk: Walk, parts: list[Part]) -> list[Part]:
        touches = touched_by(walk.functions, self._project)
        return list(as_at_first(parts, touches.values(), self._written(), self._project))

    def of_given(self, cls: type, attributes: tuple[str, ...]) -> Fingerprint:
        """Return the fingerprint of what can be read of *cls*, with these *attributes*. Never raises."""

        def start(walk: Walk, name: str) -> None:
            walk.begin_at(cls, name, given_node(cls, attributes, self._project))

        return self._take(cls, "", (), start)[1]

    def of_module(self, module: Unloaded) -> Fingerprint:
        """Return the fingerprint of a whole file, and of what it imports. Never raises."""
        return self._take(module, module.name, ())[1]

    def _take(
        self,
        obj: object,
        name: str,
        more: Iterable[Part],
        start: Callable[[Walk, str], None] | None = None,
        finish: Callable[[Walk, list[Part]], list[Part]] | None = None,
    ) -> tuple[Walk, Fingerprint]:
        with self.together():
            return self._walked(obj, name, more, start, finish)

    def _walked(
        self,
        obj: object,
        name: str,
        more: Iterable[Part],
        start: Callable[[Walk, str], None] | None,
        finish: Callable[[Walk, list[Part]], list[Part]] | None,
    ) -> tuple[Walk, Fingerprint]:
        walk = Walk(self._examiner, self._step_name, self._around)
        try:
            name = name or function_name(obj)
            if start is None:
                walk.begin(obj, name)
            else:
                start(walk, name)
        except Exception as problem:  # objects of the user's may fail in any way; unknown means changed
            if type(problem) is not RecursionError and was_interrupted(problem):
                raise
            name = name or type(obj).__name__
            walk.unknown(name, type(problem).__name__)
        parts = walk.parts() if finish is None else finish(walk, walk.parts())
        parts += more
        code = obj.__code__ if isinstance(obj, FunctionType) else None
        source = walk.source
        return walk, Fingerprint(
            function=name,
            digest=walk.digest_of(parts),
            parts=tuple(parts),
            source=source.text if source is not None else "",
            file=source.file if source is not None else code.co_filename if code else "",
            line=source.line if source is not None else code.co_firstlineno if code else 0,
            steps=tuple(dict.fromkeys(walk.steps)),
            is_known=all(part.kind is not PartKind.UNKNOWN for part in parts),
        )


def _reference(function: object) -> "ref[object] | None":
    """Return a weak reference; None where there is none: a descriptor would keep its class, and all that is its."""
    try:
        return ref(function)
    except TypeError:
        return None
