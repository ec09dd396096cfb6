"""Classes: what a class of the project consists of, and what it reaches."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import MISSING
from enum import Enum
from types import FunctionType
from typing import Any

from flight_recorder.config import Project
from flight_recorder.fingerprint.attributes import is_a, state_of
from flight_recorder.fingerprint.code import digest_of_text
from flight_recorder.fingerprint.constants import is_plain, plain_text
from flight_recorder.fingerprint.made import home_in_class
from flight_recorder.fingerprint.names import function_name
from flight_recorder.fingerprint.node import Definition, Node
from flight_recorder.fingerprint.origin import Origin, origin_of, origin_of_module
from flight_recorder.fingerprint.resolve import Edge
from flight_recorder.fingerprint.source import class_node as find_class_node
from flight_recorder.model.fingerprint import PartKind

# Made by Python, differing from run to run, or told by other parts.
_PASSED_OVER = frozenset(
    {
        "__module__", "__qualname__", "__doc__", "__dict__", "__weakref__", "__firstlineno__",
        "__static_attributes__", "__slots__", "__conditional_annotations__",
        "__abstractmethods__", "_abc_impl", "__annotations__", "__annotations_cache__",
        "__orig_bases__", "__parameters__",
        "__dataclass_fields__", "__dataclass_params__", "__match_args__", "__attrs_attrs__", "__attrs_props__",
        "_member_names_", "_member_map_", "_value2member_map_", "_unhashable_values_", "_new_member_",
        "_member_type_", "_hashable_values_", "_unhashable_values_map_", "_value_repr_", "_use_args_",
        "_generate_next_value_", "_sort_order_",
    }
)  # fmt: skip
_DATACLASS_OPTIONS = ("init", "repr", "eq", "order", "unsafe_hash", "frozen")
_PYDANTIC_MADE = "__pydantic_"
_MADE_BY_LIBRARIES = ("<string>", "<attrs generated")


def class_node(cls: type, label: str, project: Project) -> Node:
    """Return the class *cls* of the project as a node. Its bases are nodes of their own."""
    edges = [Edge(base, function_name(base)) for base in cls.__mro__[1:] if base is not object]
    if type(cls) is not type:
        edges.append(Edge(type(cls), function_name(type(cls))))
    return Node(edges=(*edges, *contents_of(cls, label, project)), definition=class_definition(cls, project))


def class_definition(cls: type, project: Project) -> Definition:
    """Return what *cls* is beside its attributes, and its docstring."""
    is_shown = any(origin_of_module(base.__module__, project) is Origin.DISTRIBUTION for base in cls.__mro__)
    return Definition(
        PartKind.CLASS,
        digest_of_text(_shape(cls)),
        _place(cls, project),
        docstring=_docstring(cls),
        shows_docstring=is_shown,  # pydantic puts it into the schema that a model is asked to answer with
    )


def _shape(cls: type) -> str:
    """Return what a class is beside its attributes: bases, fields and options, as text without addresses."""
    lines = [f"bases {[function_name(base) for base in cls.__mro__[1:]]}", f"annotations {_annotations(cls)}"]
    parameters = vars(cls).get("__dataclass_params__")
    if parameters is not None:
        lines.append(f"dataclass {[getattr(parameters, option) for option in _DATACLASS_OPTIONS]}")
    for name, field in vars(cls).get("__dataclass_fields__", {}).items():
        options = (field.init, field.repr, field.hash, field.compare, field.kw_only)
        lines.append(f"field {name} {options}")
    lines += [f"slot {name}" for name in _slot_names(cls)]
    if is_a(cls, type(Enum)):
        plain = {name: plain_text(value) if is_plain(value) else "" for name, value in _member_values(cls)}
        lines += [f"member {name} {text}" for name, text in plain.items()]
    return "\n".join(lines)


def _slot_names(cls: type) -> list[str]:
    slots = vars(cls).get("__slots__", ())
    return [slots] if isinstance(slots, str) else sorted(str(name) for name in slots)


def _annotations(cls: type) -> list[str]:
    annotations = vars(cls).get("__annotations__", {})
    return [f"{name}: {type_text(kind)}" for name, kind in annotations.items()]


def type_text(kind: Any) -> str:
    """Return an annotation as text without addresses."""
    if is_a(kind, type):
        return function_name(kind)
    if is_plain(kind):
        return plain_text(kind)
    origin, own_name = getattr(kind, "__origin__", type(kind)), getattr(kind, "__name__", "")
    arguments = (*getattr(kind, "__args__", ()), *getattr(kind, "__metadata__", ()))
    text = getattr(kind, "__forward_arg__", "") or own_name
    return f"{function_name(origin)} {text} {[type_text(one) for one in arguments]}"


def contents_of(cls: type, label: str, project: Project) -> Iterator[Edge]:
    """Yield attributes, methods, defaults and the values of members, sorted by name: their order says nothing."""
    for attribute, value in sorted(vars(cls).items()):
        if not is_passed_over(cls, attribute, value, project):
            yield Edge(value, f"{label}.{attribute}", home_in_class(cls, attribute))
    for name, field in vars(cls).get("__dataclass_fields__", {}).items():
        if field.default_factory is not MISSING:
            yield Edge(field.default_factory, f"{label}.{name}", home_in_class(cls, name))
        if field.default is not MISSING and name in _slot_names(cls):  # the class has the slot in its place
            yield Edge(field.default, f"{label}.{name}", home_in_class(cls, name))
    for name, kind in vars(cls).get("__annotations__", {}).items():
        for metadata in getattr(kind, "__metadata__", ()):
            yield Edge(metadata, f"{label}.{name}", home_in_class(cls, name))
    for attribute in vars(cls).get("__attrs_attrs__", ()):
        yield from _attrs_field(attribute, label, cls)
    fields = vars(cls).get("__pydantic_fields__", {})
    for name, model_field in fields.items() if type(fields) is dict else ():
        yield from _model_field(model_field, f"{label}.{name}", cls, name)
    if is_a(cls, type(Enum)):
        for name, value in _member_values(cls):
            if not is_plain(value):
                yield Edge(value, f"{label}.{name}.value", home_in_class(cls, name))


def _model_field(field: object, label: str, cls: type, name: str) -> Iterator[Edge]:
    """Yield default, factory, description and constraints of a field of a pydantic model."""
    for attribute, value in sorted(state_of(field).items()):
        if attribute != "annotation" and not attribute.startswith("_"):
            yield Edge(value, f"{label}.{attribute}", home_in_class(cls, name))


def _attrs_field(field: object, label: str, cls: type) -> Iterator[Edge]:
    """Yield default, validator and converter of a field of an attrs class."""
    state = state_of(field)
    name = str(state.get("name"))
    for part in ("default", "validator", "converter"):
        if state.get(part) is not None:
            yield Edge(state[part], f"{label}.{name} {part}", home_in_class(cls, name))


def _member_values(cls: type) -> list[tuple[str, object]]:
    members = vars(cls).get("_member_map_", {})
    return [(name, object.__getattribute__(member, "_value_")) for name, member in members.items()]


def is_passed_over(cls: type, attribute: str, value: object, project: Project) -> bool:
    """Whether an attribute of *cls* was made by Python or a library, or is told by other parts."""
    if attribute in _PASSED_OVER or attribute.startswith(_PYDANTIC_MADE):
        return True
    if attribute in vars(cls).get("_member_map_", ()):
        return True
    if type(value).__name__ in ("member_descriptor", "getset_descriptor", "_abc_data", "_tuplegetter"):
        return True
    function = value.__func__ if is_a(value, staticmethod) or is_a(value, classmethod) else value
    if not is_a(function, FunctionType):
        return False
    is_special = attribute.startswith("__") and attribute.endswith("__")
    if origin_of(function, project) is Origin.STANDARD:
        return is_special or function.__qualname__ == f"{cls.__qualname__}.{attribute}"
    return is_special and function.__code__.co_filename.startswith(_MADE_BY_LIBRARIES)


def _docstring(cls: type) -> str:
    text = vars(cls).get("__doc__")
    made_by_dataclasses = f"{cls.__name__}("
    return text if isinstance(text, str) and not text.startswith(made_by_dataclasses) else ""


def _place(cls: type, project: Project) -> str:
    module = sys.modules.get(cls.__module__)
    names = vars(module) if module is not None else {}
    node = find_class_node(cls, names)
    if not isinstance(node, ast.ClassDef):
        return ""
    return f"{project.relative(str(names['__file__']))}:{node.lineno}"
