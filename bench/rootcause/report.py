"""Report: the tables of `docs/rootcause.md`, between its markers, from the results of `run`.

`python -m bench.rootcause.report results.json docs/rootcause.md`
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from bench.rootcause.grade import Answer, Result, Score, Share, score

BEGIN = "<!-- rootcause: made by `make rootcause`, not by hand -->\n"
END = "<!-- rootcause: end -->\n"

Look = Callable[[Result], Answer]

LOOKS: tuple[tuple[str, Look], ...] = (
    ("with everything", lambda result: result.everything),
    ("with earlier runs", lambda result: result.all_evidence),
    ("the failed run alone", lambda result: result.alone),
    ("last sibling with an equal value", lambda result: result.equal),
    ("crash site", lambda result: result.site),
)
"""The ways to look at a failed run that stand beside each other: ours, and the baselines."""

OURS = 3  # the first of them
_COLUMNS = (
    "root cause first",
    "among the first three",
    "wrong, of STRONG and CONFIRMED",
    "wrong, of CONFIRMED",
    "UNSURE",
    "median",
)


def tables(sets: Sequence[tuple[str, list[Result]]]) -> str:
    """Return the results of each set of cases, as Markdown."""
    parts = []
    for title, every in sets:
        results = [result for result in every if not result.problem]
        parts.append(f"### {title[:1].upper()}{title[1:]}: {len(results)} programs")
        if any(result.causes for result in results):
            parts += ["\n".join(_overall(results)), "\n".join(_by_category(results))]
        else:
            parts.append(_healthy(results))
    return "\n\n".join(parts)


def _overall(results: Sequence[Result]) -> Iterator[str]:
    yield f"| | {' | '.join(_COLUMNS)} |"
    yield "|---|" + "--:|" * len(_COLUMNS)
    for number, (title, look) in enumerate(LOOKS):
        yield f"| {title} | {_cells(_score(results, look), is_ours=number < OURS)} |"


def _cells(found: Score, *, is_ours: bool) -> str:
    cells = [_share(found.top1)]
    if is_ours:
        shares = (found.top3, found.false_blame, found.false_confirmed, found.unsure)
        cells += [*map(_share, shares), f"{found.median_ms:.0f} ms"]
    return " | ".join(cells + ["" for _ in range(len(_COLUMNS) - len(cells))])


def _by_category(results: Sequence[Result]) -> Iterator[str]:
    yield "| category | programs | " + " | ".join(title for title, _ in LOOKS) + " | among the first three |"
    yield "|---|" + "--:|" * (len(LOOKS) + 2)
    for category in sorted({result.category for result in results}):
        group = [result for result in results if result.category == category]
        shares = [_short(_score(group, look).top1) for _, look in LOOKS]
        most = _short(_score(group, LOOKS[0][1]).top3)
        yield f"| {category.replace('_', ' ')} | {len(group)} | {' | '.join(shares)} | {most} |"


def _healthy(results: Sequence[Result]) -> str:
    blamed = Share(sum(bool(result.all_evidence.named) for result in results), len(results))
    return f"Somebody was blamed in {_share(blamed)}."


def _score(results: Sequence[Result], look: Look) -> Score:
    return score([(result, look(result)) for result in results])


def _share(share: Share) -> str:
    low, high = share.interval
    return f"{share.part} of {share.whole}: {share.share:.3f} ({low:.3f} to {high:.3f})"


def _short(share: Share) -> str:
    return f"{share.share:.2f}"


def write(page: Path, text: str) -> None:
    """Put *text* between the markers of *page*."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{page} has no markers to write between")
    page.write_text(f"{before}{BEGIN}\n{text}\n\n{END}{after}", encoding="utf-8")


def read(document: Any) -> list[tuple[str, list[Result]]]:
    """Return the sets of results of *document*, which `run` wrote."""
    return msgspec.convert(document["sets"], list[tuple[str, list[Result]]])


def main() -> None:
    """Write the report on the results that the command line names."""
    results, page = map(Path, sys.argv[1:])
    document = json.loads(results.read_text(encoding="utf-8"))
    made = f"Made on {document['date']} with Python {document['python']}; seed {document['seed']}."
    write(page, f"{made}\n\n{tables(read(document))}")


if __name__ == "__main__":
    main()
