"""Whole commands, timed: what the benches that run them have in common."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# Tools that are measured are not to send anything, nor to talk.
SILENT = {
    "DO_NOT_TRACK": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "LANGCHAIN_TRACING_V2": "false",
    "LOGFIRE_IGNORE_NO_CONFIG": "1",
    "PYTHONWARNINGS": "ignore",
}
COMMAND = (sys.executable, "-m", "flight_recorder.cli.app")


@dataclass(frozen=True, order=True)
class Times:
    """Of one process and those that it waited for, in seconds. On a busy machine the first says little."""

    wall: float
    cpu: float


def timed(folder: str, *command: str, status: int, says: str) -> Times:
    """Run *command* in *folder* and return its times; it has to end with *status*, and to say *says*."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environment())
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != status or says not in done.stdout + done.stderr:
        raise SystemExit(f"{command} did not end with {status} and {says!r}:\n{done.stdout}{done.stderr}")
    return Times(wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


def last_session(folder: str) -> str:
    """Return the id of the most recent session; puts it into the store."""
    listed = subprocess.run(
        [*COMMAND, "list", "--json"], cwd=folder, capture_output=True, text=True, check=True, env=environment()
    )
    return listed.stdout.split('"id": "')[1][:16]


def told(command: Sequence[str | os.PathLike[str]]) -> dict[str, Any]:
    """Run *command* from the root of the project; return the JSON in its last line that holds any."""
    done = subprocess.run(
        command, cwd=ROOT, env={**environment(), **SILENT}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{command} failed:\n{done.stdout}{done.stderr}")
    found: dict[str, Any] = json.loads(next(line for line in reversed(done.stdout.splitlines()) if line[:1] == "{"))
    return found


def environment() -> dict[str, str]:
    """The environment without what would steer the recorder, or have every process compile what it imports."""
    steering = ("FLIGHT_RECORDER", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(steering)}
