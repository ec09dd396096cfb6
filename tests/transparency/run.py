"""Run: the tests of other libraries, bare and with every function registered, in processes of their own.

`python -m tests.transparency.run [--daily] [--suite NAME ...] [--report docs/transparency.md]` prints a table, and
exits with 1 when a test changed its result, or when the recording of it was cut short or cannot be read.
"""

import argparse
import importlib.metadata
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.transparency.report import put_into_report, table
from tests.transparency.suites import HERE, SUITES, Suite

ROOT = HERE.parents[1]
SECONDS = 3600  # for one run of a suite; one that hangs is stopped
NOTHING_FAILED = 2  # what `debug last` exits with when no session failed


@dataclass(frozen=True)
class Compared:
    """What came of one suite. *troubles* are what went wrong beside the results of its tests."""

    suite: Suite
    version: str
    registered: int
    tests: int
    calls: int
    changed: tuple[str, ...]
    troubles: tuple[str, ...]
    seconds: tuple[float, float]

    @property
    def is_good(self) -> bool:
        """Whether nothing happened that may not."""
        return not self.changed and not self.troubles


def compare(suite: Suite, folder: Path, *, is_daily: bool) -> Compared:
    """Run *suite* twice in *folder*, and compare."""
    began = time.perf_counter()
    bare, _ = _run(suite, folder / "bare", is_daily=is_daily, is_registered=False)
    between = time.perf_counter()
    registered, said = _run(suite, folder / "registered", is_daily=is_daily, is_registered=True)
    seconds = (between - began, time.perf_counter() - between)
    account = json.loads((folder / "registered" / "account.json").read_text(encoding="utf-8"))
    calls, troubles = _look_into(suite, folder / "registered" / "store")
    troubles += [f"the recorder said: {text}" for text in account["said"]]
    if "flight-recorder:" in said and not account["said"]:
        troubles.append("the recorder printed something")
    if not account["registered"]:
        troubles.append("no function was registered")
    if not bare["tests"]:
        troubles.append("no test ran")
    names = dict.fromkeys([*bare["tests"], *registered["tests"]])
    changed = tuple(name for name in names if bare["tests"].get(name) != registered["tests"].get(name))
    return Compared(
        suite=suite,
        version=_version(suite),
        registered=len(account["registered"]),
        tests=len(bare["tests"]),
        calls=calls,
        changed=changed,
        troubles=tuple(troubles),
        seconds=seconds,
    )


def _compare_in(folder: Path, suite: Suite, *, is_daily: bool) -> Compared:
    return compare(suite, folder / suite.name, is_daily=is_daily)


def _run(suite: Suite, folder: Path, *, is_daily: bool, is_registered: bool) -> tuple[dict[str, Any], str]:
    """Run the tests; return the outcome of each, and what the process printed."""
    folder.mkdir(parents=True)
    outcomes = folder / "outcomes.json"
    environment = _environment() | {
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join([str(HERE / "plugins"), str(ROOT / "src")]),
        "TRANSPARENCY_OUTCOMES": str(outcomes),
        "TRANSPARENCY_EXAMPLES": str(suite.examples if is_daily else 0),
        "TRANSPARENCY_PACKAGES": ",".join(suite.packages),
        "TRANSPARENCY_ACCOUNT": str(folder / "account.json"),
        "TRANSPARENCY_STORE": str(folder / "store"),
    }
    plugins = ["-p", "outcomes", *(["-p", "registering"] if is_registered else [])]
    # Told apart from the project that the sources lie in: its settings and its conftest are not for them.
    apart = ["--rootdir", ".", "-c", "pyproject.toml", "--confcutdir", "."]
    command = [str(suite.python), "-m", "pytest", "-q", "-p", "no:cacheprovider", "--durations=60", *apart, *plugins]
    chosen = suite.daily if is_daily else suite.tests
    done = subprocess.run(
        [*command, *chosen],
        cwd=suite.sources,
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


def _look_into(suite: Suite, store: Path) -> tuple[int, list[str]]:
    """Read the recording with the commands that people use; return how many calls it holds, and what is wrong."""
    listed = _command(suite, store, "list", "--json")
    if listed.returncode:
        return 0, [f"`list` exits with {listed.returncode}: {listed.stderr}"]
    sessions = json.loads(listed.stdout)["sessions"]
    troubles = [f"session {one['id']} is {one['status']}" for one in sessions if one["status"] != "success"]
    if len(sessions) != 1:
        troubles.append(f"{len(sessions)} sessions were recorded in the place of one")
    expected = ((("debug", "last"), NOTHING_FAILED), *((("debug", one["id"]), 0) for one in sessions))
    for words, status in expected:
        done = _command(suite, store, *words)
        if done.returncode != status or "Traceback" in done.stderr:
            troubles.append(f"`{' '.join(words)}` exits with {done.returncode}: {done.stderr[-500:]}")
    return sum(one["steps"] for one in sessions), troubles


def _command(suite: Suite, store: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = _environment() | {"FLIGHT_RECORDER_HOME": str(store), "PYTHONPATH": str(ROOT / "src")}
    command = [str(suite.python), "-m", "flight_recorder.cli.app", *words]
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
    parser.add_argument("--keep", type=Path, help="a new folder for what the runs leave")
    parser.add_argument("--report", type=Path, help="the page to write the table to")
    options = parser.parse_args(arguments)
    chosen = [suite for suite in SUITES if options.suite is None or suite.name in options.suite]
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        with ThreadPoolExecutor(max_workers=2) as pool:
            one = partial(_compare_in, folder, is_daily=options.daily)
            found = list(pool.map(one, chosen))
    text = table(found, is_daily=options.daily)
    print(text)
    if options.report is not None:
        put_into_report(options.report, text)
    return 0 if all(one.is_good for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
