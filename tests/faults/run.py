"""The long run: `python -m tests.faults.run --tries 10000`. Prints what held; exit status 1 when something did not.

The tests of this folder are the faults; each mark `fault` is a row. What a test tells of its tries is added up, and
put into a document when that is asked for.
"""

import argparse
import os
import platform
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

import flight_recorder

FOLDER = Path(__file__).resolve().parent
BEGIN, END = "<!-- faults: made by make faults -->", "<!-- faults: end -->"


@dataclass
class Row:
    """A fault: how often it was tried, and how often what was checked held."""

    fault: str
    checked: str
    tries: int = 0
    held: int = 0


@dataclass
class Rows:
    """A plugin of pytest that adds up the rows."""

    rows: dict[str, Row] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    _failed: set[str] = field(default_factory=set)  # ids of tests

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take note of a test that ended."""
        if report.when == "setup" and report.skipped:
            self.problems.append(f"left out: {report.nodeid}: {report.longrepr[2]}")  # type: ignore[index]
        if report.failed or hasattr(report, "wasxfail"):
            self.problems.append(f"does not hold: {report.nodeid} ({report.when})")
            self._failed.add(report.nodeid)
        told = dict(report.user_properties).get("fault")
        if report.when == "teardown" and told is not None:  # the tries are told when they are over
            fault, checked, begun, held = told
            row = self.rows.setdefault(fault, Row(fault, checked))
            row.tries += max(begun, 1)
            row.held += (
                min(held, begun - (report.nodeid in self._failed)) if begun else report.nodeid not in self._failed
            )


def main() -> int:
    """Run what the command line asks for; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.run", description=__doc__)
    parser.add_argument("--tries", type=int, default=10_000, help="how often a program is killed")
    parser.add_argument("--report", type=Path, help="put the table into this document")
    parser.add_argument("rest", nargs="*", help="what else pytest is told, after --")
    asked = parser.parse_args()
    os.environ["FAULTS_LONG"] = str(asked.tries)
    rows = Rows()
    status = pytest.main([str(FOLDER), "-q", "-p", "no:cacheprovider", *asked.rest], plugins=[rows])
    text = table(rows)
    sys.stdout.write(text)
    if asked.report is not None and not asked.rest:
        put_into(asked.report, text)
    return 1 if status != pytest.ExitCode.OK or rows.problems else 0


def table(rows: Rows) -> str:
    """Return the table as it stands in the document."""
    held = sum(row.held == row.tries for row in rows.rows.values())
    lines = [
        f"Made on {datetime.now(UTC):%Y-%m-%d}: Flight Recorder {flight_recorder.__version__},"
        f" Python {platform.python_version()}, {platform.system()} {platform.release()}.",
        f"{held} of {len(rows.rows)} faults held in every try.",
        "",
        "| fault | tries | held | what was checked |",
        "| --- | ---: | ---: | --- |",
        *(f"| {one.fault} | {one.tries:,} | {one.held:,} | {one.checked} |" for one in rows.rows.values()),
        "",
        *(f"- {problem}" for problem in rows.problems),
    ]
    return "\n".join(lines).rstrip() + "\n"


def put_into(path: Path, text: str) -> None:
    """Put *text* between the marks in the document *path*."""
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    path.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
