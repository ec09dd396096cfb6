"""Resolve: from the names in a piece of code to the objects that they stand for now, without running any of it."""

import builtins
from collections.abc import Callable, Iterable, Iterator
from types import CellType, FunctionType, ModuleType
from typing import Any, NamedTuple

import msgspec

from flight_recorder.config import Project
from flight_recorder.fingerprint.attributes import ABSENT, attribute_of, class_of, is_a, subclasses_of
from flight_recorder.fingerprint.chains import Chain, Root
from flight_recorder.fingerprint.made import Home, home_in_class, home_in_function, home_in_module
from flight_recorder.fingerprint.names import function_name, module_label
from flight_recorder.fingerprint.origin import Origin, origin_of_module
from flight_recorder.fingerprint.unloaded import Unloaded, absolute_name, module_named

StepName = Callable[[object], str | None]
Around = Callable[[object], FunctionType | None]
"""Returns the function of a step where variables that are bound to it are among the inputs of its calls."""


class Edge(NamedTuple):
    """One thing that another reaches. *name* is what it is called there.

    *home* is where that name is bound, if known. *is_value* tells a use as a value from a call.
    """

    obj: object
    name: str
    home: Home | None = None
    is_value: bool = True


class Scope(msgspec.Struct, frozen=True):
    """Where a piece of code finds what it names: its module's globals, and the function that it belongs to."""

    names: dict[str, object]
    label: str = ""
    function: Any = None  # a FunctionType, which a type checker would take for a method here
    cells: dict[str, CellType] = {}

    @property
    def module(self) -> str:
        """The name of the module, the same in every run."""
        return module_label(str(self.names.get("__name__", "?")))


def scope_of(function: FunctionType, label: str) -> Scope:
    """Return the scope of *function*."""
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=False))
    return Scope(function.__globals__, label, function, cells)


# What a module is called and where it lies says nothing of what it does, and differs from place to place.
_OF_MODULES = frozenset({"__package__", "__spec__", "__loader__", "__builtins__", "__cached__", "__path__"})


class Resolver:
    """Follows names and attributes, up to where a step begins."""

    def __init__(self, project: Project, step_name: StepName) -> None:
        self._project = project
        self._step_name = step_name

    def edges(self, chains: Iterable[Chain], scope: Scope) -> Iterator[Edge]:
        """Yield what *chains* lead to from *scope*."""
        for chain in chains:
            match chain.root:
                case Root.GLOBAL:
                    yield from self._global(chain, scope)
                case Root.FREE:
                    yield from self._free(chain, scope)
                case Root.SELF | Root.SUPER:
                    yield from self._own_class(chain, scope)
                case Root.IMPORT | Root.MODULE:
                    yield from self._module(chain, scope)

    def _global(self, chain: Chain, scope: Scope) -> Iterator[Edge]:
        found = scope.names.get(chain.name, ABSENT)
        name = f"{scope.module}:{chain.name}"
        if chain.name in _OF_MODULES:
            return
        if chain.name == "__name__":
            found = scope.module
        elif chain.name == "__file__" and isinstance(found, str):
            found = self._project.relative(found)
        elif found is ABSENT and hasattr(builtins, chain.name):
            return
        yield from self.follow(Edge(found, name, home_in_module(scope.names, chain.name), not chain.is_called), chain)

    def _free(self, chain: Chain, scope: Scope) -> Iterator[Edge]:
        cell = scope.cells.get(chain.name)
        if cell is None or scope.function is None:
            return  # a variable of the function itself, read by a function in it
        try:
            found = cell.cell_contents
        except ValueError:  # not filled yet
            return
        home = home_in_function(scope.function, chain.name)
        yield from self.follow(Edge(found, f"{scope.label}.{chain.name}", home), chain)

    def _own_class(self, chain: Chain, scope: Scope) -> Iterator[Edge]:
        """`self.x` in a method: x along the class's bases and in the classes below, without running a property."""
        owner = class_of(scope.function) if scope.function is not None else None
        if owner is None or not chain.attributes:
            return
        bases = owner.__mro__[1:] if chain.root is Root.SUPER else owner.__mro__
        first = next((base for base in bases if chain.attributes[0] in vars(base)), None)
        below = [] if chain.root is Root.SUPER else subclasses_of(owner, self._project)
        holders = [one for one in below if chain.attributes[0] in vars(one)]
        for holder in [first, *holders] if first is not None else holders:
            yield from self._of_class(holder, chain)

    def _of_class(self, holder: type, chain: Chain) -> Iterator[Edge]:
        if origin_of_module(holder.__module__, self._project) is not Origin.PROJECT:
            yield Edge(holder, function_name(holder))
            return
        attribute, *others = chain.attributes
        home = home_in_class(holder, attribute)
        edge = Edge(vars(holder)[attribute], f"{function_name(holder)}.{attribute}", home)
        yield from self.follow(edge, Chain(chain.root, chain.name, tuple(others), chain.is_called))

    def _module(self, chain: Chain, scope: Scope) -> Iterator[Edge]:
        name = absolute_name(chain.name, chain.level, scope.names)
        module = module_named(name, self._project)
        if isinstance(module, ModuleType):
            if chain.attributes or chain.root is Root.MODULE:
                yield from self.follow(Edge(module, name), chain)
        elif module is None:
            yield Edge(ABSENT, f"import {name}")
        else:
            yield Edge(module, name)
            yield from self._submodule(module.name, chain.attributes)

    def _submodule(self, package: str, attributes: tuple[str, ...]) -> Iterator[Edge]:
        """`from package import module`, or `package.module`, where the module is not loaded yet."""
        module = module_named(f"{package}.{attributes[0]}", self._project) if attributes else None
        if isinstance(module, Unloaded):
            yield Edge(module, module.name)

    def follow(self, edge: Edge, chain: Chain) -> Iterator[Edge]:
        """Follow the attributes of *chain* from *edge* as far as that can be done without running code."""
        obj, name, home, _ = edge
        attributes = chain.attributes
        while attributes and self._step_name(obj) is None:
            found = attribute_of(obj, attributes[0], self._project)
            if found is ABSENT:
                break
            if is_a(obj, ModuleType):
                name, home = f"{module_label(obj.__name__)}:{attributes[0]}", home_in_module(vars(obj), attributes[0])
            else:
                name = f"{name}.{attributes[0]}"
                home = home_in_class(obj, attributes[0]) if is_a(obj, type) else home
            obj, attributes = found, attributes[1:]
        if is_a(obj, ModuleType) and attributes and self._is_own(obj):
            yield from self._missing(obj, attributes)
        else:
            yield Edge(obj, name, home, edge.is_value)

    def _missing(self, module: ModuleType, attributes: tuple[str, ...]) -> Iterator[Edge]:
        submodules = list(self._submodule(module.__name__, attributes)) if "__path__" in vars(module) else []
        answers = vars(module).get("__getattr__", ABSENT)
        label = module_label(module.__name__)
        if answers is not ABSENT:
            yield Edge(answers, f"{label}:__getattr__")
        yield from submodules or [Edge(ABSENT, f"{label}:{attributes[0]}")]

    def _is_own(self, module: ModuleType) -> bool:
        return origin_of_module(module.__name__, self._project) is Origin.PROJECT
