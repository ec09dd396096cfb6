"""What a recorded step costs its caller. `python -m bench.record [--payload small large] [--row langfuse] [--report]`

The CPU time of the caller's thread for one call: arguments written before it, the result after it; called in turn, as
coroutines, and by 8 threads at once. Each row runs in a process of its own, peers in virtual environments of their
own (`make bench/.venvs/langfuse/.ready`); rounds take turns, so that a busy minute falls on all. The floor is a bare
sketch: encode, and append to a memory map.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from bench.processes import told
from bench.recording.payloads import STEPS
from bench.recording.rows import OUTSIDE, ROWS, is_ready, python_of
from bench.report import conclude, made, options, table_of

MODES = ("sync", "async", "threads")
NEEDED = ("bare", "floor", "flight recorder", "opentelemetry")  # the ratios are of these
HEAD = {
    "sync": ("payload", "row", "keeps", "caller's CPU (µs)", "of a span", "of the floor", "CPU of all threads (µs)"),
    "threads": ("payload", "row", "CPU p50 (µs)", "of a span", "of the floor", "CPU p99", "wall p50", "wall p99"),
}
HEAD["async"] = HEAD["sync"]
WORDS_IN = {"sync": 3, "async": 3, "threads": 2}
TITLES = {
    "sync": "Called in turn:",
    "async": "Coroutines, awaited in turn:",
    "threads": "By 8 threads at once; what one call takes, the call itself included:",
}


@dataclass
class Found:
    """What was found of one row and payload, in every round."""

    rounds: list[dict[str, Any]] = field(default_factory=list)
    keeps: dict[str, bool] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def of(self, mode: str, name: str, at: int | None = None) -> float | None:
        """Return the median of a figure, in ns; None when the row has none."""
        figures = [one[mode][name] for one in self.rounds if mode in one]
        if not figures or figures[0] is None:
            return None
        return float(median(figure if at is None else figure[at] for figure in figures))


Table = dict[tuple[str, str], Found]


def main() -> None:
    """Measure, and print the tables."""
    parser = options(__doc__, 3, "rounds; the medians count")
    parser.add_argument("--payload", nargs="*", choices=STEPS, default=list(STEPS))
    parser.add_argument("--mode", nargs="*", choices=MODES, default=list(MODES))
    parser.add_argument("--row", nargs="*", choices=ROWS, default=list(ROWS), help="beside those that ratios need")
    parser.add_argument("--bursts", type=int, default=5, help="in each round (default: 5)")
    parser.add_argument("--scale", type=float, default=1.0, help="of the calls in a burst (default: 1)")
    given = parser.parse_args()
    rows = [row for row in ROWS if row in {*given.row, *NEEDED} and is_ready(row)]
    found: Table = {(payload, row): Found() for payload in given.payload for row in rows}
    for number in range(given.repeat):
        for payload, row in found:
            print(f"round {number + 1}: {payload}, {row}", file=sys.stderr)
            add(found[payload, row], row, payload, given.mode, (str(given.bursts), str(given.scale)))
    versions = dict(item for one in found.values() for item in one.versions.items())
    said = ", ".join(f"{package} {version}" for package, version in versions.items())
    tables = [f"{TITLES[mode]}\n\n{table_of(HEAD[mode], lines(found, mode), WORDS_IN[mode])}" for mode in given.mode]
    conclude(
        "record", [made("python -m bench.record", said), *tables], figures_of(found, given.mode), report=given.report
    )


def add(found: Found, row: str, payload: str, modes: Iterable[str], more: Sequence[str]) -> None:
    """Measure a row once more."""
    said = told([python_of(row), "-m", "bench.recording.worker", row, payload, ",".join(modes), *more])
    found.rounds.append(said["found"])
    found.keeps, found.versions = said["keeps"], said["versions"]


def lines(found: Table, mode: str) -> list[tuple[str, ...]]:
    """Return the lines of the table for one mode."""
    table = []
    for (payload, row), one in found.items():
        keeps = () if mode == "threads" else (", ".join(word for word, said in WORDS.items() if one.keeps.get(said)),)
        ratios = (_of(found, payload, row, mode, other) for other in ("opentelemetry", "floor"))
        more = (_us(one.of(mode, *each)) for each in MORE[mode])
        table.append((payload, row, *keeps, _us(cost(one, mode)), *ratios, *more))
    return table


WORDS = {"inputs": "in", "outputs": "out"}
MORE: dict[str, tuple[tuple[str, int | None], ...]] = {
    "sync": (("all_threads", None),),
    "async": (("all_threads", None),),
    "threads": (("each_caller", 1), ("each_wall", 0), ("each_wall", 1)),
}


def cost(one: Found, mode: str) -> float | None:
    """Return what one call takes of its caller, in ns, with the call itself."""
    return one.of(mode, "each_caller", 0) if mode == "threads" else one.of(mode, "caller")


def ratio(found: Table, payload: str, row: str, mode: str, other: str) -> float | None:
    """Return what a row adds to the bare call, of what another one adds."""
    bare, mine, its = (cost(found[payload, each], mode) for each in ("bare", row, other))
    return None if None in (bare, mine, its) else (mine - bare) / (its - bare)  # type: ignore[operator]


def _of(found: Table, payload: str, row: str, mode: str, other: str) -> str:
    if row in ("bare", other) or (payload, other) not in found:
        return ""
    said = ratio(found, payload, row, mode, other)
    return "" if said is None else f"{said:.2f}"


def _us(ns: float | None) -> str:
    return "" if ns is None else f"{ns / 1_000:,.2f}"


def figures_of(found: Table, modes: Iterable[str]) -> dict[str, float]:
    """Return what the targets are about."""
    figures: dict[str, float] = {}
    for payload in dict.fromkeys(payload for payload, _ in found):
        for mode in modes:
            for name, other in (("span", "opentelemetry"), ("floor", "floor")):
                if (payload, other) in found:
                    said = ratio(found, payload, "flight recorder", mode, other)
                    if said is not None:
                        figures[f"record {payload} {mode} {name}"] = said
    outside, bare = found.get(("small", OUTSIDE)), found.get(("small", "bare"))
    if outside and bare and "sync" in modes:
        figures["record outside"] = ((cost(outside, "sync") or 0) - (cost(bare, "sync") or 0)) / 1_000
    return figures


if __name__ == "__main__":
    main()
