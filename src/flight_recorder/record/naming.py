"""Naming: a function that is a step without a decorator can go by the name that a framework knows it by."""

from collections.abc import Callable, Iterable
from types import FunctionType, MethodType
from typing import Any

from flight_recorder.interrupted import was_interrupted
from flight_recorder.record.patching import call_by
from flight_recorder.record.registry import Registered, rename


def name_step(function: Any, name: str) -> None:
    """Let the step that *function* is go by *name*, unless it has another name than its function's."""
    if type(function) is MethodType:
        function = function.__func__
    if type(function) is not FunctionType:
        return
    step = next(iter(function.__code__.co_consts[-1:]), None)  # where `patching` puts it
    if not isinstance(step, Registered) or not step.is_marked or step.name != step.function_name:
        return
    if step.has_variables:
        call_by(function, step, name)
    else:
        rename(step, name)


def naming(found: Callable[..., Any], names: Callable[..., Iterable[tuple[Any, str]]]) -> Callable[..., Any]:
    """Return *found*, after each call of which the steps are named as *names* tells of what it was called with."""

    def call(*args: Any, **options: Any) -> Any:
        result = found(*args, **options)
        try:
            for function, name in names(*args, **options):
                name_step(function, name)
        except Exception as trouble:  # contained: a framework of another version; the function keeps its name
            if was_interrupted(trouble):
                raise
        return result

    return call
