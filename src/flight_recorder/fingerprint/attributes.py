"""Attributes: look things up in modules, classes and objects without running any of their code.

By `type(obj)` and never by `isinstance`: that asks an object for its `__class__`, and a proxy runs code to answer.
"""

import argparse
from collections.abc import Iterator
from enum import Enum
from types import FunctionType, MemberDescriptorType, ModuleType, SimpleNamespace
from typing import TypeGuard, TypeVar

from flight_recorder.config import Project
from flight_recorder.fingerprint.names import function_name
from flight_recorder.fingerprint.origin import Origin, origin_of_module

T = TypeVar("T")

ABSENT = object()
"""Stands for a name or attribute that there is not."""

NAMESPACES = (SimpleNamespace, argparse.Namespace)
# Kinds of the standard library whose state is a value, unlike a lock's or a logger's.
_VALUE_MODULES = frozenset({"datetime", "decimal", "fractions", "uuid", "pathlib", "re", "zoneinfo", "ipaddress"})
_VALUE_MARKS = ("__dataclass_fields__", "__pydantic_fields__", "_fields", "_member_map_")


def is_a(obj: object, kind: type[T] | tuple[type[T], ...]) -> TypeGuard[T]:
    """Whether *obj* is of *kind*, whatever it says itself."""
    return issubclass(type(obj), kind)


def attribute_of(obj: object, attribute: str, project: Project) -> object:
    """Return `obj.attribute` of a module, class or object of the project's, or ABSENT.

    A property, `__getattr__` or anything of a library's is ABSENT: finding it would take running code. So is a
    method of an object: what it does depends on the whole object.
    """
    if is_a(obj, ModuleType):
        is_ours = origin_of_module(obj.__name__, project) is Origin.PROJECT
        return vars(obj).get(attribute, ABSENT) if is_ours else ABSENT
    if type(obj) in NAMESPACES:
        return state_of(obj).get(attribute, ABSENT)
    kind = obj if is_a(obj, type) else type(obj)
    if is_a(obj, Enum) or origin_of_module(kind.__module__, project) is not Origin.PROJECT:
        return ABSENT
    if not is_a(obj, type) and attribute in (state := state_of(obj)):
        return state[attribute]
    found = next((vars(base)[attribute] for base in kind.__mro__ if attribute in vars(base)), ABSENT)
    is_bound = hasattr(type(found), "__get__") and not is_a(found, staticmethod) and not is_a(found, classmethod)
    return ABSENT if is_a(found, property) or (is_bound and not is_a(obj, type)) else found


def class_of(function: FunctionType) -> type | None:
    """Return the class that *function* is a method of, found by its qualified name; None for other functions."""
    path = function.__qualname__.split(".")[:-1]
    if not path or "<locals>" in path:
        return None
    found: object = function.__globals__.get(path[0])
    for name in path[1:]:
        found = vars(found).get(name) if is_a(found, type) else None
    return found if is_a(found, type) else None


def subclasses_of(cls: type, project: Project) -> list[type]:
    """Return the project's classes below *cls*, in the order of their names.

    Not those made in a function: how many there are depends on what ran, and on when the dead ones are collected.
    """
    found: dict[type, None] = {}
    waiting: list[type] = [cls]
    while waiting:
        below: type
        for below in type.__subclasses__(waiting.pop()):
            if below not in found:
                found[below] = None
                waiting.append(below)
    own = [one for one in found if origin_of_module(one.__module__, project) is Origin.PROJECT]
    return sorted((one for one in own if "<locals>" not in one.__qualname__), key=function_name)


def state_of(obj: object) -> dict[str, object]:
    """Return what `obj.__dict__` and its slots hold; {} for an object without either."""
    try:
        state = object.__getattribute__(obj, "__dict__")
    except AttributeError:
        state = {}
    return {**dict(_slots(obj)), **state} if type(state) is dict else dict(_slots(obj))


def _slots(obj: object) -> Iterator[tuple[str, object]]:
    for base in type(obj).__mro__:
        if "__slots__" not in vars(base):
            continue
        for name, descriptor in vars(base).items():
            if type(descriptor) is MemberDescriptorType:
                try:
                    yield name, descriptor.__get__(obj)
                except AttributeError:  # not set
                    continue


def is_value_type(kind: type) -> bool:
    """Whether the state of a library's *kind* is a value, not a resource."""
    return kind.__module__ in _VALUE_MODULES or any(
        mark in base.__dict__ for base in kind.__mro__ for mark in _VALUE_MARKS
    )
