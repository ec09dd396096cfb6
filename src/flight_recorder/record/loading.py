"""Loading: how the project's modules are loaded where every function of theirs is to be a step, without a decorator.

They are compiled from their source each time, with a mark at each function (`fingerprint.marking`). Running the mark
makes a step of it (`record.patching`). So a function is a step from the moment that it is made.
"""

import ast
import builtins
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from fnmatch import fnmatchcase
from importlib.machinery import SourceFileLoader
from types import CodeType, FunctionType
from typing import Any

from flight_recorder.config import Project
from flight_recorder.fingerprint.marking import STEP_MARK, marked
from flight_recorder.fingerprint.source import mark_sources
from flight_recorder.interrupted import was_interrupted
from flight_recorder.model.start import Traced
from flight_recorder.record.patching import begin_counting, patch
from flight_recorder.record.unseen import as_of_importing

FRAMES_OF_A_CALL = 3  # of a function that is a step without a decorator


def load_afresh(project: Project) -> Callable[[], None]:
    """Let no compiled file stand for a source of the project's own; return what undoes that.

    Python takes a compiled file for current by the source's size and its time in whole seconds. A fix that is saved
    in the second of the failed run, and changes `6` to `7`, would be passed over.
    """
    found = SourceFileLoader.path_stats

    @as_of_importing
    def path_stats(self: SourceFileLoader, path: str) -> Mapping[str, Any]:
        if project.owns(os.path.realpath(path)):
            raise OSError("not compared: see above")  # the loader then compiles the source, and keeps nothing of it
        return found(self, path)

    return _replace("path_stats", path_stats)


def _replace(name: str, ours: Callable[..., Any]) -> Callable[[], None]:
    found = vars(SourceFileLoader).get(name)
    setattr(SourceFileLoader, name, ours)

    def undo() -> None:
        if vars(SourceFileLoader).get(name) is not ours:  # somebody replaced it since
            return
        if found is None:
            delattr(SourceFileLoader, name)
        else:
            setattr(SourceFileLoader, name, found)

    return undo


def _allow_deeper_stacks() -> Callable[[], None]:
    """Let a recursion of the program's own get as deep as it would: each of its calls comes with two of ours."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(limit * FRAMES_OF_A_CALL)

    def undo() -> None:
        if sys.getrecursionlimit() == limit * FRAMES_OF_A_CALL:  # else the program has set it
            with suppress(RecursionError):  # we are deeper than that now
                sys.setrecursionlimit(limit)

    return undo


def is_cell(path: str) -> bool:
    """Whether code from *path*, which is no file, is that of a cell in a notebook or at IPython's prompt."""
    return path.startswith("<ipython-input") or os.path.basename(os.path.dirname(path)).startswith("ipykernel_")


class Wanted:
    """Whose functions become steps: those in modules that *traced* tells by name, in files of the project."""

    def __init__(self, project: Project, traced: Traced) -> None:
        self._project = project
        self._traced = traced
        self._files: dict[str, bool] = {}  # whether they are the project's

    def module(self, name: str, path: str) -> bool:
        """Whether functions in the module called *name*, which lies in the file *path*, are wanted."""
        is_own = self._files.get(path)
        if is_own is None:
            # What was made from text is data of whoever runs it, but for a cell of a notebook.
            is_file = path[:1] != "<" and self._project.owns(os.path.realpath(path))
            is_own = self._files[path] = is_file or is_cell(path)
        include, exclude = self._traced.include, self._traced.exclude
        is_in = is_own and (not include or any(fnmatchcase(name, one) for one in include))
        return is_in and not any(fnmatchcase(name, one) for one in exclude)


class Marks:
    """The marks in one process: they make steps while somebody wants that."""

    def __init__(self) -> None:
        self._wanting: list[Wanted] = []
        self._undo: list[Callable[[], None]] = []
        self._files: set[str] = set()

    def begin(self, project: Project, traced: Traced) -> Wanted:
        """Make a step of every function in the project's modules that are loaded from now on."""
        wanted = Wanted(project, traced)
        self._wanting.append(wanted)
        if len(self._wanting) == 1:
            begin_counting(traced.hot_calls)
            mark_sources(self._files)
            setattr(builtins, STEP_MARK, self._as_step)  # and stays: marked code goes on
            self._undo = [load_afresh(project), _replace("source_to_code", self._compiler()), _allow_deeper_stacks()]
        return wanted

    def end(self, wanted: Wanted) -> None:
        """Undo one `begin`, which returned *wanted*."""
        self._wanting.remove(wanted)
        if not self._wanting:
            for undo in self._undo:
                undo()

    def compiled(self, source: bytes, name: str, path: str) -> CodeType:
        """Return the code of the module called *name*, with its functions marked if they are to be."""
        if not any(wanted.module(name, path) for wanted in self._wanting):
            return compile(source, path, "exec", dont_inherit=True)
        self.expect(path)
        return compile(marked(ast.parse(source, path)), path, "exec", dont_inherit=True)

    def expect(self, path: str) -> None:
        """Note that the functions that run are no longer those in the file *path*, but these with marks."""
        self._files.add(path)

    def _compiler(self) -> Callable[..., CodeType]:
        found = SourceFileLoader.source_to_code

        @as_of_importing
        def source_to_code(loader: SourceFileLoader, data: Any, path: Any, **options: Any) -> CodeType:
            if type(path) is str and any(wanted.module(loader.name, path) for wanted in self._wanting):
                with suppress(SyntaxError, ValueError):  # which the compiler is about to tell of
                    data = marked(ast.parse(data, path))
                    self.expect(path)
            code: CodeType = found(loader, data, path, **options)
            return code

        return source_to_code

    def _as_step(self, function: FunctionType) -> FunctionType:
        """Make a step of *function*, and return it: what the mark does."""
        if self._wanting:
            try:
                patch(function, function.__code__)
            except Exception as error:  # contained: the user's program must not notice
                if type(error) is not RecursionError and was_interrupted(error):
                    raise
        return function


marks = Marks()
