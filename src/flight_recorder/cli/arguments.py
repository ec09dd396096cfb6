"""Arguments: what the commands take, by argparse; errors in the words of all others, help in paragraphs."""

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NoReturn

from flight_recorder.cli.terminal import terminal_width
from flight_recorder.errors import UsageError

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

SESSION = "a session's id, the beginning of one, or `last`"
_PREFIX = re.compile(r"^argument ([^:]+): ")


class Parser(argparse.ArgumentParser):
    """The parser of one command; *prog* is what the user types before its arguments."""

    def __init__(self, prog: str, description: str) -> None:
        super().__init__(prog, description=description, formatter_class=_Help, allow_abbrev=False)
        self._names_program: argparse.Action | None = None
        self._program = ""

    def take_program(self, name: str, naming: argparse.Action) -> None:
        """Take all words from the first that is no option, or after the option *naming*, as the argument *name*."""
        self._program, self._names_program = name, naming

    def read(self, words: Sequence[str]) -> dict[str, object]:
        """Return the arguments by name. Raises UsageError when the command does not take *words*."""
        at = self._own_words(words) if self._program else len(words)
        found, unknown = self.parse_known_intermixed_args(words[:at])
        if unknown:
            self.error(self._unknown(unknown[0]))
        return vars(found) | ({self._program: list(words[at:])} if self._program else {})

    def _own_words(self, words: Sequence[str]) -> int:
        """Return how many of *words* are options of ours, and what these take."""
        at = 0
        while at < len(words) and words[at].startswith("-"):
            option, equals, _ = words[at].partition("=")
            action = self._option_string_actions.get(option)
            takes_next = action is not None and action.nargs is None and not equals
            at = min(at + 1 + takes_next, len(words))
            if action is not None and action is self._names_program:
                break
        return at

    def print_help(self, file: "SupportsWrite[str] | None" = None) -> None:
        """Print the help at once: a pipe that is closed says so here, not when the interpreter ends."""
        super().print_help(file)
        sys.stdout.flush()

    def error(self, message: str) -> NoReturn:
        """Raise UsageError with *message*."""
        said = _PREFIX.sub(r"\1: ", message)
        raise UsageError(f"{said}\n  {self.prog} --help says what it takes.")

    def _unknown(self, word: str) -> str:
        if not word.startswith("-"):
            return f"{word!r} is one argument too many"
        import difflib  # here: only a mistyped option needs it

        options = [option for action in self._actions for option in action.option_strings]
        near = difflib.get_close_matches(word.partition("=")[0], options, n=1)
        return f"there is no option {word}" + (f"; did you mean {near[0]}?" if near else "")


class _Help(argparse.HelpFormatter):
    """Help with the paragraphs of the description as they are; what is indented in it keeps its lines."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28, width=terminal_width(sys.stdout) - 2)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        import textwrap

        first, _, rest = text.partition("\n")  # of a docstring, whose other lines are indented before Python 3.13
        paragraphs = f"{first.strip()}\n{textwrap.dedent(rest)}".strip().split("\n\n")
        return "\n\n".join(
            each if each.startswith(" ") else textwrap.fill(" ".join(each.split()), width, initial_indent=indent)
            for each in paragraphs
        )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Let the command take `--json`, as every one does."""
    parser.add_argument(
        "--json", dest="as_json", action="store_true", help="print one JSON document and nothing else"
    )


def at_least(minimum: int, kind: Callable[[str], float], what: str) -> Callable[[str], float]:
    """Return what reads a number of *kind* that is at least *minimum*; *what* names it in the error."""

    def read(text: str) -> float:
        try:
            number = kind(text)
        except ValueError:
            number = minimum - 1
        if not number >= minimum:
            raise argparse.ArgumentTypeError(f"{text!r} is not {what} of at least {minimum}")
        return number

    return read
