"""Attributes: look things up in modules, classes and objects without running any of their code."""

from enum import Enum
from types import FunctionType, ModuleType

from flight_recorder.config import Project
from flight_recorder.fingerprint.origin import Origin, origin_of_module

MISSING = object()
# Kinds of the standard library whose state is a value, unlike a lock's or a logger's.
_VALUE_MODULES = frozenset({"datetime", "decimal", "fractions", "uuid", "pathlib", "re", "zoneinfo", "collections"})
_VALUE_MARKS = ("__dataclass_fields__", "__pydantic_fields__", "_fields", "_member_map_")


def attribute_of(obj: object, attribute: str, project: Project) -> object:
    """Return `obj.attribute` of a module, class or object of the project's, or MISSING.

    A property, `__getattr__` or anything of a library's is MISSING: finding it would take running code.
    """
    if isinstance(obj, ModuleType):
        is_ours = origin_of_module(obj.__name__, project) is Origin.PROJECT
        return vars(obj).get(attribute, MISSING) if is_ours else MISSING
    kind = obj if isinstance(obj, type) else type(obj)
    if isinstance(obj, Enum) or origin_of_module(kind.__module__, project) is not Origin.PROJECT:
        return MISSING
    if not isinstance(obj, type) and attribute in (state := state_of(obj)):
        return state[attribute]
    for base in kind.__mro__:
        if attribute in vars(base):
            found = vars(base)[attribute]
            return MISSING if isinstance(found, property) else found
    return MISSING


def class_of(function: FunctionType) -> type | None:
    """Return the class that *function* is a method of, found by its qualified name; None for other functions."""
    path = function.__qualname__.split(".")[:-1]
    if not path or "<locals>" in path:
        return None
    found: object = function.__globals__.get(path[0])
    for name in path[1:]:
        found = vars(found).get(name) if isinstance(found, type) else None
    return found if isinstance(found, type) else None


def state_of(obj: object) -> dict[str, object]:
    """Return what `obj.__dict__` holds; {} for an object without one."""
    try:
        state = object.__getattribute__(obj, "__dict__")
    except AttributeError:
        return {}
    return state if type(state) is dict else {}


def is_value_type(kind: type) -> bool:
    """Whether the state of a library's *kind* is a value, not a resource."""
    return kind.__module__ in _VALUE_MODULES or any(
        mark in base.__dict__ for base in kind.__mro__ for mark in _VALUE_MARKS
    )
