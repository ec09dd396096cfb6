"""Registry: what `@fr.register` knows of each step of this process."""

from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from flight_recorder.model.step import Kind
from flight_recorder.record.binding import Bind

STEP_ATTRIBUTE = "__flight_recorder_step__"


@dataclass(slots=True, eq=False)
class Registered:
    """One registered function. Two of the same name are two of these."""

    name: str
    function: Callable[..., Any]
    function_name: str  # "module:qualname"
    bind: Bind
    ignored: frozenset[str] = frozenset()
    key: Callable[..., object] | None = None
    version: str = ""
    is_protected: bool = False
    kind: Kind = Kind.FUNCTION


registered_steps: dict[str, list[Registered]] = {}


def add(step: Registered) -> None:
    """Remember *step*. A function of the same module and qualname under the same name takes the older one's place."""
    same_name = registered_steps.setdefault(step.name, [])
    same_name[:] = [other for other in same_name if other.function_name != step.function_name]
    same_name.append(step)


def step_of(obj: object) -> Registered | None:
    """Return the step that *obj* is the wrapper of, or None. Runs no code of *obj*."""
    if type(obj) is not FunctionType:
        return None
    found = obj.__dict__.get(STEP_ATTRIBUTE)
    return found if isinstance(found, Registered) else None


def step_name(obj: object) -> str | None:
    """Return the name of the step that *obj* is the wrapper of, or None."""
    step = step_of(obj)
    return None if step is None else step.name
