"""Shape: how instances of a class hold their state, and which of the declared kinds the class is. Pure.

The state of an instance can be read and put back only when all of it lies in a builtin base that is understood, in
`__dict__` and in `__slots__`. Anything a C type keeps elsewhere is hidden; the size of the instances tells.
"""

import dataclasses
import types
from collections.abc import Mapping
from enum import Enum
from typing import Any

import msgspec

from flight_recorder.codec.bare import (
    POINTER_BYTES,
    derives,
    dict_of_class,
    dict_offset_of,
    find_in_class,
    has_managed_dict,
    is_python_made,
    item_size_of,
    module_of,
    mro_of,
    size_of,
    weakref_offset_of,
)
from flight_recorder.codec.naming import base_model, name_of
from flight_recorder.codec.tags import DATACLASS, ENUM, EXCEPTION, MODEL, NAMEDTUPLE, OBJECT, OPAQUE, REDACTED

SECRETS = frozenset({"pydantic.types:Secret", "pydantic.types:SecretStr", "pydantic.types:SecretBytes"})
MODEL_SLOTS = ("__pydantic_extra__", "__pydantic_fields_set__", "__pydantic_private__")


class Shape(msgspec.Struct, frozen=True):
    """How instances of one class hold their state.

    *kind* is the tag of their nodes; OPAQUE says that some state is hidden. *base* is the nearest class in the MRO
    that Python code did not make. *fields* are the declared ones, in order. *attributes* reads the instance's
    `__dict__` when there is one; *slots* are the member descriptors by name. An OBJECT with fields is told by these
    alone. REDACTED says that the class exists to keep its content out of sight.
    """

    kind: str
    base: type = object
    fields: tuple[str, ...] = ()
    attributes: Any = None
    slots: Mapping[str, Any] = {}


HIDDEN = Shape(OPAQUE)


def shape_of(cls: type, readable: frozenset[int]) -> Shape:
    """Return the shape of *cls*; *readable* holds the ids of the builtin bases whose content can be read."""
    if derives(cls, Enum):
        return Shape(ENUM)
    base = _builtin_base(cls)
    is_exception = base is not None and derives(base, BaseException) and module_of(base) == "builtins"
    if base is None or not (is_exception or id(base) in readable):
        return HIDDEN
    slots = _slots_of(cls)
    attributes = _attributes_of(cls)
    if attributes is _UNREADABLE or _has_hidden_state(cls, base, len(slots)):
        return HIDDEN
    if is_exception:
        return Shape(EXCEPTION, base, (), attributes, slots)
    kind, fields = _declared(cls, base)
    if kind == OBJECT and any(name_of(owner) in SECRETS for owner in mro_of(cls)):
        return Shape(REDACTED, base, (), attributes, slots)
    return Shape(kind, base, fields, attributes, slots)


_recalled: dict[int, tuple[type, Shape]] = {}
_MAX_RECALLED = 1_000


def recall_shape(cls: type, readable: frozenset[int]) -> Shape:
    """Return the shape of *cls*, a class that its module holds, from memory where possible.

    Kept by id, as hashing a class may run code of its metaclass; the class is kept with it, so that no other can get
    that id. Only for classes that live as long as their module: keeping any other would be a leak.
    """
    known = _recalled.get(id(cls))
    if known is None:
        if len(_recalled) >= _MAX_RECALLED:
            _recalled.clear()
        known = _recalled[id(cls)] = (cls, shape_of(cls, readable))
    return known[1]


def read_slots(shape: Shape, value: object) -> dict[str, object]:
    """Return the slots of *value* that are filled, by name."""
    filled: dict[str, object] = {}
    for name, member in shape.slots.items():
        try:
            filled[name] = member.__get__(value)
        except AttributeError:  # an empty slot
            continue
    return filled


