"""Reach: everything that a function reaches by name, up to where another step begins, as one fingerprint.

After Skip's and Shake's rule that a cached result is valid while all that was read to make it is unchanged; what is
read here is found in the code, without running it. What cannot be examined is UNKNOWN, and unknown means changed.
"""

from collections.abc import Callable
from types import FunctionType
from typing import Any

from flight_recorder.config import Project
from flight_recorder.fingerprint.code import digest_of_text
from flight_recorder.fingerprint.constants import DigestValue
from flight_recorder.fingerprint.examine import Examiner
from flight_recorder.fingerprint.names import function_name
from flight_recorder.fingerprint.resolve import StepName
from flight_recorder.fingerprint.walk import Walk
from flight_recorder.model.fingerprint import Fingerprint, Part, PartKind


class Fingerprints:
    """Makes fingerprints, and keeps them: a function's is taken once, as the names that it reaches are then.

    *step_name* returns the name of a registered step's wrapper and None for anything else; *digest_value* returns
    the canonical bytes and a preview of plain data, or None where equal bytes would prove nothing.
    """

    def __init__(self, *, project: Project, step_name: StepName, digest_value: DigestValue) -> None:
        self._examiner = Examiner(project, step_name, digest_value)
        self._step_name = step_name
        # By identity, and holding what was examined: an id means something only while its object lives.
        self._reached: dict[int, tuple[FunctionType, ...]] = {}
        self._taken: dict[tuple[int, str], tuple[object, Fingerprint]] = {}

    def reached(self, function: object) -> tuple[FunctionType, ...]:
        """Return the project's functions that *function* reaches, itself among them, up to where a step begins."""
        self.of(function)
        return self._reached.get(id(function), ())

    def of(self, function: Callable[..., Any] | object, version: str = "") -> Fingerprint:
        """Return the fingerprint of *function*; with a hand-set code version as one more part. Never raises."""
        key = (id(function), version)
        taken = self._taken.get(key)
        if taken is None:
            taken = self._taken[key] = (function, self._take(function, version))
        return taken[1]

    def _take(self, function: object, version: str) -> Fingerprint:
        walk = Walk(self._examiner, self._step_name)
        self._reached[id(function)] = ()
        try:
            name = function_name(function)
            walk.begin(function)
        except Exception as problem:  # noqa: BLE001 - objects of the user's may fail in any way; unknown means changed
            name = type(function).__name__
            walk.unknown(name, type(problem).__name__)
        self._reached[id(function)] = tuple(walk.functions)
        parts = walk.parts()
        if version:
            parts.append(Part(PartKind.CONSTANT, "version", digest_of_text(version), preview=version))
        lines = sorted(f"{part.kind} {part.name} {part.digest}" for part in parts)
        code = function.__code__ if isinstance(function, FunctionType) else None
        source = walk.source
        return Fingerprint(
            function=name,
            digest=digest_of_text("\n".join(lines)),
            parts=tuple(parts),
            source=source.text if source is not None else "",
            file=source.file if source is not None else code.co_filename if code else "",
            line=source.line if source is not None else code.co_firstlineno if code else 0,
            steps=tuple(dict.fromkeys(walk.steps)),
            is_known=all(part.kind is not PartKind.UNKNOWN for part in parts),
        )
