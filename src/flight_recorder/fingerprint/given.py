"""Given: what a step may read of the class of an object that it is given, beside the object's own state.

Methods that it calls are seen when they are entered. Data that stands in the class is not in the object's value, and
no name in the step's code leads to the class. So what counts is the data under each attribute name that the code
has, wherever it stands in it, and what the class is itself: its bases, its fields and their options.
"""

from collections.abc import Iterator
from types import FunctionType
from typing import Any

from flight_recorder.config import Project
from flight_recorder.fingerprint.attributes import is_a
from flight_recorder.fingerprint.classes import class_definition, contents_of, is_passed_over
from flight_recorder.fingerprint.made import home_in_class
from flight_recorder.fingerprint.names import function_name
from flight_recorder.fingerprint.node import Node
from flight_recorder.fingerprint.origin import Origin, origin_of, origin_of_module
from flight_recorder.fingerprint.resolve import Edge

# Who uses one of these may read any attribute.
_BY_ANY_NAME = frozenset(
    {"getattr", "hasattr", "vars", "dir", "attrgetter", "__dict__", "eval", "exec", "format_map"}
)
ALL = "*"  # stands for every attribute, also those that there will be

_CODE = (FunctionType, staticmethod, classmethod, property)


def attributes_read(cls: type, names: frozenset[str], project: Project) -> tuple[str, ...]:
    """Return the attributes of *cls* that hold data and may be read by code that has these *names*, sorted."""
    return (ALL,) if names & _BY_ANY_NAME else tuple(sorted(names & _data_of(cls, project).keys()))


def given_node(cls: type, attributes: tuple[str, ...], project: Project) -> Node:
    """Return what there is to read of *cls* as a node, with these *attributes*."""
    data = _data_of(cls, project)
    label = function_name(cls)
    edges = [
        Edge(value, f"{label}.{name}", home_in_class(owner, name))
        for name, (owner, value) in data.items()
        if name in attributes or ALL in attributes
    ]
    if any(origin_of_module(base.__module__, project) is Origin.DISTRIBUTION for base in cls.__mro__):
        edges += _read_by_library(cls, project)
    return Node(edges=tuple(edges), definition=class_definition(cls, project))


def _data_of(cls: type, project: Project) -> dict[str, tuple[type, object]]:
    """Return the attributes of *cls* and its bases that are data, each with the class that it stands in."""
    fields = vars(cls).get("__dataclass_fields__", {})  # each object has its own
    found: dict[str, tuple[type, object]] = {}
    for base in _own_bases(cls, project):
        for name, value in vars(base).items():
            is_special = name.startswith("__") and name.endswith("__")
            if is_special or name in fields or name in found or is_passed_over(base, name, value, project):
                continue
            found[name] = (base, value)
    return {name: place for name, place in found.items() if not is_a(place[1], _CODE)}


def _read_by_library(cls: type, project: Project) -> Iterator[Edge]:
    """Yield fields and settings: a library that the class derives from reads them in the class's stead."""
    for base in _own_bases(cls, project):
        for edge in contents_of(base, function_name(base), project):
            if not is_a(edge.obj, _CODE) and not _is_code_of_library(edge.obj, project):
                yield edge


def _is_code_of_library(obj: Any, project: Project) -> bool:
    """Whether *obj* wraps a method of the class's: a validator, say. That is entered when it runs."""
    return origin_of(obj, project) is Origin.DISTRIBUTION and hasattr(type(obj), "__get__")


def _own_bases(cls: type, project: Project) -> list[type]:
    return [base for base in cls.__mro__ if origin_of_module(base.__module__, project) is Origin.PROJECT]
