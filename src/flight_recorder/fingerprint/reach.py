"""Reach: everything that a function reaches by name, up to where another step begins, as one fingerprint.

After Skip's and Shake's rule that a cached result is valid while all that was read to make it is unchanged; what is
read here is found in the code, without running it. What cannot be examined is UNKNOWN, and unknown means changed.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import RLock
from types import FunctionType
from weakref import ref

from flight_recorder.config import Project
from flight_recorder.fingerprint.code import digest_of_text
from flight_recorder.fingerprint.constants import DigestValue
from flight_recorder.fingerprint.examine import Examiner
from flight_recorder.fingerprint.names import function_name
from flight_recorder.fingerprint.resolve import StepName
from flight_recorder.fingerprint.walk import Walk
from flight_recorder.model.fingerprint import Fingerprint, Part, PartKind


class Fingerprints:
    """Makes fingerprints, of functions as the names that they reach are then.

    *step_name* returns the name of a registered step's wrapper and None for anything else; *digest_value* returns
    the canonical bytes and a preview of plain data, or None where equal bytes would prove nothing.
    """

    def __init__(self, *, project: Project, step_name: StepName, digest_value: DigestValue) -> None:
        self._examiner = Examiner(project, step_name, digest_value)
        self._step_name = step_name
        self._lock = RLock()
        self._depth = 0
        # By identity, with what proves that the id still means that function.
        self._taken: dict[int, tuple[Callable[[], object | None], Fingerprint]] = {}

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

    def examine(self, function: object, version: str = "") -> tuple[Fingerprint, tuple[FunctionType, ...]]:
        """Return the fingerprint of *function*, and the project's functions that it reaches, itself among them.

        *version* is a hand-set code version, one more part. Never raises.
        """
        with self.together():
            return self._take(function, version)

    def of(self, function: object) -> Fingerprint:
        """Return the fingerprint of *function* as it was when first asked for. Never raises."""
        taken = self._taken.get(id(function))
        if taken is None or taken[0]() is not function:
            taken = self._taken[id(function)] = (_reference(function), self.examine(function)[0])
        return taken[1]

    def _take(self, function: object, version: str) -> tuple[Fingerprint, tuple[FunctionType, ...]]:
        walk = Walk(self._examiner, self._step_name)
        try:
            name = function_name(function)
            walk.begin(function)
        except Exception as problem:  # noqa: BLE001 - objects of the user's may fail in any way; unknown means changed
            name = type(function).__name__
            walk.unknown(name, type(problem).__name__)
        parts = walk.parts()
        if version:
            parts.append(Part(PartKind.CONSTANT, "version", digest_of_text(version), preview=version))
        lines = sorted(f"{part.kind} {part.name} {part.digest}" for part in parts)
        code = function.__code__ if isinstance(function, FunctionType) else None
        source = walk.source
        fingerprint = Fingerprint(
            function=name,
            digest=digest_of_text("\n".join(lines)),
            parts=tuple(parts),
            source=source.text if source is not None else "",
            file=source.file if source is not None else code.co_filename if code else "",
            line=source.line if source is not None else code.co_firstlineno if code else 0,
            steps=tuple(dict.fromkeys(walk.steps)),
            is_known=all(part.kind is not PartKind.UNKNOWN for part in parts),
        )
        return fingerprint, tuple(walk.functions)


def _reference(function: object) -> Callable[[], object | None]:
    try:
        return ref(function)
    except TypeError:  # what cannot be referred to weakly is told by itself
        return lambda: function
