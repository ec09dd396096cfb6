"""Report: what came of the suites, as a table for people and for docs/transparency.md."""

import platform
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.transparency.run import Compared

BEGIN, END = "<!-- transparency: made by make transparency -->", "<!-- transparency: end -->"
HEAD = (
    "suite",
    "version",
    "way",
    "functions",
    "tests",
    "calls recorded",
    "results changed",
    "bare",
    "recorded",
)


def table(found: "Sequence[Compared]", *, is_daily: bool = False) -> str:
    """Return the table in Markdown, with the names of the tests that changed, and of what else went wrong."""
    part = "the daily part" if is_daily else "all tests"
    made = f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {part}, two suites at a time."
    lines = [made, "", _row(HEAD), f"|---|---|---|{'---:|' * (len(HEAD) - 3)}"]
    lines += [_row(_cells(one)) for one in found]
    notes = [note for one in found for note in _notes(one)]
    return "\n".join([*lines, *(["", *notes] if notes else [])])


def _cells(one: "Compared") -> tuple[str, ...]:
    numbers = (f"{one.functions:,}", f"{one.tests:,}", f"{one.calls:,}", f"{len(one.changed):,}")
    return (one.suite.name, one.version, one.way, *numbers, *(f"{seconds:.0f} s" for seconds in one.seconds))


def _notes(one: "Compared") -> "Iterator[str]":
    for name in one.changed:
        yield f"- {one.suite.name}, {one.way}: `{name}` changed its result."
    for trouble in one.troubles:
        yield f"- {one.suite.name}, {one.way}: {trouble}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def put_into_report(page: Path, text: str) -> None:
    """Put *text* into *page*, in the place of what stood there before."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")
