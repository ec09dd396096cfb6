"""Pydantic AI: a function that is a tool goes by the tool's name."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from flight_recorder.record.following import Replace
from flight_recorder.record.naming import name_step


def follow(module: ModuleType, replace: Replace) -> None:
    """Name the tools that are made from now on."""
    replace(module.Tool, "__init__", _init)


def _init(found: Callable[..., None]) -> Callable[..., None]:
    def init(self: Any, *args: Any, **options: Any) -> None:
        found(self, *args, **options)
        name_step(self.function, f"tool://{self.name}")

    return init
