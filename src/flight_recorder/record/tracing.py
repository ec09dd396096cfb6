"""Tracing: the functions of the project that are there already become steps while a block runs."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import RLock
from types import FunctionType

from flight_recorder.config import Project
from flight_recorder.fingerprint.marking import is_marked
from flight_recorder.fingerprint.source import marked_code
from flight_recorder.model.start import Traced
from flight_recorder.record.block import Block, running
from flight_recorder.record.following import name_what_was_made
from flight_recorder.record.loading import Wanted, marks
from flight_recorder.record.patching import is_double, patch
from flight_recorder.record.recording import Recording
from flight_recorder.record.registry import all_steps

_IS_FUNCTION = 0x3  # CO_OPTIMIZED | CO_NEWLOCALS


@contextmanager
def tracing(recording: Recording, block: Block) -> Iterator[None]:
    """Have every function of the project's be a step in *block*, those that are there and those that are made."""
    with running(recording, block) as is_recorded:
        if not is_recorded:
            yield
            return
        undo: list[Callable[[], None]] = []
        recording.contained(lambda: undo.append(_patches.begin(recording.project, block.traced)))
        try:
            yield
        finally:
            for one in undo:
                one()


class _Patches:
    """What is patched in this process while blocks are traced."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._open = 0
        self._undo: list[Callable[[], None]] = []

    def begin(self, project: Project, traced: Traced) -> Callable[[], None]:
        """Patch what is there now; return what undoes that, once all else that is traced has ended, too."""
        with self._lock:
            wanted = marks.begin(project, traced)
            self._open += 1
            for function in _functions(wanted):
                code = function.__code__
                marks.expect(code.co_filename)
                self._undo.append(patch(function, marked_code(code)))
            name_what_was_made()

        def end() -> None:
            with self._lock:
                marks.end(wanted)
                self._open -= 1
                if not self._open:
                    undo, self._undo = self._undo, []
                    for one in undo:
                        one()

        return end


def _functions(wanted: Wanted) -> list[FunctionType]:
    """Return the functions that are to be steps, and are none."""
    known = {id(step.function) for step in all_steps()}
    return [
        one
        for one in gc.get_objects()
        if type(one) is FunctionType and _is_wanted(one, wanted) and id(one) not in known
    ]


def _is_wanted(function: FunctionType, wanted: Wanted) -> bool:
    code = function.__code__
    name = code.co_name
    if code.co_flags & _IS_FUNCTION != _IS_FUNCTION or is_double(function):
        return False
    is_named = is_marked(name) if not name.startswith("<") else name == "<lambda>"
    return is_named and wanted.module(str(function.__globals__.get("__name__", "")), code.co_filename)


_patches = _Patches()
