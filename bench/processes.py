"""Whole commands, timed: what the benches that run them have in common."""

import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass

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


def environment() -> dict[str, str]:
    """The environment without what would steer the recorder."""
    return {name: value for name, value in os.environ.items() if not name.startswith("FLIGHT_RECORDER")}
