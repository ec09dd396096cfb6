"""Report: cases and outcomes as text."""

import difflib
from collections import Counter

from tests.laws.render import render
from tests.laws.trial import Case, Outcome

KINDS = ("wrong", "stale", "needless", "incomplete", "dishonest", "unexplained")


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


class Report:
    """What came of many cases."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._pairs = 0
        self.failed = 0
        self._totals: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        self._features: Counter[str] = Counter()
        self._edits: Counter[str] = Counter()
        self._laws: Counter[str] = Counter()
        self._reasons: Counter[str] = Counter()

    def add(self, outcome: Outcome, edits: tuple[str, ...]) -> None:
        """Count *outcome*, of a program with these *edits*."""
        self._pairs += 1
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

    def text(self, seconds: float) -> str:
        """Return the report, in the form that docs/laws.md shows."""
        total = self._totals
        lines = [
            f"pairs {self._pairs}, seeds {self._seed} to {self._seed + self._pairs - 1}, {seconds:.0f} s",
            f"replays {total['replays']}, of recordings that failed {total['failed recordings']}",
            ", ".join(f"{kind} {self._kinds[kind]}" for kind in KINDS),
            *(self._ratio(part) for part in ("pure", "impure")),
            _counted("laws", self._laws),
            _counted("features", self._features),
            _counted("edits", self._edits),
            _counted("reasons", self._reasons),
        ]
        return "\n".join(lines)

    def _ratio(self, part: str) -> str:
        total = self._totals
        executed, minimum = total[f"{part} executed"], total[f"{part} minimum"]
        return (
            f"{part} programs {total[f'{part} pairs']}: executed {executed}, minimum {minimum}"
            f", ratio {executed / max(minimum, 1):.4f}, served {total[f'{part} served']}"
            f", beside them ran {total[f'{part} free']} that the rules let run"
        )


def _counted(title: str, counts: Counter[str]) -> str:
    return f"{title}: " + ", ".join(f"{name} {number}" for name, number in sorted(counts.items()))
