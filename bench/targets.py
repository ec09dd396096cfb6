"""The targets, all of them, and whether they hold. `python -m bench.targets [--report]`

Prints one table of what the benches found when they last ran here with `--report`.
"""

import argparse
import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure must not exceed, or with *is_least* not fall short of."""

    question: str
    limit: float
    unit: str = ""
    is_least: bool = False

    def holds(self, figure: float) -> bool:
        """Whether *figure* is as it should be."""
        return figure >= self.limit if self.is_least else figure <= self.limit

    def row(self, figure: float | None) -> tuple[str, str, str, str]:
        """Return question, target, figure, and whether it holds."""
        limit = f"{'at least' if self.is_least else 'at most'} {self._said(self.limit)}"
        if figure is None:
            return self.question, limit, "not measured", ""
        return self.question, limit, self._said(figure), "yes" if self.holds(figure) else "**no**"

    def _said(self, figure: float) -> str:
        shown = f"{figure:,.0f}" if abs(figure) >= 1_000 or figure == int(figure) else f"{figure:.3g}"
        return f"{shown} {self.unit}".rstrip()


MODES = {"sync": "", "async": ", async", "threads": ", 8 threads"}
OF_A_SPAN = {"small": 0.15, "medium": 0.25, "large": 0.35}
OF_THE_FLOOR = 2.5
TRACED_CALLS = "20,000 calls of its own and 350,000 of libraries, traced"
TRACED_HOT = "a million calls of one small function, traced"

TARGETS: dict[str, Target] = {
    **{
        f"record {payload} {mode} span": Target(
            f"a {payload} step{said}, to a span of OpenTelemetry: its caller's CPU", limit, "x"
        )
        for payload, limit in OF_A_SPAN.items()
        for mode, said in MODES.items()
    },
    **{
        f"record {payload} {mode} floor": Target(
            f"a {payload} step{said}, to the floor: its caller's CPU", OF_THE_FLOOR, "x"
        )
        for payload in OF_A_SPAN
        for mode, said in MODES.items()
    },
    "record outside": Target("a registered function called outside of a session: what is added", 0.5, "µs"),
    "theft steps": Target("a CPU-bound thread beside 200 small steps a second: of its throughput", 0.97, "x", True),
    "theft waits": Target("a CPU-bound thread beside steps that wait: of its throughput", 0.97, "x", True),
    "start import": Target("`import flight_recorder`: CPU beyond the bare interpreter", 30, "ms"),
    "start recorder": Target("`from flight_recorder import FlightRecorder`: CPU beyond it", 30, "ms"),
    "start register": Target("and with ten functions registered: CPU beyond it", 30, "ms"),
    "start foreign": Target("typer, rich, sqlite3, asyncio imported by that", 0, "of 4"),
    "start help": Target("`flight-recorder --help`, to that of a typer and rich hello world: CPU", 0.5, "x"),
    "start list": Target("`flight-recorder list`, to a typer and rich hello world: CPU", 0.5, "x"),
    "trace calls": Target(f"{TRACED_CALLS}, on 3.11: its CPU", 2.5, "x"),
    "trace hot": Target(f"{TRACED_HOT}, on 3.11: its CPU", 2.5, "x"),
    "trace later calls": Target(f"{TRACED_CALLS}, on 3.12 and later: its CPU", 1.25, "x"),
    "trace later hot": Target(f"{TRACED_HOT}, on 3.12 and later: its CPU", 1.5, "x"),
    "storage journal": Target("a loop of 300 turns, to its final transcript: bytes before draining", 2, "x"),
    "storage store": Target("a loop of 300 turns, to its final transcript: bytes after draining", 2, "x"),
    "storage step": Target("a small step: bytes after draining", 500, "B"),
    "reading drain": Target("draining small steps", 100_000, "a second", True),
    "reading list": Target("`list` in a store of 100,000 sessions, 10 million steps: beyond start", 0.3, "s"),
    "reading debug": Target("`debug last` there: beyond start", 0.3, "s"),
}


def main() -> None:
    """Print the table; put it into the page with `--report`."""
    from bench.report import FIGURES, put_into_report, table

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--report", action="store_true", help="put the table into docs/performance.md")
    given = parser.parse_args()
    found: dict[str, float] = {}
    made = set()
    for path in sorted(FIGURES.glob("*.json")):
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["figures"]:
            found |= kept["figures"]
            made.add(kept["made"])
    rows = [target.row(found.get(key)) for key, target in TARGETS.items()]
    text = table("python -m bench.targets", ("question", "target", "figure", "holds"), rows, 1)
    if len(made) > 1:
        text = text.replace(". `", f", figures of {', '.join(sorted(made))}. `", 1)
    print(text)
    if given.report:
        put_into_report("targets", text)


if __name__ == "__main__":
    main()
