"""Held: the project's functions and classes that a library's object keeps: the nodes of a graph, an agent's tools."""

import functools
from collections import deque
from collections.abc import Iterable, Iterator
from types import FunctionType, MethodType, ModuleType
from typing import Any

from flight_recorder.config import Project
from flight_recorder.fingerprint.attributes import NAMESPACES, state_of
from flight_recorder.fingerprint.constants import PLAIN
from flight_recorder.fingerprint.names import function_name
from flight_recorder.fingerprint.origin import Origin, origin_of

MAX_OBJECTS = 2_000  # looked at in one object of a library's; what lies deeper counts by how that was made
MAX_ITEMS = 1_000  # looked at in one container

_COLLECTIONS = (dict, list, tuple, set, frozenset, deque)
# Of the standard library's objects only what is there to hold others: a logger holds every logger.
_ENTERED = (*_COLLECTIONS, *NAMESPACES, MethodType, staticmethod, classmethod, functools.partial,
            functools.partialmethod, functools.singledispatchmethod, functools._lru_cache_wrapper)  # fmt: skip


def held_by(obj: object, project: Project) -> list[Any]:
    """Return the project's functions and classes that *obj* leads to, by name. Runs no code of the project's."""
    waiting, seen, found = deque([obj]), {id(obj): obj}, []
    while waiting and len(seen) < MAX_OBJECTS:
        for inner in _inside(waiting.popleft()):
            if type(inner) in PLAIN or id(inner) in seen:
                continue
            seen[id(inner)] = inner
            origin = origin_of(inner, project)
            if origin is Origin.PROJECT:
                found.append(inner if issubclass(type(inner), FunctionType | type) else type(inner))
            elif _is_entered(inner, origin):
                waiting.append(inner)
    return sorted(dict.fromkeys(found), key=function_name)


def _is_entered(obj: object, origin: Origin) -> bool:
    kind = type(obj)
    if issubclass(kind, ModuleType | type):
        return False
    if issubclass(kind, FunctionType):
        return origin is not Origin.OURS
    return origin is Origin.DISTRIBUTION or (origin is Origin.STANDARD and issubclass(kind, _ENTERED))


def _inside(obj: Any) -> Iterator[object]:
    kind = type(obj)
    if issubclass(kind, FunctionType):
        yield from _contents_of_cells(obj)
        yield from obj.__dict__.values()
        yield from obj.__defaults__ or ()
    elif issubclass(kind, MethodType):
        yield from (obj.__func__, obj.__self__)
    elif issubclass(kind, functools.partial):
        yield from (obj.func, *obj.args, *obj.keywords.values())
    elif issubclass(kind, _COLLECTIONS):
        base = next(one for one in kind.__mro__ if one in _COLLECTIONS)
        yield from _first(base.__iter__(obj))
        if base is dict:
            yield from _first(dict.values(obj))
    yield from state_of(obj).values()


def _contents_of_cells(function: FunctionType) -> Iterator[object]:
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not filled yet
            continue


def _first(items: Iterable[object]) -> Iterator[object]:
    return (item for _, item in zip(range(MAX_ITEMS), items, strict=False))
