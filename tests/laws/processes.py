"""Processes: runs scripts and replays, each in a fresh process, by way of fork servers with unlike hash seeds."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.kit import clean_environment

ROOT = Path(__file__).resolve().parents[2]
OURS = 70  # exit status: nothing that the program did
GO = '{"type":"go"}\n'


@dataclass(frozen=True, slots=True)
class Done:
    """A finished process."""

    status: int
    stdout: str
    stderr: str
    error: str  # the exception that ended the program, as text; "" if none did


class ForkServer:
    """One fork server. Starts when it is first asked for something."""

    def __init__(self, hash_seed: int) -> None:
        self._hash_seed = hash_seed
        self._process: subprocess.Popen[str] | None = None

    def do(self, job: dict[str, Any], folder: Path) -> Done:
        """Do *job* in *folder* and return how it ended. *folder* gets the files of its output."""
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        names = ("stdout", "stderr", "error")
        for name in names:
            (folder / name).write_text("")
        job = {**{name: str(folder / name) for name in names}, **job}
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
        reply = process.stdout.readline()
        if not reply:
            raise RuntimeError(f"the fork server died of {job}")
        done = Done(int(reply), *(Path(job[name]).read_text() for name in names))
        if done.status == OURS:
            raise RuntimeError(f"what runs programs failed itself:\n{done.stderr}")
        return done

    def close(self) -> None:
        """End the server."""
        if self._process is not None:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.close()
            self._process.wait()
            self._process.stdout.close()
            self._process = None

    def _start(self) -> "subprocess.Popen[str]":
        path = os.pathsep.join(filter(None, [str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")]))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.laws.forkserver"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env={**clean_environment(), "PYTHONHASHSEED": str(self._hash_seed), "PYTHONPATH": path},
            cwd=ROOT,
            process_group=0,  # Ctrl-C is for who asked for the run
        )
        return self._process


class Servers:
    """The fork servers of one tester: what was recorded with one hash seed is replayed with another.

    *scratch* is the folder in which each trial has one of its own.
    """

    def __init__(self, scratch: Path | None = None) -> None:
        self.recording = ForkServer(1)
        self.replaying = ForkServer(2)
        self.scratch = scratch

    def close(self) -> None:
        """End both."""
        self.recording.close()
        self.replaying.close()


def memory_folder() -> Path | None:
    """Return a folder in memory, for many small files, or None where there is none."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and os.access(memory, os.W_OK) else None


def scratch_folder(parent: Path | None = None) -> Path:
    """Return a new folder for trials, in *parent* if that is given."""
    return Path(tempfile.mkdtemp(prefix="laws-", dir=parent or memory_folder()))
