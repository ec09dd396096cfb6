"""Run: the tests of other libraries, bare and recorded in two ways, in processes of their own.

*registered*: with every function registered. *traced*: under `flight-recorder run -m pytest`, nothing changed.

`python -m tests.transparency.run [--daily] [--suite NAME ...] [--way WAY] [--report docs/transparency.md]` prints a
table, and exits with 1 when a test changed its result, or when the recording of it was cut short or cannot be read.
"""

import argparse
import contextlib
import importlib.metadata
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.transparency.report import put_into_report, table
from tests.transparency.suites import HERE, SUITES, Suite

ROOT = HERE.parents[1]
REGISTERED, TRACED = WAYS = ("registered", "traced")
COMMAND = ("-m", "flight_recorder.cli.app")
RUN = (*COMMAND, "run")
FUNCTIONS = "SELECT COUNT(DISTINCT name) FROM learned"
SECONDS = 3600  # for one run of a suite; one that hangs is stopped
NOTHING_FAILED = 2  # what `debug last` exits with when no session failed


@dataclass(frozen=True)
class Compared:
    """What came of one suite. *troubles* are what went wrong beside the results of its tests."""

    suite: Suite
    way: str
    version: str
    functions: int
    tests: int
    calls: int
    changed: tuple[str, ...]
    troubles: tuple[str, ...]
    seconds: tuple[float, float]

    @property
    def is_good(self) -> bool:
        """Whether nothing happened that may not."""
        return not self.changed and not self.troubles


def compare(suite: Suite, folder: Path, way: str = REGISTERED, *, is_daily: bool = False) -> Compared:
    """Run *suite* twice in *folder*, bare and recorded in *way*, and compare."""
    sources = suite.sources
    if way == TRACED:  # what lies in the folder of an environment is nobody's own
        sources = Path(shutil.copytree(sources, folder / "sources"))
    began = time.perf_counter()
    bare, _ = _run(suite, sources, folder / "bare", is_daily=is_daily, way=way, is_recorded=False)
    between = time.perf_counter()
    recorded, said = _run(suite, sources, folder / way, is_daily=is_daily, way=way, is_recorded=True)
    seconds = (between - began, time.perf_counter() - between)
    found = _look_into(suite, folder / way / "store", is_successful=way == REGISTERED)
    functions, troubles = (found.functions, found.troubles)
    if way == REGISTERED:
        account = json.loads((folder / way / "account.json").read_text(encoding="utf-8"))
        functions = len(account["registered"])
        troubles += [f"the recorder said: {text}" for text in account["said"]]
    if "flight-recorder:" in said and not any("said" in trouble for trouble in troubles):
        lines = [line for line in said.splitlines() if "flight-recorder:" in line]
        troubles.append(f"the recorder printed something: {lines[0]}")
    if not functions:
        troubles.append("no function was a step")
    if not bare["tests"]:
        troubles.append("no test ran")
    names = dict.fromkeys([*bare["tests"], *recorded["tests"]])
    changed = tuple(name for name in names if bare["tests"].get(name) != recorded["tests"].get(name))
    return Compared(
        suite=suite,
        way=way,
        version=_version(suite),
        functions=functions,
        tests=len(bare["tests"]),
        calls=found.calls,
        changed=changed,
        troubles=tuple(troubles),
        seconds=seconds,
    )


