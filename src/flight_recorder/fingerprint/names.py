"""Names: what modules, functions and classes are called, the same in every run."""

import os
import sys
from enum import Enum
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType

STANDS_FOR_ATTRIBUTE = "__flight_recorder_stands_for__"  # of a function of ours that stands in for another one

# By type, not by asking: a callable object may answer any attribute, or raise.
_NAMED = (FunctionType, BuiltinFunctionType, MethodType, type)


def module_label(module: str) -> str:
    """Return the name of *module*; for `__main__` that of `python -m`, else the script's stem.

    `__mp_main__` is the same module, in a process that multiprocessing spawned.
    """
    if module not in ("__main__", "__mp_main__"):
        return module
    main = sys.modules.get(module)
    spec = getattr(main, "__spec__", None)
    if spec is not None and isinstance(spec.name, str):
        return spec.name
    file = getattr(main, "__file__", None)
    return os.path.splitext(os.path.basename(file))[0] if isinstance(file, str) else module


def stood_for(obj: object) -> object:
    """Return what a function of ours stands in for, for a while; *obj* itself where it does not."""
    return obj.__dict__.get(STANDS_FOR_ATTRIBUTE, obj) if type(obj) is FunctionType else obj


def function_name(function: object) -> str:
    """Return `module:qualname` of a function; of the type for a callable object without a name of its own."""
    named = function if issubclass(type(function), _NAMED) else type(function)
    return f"{module_label(str(named.__module__))}:{named.__qualname__}"  # type: ignore[attr-defined]


def label_of(obj: object, reached_as: str) -> str:
    """Return what *obj* is called wherever it is reached from; *reached_as* when it has no name of its own.

    A function or class that was made in a function has none: several of that name may differ.
    """
    kind = type(obj)
    if issubclass(kind, ModuleType):
        return module_label(ModuleType.__getattribute__(obj, "__name__"))
    if issubclass(kind, Enum):
        return f"{function_name(kind)}.{object.__getattribute__(obj, '_name_')}"
    if kind is BuiltinFunctionType:
        owner = obj.__self__  # type: ignore[attr-defined]
        return function_name(obj) if owner is None or type(owner) is ModuleType else reached_as
    if not issubclass(kind, FunctionType | type):
        return reached_as
    name = function_name(obj)
    return reached_as if "<" in name else name


def has_own_name(obj: object) -> bool:
    """Whether *obj* is called the same wherever it is reached from."""
    return label_of(obj, "") != ""
