"""Report: write the table of `docs/conformance.md`, between its markers, from the results of `run`.

`python -m bench.conformance.report results.json docs/conformance.md`
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.conformance.case import Case, all_cases
from bench.conformance.judge import Verdict
from bench.conformance.tools import COLUMNS, DBOS_WITHOUT_A_GUIDE, Tool

BEGIN = "<!-- conformance: made by `make conformance`, not by hand -->\n"
END = "<!-- conformance: end -->\n"

Cells = dict[tuple[str, str], Any]
"""The results, by program and tool."""


def report(results: Any) -> str:
    """Return the report on *results*, the document that `run` writes, as Markdown."""
    cells: Cells = {(result["program"], result["tool"]): result for result in results["results"]}
    cases = [case for case in all_cases() if (case.name, COLUMNS[0].name) in cells]
    tools = [tool for tool in COLUMNS if (cases[0].name, tool.name) in cells]
    parts = [
        _made_with(results),
        "\n".join(_table(cases, tools, cells)),
        _without_a_guide(cases, cells),
        "### What happened",
        *(_case(case, tools, cells) for case in cases),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def write(page: Path, text: str) -> None:
    """Put *text* between the markers of *page*."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{page} has no markers to write between")
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def _made_with(results: Any) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in results["versions"].items())
    return f"Made on {results['date']} with {versions}."


def _table(cases: Sequence[Case], tools: Sequence[Tool], cells: Cells) -> Iterator[str]:
    yield _row(["program", "steps", *(tool.title for tool in tools)])
    yield _row(["---", "--:", *("---" for _ in tools)])
    for case in cases:
        full = str(cells[case.name, tools[0].name]["full"])
        yield _row([case.title, full, *(_cell(cells[case.name, tool.name]) for tool in tools)])
    for verdict in Verdict:
        counts = (str(_count(cases, tool, verdict, cells)) for tool in tools)
        yield _row([f"*{verdict}*", "", *counts])
    needless = (str(sum(cells[case.name, tool.name]["needless"] for case in cases)) for tool in tools)
    yield _row(["*needless steps*", "", *needless])


def _row(texts: Sequence[str]) -> str:
    return f"| {' | '.join(texts)} |"


def _cell(result: Any) -> str:
    if result["verdict"] == Verdict.WRONG:
        return "**wrong**"
    if result["needless"]:
        return f"right, needless: {result['needless']}"
    return str(result["verdict"])


def _count(cases: Sequence[Case], tool: Tool, verdict: Verdict, cells: Cells) -> int:
    return sum(cells[case.name, tool.name]["verdict"] == verdict for case in cases)


def _without_a_guide(cases: Sequence[Case], cells: Cells) -> str:
    """Return what DBOS gives to a person who forks at the step that failed, edit or no edit."""
    tool = DBOS_WITHOUT_A_GUIDE
    edited = [case for case in cases if case.fork_from and (case.name, tool.name) in cells]
    if not edited:
        return ""
    verdicts = Counter(cells[case.name, tool.name]["verdict"] for case in edited)
    counts = ", ".join(f"{verdicts[verdict]} {verdict}" for verdict in Verdict if verdicts[verdict])
    return (
        f"DBOS is told at which step to fork. Forked at the step that failed instead, the {len(edited)} programs "
        f"whose edit touches an earlier step come out so: {counts}."
    )


def _case(case: Case, tools: Sequence[Tool], cells: Cells) -> str:
    lines = [f"**{case.title}.** {case.description}"]
    lines += [f"- {_told_edit(old, new)}" for old, new in case.edit]
    lines += [f"- Must run: {_code(', '.join(case.must_run))}."]
    for tool in tools:
        note = _note(tool, case, cells[case.name, tool.name])
        lines += [f"- {tool.title}: {note}"] if note else []
    head, *points = lines
    return "\n".join([head, "", *points])


def _told_edit(old: str, new: str) -> str:
    if not old:
        return f"The edit adds {_code(new)}."
    return f"The edit changes {_code(old)} into {_code(new)}." if new else f"The edit deletes {_code(old)}."


def _note(tool: Tool, case: Case, result: Any) -> str:
    if not result["note"]:
        return ""
    text = f"{result['verdict']}; {_escaped(result['note'])}"
    unsupported = tool.unsupported.get(case.name)
    is_documented = unsupported is not None and result["verdict"] == Verdict.UNSUPPORTED
    return f"{text} ([its documentation]({unsupported.page}))." if is_documented and unsupported else f"{text}."


def _code(text: str) -> str:
    return f"`{text}`"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_")


def main(arguments: Sequence[str]) -> int:
    """Write the report on the results (first argument) into the page (second)."""
    results, page = arguments
    write(Path(page), report(json.loads(Path(results).read_text(encoding="utf-8"))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