def _run(
    suite: Suite, sources: Path, folder: Path, *, is_daily: bool, way: str, is_recorded: bool
) -> tuple[dict[str, Any], str]:
    """Run the tests; return the outcome of each, and what the process printed."""
    folder.mkdir(parents=True)
    outcomes = folder / "outcomes.json"
    own = [str(sources / suite.modules)] if way == TRACED else []
    environment = _environment() | {
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join([*own, str(HERE / "plugins"), str(ROOT / "src")]),
        "FLIGHT_RECORDER_HOME": str(folder / "store"),
        "TRANSPARENCY_OUTCOMES": str(outcomes),
        "TRANSPARENCY_EXAMPLES": str(suite.examples if is_daily else 0),
        "TRANSPARENCY_PACKAGES": ",".join(suite.packages),
        "TRANSPARENCY_ACCOUNT": str(folder / "account.json"),
    }
    plugins = ["-p", "outcomes", *(["-p", "registering"] if is_recorded and way == REGISTERED else [])]
    # Told apart from the project that the sources lie in: its settings and its conftest are not for them.
    apart = ["--rootdir", ".", "-c", "pyproject.toml", "--confcutdir", "."]
    command = [str(suite.python), *(RUN if is_recorded and way == TRACED else ()), "-m", "pytest"]
    command += ["-q", "-p", "no:cacheprovider", "--durations=60", *apart, *plugins]
    chosen = suite.daily if is_daily else suite.tests
    done = subprocess.run(
        [*command, *chosen],
        cwd=sources,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    (folder / "said.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
    if not outcomes.exists():
        raise SystemExit(f"the tests of {suite.name} did not run to their end:\n{done.stdout}{done.stderr}")
    return json.loads(outcomes.read_text(encoding="utf-8")), done.stdout + done.stderr


@dataclass(frozen=True)
class _Recording:
    """What a recording holds, and what is wrong with it."""

    functions: int
    calls: int
    troubles: list[str]


def _look_into(suite: Suite, store: Path, *, is_successful: bool) -> _Recording:
    """Read the recording with the commands that people use. It is to have ended, and well if it *is_successful*."""
    listed = _command(suite, store, "list", "--json")
    if listed.returncode:
        return _Recording(0, 0, [f"`list` exits with {listed.returncode}: {listed.stderr}"])
    sessions = json.loads(listed.stdout)["sessions"]
    allowed = ("success",) if is_successful else ("success", "failed")
    troubles = [f"session {one['id']} is {one['status']}" for one in sessions if one["status"] not in allowed]
    if len(sessions) != 1:
        troubles.append(f"{len(sessions)} sessions were recorded in the place of one")
    has_failed = any(one["status"] == "failed" for one in sessions)
    expected = (
        (("debug", "last"), 0 if has_failed else NOTHING_FAILED),
        *((("debug", one["id"]), 0) for one in sessions),
    )
    for words, status in expected:
        done = _command(suite, store, *words)
        if done.returncode != status or "Traceback" in done.stderr:
            troubles.append(f"`{' '.join(words)}` exits with {done.returncode}: {done.stderr[-500:]}")
    with contextlib.closing(sqlite3.connect(store / "store.db")) as database:
        functions = database.execute(FUNCTIONS).fetchone()[0]
    return _Recording(functions, sum(one["steps"] for one in sessions), troubles)


def _command(suite: Suite, store: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = _environment() | {"FLIGHT_RECORDER_HOME": str(store), "PYTHONPATH": str(ROOT / "src")}
    command = [str(suite.python), *COMMAND, *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=SECONDS)


def _environment() -> dict[str, str]:
    """The environment without what would steer the recorder or pytest."""
    steering = ("FLIGHT_RECORDER", "PYTEST", "HYPOTHESIS", "PYTHONWARNINGS")
    return {name: value for name, value in os.environ.items() if not name.startswith(steering)}


def _version(suite: Suite) -> str:
    folders = [str(path) for path in suite.python.parents[1].glob("lib/python*/site-packages")]
    return next(one.version for one in importlib.metadata.distributions(name=suite.name, path=folders))


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 1 when something happened that may not."""
    parser = argparse.ArgumentParser(prog="python -m tests.transparency.run")
    parser.add_argument("--daily", action="store_true", help="only what runs at each commit")
    parser.add_argument("--suite", action="append", choices=[suite.name for suite in SUITES])
    parser.add_argument("--way", choices=WAYS, help="one of the two (default: both)")
    parser.add_argument("--keep", type=Path, help="a new folder for what the runs leave")
    parser.add_argument("--report", type=Path, help="the page to write the table to")
    options = parser.parse_args(arguments)
    suites = [suite for suite in SUITES if options.suite is None or suite.name in options.suite]
    chosen = [
        (suite, way)
        for way in WAYS
        for suite in suites
        if options.way in (None, way)
        and (way == TRACED or suite.is_registered)
        and (suite.daily or not options.daily)
    ]
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.keep or Path(temporary)).resolve()

        def one(suite: Suite, way: str) -> Compared:
            return compare(suite, folder / way / suite.name, way, is_daily=options.daily)

        with ThreadPoolExecutor(max_workers=2) as pool:
            found = list(pool.map(one, *zip(*chosen, strict=True)))
    text = table(found, is_daily=options.daily)
    print(text)
    if options.report is not None:
        put_into_report(options.report, text)
    return 0 if all(one.is_good for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
