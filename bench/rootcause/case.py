"""Case: one program with one fault, read as text: as it fails, as it is when fixed, and who is at fault.

A file of `cases/` is a category. What stands above its first case is the beginning of every program in it. A case is

    # %% name: what happens, in a line
    # cause: the step at fault
    # also: a step that may be named as well        (only where the question is open)
    # error: the type of the exception; `WrongResult` where the result is not as the program expects
    # wrong: the part of the result that is wrong, in the place of an error: it is asked about with `--wrong`
    # before: the last line of an earlier run, or `fixed`: the mended program ran before    (any number)

and the rest of the program. Comments in it carry the fix, so that both versions can be read at once:

    return CRM.get(mail)  # fixed: return CRM.get(mail.lower())
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CASES = Path(__file__).parent / "cases"
FIXED = "fixed"

_TITLE = re.compile(r"^# %% (?P<name>[\w-]+): (?P<title>.+)$", re.MULTILINE)
_FACT = re.compile(r"^# (?P<word>cause|also|error|wrong|before): (?P<text>.+)$", re.MULTILINE)
_MARK = re.compile(r"^(?P<indent>\s*)(?P<old>.*?\S)\s\s# fixed: (?P<new>.*)$")
_LINT = re.compile(r"  # noqa: [A-Z0-9]+$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Case:
    """One program. *causes* are the steps at fault, of which one has to be named; none says that it is healthy.

    *earlier* are the programs that ran before it in the same project, and succeeded. *wrong* is what `--wrong` is
    given, where no error says that something is wrong.
    """

    name: str
    category: str
    title: str
    causes: tuple[str, ...]
    error: str
    program: str
    fixed: str
    earlier: tuple[str, ...] = ()
    wrong: str = ""


def all_cases() -> list[Case]:
    """Return the cases made by hand, by category."""
    return [case for path in sorted(CASES.glob("*.py")) for case in read_cases(path)]


def read_cases(path: Path) -> Iterator[Case]:
    """Yield the cases of one file; ValueError when one does not tell all of it."""
    beginning, *parts = re.split(r"^(?=# %% )", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for part in parts:
        yield _case(path.stem, beginning, part)


def _case(category: str, beginning: str, part: str) -> Case:
    head = _TITLE.match(part)
    facts = [(found["word"], found["text"]) for found in _FACT.finditer(part)]
    causes = [text for word, text in facts if word in ("cause", "also")]
    errors = [text for word, text in facts if word == "error"]
    wrong = [text for word, text in facts if word == "wrong"]
    if head is None or not causes or len(errors) + len(wrong) != 1 or "# fixed: " not in part:
        raise ValueError(f"{category}: this case lacks a title, cause, error or fix:\n{part[:200]}")
    body = _LINT.sub("", _TITLE.sub("", _FACT.sub("", part), count=1)).strip()
    program = f"{beginning}{_failing(body)}\n"
    fixed = f"{beginning}{_fixed(body)}\n"
    earlier = tuple(
        fixed if text == FIXED else with_last_line(program, text) for word, text in facts if word == "before"
    )
    error, part = "".join(errors), "".join(wrong)
    return Case(head["name"], category, head["title"], tuple(causes), error, program, fixed, earlier, part)


def with_last_line(program: str, line: str) -> str:
    """Return *program* with another last line, that which starts the run."""
    return f"{program.rstrip().rpartition(chr(10))[0]}\n{line}\n"


def _failing(body: str) -> str:
    return "\n".join(_MARK.sub(r"\g<indent>\g<old>", line) for line in body.splitlines())


def _fixed(body: str) -> str:
    return "\n".join(_MARK.sub(r"\g<indent>\g<new>", line) for line in body.splitlines())
