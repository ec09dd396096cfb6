"""Surroundings: versions, hooks of the interpreter and environment variables, as they are in this process."""

import difflib
import os
import platform
import sqlite3
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from flight_recorder.compiled import compiled
from flight_recorder.config import DISABLED_VARIABLE, HOME_VARIABLE, HOT_CALLS_VARIABLE, SHARE_VARIABLE
from flight_recorder.journal.trust import TRUST_VARIABLE
from flight_recorder.model.checkup import Hook, Surroundings, Variable
from flight_recorder.record.hint import HINT_VARIABLE

PREFIX = "FLIGHT_RECORDER"
VARIABLES = (HOME_VARIABLE, DISABLED_VARIABLE, HOT_CALLS_VARIABLE, SHARE_VARIABLE, HINT_VARIABLE, TRUST_VARIABLE)
PACKAGES = ("flight-recorder", "msgspec")
COMPILED = "flight-recorder-speed"
TOOLS = (2, 3, 4, 5)  # the numbers of sys.monitoring that `record.entered` may take
TOOLS_NEEDED = 2


def surroundings() -> Surroundings:
    """Return what a recorder in this process would run in."""
    return Surroundings(tuple(_versions()), tuple(_hooks()), tuple(_variables()))


def _versions() -> Iterator[tuple[str, str]]:
    yield platform.python_implementation().replace("CPython", "Python"), platform.python_version()
    for package in PACKAGES:
        try:
            yield package, version(package)
        except PackageNotFoundError:  # run from a folder that was put on the path
            yield package, "unknown"
    yield COMPILED, "not installed" if compiled is None else version(COMPILED)
    yield "SQLite", sqlite3.sqlite_version


def _hooks() -> Iterator[Hook]:
    if sys.version_info < (3, 12):
        yield from ()
    else:
        tools = [sys.monitoring.get_tool(number) for number in TOOLS]
        is_free = tools.count(None) >= TOOLS_NEEDED
        yield Hook("sys.monitoring", "" if is_free else ", ".join(sorted({tool for tool in tools if tool})))


def _variables() -> Iterator[Variable]:
    for name, value in sorted(os.environ.items()):
        if name in VARIABLES:
            yield Variable(name, value, True)
        elif name.upper().startswith(PREFIX):
            near = difflib.get_close_matches(name.upper(), VARIABLES, n=1)
            yield Variable(name, "", False, near[0] if near else "")
