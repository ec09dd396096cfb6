"""Pairs: each number stands for a program with its edits and replays. What fails is made smaller, and kept."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.laws.cases import drawn_case
from tests.laws.choices import random_choices, repeated_choices
from tests.laws.report import described
from tests.laws.shrink import shrunk
from tests.laws.trial import Case, Outcome, Problem, tried
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


def traced_result_of(number: int, shrinking: int = SHRINKING) -> Result:
    """Return what came of the pair *number* without decorators, made smaller if it failed."""
    return result_of(number, shrinking, undecorated)


def undecorated(case: Case) -> Case:
    """Return *case* with every function a step, and none decorated that need not be."""
    moves = tuple(move for move in case.moves if not move.forced)  # those are told by other names then
    return replace(case, is_traced=True, moves=moves)


def result_of(number: int, shrinking: int = SHRINKING, made: Callable[[Case], Case] = lambda case: case) -> Result:
    """Return what came of the pair *number*, made smaller if it failed."""
    servers = servers_here()
    choices = random_choices(number)
    case = made(drawn_case(choices))
    outcome = tried(case, servers)
    edits = tuple(edit.kind for edit in case.edits)
    if not outcome.problems:
        return Result(number, outcome, edits)
    kind = outcome.problems[0].kind

    def fails(chosen: list[int]) -> bool:
        problems = tried(made(drawn_case(repeated_choices(chosen))), servers).problems
        return any(problem.kind == kind for problem in problems)

    smallest = made(drawn_case(repeated_choices(shrunk(choices.made, fails, shrinking))))
    return Result(number, outcome, edits, described(smallest), tried(smallest, servers).problems)


def keep(result: Result) -> str:
    """Write what failed into a file, so that it can be read, and tried again by its number; return a line of it."""
    KEPT.mkdir(exist_ok=True)
    found = [f"{one.kind}, {one.law}: {one.text}" for one in result.outcome.problems]
    smaller = [f"{one.kind}, {one.law}: {one.text}" for one in result.problems]
    text = "\n".join([f"number {result.number}", *found, "", "made smaller:", *smaller, "", result.smaller, ""])
    (KEPT / f"{result.number}.txt").write_text(text)
    return f"{result.number}: {found[0].splitlines()[0][:200]}"
