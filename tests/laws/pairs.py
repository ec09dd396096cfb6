"""Pairs: each number stands for a program with its edits and replays. What fails is made smaller, and kept."""

from dataclasses import dataclass, field
from pathlib import Path

from tests.laws.cases import drawn_case
from tests.laws.choices import random_choices, repeated_choices
from tests.laws.report import described
from tests.laws.shrink import shrunk
from tests.laws.trial import Outcome, Problem, tried
from tests.laws.workers import servers_here

KEPT = Path("laws-failures")
SHRINKING = 200  # attempts at a smaller program


@dataclass(frozen=True, slots=True)
class Result:
    """What came of the pair *number*."""

    number: int
    outcome: Outcome
    edits: tuple[str, ...]
    smaller: str = ""  # of a pair that failed: the smallest found, as text
    problems: list[Problem] = field(default_factory=list)  # of that one


def result_of(number: int, shrinking: int = SHRINKING) -> Result:
    """Return what came of the pair *number*, made smaller if it failed."""
    servers = servers_here()
    choices = random_choices(number)
    case = drawn_case(choices)
    outcome = tried(case, servers)
    edits = tuple(edit.kind for edit in case.edits)
    if not outcome.problems:
        return Result(number, outcome, edits)
    kind = outcome.problems[0].kind

    def fails(made: list[int]) -> bool:
        problems = tried(drawn_case(repeated_choices(made)), servers).problems
        return any(problem.kind == kind for problem in problems)

    smallest = drawn_case(repeated_choices(shrunk(choices.made, fails, shrinking)))
    return Result(number, outcome, edits, described(smallest), tried(smallest, servers).problems)


def keep(result: Result) -> str:
    """Write what failed into a file, so that it can be read, and tried again by its number; return a line of it."""
    KEPT.mkdir(exist_ok=True)
    found = [f"{one.kind}, {one.law}: {one.text}" for one in result.outcome.problems]
    smaller = [f"{one.kind}, {one.law}: {one.text}" for one in result.problems]
    text = "\n".join([f"number {result.number}", *found, "", "made smaller:", *smaller, "", result.smaller, ""])
    (KEPT / f"{result.number}.txt").write_text(text)
    return f"{result.number}: {found[0].splitlines()[0][:200]}"
