"""Bare reads: what a class or an instance is, read without running any of the program's code.

`x.__dict__`, `x.__class__`, `cls.__mro__` and `isinstance` can all be answered by a property, a metaclass or a
`__getattr__` of the program. The descriptors of `type` itself cannot.
"""

import types
from collections.abc import Callable, Mapping
from typing import Any

_OF_TYPE: Mapping[str, Any] = type.__dict__

mro_of: Callable[[type], tuple[type, ...]] = _OF_TYPE["__mro__"].__get__
dict_of_class: Callable[[type], Mapping[str, Any]] = _OF_TYPE["__dict__"].__get__
flags_of: Callable[[type], int] = _OF_TYPE["__flags__"].__get__
size_of: Callable[[type], int] = _OF_TYPE["__basicsize__"].__get__
item_size_of: Callable[[type], int] = _OF_TYPE["__itemsize__"].__get__
dict_offset_of: Callable[[type], int] = _OF_TYPE["__dictoffset__"].__get__
weakref_offset_of: Callable[[type], int] = _OF_TYPE["__weakrefoffset__"].__get__
_module_of: Callable[[type], object] = _OF_TYPE["__module__"].__get__
_qualname_of: Callable[[type], str] = _OF_TYPE["__qualname__"].__get__
_OF_MODULE: Mapping[str, Any] = type.__getattribute__(types.ModuleType, "__dict__")
_dict_of_module: Callable[[types.ModuleType], dict[str, Any]] = _OF_MODULE["__dict__"].__get__

POINTER_BYTES = 8
_HEAP = 1 << 9
_IMMUTABLE = 1 << 8
_MANAGED_DICT = 1 << 4  # the dict lies before the object, outside its basic size


def module_of(cls: type) -> str:
    """Return the name of the module that *cls* says it is from; "?" when it names none."""
    try:
        module = _module_of(cls)
    except AttributeError:  # a class whose namespace lost its __module__
        return "?"
    return module if type(module) is str else "?"


def qualname_of(cls: type) -> str:
    """Return the qualified name of *cls*."""
    return str.__str__(_qualname_of(cls))


def derives(cls: type, base: type) -> bool:
    """Whether *base* is in the MRO of *cls*. By identity: `in` and issubclass may ask a metaclass."""
    return any(owner is base for owner in mro_of(cls))


def is_class(value: object) -> bool:
    """Whether *value* is a class, whatever it claims to be."""
    return derives(type(value), type)


def is_python_made(cls: type) -> bool:
    """Whether *cls* may come from a class statement: a heap type that can be changed."""
    # ExceptionGroup looks like one: the interpreter makes it by calling type().
    return flags_of(cls) & (_HEAP | _IMMUTABLE) == _HEAP and cls is not ExceptionGroup


def has_managed_dict(cls: type) -> bool:
    """Whether instances of *cls* keep their attributes outside their basic size."""
    return bool(flags_of(cls) & _MANAGED_DICT)


def find_in_class(cls: type, name: str) -> tuple[type, Any] | None:
    """Return the class in the MRO of *cls* that defines *name*, and what it defines, unbound; None if none does."""
    for owner in mro_of(cls):
        namespace = dict_of_class(owner)
        if name in namespace:
            return owner, namespace[name]
    return None


def dict_of_module(module: object) -> Mapping[str, Any]:
    """Return the namespace of *module*; empty when it is no module, as some entries of sys.modules are not."""
    if not derives(type(module), types.ModuleType):
        return {}
    return _dict_of_module(module)  # type: ignore[arg-type]  # checked without isinstance, which asks __class__
