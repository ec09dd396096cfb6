"""What the benches have in common: options, tables, where figures go, and whether the targets hold."""

import argparse
import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from bench.processes import ROOT
from bench.targets import TARGETS

REPORT = ROOT / "docs" / "performance.md"
FIGURES = ROOT / "bench" / ".results" / "figures"


def options(document: str | None, repeat: int = 0, of: str = "") -> argparse.ArgumentParser:
    """Return what every bench takes: `--report`; and `--repeat`, where a number of times is given."""
    parser = argparse.ArgumentParser(description=document, formatter_class=argparse.RawDescriptionHelpFormatter)
    if repeat:
        parser.add_argument("--repeat", type=int, default=repeat, metavar="N", help=f"{of} (default: {repeat})")
    parser.add_argument("--report", action="store_true", help="put the tables into docs/performance.md")
    return parser


def conclude(name: str, tables: Sequence[str], figures: Mapping[str, float], *, report: bool) -> None:
    """Print what the bench *name* found, and whether the targets hold that *figures* are about.

    With *report* the tables are put into the page, and the figures are kept for `bench.targets`: both of one run.
    """
    text = "\n\n".join(tables)
    print(text)
    if figures:
        print(f"\n{verdicts(figures)}")
    if report:
        put_into_report(name, text)
        FIGURES.mkdir(parents=True, exist_ok=True)
        kept = {"made": f"{datetime.now(UTC):%Y-%m-%d}", "figures": figures}
        (FIGURES / f"{name}.json").write_text(json.dumps(kept, indent=1), encoding="utf-8")


def verdicts(figures: Mapping[str, float]) -> str:
    """Return the table of the targets that *figures* are about."""
    rows = [TARGETS[key].row(figure) for key, figure in figures.items()]
    return table_of(("question", "target", "figure", "holds"), rows, words=1)


def table(command: str, head: Sequence[str], rows: Sequence[Sequence[str]], words: int, versions: str = "") -> str:
    """Return a table in Markdown, with how it was made; the first *words* columns are text, the others figures."""
    return f"{made(command, versions)}\n\n{table_of(head, rows, words)}"


def made(command: str, versions: str = "") -> str:
    """Return when figures were made, on what, and how."""
    on = f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {os.cpu_count()} cores"
    return f"{on}{versions and ', '}{versions}. `{command}`"


def table_of(head: Sequence[str], rows: Sequence[Sequence[str]], words: int) -> str:
    """Return a table in Markdown."""
    rule = ["---"] * words + ["---:"] * (len(head) - words)
    return "\n".join([_row(head), f"|{'|'.join(rule)}|", *map(_row, rows)])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def put_into_report(name: str, text: str) -> None:
    """Put *text* into docs/performance.md, in the place of what the bench *name* wrote there before.

    The first word of the name is that of its module.
    """
    begin, end = f"<!-- {name}: made by bench/{name.split()[0]}.py -->", f"<!-- {name}: end -->"
    page = REPORT.read_text(encoding="utf-8")
    before, found, rest = page.partition(begin)
    if not found or end not in rest:
        raise SystemExit(f"{REPORT} has no place for {name}: {begin}")
    REPORT.write_text(f"{before}{begin}\n\n{text}\n\n{end}{rest.partition(end)[2]}", encoding="utf-8")
