"""`flight-recorder demo`: the tour, in a temporary folder, with nothing left behind."""

import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from importlib.resources import files
from pathlib import Path

from flight_recorder.cli.arguments import add_json
from flight_recorder.cli.terminal import console, print_json
from flight_recorder.config import DISABLED_VARIABLE, HOME_VARIABLE
from flight_recorder.render.terminal import Text, line

BUG = "    return CONTACTS.get(email)"
FIX = '    return CONTACTS.get(email, {"name": "there", "score": 10})'
SCRIPT = "basic_demo.py"


def add_arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    add_json(parser)


def demo(as_json: bool = False) -> int:
    """Show the whole tour in a temporary folder: fail, debug, fix, replay, success. Nothing is left behind."""
    with tempfile.TemporaryDirectory(prefix="flight-recorder-demo-") as folder:
        tour = _Tour(Path(folder), is_silent=as_json)
        statuses = tour.walk()
    if as_json:
        print_json({"status": "success" if statuses == [1, 0, 0] else "failed", "exit_statuses": statuses})
    return 0 if statuses == [1, 0, 0] else 1


class _Tour:
    """The three commands of the tour, in a folder of their own."""

    def __init__(self, folder: Path, *, is_silent: bool) -> None:
        self._folder = folder
        self._script = folder / SCRIPT
        self._stdout = subprocess.DEVNULL if is_silent else None
        self._is_silent = is_silent

    def walk(self) -> list[int]:
        """Take the tour; return the exit statuses of its commands."""
        source = files("flight_recorder.cli").joinpath("tour", SCRIPT).read_text(encoding="utf-8")
        self._script.write_text(source, encoding="utf-8")
        self._say("1. A pipeline fails.")
        failed = self._run([sys.executable, SCRIPT], f"python {SCRIPT}")
        self._say("2. What went wrong?")
        debugged = self._run(self._command("debug", "last"), "flight-recorder debug last")
        self._say(f"3. Fix one line of {SCRIPT}:")
        self._print(line((f"  - {BUG.strip()}", "red")))
        self._print(line((f"  + {FIX.strip()}", "green")))
        self._script.write_text(source.replace(BUG, FIX), encoding="utf-8")
        self._say("4. Replay: only what the fix touches runs.")
        replayed = self._run(self._command("replay", "last", "--yes"), "flight-recorder replay last --yes")
        return [failed, debugged, replayed]

    def _say(self, text: str) -> None:
        self._print(line(""))
        self._print(line((text, "bold")))

    def _print(self, text: Text) -> None:
        if not self._is_silent:
            console().print(text)

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "flight_recorder.cli.app", *words]

    def _run(self, command: list[str], shown: str) -> int:
        self._print(line((f"$ {shown}", "cyan")))
        environment = {
            name: value for name, value in os.environ.items() if name not in (HOME_VARIABLE, DISABLED_VARIABLE)
        }
        done = subprocess.run(
            command, cwd=self._folder, env=environment, stdout=self._stdout, stderr=subprocess.STDOUT, check=False
        )
        return done.returncode
