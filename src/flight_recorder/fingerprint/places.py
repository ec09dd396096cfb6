"""Places: what steps change while a session runs: globals, closure cells, attributes of classes, context variables.

What a step reads of them is part of its inputs, and what it changes in them is part of its outcome, like an argument.
"""

import builtins
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from contextvars import ContextVar
from functools import cache
from types import CellType, FunctionType, ModuleType
from typing import Any

import msgspec
from msgspec.structs import replace

from flight_recorder.config import Project
from flight_recorder.fingerprint.attributes import ABSENT
from flight_recorder.fingerprint.names import module_label
from flight_recorder.fingerprint.origin import Origin, origin_of_module
from flight_recorder.fingerprint.source import source_of
from flight_recorder.fingerprint.uses import Path, Use, uses_in

ADDABLE = (list, dict, set, deque, bytearray, int, float, str)
_ADDS = Use.ADD | Use.PUT

PlaceKey = tuple[int, str]
"""What tells places apart: the identity of the holder, and the name."""


class Place(msgspec.Struct, frozen=True):
    """Where a value is kept that steps share.

    *holder* is a namespace, a cell, a class or function, or a context variable, which has a value in each context.
    """

    label: str  # global CACHE
    holder: Any
    name: str

    def read(self) -> Any:
        """Return what is there now; ABSENT when nothing is."""
        if isinstance(self.holder, CellType):
            try:
                return self.holder.cell_contents
            except ValueError:  # not filled yet
                return ABSENT
        if isinstance(self.holder, ContextVar):
            return self.holder.get(ABSENT)  # not its default, which is code
        names = self.holder if isinstance(self.holder, dict) else vars(self.holder)
        return names.get(self.name, ABSENT)

    def write(self, value: Any) -> None:
        """Put *value* there."""
        if isinstance(self.holder, CellType):
            self.holder.cell_contents = value
        elif isinstance(self.holder, ContextVar):
            self.holder.set(value)
        elif isinstance(self.holder, dict):
            self.holder[self.name] = value
        elif isinstance(self.holder, type):
            type.__setattr__(self.holder, self.name, value)
        else:
            vars(self.holder)[self.name] = value

    def put_back(self, value: Any) -> None:
        """Put *value* there, which `read` gave before; ABSENT leaves nothing there, where that can be done."""
        if value is not ABSENT:
            self.write(value)
        elif isinstance(self.holder, CellType):
            del self.holder.cell_contents
        elif isinstance(self.holder, type):
            type.__delattr__(self.holder, self.name)
        elif not isinstance(self.holder, ContextVar):  # what was set in a context stays set there
            (self.holder if isinstance(self.holder, dict) else vars(self.holder)).pop(self.name, None)

    @property
    def key(self) -> PlaceKey:
        """What tells this place from others."""
        return id(self.holder), self.name


class Touch(msgspec.Struct, frozen=True):
    """How one function uses a place."""

    place: Place
    use: Use


def touched_by(functions: Iterable[FunctionType], project: Project) -> dict[PlaceKey, Touch]:
    """Return the places that *functions* use, by key, with all that they do with each."""
    found: dict[PlaceKey, Touch] = {}
    for function in functions:
        for named, use in _places_of(function, project):
            place = _within(named)
            known = found.get(place.key)
            found[place.key] = Touch(place, use | known.use) if known is not None else Touch(place, use)
    return found


def told_apart(places: Sequence[Place], here: object) -> Iterator[Place]:
    """Yield *places* in their order, with no label twice: a number is added to equal ones.

    Globals are called by their module, whoever names them, but for those of *here*, the namespace of the step: which
    of the functions that it reaches names one first may change with any edit.
    """
    seen = Counter[str]()
    for place in places:
        label = place.label
        if isinstance(place.holder, dict) and place.holder is not here:
            label = f"global {module_label(str(place.holder.get('__name__')))}.{place.name}"
        elif isinstance(place.holder, dict):
            label = f"global {place.name}"
        seen[label] += 1
        yield replace(place, label=label if seen[label] == 1 else f"{label} #{seen[label]}")


def is_written(touch: Touch, project: Project) -> bool:
    """Whether *touch* changes what is in the place, or may."""
    if isinstance(touch.place.holder, ContextVar):  # by whom does not show: libraries and callers set them as well
        return True
    if touch.use & Use.CHANGE and not _is_reached_through(touch.place):
        return True
    value = touch.place.read()
    if touch.use & _ADDS:
        return isinstance(value, ADDABLE) or _is_of_project(value, project)
    return bool(touch.use & Use.METHOD) and _is_of_project(value, project)


def _is_reached_through(place: Place) -> bool:
    """Whether what changes is not the place but an attribute of the module or class there: a place of its own."""
    value = place.read()
    return isinstance(value, ModuleType | type | FunctionType) and not isinstance(place.holder, CellType)


def _is_of_project(value: object, project: Project) -> bool:
    kind = type(value)
    return origin_of_module(kind.__module__, project) is Origin.PROJECT and not issubclass(kind, type)


def _places_of(function: FunctionType, project: Project) -> Iterator[tuple[Place, Use]]:
    code = function.__code__
    own = {*code.co_varnames, *code.co_cellvars}
    cells = dict(zip(code.co_freevars, function.__closure__ or (), strict=False))
    for path, use in _uses_of(code).items():
        name = path[0]
        if name in own:
            continue
        if name in cells:
            if len(path) == 1:
                maker = function.__qualname__.partition(".<locals>")[0]  # of the cell, which others may hold too
                yield Place(f"closure {maker}.{name}", cells[name], name), use
            continue
        if name not in function.__globals__ and hasattr(builtins, name):
            continue
        if len(path) == 1:
            yield _global(function.__globals__, name), use
        else:
            yield from _attribute(function.__globals__.get(name), path[1], project, use)


def _within(place: Place) -> Place:
    """Return the place whose value counts: of a name that holds a context variable, that variable."""
    value = place.read()
    return Place(f"context {value.name}", value, "") if isinstance(value, ContextVar) else place


def _global(names: dict[str, Any], name: str) -> Place:
    return Place(f"global {name}", names, name)


def _attribute(holder: object, name: str, project: Project, use: Use) -> Iterator[tuple[Place, Use]]:
    """Yield `module.name` as that module's global, and `Class.name` as a place of the class."""
    if isinstance(holder, ModuleType):
        if origin_of_module(holder.__name__, project) is Origin.PROJECT:
            yield Place(f"global {module_label(holder.__name__)}.{name}", vars(holder), name), use
    elif isinstance(holder, type | FunctionType):
        module = holder.__module__
        is_value = not isinstance(vars(holder).get(name), FunctionType | staticmethod | classmethod | property)
        if origin_of_module(module, project) is Origin.PROJECT and is_value:
            yield Place(f"attribute {holder.__qualname__}.{name}", holder, name), use


@cache
def _uses_of(code: Any) -> dict[Path, Use]:
    source = source_of(code)
    return {} if source is None else uses_in(source.node)
