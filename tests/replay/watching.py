"""A `flight-recorder replay --watch` that runs, for tests: what it says, saves that it sees, how it ends."""

import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.kit import Project, clean_environment

TIMEOUT_S = 40
RESULT = r"\] .*: (SUCCESS|FAILED|HELD|DIVERGED|REFUSED)"


PROGRAM = """
import helper

@fr.register("fetch")
def fetch(n):
    ran(f"fetch {n}")
    return n * 2

@fr.register("rate")
def rate(n):
    ran("rate")
    return helper.divide(n, BY)

@fr.register("main")
def main(n):
    return rate(fetch(n))

BY = 0
print("answer", fr.run(main, 3))
"""


class Watching:
    """The command, what it has said so far, and the mark by which its processes are found."""

    def __init__(self, project: Project, *words: str, env: dict[str, str] | None = None) -> None:
        self.project = project
        self.mark = f"WATCH_TEST={uuid.uuid4().hex}"
        name, _, value = self.mark.partition("=")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "flight_recorder.cli.app", "replay", "last", "--watch", "--yes", *words],
            cwd=project.folder,
            env={**clean_environment(), name: value, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            start_new_session=True,
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def until(self, pattern: str) -> str:
        """Return what it says from here to the first line that matches *pattern*."""
        said = ""
        deadline = time.monotonic() + TIMEOUT_S
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"{pattern!r} was not said in time, but:\n{said}") from None
            assert line is not None, f"{pattern!r} was not said before the end, but:\n{said}"
            said += line
            if re.search(pattern, line):
                return said

    def result(self) -> str:
        """Return what it says up to the line of the next result."""
        return self.until(RESULT)

    def says_nothing(self, seconds: float = 1.0) -> bool:
        """Whether it says nothing for a while."""
        try:
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            return True
        raise AssertionError(f"it said {line!r}")

    def ran(self) -> list[str]:
        """Return what the program's steps logged since this was asked last."""
        log = self.project.folder / "ran.log"
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return lines

    def end(self, number: int = signal.SIGINT) -> int:
        """Send a signal, as a terminal does to the group of its command; return the exit status."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)
        return self.process.wait(timeout=TIMEOUT_S)

    def processes(self) -> list[int]:
        """Return the processes of this watch that are there."""
        found = []
        for folder in Path("/proc").iterdir():
            try:
                if folder.name.isdigit() and self.mark.encode() in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
            except OSError:  # it has ended
                continue
        return found

    def wait_until_alone(self) -> None:
        """Return when no process of the watch is left."""
        deadline = time.monotonic() + TIMEOUT_S
        while self.processes():
            assert time.monotonic() < deadline, f"processes are left: {self.processes()}"
            time.sleep(0.05)

    def close(self) -> None:
        """End it by force, with all its processes."""
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait()
        self._reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()


@contextmanager
def watching(project: Project, *words: str, env: dict[str, str] | None = None) -> Iterator[Watching]:
    """Yield a watch whose first replay is over."""
    watch = Watching(project, *words, env=env)
    try:
        yield watch
    finally:
        watch.close()


def wait_for(condition: Callable[[], bool]) -> None:
    """Return when *condition* holds."""
    deadline = time.monotonic() + 40
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
