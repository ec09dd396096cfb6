"""The world of a conformance program: what stands outside of every tool, in files beside the program.

A copy of this file lies next to each program. It imports nothing but the standard library, since it runs in the
environment of each tool.
"""

import asyncio
import dataclasses
import enum
import functools
import inspect
import json
import os
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
RAN = FOLDER / "ran.log"
SEEN = FOLDER / "seen.log"
EFFECTS = FOLDER / "effects.log"
ANSWERS = FOLDER / "answers.log"
OUTCOME = FOLDER / "outcome.json"
OUTAGE = FOLDER / "outage"


class ServiceDownError(Exception):
    """The service that the last step needs is down: what ends each recording."""


def ran(step: str) -> None:
    """Note that the body of *step* executed."""
    _append(RAN, step)


def see(*values: object) -> None:
    """Show *values* to the person who runs the program."""
    _append(SEEN, " ".join(describe(value) for value in values))


def effect(text: str) -> None:
    """Change the world outside, once for each call; nothing takes it back."""
    _append(EFFECTS, text)


def service() -> None:
    """Raise ServiceDownError while the outage lasts."""
    if OUTAGE.exists():
        raise ServiceDownError("the service is down")


def answer(*choices: str) -> str:
    """Return what a model says: the first of *choices*, then the next, and from the beginning again."""
    _append(ANSWERS, "asked")
    return choices[(len(ANSWERS.read_text().splitlines()) - 1) % len(choices)]


def describe(value: object) -> str:
    """Return *value* as text in which types show and the order of sets does not."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [f"{field.name}={describe(getattr(value, field.name))}" for field in dataclasses.fields(value)]
        return f"{type(value).__name__}({', '.join(fields)})"
    if isinstance(value, enum.Enum):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{describe(key)}: {describe(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(describe, value)) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(describe, value)) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, set | frozenset):
        return f"{type(value).__name__}({', '.join(sorted(map(describe, value)))})"
    return repr(value)


def call(function: Callable[..., Any], *arguments: object) -> Any:
    """Return what *function* returns; a coroutine function is run in an event loop of its own."""
    if inspect.iscoroutinefunction(function):
        return asyncio.run(function(*arguments))
    return function(*arguments)


def conclude(program: Callable[[], object]) -> None:
    """Call *program* and write down how it ended."""
    try:
        outcome: dict[str, str] = {"value": describe(program())}
    except Exception as error:  # noqa: BLE001 - how it ended is what is asked
        outcome = told(error)
        traceback.print_exc()
    note(outcome)


def note(outcome: dict[str, str]) -> None:
    """Write down how the program ended."""
    OUTCOME.write_text(json.dumps(outcome))


def told(error: BaseException) -> dict[str, str]:
    """Return *error* as data: its text, and the module that defines its class."""
    kind = type(error)
    return {"error": f"{kind.__name__}: {error}", "module": kind.__module__, "raised_in": _place(error)}


def with_retries(function: Callable[..., Any], attempts: int) -> Callable[..., Any]:
    """Return *function* tried up to *attempts* times on ConnectionError, for tools that leave retries to the user."""

    @functools.wraps(function)
    def retried(*arguments: object) -> Any:
        for _ in range(attempts - 1):
            try:
                return function(*arguments)
            except ConnectionError:
                time.sleep(0.01)
        return function(*arguments)

    return retried


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return Path(frames[-1].filename).name if frames else ""


def _append(path: Path, line: str) -> None:
    # One write to a file opened for appending: lines of several threads do not mix.
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, (line + "\n").encode())
    finally:
        os.close(descriptor)
