"""How a watch begins and ends: the question, Ctrl-C, signals, and nothing left behind."""

import os
import pty
import signal
import subprocess
import sys

import pytest

from tests.kit import Project, clean_environment
from tests.replay.watching import wait_for, watching


@pytest.mark.parametrize("is_running", [False, True], ids=["while it waits", "while a replay runs"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=["Ctrl-C", "TERM", "KILL"])
def test_no_process_is_left_behind(failing: Project, number: int, is_running: bool) -> None:
    failing.edit("helper.py", "    return", "    import time; time.sleep(60 * (by == 4))\n    return")
    with watching(failing) as watch:
        watch.until("Watching")
        failing.edit("program.py", "BY = 0", "BY = 2")  # so that there is a process that forks
        watch.result()
        watch.ran()
        if is_running:
            failing.edit("program.py", "BY = 2", "BY = 4")
            wait_for(lambda: (failing.folder / "ran.log").exists())
        assert len(watch.processes()) >= 2 + is_running

        status = watch.end(number)

        assert status == {signal.SIGINT: 0, signal.SIGTERM: 143, signal.SIGKILL: -9}[signal.Signals(number)]
        watch.wait_until_alone()
        if number == signal.SIGINT:
            assert "Traceback" not in watch.until("Stopped watching.")


def test_the_question_is_asked_once_on_a_terminal(failing: Project) -> None:
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "flight_recorder.cli.app", "replay", "last", "--watch"],
        cwd=failing.folder,
        env={**clean_environment(), "TERM": "dumb"},
        stdin=child,
        stdout=child,
        stderr=child,
        start_new_session=True,
    )
    os.close(child)
    said = _read_until(parent, "at each save?")
    os.write(parent, b"y\n")
    said += _read_until(parent, "Watching")
    failing.edit("program.py", "BY = 0", "BY = 4")
    said += _read_until(parent, "Final result")
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(timeout=30) == 0
    os.close(parent)
    assert said.count("?") == 1


def test_it_is_not_for_a_plan_only(failing: Project) -> None:
    replay = failing.command("replay", "last", "--watch", "--dry-run")

    assert replay.status == 2
    assert "Leave out --dry-run" in replay.stderr


def _read_until(terminal: int, word: str) -> str:
    said = ""
    while word not in said:
        said += os.read(terminal, 4096).decode()
    return said
