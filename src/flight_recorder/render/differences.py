"""Differences in lines: of a value, of inputs, of code. What `diff` and `--explain` share."""

from collections.abc import Iterable, Iterator

from flight_recorder.model.difference import Difference
from flight_recorder.plan.code import CodeChange
from flight_recorder.plan.inputs import InputChange, difference_text, input_sentence
from flight_recorder.render.terminal import Style, Text, line

MAX_SHOWN = 8

_STYLES: dict[str, Style] = {"-": "red", "+": "green"}


def code_lines(code: CodeChange) -> Iterator[Text]:
    """Yield what changed in the code: a line for each part, and the changed lines of the step's own function."""
    for sentence in code.sentences[:MAX_SHOWN]:
        is_own = sentence == "code changed"
        yield line(f"code changed in {code.place}" if is_own and code.place else sentence)
    yield from _more(len(code.sentences))
    yield from changed_lines(code.lines)


def input_lines(changes: Iterable[InputChange]) -> Iterator[Text]:
    """Yield a line for each input, or part of one, that differs."""
    found = list(changes)
    for change in found[:MAX_SHOWN]:
        yield line(input_sentence(change))
        yield from changed_lines(change.difference.lines)
    yield from _more(len(found))


def outcome_lines(differences: Iterable[Difference]) -> Iterator[Text]:
    """Yield a line for each part of an outcome that differs."""
    found = list(differences)
    for difference in found[:MAX_SHOWN]:
        what = "outcome" if difference.path[:1] in ("", ".", "[") else ""  # else it begins with what was changed
        yield line(f"{what}{difference_text(difference)}")
        yield from changed_lines(difference.lines)
    yield from _more(len(found))


def changed_lines(lines: Iterable[str]) -> Iterator[Text]:
    """Yield lines that begin with `- `, `+ ` or two spaces, in the colours of a diff."""
    for each in lines:
        yield line("  ", (each, _STYLES.get(each[:1], "dim")))


def indented(lines: Iterable[Text], by: int = 2) -> Iterator[Text]:
    """Yield *lines*, each further to the right."""
    for each in lines:
        yield line(" " * by) + each


def _more(count: int) -> Iterator[Text]:
    if count > MAX_SHOWN:
        yield line((f"… and {count - MAX_SHOWN} more", "dim"))
