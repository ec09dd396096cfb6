"""Judge: what a tool made of a program, compared with running the edited program from scratch. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bench.conformance.case import Case
from bench.conformance.tools import Tool

MAX_LINE = 200  # characters

_RUN_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Verdict(StrEnum):
    """RIGHT: value, printed lines and effects are those of a run from scratch."""

    RIGHT = "right"
    WRONG = "wrong"
    REFUSED = "refused"
    UNSUPPORTED = "not supported"


@dataclass(frozen=True, slots=True)
class Phase:
    """What one process left behind; *effects* are those of all processes until then."""

    outcome: Mapping[str, str]
    seen: tuple[str, ...]
    ran: tuple[str, ...]
    effects: tuple[str, ...]
    said: str


@dataclass(frozen=True, slots=True)
class Result:
    """A cell of the table: *needless* steps ran that need not; *full* is how many a run from scratch takes."""

    program: str
    tool: str
    verdict: Verdict
    needless: int
    full: int
    note: str
    recorded: Phase
    resumed: Phase


def judge(case: Case, tool: Tool, old: Phase, new: Phase, recorded: Phase, resumed: Phase) -> Result:
    """Compare *recorded* with *old* and *resumed* with *new*, those versions run from scratch without a tool."""
    verdict, note = _judge_phase("when recording", old, recorded)
    needless: Counter[str] = Counter()
    if verdict is Verdict.RIGHT:
        verdict, note = _judge_phase("", new, resumed)
    if verdict is Verdict.RIGHT:
        needless = Counter(resumed.ran) - Counter(case.must_run)
        note = f"ran again: {_counted(needless)}" if needless else ""
    if verdict is not Verdict.RIGHT and case.name in tool.unsupported:
        note = f"its documentation says: {tool.unsupported[case.name].says}; as written: {verdict}, {note}"
        verdict = Verdict.UNSUPPORTED
    return Result(case.name, tool.name, verdict, needless.total(), len(new.ran), note, recorded, resumed)


def _judge_phase(when: str, expected: Phase, got: Phase) -> tuple[Verdict, str]:
    prefix = f"{when}: " if when else ""
    if not got.outcome:
        return Verdict.REFUSED, prefix + _last_line(got.said)
    error = got.outcome.get("error", "")
    if error and _is_of_the_tool(got.outcome):
        return Verdict.REFUSED, prefix + _first_line(error)
    if _end(got) != _end(expected):
        return Verdict.WRONG, f"{prefix}{_end(got)}, from scratch {_end(expected)}"
    if got.seen != expected.seen:
        return Verdict.WRONG, f"{prefix}showed {_difference(got.seen, expected.seen)}"
    if got.effects != expected.effects:
        return Verdict.WRONG, f"{prefix}done {_counted(Counter(got.effects))}"
    return Verdict.RIGHT, ""


def _is_of_the_tool(outcome: Mapping[str, str]) -> bool:
    """Whether an error is a refusal: not the program's own, nor what a builtin operation of the program raised."""
    if outcome["module"] in ("world", "program"):
        return False
    return outcome["module"] != "builtins" or outcome["raised_in"] not in ("world.py", "program.py")


def _end(phase: Phase) -> str:
    outcome = phase.outcome
    return outcome["value"] if "value" in outcome else _first_line(outcome.get("error", "nothing"))


def _difference(got: Iterable[str], expected: Iterable[str]) -> str:
    got, expected = list(got), list(expected)
    for ours, theirs in zip(got, expected, strict=False):
        if ours != theirs:
            return f"{ours}, from scratch {theirs}"
    return f"{len(got)} lines, from scratch {len(expected)}"


def _counted(names: Counter[str]) -> str:
    return ", ".join(name if count == 1 else f"{name} x {count}" for name, count in sorted(names.items()))


def _first_line(text: str) -> str:
    return _shortened(text.strip().splitlines()[0]) if text.strip() else ""


def _last_line(text: str) -> str:
    return _shortened(text.strip().splitlines()[-1]) if text.strip() else "said nothing"


def _shortened(line: str) -> str:
    """Return *line* without what differs from run to run, and not too long."""
    line = _RUN_ID.sub("…", line)
    return line if len(line) <= MAX_LINE else line[: MAX_LINE - 1] + "…"
