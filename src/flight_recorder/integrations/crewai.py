"""CrewAI: a function that is a tool, or the method that a class of tools has for it, goes by the tool's name."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from flight_recorder.record.following import Replace
from flight_recorder.record.naming import name_step


def follow(module: ModuleType, replace: Replace) -> None:
    """Name the tools that are made from now on."""
    replace(module.BaseTool, "__init__", _init)


def _init(found: Callable[..., None]) -> Callable[..., None]:
    def init(self: Any, *args: Any, **fields: Any) -> None:
        found(self, *args, **fields)
        name_step(getattr(self, "func", None) or type(self)._run, f"tool://{self.name}")

    return init
