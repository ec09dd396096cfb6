"""The long run: `python -m tests.laws.run --pairs 20000 --seed 1`. Prints a report; exit status 1 on any violation.

Each number from the seed on is a case of its own, and `--only NUMBER` tries it alone. What fails is made smaller and
kept in `laws-failures/`.
"""

import argparse
import multiprocessing
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.laws.cases import drawn_case
from tests.laws.choices import random_choices, repeated_choices
from tests.laws.processes import Servers
from tests.laws.report import Report, described
from tests.laws.shrink import shrunk
from tests.laws.trial import Outcome, Problem, tried

KEPT = Path("laws-failures")
SHRINKING = 200  # attempts at a smaller program

_servers: Servers | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What came of the case *number*."""

    number: int
    outcome: Outcome
    edits: tuple[str, ...]
    smaller: str = ""  # of a case that failed: the smallest found, as text
    problems: list[Problem] = field(default_factory=list)  # of that one


def result_of(number: int, *, shrinking: int = SHRINKING) -> Result:
    """Return what came of the case *number*, made smaller if it failed."""
    global _servers
    _servers = _servers or Servers()
    servers = _servers
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


def main() -> int:
    """Run what the command line asks for; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.laws.run", description=__doc__)
    parser.add_argument("--pairs", type=int, default=300, help="how many programs, each with its edits")
    parser.add_argument("--seed", type=int, default=1, help="number of the first")
    parser.add_argument("--only", type=int, help="try this number alone, and show everything")
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count())
    asked = parser.parse_args()
    if asked.only is not None:
        return _one(asked.only)
    report = Report(asked.seed)
    began = time.monotonic()
    numbers = range(asked.seed, asked.seed + asked.pairs)
    with multiprocessing.Pool(asked.jobs) as pool:
        _gather(report, pool.imap_unordered(result_of, numbers, chunksize=4), asked.pairs)
    print(report.text(time.monotonic() - began))
    return 1 if report.failed else 0


def _gather(report: Report, results: Iterable[Result], pairs: int) -> None:
    for done, result in enumerate(results, 1):
        report.add(result.outcome, result.edits)
        if result.outcome.problems:
            _keep(result)
        if done % 50 == 0 and sys.stderr.isatty():
            sys.stderr.write(f"\r{done} of {pairs}, {report.failed} with problems")


def _keep(result: Result) -> None:
    """Write what failed into a file, so that it can be read, and tried again by its number."""
    KEPT.mkdir(exist_ok=True)
    found = [f"{one.kind}, {one.law}: {one.text}" for one in result.outcome.problems]
    smaller = [f"{one.kind}, {one.law}: {one.text}" for one in result.problems]
    text = "\n".join([f"number {result.number}", *found, "", "made smaller:", *smaller, "", result.smaller, ""])
    (KEPT / f"{result.number}.txt").write_text(text)
    sys.stderr.write(f"\n{result.number}: {found[0][:300]}\n")


def _one(number: int) -> int:
    result = result_of(number, shrinking=0)
    print(described(drawn_case(random_choices(number))))
    for problem in result.outcome.problems:
        print(f"{problem.kind}, {problem.law}: {problem.text}")
    return 1 if result.outcome.problems else 0


if __name__ == "__main__":
    sys.exit(main())
