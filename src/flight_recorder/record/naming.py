"""Naming: a function that is a step without a decorator can go by the name that a framework knows it by."""

import gc
from collections.abc import Callable, Iterable
from types import FunctionType, MethodType
from typing import Any

from flight_recorder.config import Project
from flight_recorder.fingerprint.held import held_by
from flight_recorder.interrupted import was_interrupted
from flight_recorder.record.patching import call_by
from flight_recorder.record.registry import Registered, rename

Names = Callable[..., Iterable[tuple[Any, str]]]
"""Tells functions, each with the name that it is to go by."""

Made = tuple[type, Names]
"""A class of a framework's, and what tells of one of its objects."""


def name_made(made: Iterable[Made]) -> None:
    """Name the steps that the objects there are tell of."""
    known = dict(made)
    kinds = tuple(known)
    for one in gc.get_objects() if kinds else ():
        kind = type(one)
        if issubclass(kind, kinds):
            names = next(known[base] for base in kind.__mro__ if base in known)
            _name_all(names, one)


def steps_behind(obj: object) -> list[FunctionType]:
    """Return the functions that are steps without a decorator, and that *obj*, which is a library's, leads to."""
    found = held_by(obj, Project(""))
    return [one for one in found if type(one) is FunctionType and _unnamed_step(one) is not None]


def name_step(function: Any, name: str) -> None:
    """Let the step that *function* is go by *name*, unless it has another name than its function's."""
    if type(function) is MethodType:
        function = function.__func__
    step = _unnamed_step(function) if type(function) is FunctionType else None
    if step is None:
        return
    if step.has_variables:
        call_by(function, step, name)
    else:
        rename(step, name)


def _unnamed_step(function: FunctionType) -> Registered | None:
    step = next(iter(function.__code__.co_consts[-1:]), None)  # where `patching` puts it
    is_one = isinstance(step, Registered) and step.is_marked and step.name == step.function_name
    return step if is_one else None


def naming(found: Callable[..., Any], names: Names) -> Callable[..., Any]:
    """Return *found*, after each call of which the steps are named as *names* tells of what it was called with."""

    def call(*args: Any, **options: Any) -> Any:
        result = found(*args, **options)
        _name_all(names, *args, **options)
        return result

    return call


def _name_all(names: Names, /, *args: Any, **options: Any) -> None:
    try:
        for function, name in names(*args, **options):
            name_step(function, name)
    except Exception as trouble:  # contained: a framework of another version; the function keeps its name
        if was_interrupted(trouble):
            raise
