"""Bulk: the functions of a module, or the methods of a class, that become steps all at once."""

import sys
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from types import FunctionType, ModuleType
from typing import Any

from flight_recorder.record.registry import step_of

Decorate = Callable[[Any], Any]
Wants = Callable[[str], bool]


def wanted(include: Iterable[str], exclude: Iterable[str]) -> Wants:
    """Return what tells whether a name is wanted; without *include* a public one is."""
    included, excluded = ((one,) if isinstance(one, str) else tuple(one) for one in (include, exclude))

    def is_wanted(name: str) -> bool:
        is_public = name == "__call__" or not name.startswith("_")
        is_in = any(fnmatchcase(name, pattern) for pattern in included) if included else is_public
        return is_in and not any(fnmatchcase(name, pattern) for pattern in excluded)

    return is_wanted


def register_methods(cls: type, wants: Wants, decorate: Decorate) -> None:
    """Put *decorate* of each method that *cls* itself defines, and *wants* by its name, in the method's place."""
    for name, found in list(vars(cls).items()):
        if wants(name) and _is_own_function(found, cls.__module__):
            setattr(cls, name, decorate(found))


def register_functions(module: ModuleType, wants: Wants, decorate: Decorate) -> None:
    """As `register_methods`, of each function that *module* defines, and of the methods of its classes.

    Modules that took a function before (`from tools import search`) get what stands in its place, too.
    """
    steps: dict[int, tuple[Any, Any]] = {}  # by id of what stood there
    for name, found in list(vars(module).items()):
        if isinstance(found, type) and found.__module__ == module.__name__ and wants(name):
            register_methods(found, wants, decorate)
        elif wants(name) and _is_own_function(found, module.__name__):
            steps.setdefault(id(found), (found, decorate(found)))
    replace_everywhere(steps.values())


def replace_everywhere(pairs: Iterable[tuple[Any, Any]]) -> None:
    """Put the second of each pair where a module has the first, by whatever name."""
    replaced = {id(found): (found, ours) for found, ours in pairs}
    for names in _globals_of_modules():
        for name, found in list(names.items()):
            if id(found) in replaced:
                names[name] = replaced[id(found)][1]


def _is_own_function(found: object, module: str) -> bool:
    """Whether *found* was defined in *module* by `def`, and is no step already."""
    function = found.__func__ if isinstance(found, classmethod | staticmethod) else found
    if not isinstance(function, FunctionType) or step_of(function) is not None:
        return False
    return function.__module__ == module and function.__name__ != "<lambda>"


def _globals_of_modules() -> Iterator[dict[str, Any]]:
    for module in list(sys.modules.values()):
        if type(module) is ModuleType:
            yield vars(module)
