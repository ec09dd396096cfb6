"""Report: what came of a long run, as text for docs/laws.md; and one case as text."""

import difflib
import platform
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import flight_recorder
from tests.laws.hunts import Hunt
from tests.laws.render import render
from tests.laws.schedules import Scheduled
from tests.laws.trial import Case, Outcome

KINDS = ("wrong", "stale", "needless", "incomplete", "dishonest", "unexplained")
BEGIN, END = "<!-- laws: made by make laws -->", "<!-- laws: end -->"


def described(case: Case) -> str:
    """Return the recorded program, what the edits changed in it, and what was done with them."""
    before = render(case.programs[0]).texts
    parts = [f"===== {name}\n{text}" for name, text in before.items()]
    for number, program in enumerate(case.programs[1:], 1):
        after = render(program).texts
        parts.append(f"===== program {number}, edits: {', '.join(edit.kind for edit in case.edits)}")
        for name, text in after.items():
            parts += difflib.unified_diff(before[name].splitlines(), text.splitlines(), name, name, lineterm="", n=1)
        before = after
    parts += ["===== replays, in order", *(str(move) for move in case.moves)]
    return "\n".join(parts)


class Pairs:
    """What came of many pairs of a program and its edits."""

    def __init__(self) -> None:
        self.number = 0
        self.failed = 0
        self._totals: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        self._features: Counter[str] = Counter()
        self._edits: Counter[str] = Counter()
        self._laws: Counter[str] = Counter()
        self._reasons: Counter[str] = Counter()

    def add(self, outcome: Outcome, edits: tuple[str, ...]) -> None:
        """Count *outcome*, of a program with these *edits*."""
        self.number += 1
        self.failed += bool(outcome.problems)
        self._kinds.update({problem.kind for problem in outcome.problems})
        self._totals["replays"] += outcome.replays
        self._totals["failed recordings"] += outcome.is_failing
        part = "pure" if outcome.is_pure else "impure"
        self._totals[f"{part} pairs"] += 1
        for name in ("executed", "minimum", "free", "served"):
            self._totals[f"{part} {name}"] += getattr(outcome, name)
        self._features.update(outcome.features)
        self._edits.update(set(edits))
        self._laws.update(outcome.laws)
        self._reasons.update(outcome.reasons)

    def lines(self) -> Iterator[str]:
        """Yield the lines of the report that are about pairs."""
        total = self._totals
        yield (
            f"{self.number:,} pairs, {total['replays']:,} replays; {total['failed recordings']:,} of the recordings"
            " ended with an error."
        )
        yield from _table(("law broken", "pairs"), [(kind, self._kinds[kind]) for kind in KINDS])
        yield from _table(
            (
                "programs",
                "pairs",
                "steps that ran",
                "minimum",
                "ratio",
                "served",
                "ran or served, as the rules allow",
            ),
            [self._row(part) for part in ("pure", "impure")],
        )
        yield from _table(("law", "replays"), sorted(self._laws.items()))
        yield from _table(("the recorded run really had", "pairs"), sorted(self._features.items()))
        yield from _table(("edit", "pairs"), sorted(self._edits.items()))
        yield from _table(("reason of a step that ran", "steps"), sorted(self._reasons.items()))

    def _row(self, part: str) -> tuple[str | int, ...]:
        executed, minimum, served, free, pairs = (
            self._totals[f"{part} {name}"] for name in ("executed", "minimum", "served", "free", "pairs")
        )
        return part, pairs, executed, minimum, f"{executed / max(minimum, 1):.4f}", served, free


@dataclass(slots=True)
class Report:
    """What came of one long run. *is_whole* is False when it was ended before its time."""

    first: int  # number of the first pair
    pairs: Pairs = field(default_factory=Pairs)
    hunts: list[Hunt] = field(default_factory=list)
    schedules: list[Scheduled] = field(default_factory=list)
    seconds: float = 0
    is_whole: bool = False

    @property
    def has_failed(self) -> bool:
        """Whether a law did not hold, or a mutant lived."""
        survivors = any(not one.kills for one in self.hunts)
        return bool(self.pairs.failed) or survivors or any(one.problems for one in self.schedules)

    def text(self) -> str:
        """Return the report."""
        rate = f", {60 * self.pairs.number / self.seconds:.0f} pairs a minute" if self.seconds else ""
        lines = [
            f"Made on {datetime.now(UTC):%Y-%m-%d}: Flight Recorder {flight_recorder.__version__},"
            f" Python {platform.python_version()}, {sys.platform}.",
            f"Seed {self.first} (pairs {self.first} to {self.first + self.pairs.number - 1}){rate}.",
            "",
            "### Pairs",
            "",
            *self.pairs.lines(),
            "### Schedules",
            "",
            *self._schedules(),
            "### Mutants",
            "",
            *self._mutants(),
        ]
        return "\n".join(lines).rstrip() + "\n"

    def _schedules(self) -> Iterator[str]:
        wrong = sum(bool(one.problems) for one in self.schedules)
        yield f"{len(self.schedules):,} fan-outs under shuffled schedules: {wrong} with a wrong value."
        for name in ("stage", "fan", "edit"):
            counts = Counter(str(getattr(one.fan_out, name)) for one in self.schedules)
            yield from _table((name, "fan-outs"), sorted(counts.items()))

    def _mutants(self) -> Iterator[str]:
        killed = sum(bool(one.kills) for one in self.hunts)
        yield f"{killed} of {len(self.hunts)} mutants were killed."
        yield from _table(
            ("the engine with this broken", "killed by", "of programs tried", "what was seen"),
            [(one.mutant, one.kills, one.tried, ", ".join(sorted(one.kinds))) for one in self.hunts],
        )


def _table(heads: tuple[str, ...], rows: "list[tuple[str | int, ...]] | list[tuple[str, int]]") -> Iterator[str]:
    yield ""
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(f'{cell:,}' if isinstance(cell, int) else cell for cell in row)} |"
    yield ""


def put_into(path: Path, report: str) -> None:
    """Put *report* between the marks in the document *path*."""
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    path.write_text(f"{before}{BEGIN}\n\n{report}\n{END}{after}", encoding="utf-8")
