"""Registering: a pytest plugin that makes every function of a library a step, and the whole run one session.

Each `def` of the library, in its modules and in its classes, is compiled with `@fr.register` as its innermost
decorator: as if its author had written that in. So properties, class- and staticmethods, coroutines, generators and
what other decorators make of a function are made of steps, and whoever imports a function, also at import, has the
step. What is defined while another function runs is no name of the library's, and is left alone.
"""

import ast
import builtins
import json
import os
import sys
import traceback
import weakref
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest
from _pytest import main

from flight_recorder import FlightRecorder
from flight_recorder.record import guard

PACKAGES = frozenset(os.environ["TRANSPARENCY_PACKAGES"].split(","))
ACCOUNT = Path(os.environ["TRANSPARENCY_ACCOUNT"])
DECORATOR = "__register_for_transparency__"  # a builtin: a name in the library's modules would show in `dir`

fr = FlightRecorder()
_registered: set[str] = set()
_said: list[str] = []


def register(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make *function* a step, as `@fr.register` does, and remember that it is one."""
    _registered.add(f"{function.__module__}:{function.__qualname__}")
    return fr.register(function)


class Registering(ast.NodeTransformer):
    """Puts the decorator at each function of a module that has a name when the module is there."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Decorate, and leave what is inside alone. All that shows of the decorator lies on the line of the `def`."""
        here = {"lineno": node.lineno, "col_offset": node.col_offset}
        name = ast.Name(DECORATOR, ast.Load(), **here, end_lineno=node.lineno, end_col_offset=node.col_offset)
        node.decorator_list.append(name)
        return node

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - as ast calls it

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        """Leave it as it is."""
        return node


class Loader(SourceFileLoader):
    """Loads a module of the library from its source, never from what was compiled of it before."""

    def get_code(self, fullname: str) -> CodeType:
        """Return the code of the module, with its functions registered."""
        path = self.get_filename(fullname)
        tree = ast.parse(self.get_data(path), path)
        code: CodeType = compile(Registering().visit(tree), path, "exec", dont_inherit=True)
        return code


class Finder(MetaPathFinder):
    """Finds the modules of the library; its tests are none of them."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where the module is, to be loaded by us."""
        if fullname.partition(".")[0] not in PACKAGES or "tests" in fullname.split("."):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and type(spec.loader) is SourceFileLoader:
            spec.loader = Loader(spec.loader.name, spec.loader.path)
        return spec


too_early = sorted(name for name in sys.modules if name.partition(".")[0] in PACKAGES)
if too_early:
    raise RuntimeError(f"these are loaded, and cannot be registered any more: {', '.join(too_early)}")
setattr(builtins, DECORATOR, register)
sys.meta_path.insert(0, Finder())


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> object:
    """Run all tests as one session of the recorder."""
    kept = weakref.ref(session)  # what the run's function holds would be a part of what is recorded

    def suite() -> object:
        running = kept()
        assert running is not None
        return main.pytest_runtestloop(running)

    try:
        return fr.run(suite)
    finally:
        ACCOUNT.write_text(json.dumps({"registered": sorted(_registered), "said": _said}), encoding="utf-8")


def _overhear() -> None:
    """Note what the recorder says, and the failures of its own that end a recording; change nothing of it.

    A test may catch what is printed, and look for something else in it.
    """
    say, trip = guard.say, guard.Guard.trip

    def say_and_note(text: str) -> None:
        _said.append(text)
        say(text)

    def trip_and_note(self: guard.Guard, error: BaseException) -> None:
        _said.append("".join(traceback.format_exception(error)))
        trip(self, error)

    guard.say, guard.Guard.trip = say_and_note, trip_and_note  # type: ignore[method-assign]


_overhear()
