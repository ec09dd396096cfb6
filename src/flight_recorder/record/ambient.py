"""Ambient: the time, random numbers and new ids as boundaries, where the user asks for that.

A function that runs again takes another time, and another id: whatever it calls with these is called with something
else, and runs again as well. As boundaries they are recorded, and given to it as they were.

That goes for what the project's own code asks for itself. What a library does with its time is its own affair.
"""

import functools
import sys
from collections.abc import Callable
from importlib import import_module
from sys import _getframe as _frame_at  # now: as in record.recording
from types import FrameType
from typing import Any

from flight_recorder.config import Project
from flight_recorder.fingerprint.names import STANDS_FOR_ATTRIBUTE
from flight_recorder.record.binding import binder, parameters_of
from flight_recorder.record.bulk import replace_everywhere
from flight_recorder.record.context import current, inheriting, scope_here
from flight_recorder.record.heat import Heat
from flight_recorder.record.registry import Registered
from flight_recorder.record.wrap import wrap

HOT_CALLS = 1_000

# By kind: the module, and its functions.
_FUNCTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "clock": ("time", ("time", "time_ns")),
    "random": (
        "random",
        (
            "betavariate", "binomialvariate", "choice", "choices", "expovariate", "gammavariate", "gauss",
            "getrandbits", "lognormvariate", "normalvariate", "paretovariate", "randbytes", "randint", "random",
            "randrange", "sample", "shuffle", "triangular", "uniform", "vonmisesvariate", "weibullvariate",
        ),
    ),
    "uuid": ("uuid", ("uuid1", "uuid4", "uuid6", "uuid7")),
}  # fmt: skip
_OF_CLASSES = {"clock": (("date", "today"), ("datetime", "now"), ("datetime", "utcnow"))}

KINDS = tuple(_FUNCTIONS)

Undo = Callable[[], None]


class _Ambient(Registered):
    """A function that gives what nobody gave it, as a step."""

    __slots__ = ()

    is_boundary = True

    def __init__(self, function: Callable[..., Any], name: str) -> None:
        super().__init__(
            function, name, function_name=name, bind=binder(function), parameters=parameters_of(function)
        )


def follow_ambient(kind: str) -> Undo:
    """Make boundaries of *kind*, by whatever names modules have them; return what undoes that."""
    module, names = _FUNCTIONS[kind]
    found = vars(import_module(module))
    stand_ins = [(found[name], _stand_in(found[name], f"{module}.{name}")) for name in names if name in found]
    undo = [_follow_class(*named) for named in _OF_CLASSES.get(kind, ())]
    replace_everywhere(stand_ins)
    undo.append(lambda: replace_everywhere((ours, found) for found, ours in stand_ins))

    def undo_all() -> None:
        for one in undo:
            one()

    return undo_all


def _stand_in(found: Callable[..., Any], name: str) -> Callable[..., Any]:
    """Return what records *found* where it is called by the project's own code in a step."""
    ask = _asking(found, name)

    def stand_in(*args: Any, **kwargs: Any) -> Any:
        return ask(_frame_at(1), args, kwargs)

    functools.update_wrapper(stand_in, found)
    del stand_in.__dict__["__wrapped__"]
    setattr(stand_in, STANDS_FOR_ATTRIBUTE, found)
    return stand_in


def _asking(found: Callable[..., Any], name: str) -> Callable[[FrameType, tuple[Any, ...], dict[str, Any]], Any]:
    """Return what calls *found* for the frame that asks, and records that if it is the project's, in a step."""
    step = _Ambient(found, name)
    recorded, heat = wrap(step), Heat(step, HOT_CALLS)

    def ask(frame: FrameType, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        scope = current.get() or (scope_here() if inheriting else None)
        if scope is None or not _is_own(scope.recording.project, frame.f_code.co_filename):
            return found(*args, **kwargs)
        heat.left -= 1
        return recorded(*args, **kwargs) if heat.left >= 0 else heat.call(found, recorded, *args, **kwargs)

    return ask


@functools.lru_cache(maxsize=4096)
def _is_own(project: Project, file: str) -> bool:
    return project.owns(file)


def _follow_class(name: str, method: str) -> Undo:
    """Follow a classmethod of `datetime`. It is set in the class, which is the one that everybody has."""
    cls: type = vars(import_module("datetime"))[name]
    found = vars(cls)[method]
    asking = {one: _asking(getattr(one, method), f"{one.__name__}.{method}") for one in _kinds_of(cls)}

    def call(owner: type, *args: Any, **kwargs: Any) -> Any:
        ask = asking.get(owner)  # a class of somebody's own makes objects of its own
        return found.__get__(None, owner)(*args, **kwargs) if ask is None else ask(_frame_at(1), args, kwargs)

    functools.update_wrapper(call, found)
    del call.__dict__["__wrapped__"]
    _set_in(cls, method, classmethod(call))
    return lambda: _set_in(cls, method, found)


def _kinds_of(cls: type) -> list[type]:
    """Return *cls* and those of its module that inherit from it."""
    return [one for one in vars(sys.modules["datetime"]).values() if isinstance(one, type) and issubclass(one, cls)]


def _set_in(cls: type, name: str, value: object) -> None:
    """Set an attribute of a class in C, which lets nobody do so: in its names, as its instances look it up there."""
    import ctypes  # here: slow to import, and few programs ask for this
    import gc

    names: Any = gc.get_referents(vars(cls))[0]
    names[name] = value
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(cls))
