"""What the fault tests share: a program text, run bare and recorded, each as a process of its own.

Bare means that a stand-in for Flight Recorder is imported which does nothing (the folder `bare`). The endings of both
runs are compared, and what was recorded is read by the commands, as people would.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.kit import clean_environment

HERE = Path(__file__).resolve().parent
OWN_FRAME = re.compile(rf'[ |+-]*  File "(?:{HERE.parents[1]}/src/flight_recorder|{HERE}/bare)/')
QUOTED = re.compile(r"[ |]*    ")  # the lines below a frame, which quote it
HOME = ".flight-recorder"

# The top of every program.
PRELUDE = """
import os, sys
from flight_recorder import FlightRecorder
fr = FlightRecorder()

def say(*words):  # one write: whatever happens next, the line is out
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())
"""


@dataclass(frozen=True)
class Limits:
    """What a process may use. *more_memory*: bytes of address space beyond what it begins with."""

    kill_after: float | None = None  # seconds
    after_output: bool = False  # they count from the first line that it prints
    more_memory: int | None = None
    file_size: int | None = None
    seconds: int = 60


FREE = Limits()


@dataclass(frozen=True)
class Ran:
    """A process that ended. *warnings* are the lines of ours on stderr, *stderr* what else was there."""

    status: int
    stdout: str
    stderr: str
    warnings: list[str] = field(default_factory=list)
    memory_kb: int = 0
    seconds: float = 0.0

    @property
    def json(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.stdout)


class Server:
    """A fork server; *prefix* is what it is started by, for one that lives in a world of its own."""

    def __init__(self, kind: str, prefix: Sequence[str] = ()) -> None:
        path = [str(HERE / "bare")] if kind == "bare" else []
        self._process = subprocess.Popen(
            [*prefix, sys.executable, str(HERE / "server.py"), kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env={**clean_environment(), "PYTHONPATH": os.pathsep.join(path)},
        )

    def do(self, kind: str, words: Sequence[str], folder: Path, limits: Limits, env: dict[str, str]) -> Ran:
        """Run a program or command in *folder*."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        out = folder.parent / f"out-{uuid.uuid4().hex}"
        out.mkdir()
        files = {name: str(out / name) for name in ("stdout", "stderr")}
        job = {"kind": kind, "words": list(words), "cwd": str(folder), "env": env, **files, **vars(limits)}
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        reply = json.loads(self._process.stdout.readline())
        texts = {name: _text(Path(file)) for name, file in files.items()}
        return _ran(reply["status"], texts["stdout"], texts["stderr"], reply["memory_kb"], reply["took"])

    def close(self) -> None:
        """End the server."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


@dataclass(frozen=True)
class Servers:
    """What runs programs without and with Flight Recorder."""

    bare: Server
    recorded: Server


class Trial:
    """A program in a folder of its own."""

    def __init__(self, servers: Servers, folder: Path) -> None:
        self.servers = servers
        self.folder = folder
        self.home = folder / HOME

    def write(self, source: str, name: str = "program.py") -> None:
        """Write the program."""
        (self.folder / name).write_text(PRELUDE + textwrap.dedent(source), encoding="utf-8")

    def bare(self, *words: str, limits: Limits = FREE, env: dict[str, str] | None = None) -> Ran:
        """Run the program as if there were no Flight Recorder."""
        return self.servers.bare.do("program", ["program.py", *words], self.folder, limits, env or {})

    def record(self, *words: str, limits: Limits = FREE, env: dict[str, str] | None = None) -> Ran:
        """Run the program recorded."""
        return self.servers.recorded.do("program", ["program.py", *words], self.folder, limits, env or {})

    def endure(self, source: str, *, limits: Limits = FREE, warnings: int = 0) -> Ran:
        """Run *source* bare and recorded; the recorded run ends as the bare one, with this many warnings at most."""
        self.write(source)
        bare = self.bare(limits=limits)
        recorded = self.record(limits=limits)
        ends_alike(bare, recorded, warnings)
        return recorded

    def command(self, *words: str) -> Ran:
        """Run `flight-recorder`."""
        return self.servers.recorded.do("command", words, self.folder, FREE, {})

    def start_afresh(self) -> None:
        """Delete what was recorded."""
        shutil.rmtree(self.home)

    def sessions(self) -> list[Any]:
        """Read all that was recorded, oldest first, each as `show` gives it; `debug` reads the last one too."""
        listed = self.read("list", "--limit", "1000")["sessions"]
        shown = self._shown([one["id"] for one in reversed(listed)])
        if listed:
            debugged = self.read("debug", listed[0]["id"])
            assert debugged["session"]["steps"] == len(shown[-1]["steps"])
        return shown

    def _shown(self, ids: list[str]) -> list[Any]:
        done = self.servers.recorded.do("shows", ids, self.folder, FREE, {})
        assert (done.status, done.stderr) == (0, "")
        return [json.loads(document) for document in done.stdout.split("\0")[:-1]]

    def session(self) -> Any:
        """Read the one session that was recorded."""
        sessions = self.sessions()
        assert len(sessions) == 1
        return sessions[0]

    def read(self, *words: str) -> Any:
        """Return the JSON of a command that reads, which says nothing else."""
        done = self.command(*words, "--json")
        assert (done.status, done.stderr) == (0, "")
        return done.json


def ends_alike(bare: Ran, recorded: Ran, warnings: int) -> None:
    """Assert that both ended the same way, and how often the recorded program was warned at most."""
    assert recorded.stdout == bare.stdout
    assert _without_pids(recorded.stderr) == _without_pids(bare.stderr)
    assert recorded.status == bare.status
    assert len(recorded.warnings) <= warnings, recorded.warnings


def _without_pids(said: str) -> str:
    """Return what Python *said*, which from 3.12 on names the process in a warning of fork."""
    return re.sub(r"\(pid=\d+\)", "(pid)", said)


def mostly_long(values: Iterable[Any], *short: Any) -> list[Any]:
    """Return *values* as parameters of a test, of which `make test` tries the *short* ones alone."""
    return [value if value in short else pytest.param(value, marks=pytest.mark.only_long) for value in values]


def finished(session: Any, name: str) -> list[Any]:
    """Return the inputs of each step of that *name* that ended, in the order in which they began."""
    return [step["inputs"] for step in session["steps"] if step["name"] == name and step["status"] == "ok"]


def _ran(status: int, stdout: str, stderr: str, memory_kb: int, took: float) -> Ran:
    lines, warnings, is_own = [], [], False
    for line in stderr.splitlines():
        if line.startswith("flight-recorder: "):
            warnings.append(line)
            continue
        # A traceback shows that a function is wrapped: that frame, with the lines that quote it, is left out.
        is_own = bool(OWN_FRAME.match(line) or (is_own and QUOTED.match(line)))
        if not is_own:
            lines.append(line)
    return Ran(status, stdout, "\n".join(lines), warnings, memory_kb, took)


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="surrogateescape") if file.exists() else ""
