"""LangChain: a function that is a tool goes by the tool's name."""

from collections.abc import Iterator
from functools import partial
from types import ModuleType
from typing import Any

from flight_recorder.record.following import Replace
from flight_recorder.record.naming import Made, naming


def follow(module: ModuleType, replace: Replace) -> None:
    """Name the tools that are made from now on."""
    replace(module.StructuredTool, "__init__", partial(naming, names=_names))


def made(module: ModuleType) -> Made:
    """Tell of the tools that are there."""
    return module.StructuredTool, _names


def _names(tool: Any, *_args: Any, **_fields: Any) -> Iterator[tuple[Any, str]]:
    for function in (tool.func, tool.coroutine):
        yield function, f"tool://{tool.name}"
