"""The terminal: colour where there is one, plain text in a pipe, one JSON document with --json."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import TextIO

from flight_recorder.cli.windows import enable_escapes
from flight_recorder.errors import FlightRecorderError
from flight_recorder.render.terminal import COLOURED, PLAIN, UNCOLOURED, Ink, Text, in_lines, line, to_string

PIPE_WIDTH = 10_000  # nothing is cut for a terminal that is not there
DEFAULT_WIDTH = 80  # of a terminal that does not say


class Console:
    """Where output goes: how wide it is, and what colours it is given."""

    def __init__(self, stream: TextIO | None) -> None:
        is_terminal = stream is not None and stream.isatty()
        self._stream = stream  # None where the program was started with it closed
        self._ink = chosen_ink(os.environ, is_terminal=is_terminal)
        self.width = terminal_width(stream) if is_terminal else PIPE_WIDTH
        if is_terminal and self._ink and sys.platform == "win32":
            import ctypes

            enable_escapes(ctypes.windll.kernel32)

    def print(self, text: Text) -> None:
        """Write *text* and end the line."""
        self.write(to_string(text, self._ink) + "\n")

    def write(self, written: str) -> None:
        """Write *written* as it is; a character that the stream's encoding lacks is written as Python escapes it."""
        if self._stream is None:
            return
        encoding = self._stream.encoding or "utf-8"
        self._stream.write(written.encode(encoding, "backslashreplace").decode(encoding))
        self._stream.flush()  # a pipe that is closed says so here, not when the interpreter ends


def console() -> Console:
    """Return where output goes. In a pipe lines are as long as they are."""
    return Console(sys.stdout)


def chosen_ink(environment: Mapping[str, str], *, is_terminal: bool) -> Ink:
    """Return the escape sequences that output is given: by NO_COLOR, FORCE_COLOR, TERM, and whether it *is_terminal*.

    A variable counts when it is not empty. NO_COLOR takes the colours, and leaves bold and dim; FORCE_COLOR is heard
    where there is no terminal, or one that says that it is dumb.
    """
    is_dumb = environment.get("TERM") in ("dumb", "unknown")
    if not environment.get("FORCE_COLOR") and (is_dumb or not is_terminal):
        return PLAIN
    return UNCOLOURED if environment.get("NO_COLOR") else COLOURED


def terminal_width(stream: TextIO | None) -> int:
    """Return the width of the terminal at *stream*: what COLUMNS says, else what the terminal says, else 80."""
    # As shutil.get_terminal_size does, which would import the compression modules.
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return int(columns)
    try:
        return (os.get_terminal_size(stream.fileno()).columns if stream is not None else 0) or DEFAULT_WIDTH
    except (OSError, ValueError):  # no terminal, or a stream without a file
        return DEFAULT_WIDTH


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
    _write_json(document, indent=2)


def print_json_line(document: object) -> None:
    """Print *document* as one of the lines of a `--json` command that goes on."""
    _write_json(document, indent=None)


def _write_json(document: object, indent: int | None) -> None:
    import json  # here: most commands print none

    stdout = sys.stdout
    if stdout is None:  # started with it closed
        return
    text = json.dumps(document, indent=indent, ensure_ascii=False, allow_nan=False)
    try:
        text.encode(stdout.encoding or "utf-8")
    except UnicodeEncodeError:  # an encoding that lacks a character: JSON has an escape for it
        text = json.dumps(document, indent=indent, allow_nan=False)
    stdout.write(text + "\n")
    stdout.flush()


def report_error(error: FlightRecorderError) -> None:
    """Print *error* to stderr: the word in red on a terminal, then what happened and what to do."""
    Console(sys.stderr).print(line(("error:", "bold red"), " ") + in_lines(str(error)))


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let a closed terminal and `kill` end the block as Ctrl-C does, but with a status that tells of it."""
    import signal  # here: most commands are over at once

    def end(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
