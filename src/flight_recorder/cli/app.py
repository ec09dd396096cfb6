"""The `flight-recorder` command.

Only the command that is called is imported: what the others need would take most of the time of a quick one.
"""

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from flight_recorder.cli.arguments import Parser
from flight_recorder.cli.terminal import console, report_error, terminal_width
from flight_recorder.errors import FlightRecorderError, UsageError
from flight_recorder.render.terminal import line

EXIT_INTERRUPTED = 130
NAME = "flight-recorder"
SAYS = "Record a pipeline, see why it failed, replay only what the fix touches."

COMMANDS = {  # the module of this package, the function in it, whose docstring is the help, and a line about it
    "run": ("run", "run", "run a program, and record every call of its own functions, with nothing changed in it"),
    "debug": ("debug", "debug", "name the root cause of a failed session, with evidence, timeline and a hint"),
    "replay": ("replay", "replay", "run the fixed program again: only what the fix touches runs"),
    "diff": ("diff", "diff", "show two sessions side by side, and name where they begin to differ"),
    "list": ("listing", "list_sessions", "list the recent sessions of this project"),
    "show": ("show", "show", "show the tree of a session's steps, or one step in full"),
    "doctor": ("doctor", "doctor", "check the recording of this project, and repair it"),
    "init": ("init", "init", "set the current directory up as a project"),
    "demo": ("demo", "demo", "show the whole tour in a temporary folder, with nothing left behind"),
}


def run(words: Sequence[str]) -> "int | Callable[[], int]":
    """Run the command that *words* call; return its exit status, or a program to be run that has one."""
    if not words or words[0].startswith("-"):
        return _without_command(words)
    name, *rest = words
    if name not in COMMANDS:
        import difflib  # here: only a mistyped name needs it

        near = difflib.get_close_matches(name, COMMANDS, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise UsageError(f"there is no command {name!r}{hint}\n  {NAME} --help lists them.")
    file, function, _ = COMMANDS[name]
    module = import_module(f"flight_recorder.cli.{file}")
    command = getattr(module, function)
    parser = Parser(f"{NAME} {name}", command.__doc__)
    module.add_arguments(parser)
    status: int | Callable[[], int] = command(**parser.read(rest))
    return status


def _without_command(words: Sequence[str]) -> int:
    parser = Parser(NAME, SAYS)
    parser.usage = f"{NAME} COMMAND ... [--help] | --version"
    parser.epilog = f"commands:\n\n{_listed(terminal_width(sys.stdout) - 2)}\n\n{NAME} COMMAND --help says more."
    parser.add_argument("--version", action="store_true", help="print the version and stop")
    if words and parser.read(words)["version"]:
        from importlib.metadata import version

        console().print(line(f"{NAME} {version(NAME)}"))
        return 0
    parser.print_help()
    return 0 if words else 2


def _listed(width: int) -> str:
    from textwrap import fill  # here: only help needs it

    return "\n".join(
        fill(says, width, initial_indent=f"  {name:<8}", subsequent_indent=" " * 10)
        for name, (_, _, says) in COMMANDS.items()
    )


def main() -> None:
    """Run the command line; the console script's entry."""
    try:
        status = _status(sys.argv[1:])
        if isinstance(status, int):
            sys.exit(status)
    except BrokenPipeError:  # `flight-recorder list | head`
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (1, 2):  # else the interpreter fails once more when it ends
            os.dup2(nowhere, stream)
        sys.exit(0)
    sys.exit(status())  # how a program of the user's ends is its own


def _status(words: Sequence[str]) -> "int | Callable[[], int]":
    try:
        return run(words)
    except FlightRecorderError as error:
        report_error(error)
        return error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return EXIT_INTERRUPTED


if __name__ == "__main__":
    main()
