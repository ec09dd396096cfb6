"""Classes: what a class of the project consists of, as parts."""

from collections.abc import Iterator
from enum import Enum
from types import FunctionType

from flight_recorder.config import Project
from flight_recorder.fingerprint.code import digest_of_text
from flight_recorder.fingerprint.names import function_name
from flight_recorder.fingerprint.origin import Origin, origin_of_module
from flight_recorder.model.fingerprint import Part, PartKind

# Made by Python, differing from run to run, or told by other parts.
_PASSED_OVER = frozenset(
    {
        "__module__", "__qualname__", "__doc__", "__dict__", "__weakref__", "__firstlineno__",
        "__static_attributes__",
        "__abstractmethods__", "_abc_impl", "__annotations__", "__annotate__", "__annotate_func__",
        "__orig_bases__", "__parameters__", "__dataclass_fields__", "__dataclass_params__", "__match_args__",
        "_member_names_", "_member_map_", "_value2member_map_", "_unhashable_values_", "_new_member_",
        "_member_type_", "_hashable_values_", "_unhashable_values_map_", "_value_repr_", "_use_args_",
        "_generate_next_value_",
        "_sort_order_",
    }
)  # fmt: skip
_PYDANTIC_MADE = "__pydantic_"


def class_parts(cls: type, project: Project) -> Iterator[Part]:
    """Yield the shape of *cls* and of each of its bases that is the project's."""
    for base in project_bases(cls, project):
        yield Part(PartKind.CLASS, function_name(base), digest_of_text(_shape(base)), _place(base, project))


def class_contents(cls: type, project: Project) -> Iterator[tuple[object, str]]:
    """Yield what *cls* and its bases hold, with a name: methods, attributes, defaults, and bases of libraries."""
    for base in cls.__mro__:
        if origin_of_module(base.__module__, project) is Origin.PROJECT:
            yield from _attributes(base)
        elif base is not object:
            yield base, function_name(base)


def project_bases(cls: type, project: Project) -> list[type]:
    """Return *cls* and its bases, as far as they are the project's."""
    return [base for base in cls.__mro__ if origin_of_module(base.__module__, project) is Origin.PROJECT]


def _shape(cls: type) -> str:
    """Return what a class is beside its attributes: bases, fields and options, as text without addresses."""
    lines = [f"bases {[function_name(base) for base in cls.__mro__]}", f"annotations {_annotations(cls)}"]
    parameters = vars(cls).get("__dataclass_params__")
    if parameters is not None:
        lines.append(repr(parameters))
    for name, field in vars(cls).get("__dataclass_fields__", {}).items():
        options = (field.init, field.repr, field.hash, field.compare, field.kw_only)
        lines.append(f"field {name} {options} {getattr(field.default_factory, '__qualname__', '')}")
    if issubclass(cls, Enum):
        lines += [f"member {name} {member.value!r}" for name, member in cls.__members__.items()]
    lines += [f"model field {name} {field!r}" for name, field in _model_fields(cls).items()]
    lines.append(f"model config {sorted(map(str, vars(cls).get('model_config', {}).items()))}")
    return "\n".join(lines)


def _annotations(cls: type) -> list[str]:
    annotations = vars(cls).get("__annotations__", {})
    return [f"{name}: {_type_text(kind)}" for name, kind in annotations.items()]


def _type_text(kind: object) -> str:
    return function_name(kind) if isinstance(kind, type) else repr(kind)


def _model_fields(cls: type) -> dict[str, object]:
    fields = vars(cls).get("__pydantic_fields__", {})
    return fields if isinstance(fields, dict) else {}


def _attributes(cls: type) -> Iterator[tuple[object, str]]:
    name = function_name(cls)
    for attribute, value in vars(cls).items():
        if attribute in _PASSED_OVER or attribute.startswith(_PYDANTIC_MADE) or attribute == "model_config":
            continue
        if isinstance(value, FunctionType) and value.__code__.co_filename == "<string>":
            continue  # made by dataclasses from the fields
        yield value, f"{name}.{attribute}"
    for field in vars(cls).get("__dataclass_fields__", {}).values():
        if isinstance(field.default_factory, FunctionType):
            yield field.default_factory, f"{name}.{field.name}"


def _place(cls: type, project: Project) -> str:
    """Return `file:line` of the first method, for want of the class's own."""
    for value in vars(cls).values():
        if isinstance(value, FunctionType) and project.owns(value.__code__.co_filename):
            return project.relative(value.__code__.co_filename)
    return ""