def write_state(shape: Shape, target: object, state: dict[str, object]) -> None:
    """Put *state* into the slots and the `__dict__` of *target* without running a `__setattr__` or a property.

    Raises KeyError when *target* has no place for some name.
    """
    rest = dict(state)
    for name in [name for name in rest if name in shape.slots]:
        shape.slots[name].__set__(target, rest.pop(name))
    if not rest:
        return
    if shape.attributes is None:
        raise KeyError(next(iter(rest)))
    shape.attributes.__get__(target).update(rest)


def _builtin_base(cls: type) -> type | None:
    """Return the nearest class that Python code did not make; None when two such do not build on each other."""
    made_in_c = [owner for owner in mro_of(cls) if not is_python_made(owner)]
    nearest = made_in_c[0]
    return nearest if all(derives(nearest, owner) for owner in made_in_c) else None


def _slots_of(cls: type) -> dict[str, Any]:
    """Return the member descriptors of the classes that declare `__slots__`.

    A slot that another one hides is missing here, and so counts as hidden state.
    """
    slots: dict[str, Any] = {}
    for owner in mro_of(cls):
        namespace = dict_of_class(owner)
        if "__slots__" not in namespace:
            continue
        members = {name: found for name, found in namespace.items() if type(found) is types.MemberDescriptorType}
        slots.update(members)
    return slots


_UNREADABLE = object()


def _attributes_of(cls: type) -> Any:
    """Return what reads `__dict__` of an instance; None when there is none, _UNREADABLE when it is disguised."""
    if dict_offset_of(cls) == 0:
        return None
    found = find_in_class(cls, "__dict__")
    return found[1] if found is not None and type(found[1]) is types.GetSetDescriptorType else _UNREADABLE


def _has_hidden_state(cls: type, base: type, slots: int) -> bool:
    known = size_of(base) + POINTER_BYTES * slots
    if dict_offset_of(cls) != 0 and dict_offset_of(base) == 0 and not has_managed_dict(cls):
        known += POINTER_BYTES
    if weakref_offset_of(cls) > 0 and weakref_offset_of(base) == 0:
        known += POINTER_BYTES
    return size_of(cls) > known or item_size_of(cls) != item_size_of(base)


def _declared(cls: type, base: type) -> tuple[str, tuple[str, ...]]:
    if base is tuple:
        names = _namedtuple_fields(cls)
        return (OBJECT, ()) if names is None else (NAMEDTUPLE, names)
    if base is not object:
        return OBJECT, ()
    model = base_model()
    if model is not None and derives(cls, model):
        return MODEL, _model_fields(cls)
    names = _dataclass_fields(cls)
    if names is not None:
        return DATACLASS, names
    # A logger reaches every other logger and their handlers, none of which bears on what a step computes.
    is_logger = any(name_of(owner) == "logging:Logger" for owner in mro_of(cls))
    return OBJECT, ("name",) if is_logger else ()


def _namedtuple_fields(cls: type) -> tuple[str, ...] | None:
    found = find_in_class(cls, "_fields")
    if found is None or type(found[1]) is not tuple:
        return None
    return found[1] if all(type(name) is str for name in found[1]) else None


def _dataclass_fields(cls: type) -> tuple[str, ...] | None:
    found = find_in_class(cls, "__dataclass_fields__")
    if found is None or type(found[1]) is not dict:
        return None
    entries = list(found[1].items())
    if not all(type(name) is str and type(entry) is dataclasses.Field for name, entry in entries):
        return None
    # The mark of a real field, against ClassVar and InitVar, is read here as dataclasses.fields() reads it; that
    # function itself would ask the class by getattr.
    real = dataclasses._FIELD  # type: ignore[attr-defined]  # private, see above
    return tuple(name for name, entry in entries if entry._field_type is real)


def _model_fields(cls: type) -> tuple[str, ...]:
    for name in ("__pydantic_fields__", "model_fields"):  # the second until pydantic 2.9
        found = find_in_class(cls, name)
        if found is not None and type(found[1]) is dict:
            return tuple(field for field in found[1] if type(field) is str)
    return ()
