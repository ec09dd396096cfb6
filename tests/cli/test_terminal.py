"""Where output goes: colours, widths, pipes that are closed, encodings that lack a character."""

import ctypes
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping

import pytest

from flight_recorder.cli.terminal import chosen_ink, console
from flight_recorder.cli.windows import enable_escapes
from flight_recorder.render.cells import cell_len
from flight_recorder.render.terminal import COLOURED, PLAIN, UNCOLOURED, Ink, line
from tests.kit import Project, clean_environment

STEERING = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TERM", "PYTHONIOENCODING", "PYTHONUNBUFFERED")
COMMAND = [sys.executable, "-m", "flight_recorder.cli.app"]
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def failed(project: Project) -> Project:
    """A project with a session whose entry and failure are told in wide characters, longer than 80 cells."""
    project.write(
        "program.py",
        """
        @fr.register("agent://crm/資格審査")
        def qualify(email):
            raise ValueError("連絡先が必要です: " + "[red]x[/red] \\x1b[31m" * 5)

        fr.run(qualify, "a@b.c")
        """,
    )
    project.record()
    return project


def environment(**more: str) -> dict[str, str]:
    """An environment in which nothing but *more* says how output looks."""
    return {name: value for name, value in clean_environment().items() if name not in STEERING} | more


