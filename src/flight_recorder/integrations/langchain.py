"""LangChain: a function that is a tool goes by the tool's name."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from flight_recorder.record.following import Replace
from flight_recorder.record.naming import name_step


def follow(module: ModuleType, replace: Replace) -> None:
    """Name the tools that are made from now on."""
    replace(module.StructuredTool, "__init__", _init)


def _init(found: Callable[..., None]) -> Callable[..., None]:
    def init(self: Any, *args: Any, **fields: Any) -> None:
        found(self, *args, **fields)
        for function in (self.func, self.coroutine):
            name_step(function, f"tool://{self.name}")

    return init
