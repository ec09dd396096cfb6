"""The terminal: colour where there is one, plain text in a pipe, one JSON document with --json."""

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from rich.console import Console

from flight_recorder.errors import FlightRecorderError

PIPE_WIDTH = 10_000  # nothing is cut for a terminal that is not there


def console() -> Console:
    """Return where output goes. In a pipe lines are as long as they are."""
    width = None if sys.stdout.isatty() else PIPE_WIDTH
    return Console(width=width, highlight=False, markup=False, emoji=False, soft_wrap=True)


def confirm(question: str) -> bool:
    """Ask *question* on the terminal; return whether the answer is yes, which is what Enter means."""
    while True:
        try:
            answer = input(f"{question} [Y/n]: ").strip().lower()
        except EOFError:
            sys.stdout.write("\n")
            return False
        if answer in ("", "y", "yes", "n", "no"):
            return answer not in ("n", "no")
        sys.stdout.write("Please answer y or n.\n")


def print_json(document: object) -> None:
    """Print *document* as the one JSON document of a `--json` command."""
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
    sys.stdout.flush()


def print_json_line(document: object) -> None:
    """Print *document* as one of the lines of a `--json` command that goes on."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n")
    sys.stdout.flush()


def report_error(error: FlightRecorderError) -> None:
    """Print *error* to stderr: the word in red on a terminal, then what happened and what to do."""
    stderr = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)
    stderr.print("error:", style="bold red", end=" ")
    stderr.print(str(error))


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let a closed terminal and `kill` end the block as Ctrl-C does, but with a status that tells of it."""

    def end(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
