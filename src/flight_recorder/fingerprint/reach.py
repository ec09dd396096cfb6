"""Reach: everything that a function reaches by name, up to where another step begins, as one fingerprint.

After Skip's and Shake's rule that a cached result is valid while all that was read to make it is unchanged; what is
read here is found in the code, without running it. What cannot be examined is UNKNOWN, and unknown means changed.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

from flight_recorder.config import Project
from flight_recorder.fingerprint.code import digest_of_text
from flight_recorder.fingerprint.constants import DigestValue
from flight_recorder.fingerprint.entered import circumstances, function_of
from flight_recorder.fingerprint.examine import Examiner
from flight_recorder.fingerprint.given import given_node
from flight_recorder.fingerprint.names import function_name
from flight_recorder.fingerprint.resolve import StepName
from flight_recorder.fingerprint.unloaded import Unloaded
from flight_recorder.fingerprint.walk import Walk
from flight_recorder.model.fingerprint import Fingerprint, Part, PartKind


@dataclass(frozen=True, slots=True)
class Reached:
    """The project's functions that a walk came to, its first among them, and the files of modules not loaded yet."""

    functions: tuple[FunctionType, ...] = ()
    files: frozenset[str] = frozenset()


class Fingerprints:
    """Makes fingerprints, and keeps them: a function's is taken once, as the names that it reaches are then.

    *step_name* returns the name of a registered step's wrapper and None for anything else; *digest_value* returns
    the canonical bytes and a preview of plain data, or None where equal bytes would prove nothing.
    """

    def __init__(self, *, project: Project, step_name: StepName, digest_value: DigestValue) -> None:
        self._project = project
        self._examiner = Examiner(project, step_name, digest_value)
        self._step_name = step_name
        # By identity, and holding what was examined: an id means something only while its object lives.
        self._reached: dict[int, Reached] = {}
        self._taken: dict[tuple[int, str], tuple[object, Fingerprint]] = {}

    def reached(self, function: object) -> Reached:
        """Return what *function* reaches, up to where a step begins."""
        if id(function) not in self._reached:
            self.of(function)
        return self._reached[id(function)]

    def of(self, function: Callable[..., Any] | object, version: str = "") -> Fingerprint:
        """Return the fingerprint of *function*; with a hand-set code version as one more part. Never raises."""
        key = (id(function), version)
        taken = self._taken.get(key)
        if taken is None:
            more = [Part(PartKind.CONSTANT, "version", digest_of_text(version), preview=version)] if version else []
            walk, fingerprint = self._take(function, "", more)
            self._reached[id(function)] = Reached(tuple(walk.functions), frozenset(walk.files))
            taken = self._taken[key] = (function, fingerprint)
        return taken[1]

    def of_code(self, code: CodeType, names: dict[str, Any]) -> Fingerprint:
        """Return the fingerprint of the function that has *code*, in the module with the globals *names*.

        Which function object was entered cannot be told; but for what is bound to its free variables, and to its
        defaults where it is reached by no name, that makes no difference. Never raises.
        """
        return self._take(function_of(code, names), "", circumstances(code, names, self._project))[1]

    def of_given(self, cls: type, attributes: tuple[str, ...]) -> Fingerprint:
        """Return the fingerprint of what can be read of *cls*, with these *attributes*. Never raises."""

        def start(walk: Walk, name: str) -> None:
            walk.begin_at(cls, name, given_node(cls, attributes, self._project))

        return self._take(cls, "", (), start)[1]

    def of_module(self, module: Unloaded) -> Fingerprint:
        """Return the fingerprint of a whole file, and of what it imports. Never raises."""
        return self._take(module, module.name, ())[1]

    def _take(
        self, obj: object, name: str, more: Iterable[Part], start: Callable[[Walk, str], None] | None = None
    ) -> tuple[Walk, Fingerprint]:
        walk = Walk(self._examiner, self._step_name)
        try:
            name = name or function_name(obj)
            if start is None:
                walk.begin(obj, name)
            else:
                start(walk, name)
        except Exception as problem:  # noqa: BLE001 - objects of the user's may fail in any way; unknown means changed
            name = name or type(obj).__name__
            walk.unknown(name, type(problem).__name__)
        parts = [*walk.parts(), *more]
        lines = sorted(f"{part.kind} {part.name} {part.digest}" for part in parts)
        code = obj.__code__ if isinstance(obj, FunctionType) else None
        source = walk.source
        return walk, Fingerprint(
            function=name,
            digest=digest_of_text("\n".join(lines)),
            parts=tuple(parts),
            source=source.text if source is not None else "",
            file=source.file if source is not None else code.co_filename if code else "",
            line=source.line if source is not None else code.co_firstlineno if code else 0,
            steps=tuple(dict.fromkeys(walk.steps)),
            is_known=all(part.kind is not PartKind.UNKNOWN for part in parts),
        )