def on_terminal(project: Project, *words: str, width: int = 80, **more: str) -> str:
    """What a command writes to a terminal of *width* cells."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    process = subprocess.Popen(
        [*COMMAND, *words],
        cwd=project.folder,
        env=environment(**({"TERM": "xterm-256color"} | more)),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    written = b""
    while True:
        try:
            chunk = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        written += chunk
    os.close(ours)
    process.wait(60)
    return written.decode().replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("variables", "is_terminal", "ink"),
    [
        ({"TERM": "xterm"}, True, COLOURED),
        ({}, True, COLOURED),
        ({"TERM": "xterm"}, False, PLAIN),
        ({"TERM": "dumb"}, True, PLAIN),
        ({"TERM": "unknown"}, True, PLAIN),
        ({"NO_COLOR": "1"}, True, UNCOLOURED),
        ({"NO_COLOR": "1"}, False, PLAIN),
        ({"NO_COLOR": ""}, True, COLOURED),
        ({"FORCE_COLOR": "1"}, False, COLOURED),
        ({"FORCE_COLOR": ""}, False, PLAIN),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True, COLOURED),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, UNCOLOURED),
    ],
)
def test_colours_are_for_terminals_and_the_environment_has_the_last_word(
    variables: Mapping[str, str], is_terminal: bool, ink: Ink
) -> None:
    assert chosen_ink(variables, is_terminal=is_terminal) is ink


def test_a_terminal_gets_colours_and_a_pipe_gets_none(failed: Project) -> None:
    assert "\x1b[1;31mfailed\x1b[0m" in on_terminal(failed, "list")
    assert not ESCAPE.search(on_terminal(failed, "list", TERM="dumb"))
    assert "\x1b[1mfailed\x1b[0m" in on_terminal(failed, "list", NO_COLOR="1")
    piped = failed.run([*COMMAND, "list"], env=environment())
    assert "failed" in piped.stdout
    assert "\x1b" not in piped.stdout


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("words", [("list",), ("show", "last")])
def test_no_line_is_wider_than_the_terminal(failed: Project, words: tuple[str, ...], width: int) -> None:
    lines = ESCAPE.sub("", on_terminal(failed, *words, width=width)).splitlines()

    assert max(map(cell_len, lines)) in (width - 1, width)  # where a wide character had no room, one less
    assert on_terminal(failed, *words, COLUMNS=str(width)) == on_terminal(failed, *words, width=width)


def test_lines_in_a_pipe_are_as_long_as_they_are(failed: Project) -> None:
    listed = failed.command("list", env={"COLUMNS": "40"}).stdout

    assert listed.splitlines()[1].endswith("ValueError: 連絡先が必要です: " + r"[red]x[/red] \x1b[31m" * 5)


def test_what_a_stream_cannot_encode_is_escaped(failed: Project) -> None:
    ran = failed.run([*COMMAND, "list"], env={"PYTHONIOENCODING": "ascii"})

    assert ran.status == 0
    assert r"agent://crm/\u8cc7\u683c\u5be9\u67fb  failed" in ran.stdout


def test_json_in_an_encoding_that_lacks_a_character_is_json_still(failed: Project) -> None:
    ran = failed.run([*COMMAND, "list", "--json"], env={"PYTHONIOENCODING": "ascii"})

    assert ran.stdout.isascii()
    assert json.loads(ran.stdout)["sessions"][0]["entry"] == "agent://crm/資格審査"


@pytest.mark.parametrize(
    "words", [("list",), ("show", "last"), ("debug", "last"), ("list", "--json"), ("--help",), ("list", "--help")]
)
def test_a_pipe_that_nobody_reads_ends_a_command_without_a_word(failed: Project, words: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as pipe:
        done = subprocess.run(
            [*COMMAND, *words], cwd=failed.folder, env=environment(), stdout=pipe, stderr=subprocess.PIPE, timeout=60
        )

    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("words", ["list", "show last", "list --json"])
def test_a_command_without_stdout_does_its_work_in_silence(failed: Project, words: str) -> None:
    ran = failed.run(["sh", "-c", f'exec "$@" {words} >&-', "sh", *COMMAND])

    assert (ran.status, ran.stderr) == (0, "")


def test_an_error_shows_what_was_typed_and_does_not_act_on_it(failed: Project) -> None:
    ran = failed.command("show", "last", "\x1b[31m[red]\x07")

    assert ran.status == 2
    assert ran.stderr.startswith(r"error: no step '\x1b[31m[red]\x07' in session ")
    assert "\x1b[1;31merror:\x1b[0m no session 'x'" in on_terminal(failed, "show", "x")


def test_output_to_a_stream_without_a_file_is_plain(capsys: pytest.CaptureFixture[str]) -> None:
    console().print(line(("資格", "red"), " x"))

    assert capsys.readouterr().out == "資格 x\n"


def test_commands_load_neither_rich_nor_what_they_do_not_need(failed: Project) -> None:
    unneeded = {"rich", "shutil", "difflib", "json", "tempfile", "sysconfig", "importlib.resources", "threading"}
    asked = (
        "import sys; from flight_recorder.cli import app\n"
        f"app.run(['list']); print(sorted({unneeded!r} & sys.modules.keys()))\n"
        f"app.run(['debug', 'last']); print(sorted({{'rich', 'shutil', 'tempfile'}} & sys.modules.keys()))"
    )
    lines = failed.run([sys.executable, "-c", asked], env=environment()).stdout.splitlines()

    assert [each for each in lines if each.startswith("[")] == ["[]", "[]"]


class Kernel:
    """kernel32.dll where stdout is a console and stderr is not."""

    def __init__(self) -> None:
        self.modes = {7: 3}

    def GetStdHandle(self, number: int) -> int:  # noqa: N802
        return {-11: 7, -12: 8}[number]

    def GetConsoleMode(self, handle: int, mode: object) -> int:  # noqa: N802
        if handle not in self.modes:
            return 0
        ctypes.cast(mode, ctypes.POINTER(ctypes.c_uint32))[0] = self.modes[handle]  # type: ignore[arg-type]
        return 1

    def SetConsoleMode(self, handle: int, mode: int) -> int:  # noqa: N802
        self.modes[handle] = mode
        return 1


def test_a_console_of_windows_is_asked_to_act_on_escape_sequences_and_keeps_its_other_modes() -> None:
    kernel = Kernel()

    enable_escapes(kernel)

    assert kernel.modes == {7: 3 | 4}
