"""Case: one program of `programs/`, read as text: as it is recorded, as it is after the edit, and what must run.

A program is an ordinary file in which comments carry the edit, so that both versions can be read at once:

    RATE = 20  # edited: RATE = 25        the line becomes `RATE = 25`
    # inserted: see(check(letter))        the line appears
    first = price("Oslo")  # deleted      the line goes away

Below the line BELOW stand literals that belong to the case and not to the program.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = Path(__file__).parent / "programs"
BELOW = "# The case, not part of the program:\n"

_EDITED = re.compile(r"^(?P<indent>\s*)(?P<old>.*\S)\s+# edited: (?P<new>.*)$")
_INSERTED = re.compile(r"^(?P<indent>\s*)# inserted: (?P<new>.*)$")
_DELETED = re.compile(r"^(?P<old>.*\S)\s+# deleted$")


@dataclass(frozen=True, slots=True)
class Case:
    """One program and its edit.

    *must_run* are the steps that a perfect resumption runs: the failed one, and those whose code or inputs the edit
    changes. *fork_from* names the first recorded call that the edit touches, "" when it touches none: tools that
    leave the choice of a place to a person are told it. *edit* is the (old, new) lines, "" for one that is not there.
    """

    name: str
    title: str
    description: str
    recorded: str
    edited: str
    must_run: tuple[str, ...]
    fork_from: str
    edit: tuple[tuple[str, str], ...]


def all_cases() -> list[Case]:
    """Return the cases in the order of the table."""
    return [read_case(name) for name in ORDER]


def read_case(name: str) -> Case:
    """Return the case *name*; ValueError when its file does not tell all of it."""
    program, found, below = (PROGRAMS / f"{name}.py").read_text(encoding="utf-8").partition(BELOW)
    if not found:
        raise ValueError(f"programs/{name}.py has no line {BELOW!r}")
    known = {
        target.id: ast.literal_eval(statement.value)
        for statement in ast.parse(below).body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    return Case(
        name=name,
        title=known["TITLE"],
        description=(ast.get_docstring(ast.parse(program)) or "").partition("\n\n")[0].replace("\n", " "),
        recorded=_version(program, is_edited=False),
        edited=_version(program, is_edited=True),
        must_run=tuple(known["MUST_RUN"]),
        fork_from=known["FORK_FROM"],
        edit=tuple(pair for line in program.splitlines() if (pair := _pair(line))),
    )


def _version(program: str, *, is_edited: bool) -> str:
    lines = []
    for line in program.splitlines():
        indent = line[: len(line) - len(line.lstrip())]
        pair = _pair(line)
        if pair is None:
            lines.append(line)
        elif text := pair[is_edited]:
            lines.append(indent + text)
    return "\n".join(lines).rstrip() + "\n"


def _pair(line: str) -> tuple[str, str] | None:
    """Return the line before and after the edit, without indentation; None when the edit leaves it."""
    if match := _EDITED.match(line):
        return match["old"], match["new"]
    if match := _INSERTED.match(line):
        return "", match["new"]
    if match := _DELETED.match(line):
        return match["old"].lstrip(), ""
    return None


ORDER = (
    "unedited",
    "comment_edit",
    "constant_edit",
    "helper_edit",
    "class_attribute_edit",
    "dispatch_edit",
    "equal_result",
    "argument_edit",
    "swapped_arguments",
    "insertion",
    "insertion_of_same_step",
    "deletion",
    "reordering",
    "mutated_argument",
    "equal_calls",
    "typed_values",
    "generator",
    "retry",
    "handled_error",
    "sent_mail",
    "two_stage_gather",
    "two_stage_branches",
    "threads",
)
