"""OpenAI's Agents SDK: a function that is a tool goes by the tool's name."""

import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from flight_recorder.record.following import Replace
from flight_recorder.record.naming import Made, name_step, steps_behind


def follow(module: ModuleType, replace: Replace) -> None:
    """Name the tools that are made from now on. The package passes the function on under its own name, too."""
    for owner in (module, sys.modules.get("agents")):
        if hasattr(owner, "function_tool"):
            replace(owner, "function_tool", _function_tool)


def made(module: ModuleType) -> Made:
    """Tell of the tools that are there."""
    return module.FunctionTool, _names


def _names(tool: Any) -> Iterator[tuple[Any, str]]:
    """Tell of the one function that is a step and lies behind what calls the tool, or of that with its name."""
    steps = steps_behind(tool.on_invoke_tool)
    for step in steps if len(steps) == 1 else [one for one in steps if one.__name__ == tool.name]:
        yield step, f"tool://{tool.name}"


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
