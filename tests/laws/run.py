"""The long run: `python -m tests.laws.run --pairs 20000 --seed 1`. Prints a report; exit status 1 on any violation.

Each number from the seed on is a pair of its own, and `--only NUMBER` tries it alone. What fails is made smaller and
kept in `laws-failures/`. Ctrl-C ends the run with the report so far.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.laws.cases import drawn_case
from tests.laws.choices import random_choices
from tests.laws.hunts import hunt
from tests.laws.mutants import MUTANTS
from tests.laws.pairs import Result, keep, result_of, traced_result_of
from tests.laws.report import Report, described, put_into
from tests.laws.schedules import scheduled
from tests.laws.workers import Workers, available_cores

PAIRS_A_SCHEDULE = 2


def main() -> int:
    """Run what the command line asks for; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.laws.run", description=__doc__)
    parser.add_argument("--pairs", type=int, default=300, help="how many programs, each with its edits")
    parser.add_argument("--seed", type=int, default=1, help="number of the first")
    parser.add_argument("--schedules", type=int, help="how many fan-outs; else half as many as pairs")
    parser.add_argument("--only", type=int, help="try this number alone, and show everything")
    parser.add_argument("--jobs", type=int, default=available_cores())
    parser.add_argument("--without-mutants", action="store_true", help="leave the engine whole")
    parser.add_argument("--report", type=Path, help="put the report of a whole run into this document")
    parser.add_argument("--traced", action="store_true", help="without decorators: every function is a step")
    asked = parser.parse_args()
    if asked.only is not None:
        return _one(asked.only, traced_result_of if asked.traced else result_of)
    report = Report(asked.seed)
    with Workers(asked.jobs) as workers:
        try:
            _run(workers, report, asked)
        except KeyboardInterrupt:
            sys.stderr.write("\nended before its time; the report so far:\n")
    sys.stdout.write(report.text())
    if report.is_whole and asked.report is not None:
        put_into(asked.report, report.text())
    return 1 if report.has_failed or not report.is_whole else 0


def _run(workers: Workers, report: Report, asked: argparse.Namespace) -> None:
    began = time.monotonic()
    numbers = range(asked.seed, asked.seed + asked.pairs)
    one_pair = traced_result_of if asked.traced else result_of
    for result in workers.each("pairs", one_pair, numbers, len(numbers)):
        report.pairs.add(result.outcome, result.edits)
        report.seconds = time.monotonic() - began
        if result.outcome.problems:
            sys.stderr.write(f"\n{keep(result)}\n")
    fan_outs = range(asked.pairs // PAIRS_A_SCHEDULE if asked.schedules is None else asked.schedules)
    for one in workers.each("schedules", scheduled, fan_outs, len(fan_outs)):
        report.schedules.append(one)
        if one.problems:
            sys.stderr.write(f"\n{one.fan_out}: {one.problems[0][:200]}\n")
    if not asked.without_mutants:
        report.hunts += workers.each("mutants", hunt, MUTANTS, len(MUTANTS))
        report.hunts.sort(key=lambda one: list(MUTANTS).index(one.mutant))
    report.is_whole = True


def _one(number: int, one_pair: Callable[..., Result]) -> int:
    result = one_pair(number, shrinking=0)
    sys.stdout.write(f"{described(drawn_case(random_choices(number)))}\n")
    for problem in result.outcome.problems:
        sys.stdout.write(f"{problem.kind}, {problem.law}: {problem.text}\n")
    return 1 if result.outcome.problems else 0


if __name__ == "__main__":
    sys.exit(main())
