"""OpenAI's Agents SDK: a function that is a tool goes by the tool's name."""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from flight_recorder.record.following import Replace
from flight_recorder.record.naming import name_step


def follow(module: ModuleType, replace: Replace) -> None:
    """Name the tools that are made from now on. The package passes the function on under its own name, too."""
    for owner in (module, sys.modules.get("agents")):
        if hasattr(owner, "function_tool"):
            replace(owner, "function_tool", _function_tool)


def _function_tool(found: Callable[..., Any]) -> Callable[..., Any]:
    def function_tool(func: Any = None, *args: Any, **options: Any) -> Any:
        made = found(*(() if func is None else (func,)), *args, **options)
        if func is None:  # with options: what was made is the decorator
            return lambda function: _named(function, made(function))
        return _named(func, made)

    return function_tool


def _named(function: Any, tool: Any) -> Any:
    name_step(function, f"tool://{getattr(tool, 'name', function.__name__)}")
    return tool
