"""Run: record and diagnose the cases, and write what was named as JSON.

`python -m bench.rootcause.run [--generated N] [--healthy N] [--seed S] [--case NAME ...] [--out results.json]`
"""

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from bench.rootcause.case import Case, all_cases
from bench.rootcause.generate import failing_case, healthy_case
from bench.rootcause.grade import Answer, Result, is_right
from bench.rootcause.report import tables
from bench.rootcause.trial import try_case

GENERATED = "generated"
HEALTHY = "healthy"
MADE = "made by hand"

Set = tuple[str, list[Result]]
"""The results of one set of cases, and its name."""


def chosen(options: argparse.Namespace) -> Iterator[tuple[str, list[Case]]]:
    """Yield the sets of cases that were asked for: those made by hand, the generated ones, the healthy ones."""
    by_hand = [case for case in all_cases() if not options.case or _names(options.case, case)]
    generated = (failing_case(options.seed, number) for number in range(options.generated))
    healthy = (healthy_case(options.seed, number) for number in range(options.healthy))
    yield MADE, [] if options.only_generated else by_hand
    yield GENERATED, [case for case in generated if not options.case or _names(options.case, case)]
    yield HEALTHY, [case for case in healthy if not options.case or _names(options.case, case)]


def _names(wanted: Sequence[str], case: Case) -> bool:
    return any(word in (case.name, case.category) for word in wanted)


def main(arguments: Sequence[str] | None = None) -> int:
    """Try what was asked for, print the tables, write the results. 1 when a case could not be tried."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", action="append", help="the name of a case, or a category; may be repeated")
    parser.add_argument("--generated", type=int, default=0, help="how many programs are generated")
    parser.add_argument("--healthy", type=int, default=0, help="how many healthy programs are generated")
    parser.add_argument("--only-generated", action="store_true", help="leave out the cases made by hand")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, help="where the results are written, as JSON")
    parser.add_argument("--wrong", action="store_true", help="list the cases in which another step was named")
    parser.add_argument("--show", action="store_true", help="print the programs of the cases, and run nothing")
    options = parser.parse_args(arguments)
    if options.show:
        print(*(case.program for _, cases in chosen(options) for case in cases), sep="\n")
        return 0
    # Not forked: what this process has imported and opened is not to be part of a trial.
    with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as pool:
        sets = [(title, list(pool.map(try_case, cases, chunksize=4))) for title, cases in chosen(options) if cases]
    results = [result for _, found in sets for result in found]
    for result in results:
        if result.problem or (options.wrong and not is_right(result, result.everything)):
            print(_line(result))
    print(tables(sets))
    if options.out is not None:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(_document(options, sets), indent=1) + "\n", encoding="utf-8")
    return int(any(result.problem for result in results))


def _line(result: Result) -> str:
    if result.problem:
        return f"{result.category}/{result.name} was not tried: {result.problem}"
    return f"{result.category}/{result.name}: {_said(result.everything)}, not {' or '.join(result.causes)}"


def _said(answer: Answer) -> str:
    return f"{answer.confidence} {', '.join(answer.named)}" if answer.named else "nobody"


def _document(options: argparse.Namespace, sets: Sequence[Set]) -> dict[str, object]:
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "seed": options.seed,
        "sets": [[title, [asdict(result) for result in results]] for title, results in sets],
    }


if __name__ == "__main__":
    sys.exit(main())
