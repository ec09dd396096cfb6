"""Naming: a function that is a step without a decorator can go by the name that a framework knows it by."""

from types import FunctionType, MethodType
from typing import Any

from flight_recorder.record.registry import Registered, rename


def name_step(function: Any, name: str) -> None:
    """Let the step that *function* is go by *name*, unless it has another name than its function's."""
    if type(function) is MethodType:
        function = function.__func__
    if type(function) is not FunctionType:
        return
    step = next(iter(function.__code__.co_consts[-1:]), None)  # where `patching` puts it
    if isinstance(step, Registered) and step.is_marked and step.name == step.function_name:
        rename(step, name)
