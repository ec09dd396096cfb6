"""The programs of docs/conformance.md on Flight Recorder: the right value, and no needless step."""

import sys
from collections import Counter
from pathlib import Path

import pytest

from bench.conformance.case import BELOW, ORDER, PROGRAMS, Case, all_cases
from bench.conformance.judge import Phase, Verdict, judge
from bench.conformance.report import BEGIN, END, write
from bench.conformance.run import run_case
from bench.conformance.tools import COLUMNS, FLIGHT_RECORDER, PEERS, Tool

PAGE = Path(__file__).resolve().parents[2] / "docs/conformance.md"

MISSING: dict[str, str] = {}
if sys.version_info < (3, 12):
    MISSING["dispatch_edit"] = "the interpreter does not tell which functions are entered"


def marked(case: Case) -> object:
    reason = MISSING.get(case.name)
    return pytest.param(case, id=case.name, marks=[pytest.mark.xfail(reason=reason, strict=True)] if reason else [])


@pytest.mark.parametrize("case", [marked(case) for case in all_cases()])
def test_each_program_comes_out_right_and_runs_only_what_it_must(case: Case, tmp_path: Path) -> None:
    (result,) = run_case(case, [FLIGHT_RECORDER], tmp_path)

    assert (result.verdict, result.note) == (Verdict.RIGHT, "")
    assert Counter(result.resumed.ran) == Counter(case.must_run)


def test_every_program_is_in_the_order_of_the_table() -> None:
    assert sorted(ORDER) == sorted(path.stem for path in PROGRAMS.glob("*.py"))


def test_the_edit_of_a_program_is_told_by_its_comments() -> None:
    cases = {case.name: case for case in all_cases()}

    moved = cases["reordering"]
    assert moved.edit == (('first = price("Oslo")', ""), ("", 'first = price("Oslo")'))
    assert '    first = price("Oslo")\n    second = price("Palermo")\n    see(' in moved.recorded
    assert '    second = price("Palermo")\n    first = price("Oslo")\n    see(' in moved.edited
    assert cases["unedited"].edited == cases["unedited"].recorded
    assert all(BELOW not in case.recorded for case in cases.values())


def test_the_page_has_a_row_for_every_program_and_a_column_for_every_tool() -> None:
    table = PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]

    assert f"| program | steps | {' | '.join(tool.title for tool in COLUMNS)} |" in table
    for case in all_cases():
        assert f"\n| {case.title} | " in table


def test_a_report_is_written_between_the_markers_only(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}old\n{END}after\n")

    write(page, "new")

    assert page.read_text() == f"before\n{BEGIN}\nnew\n{END}after\n"


def phase(
    *,
    value: str = "1",
    seen: tuple[str, ...] = (),
    ran: tuple[str, ...] = ("deliver",),
    effects: tuple[str, ...] = (),
) -> Phase:
    return Phase({"value": value}, seen, ran, effects, "")


def failed(error: str, module: str, raised_in: str) -> Phase:
    return Phase({"error": error, "module": module, "raised_in": raised_in}, (), (), (), "")


DOWN = failed("ServiceDownError: down", "world", "world.py")


def judged(
    resumed: Phase, *, expected: Phase | None = None, recorded: Phase = DOWN, tool: Tool = PEERS[0]
) -> tuple[str, str]:
    case = next(case for case in all_cases() if case.name == "unedited")
    result = judge(case, tool, DOWN, expected or phase(), recorded, resumed)
    return result.verdict, result.note


def test_a_step_that_need_not_run_is_needless() -> None:
    assert judged(phase(ran=("deliver", "collect", "collect"))) == ("right", "ran again: collect x 2")


def test_another_value_another_line_or_an_effect_done_twice_is_wrong() -> None:
    assert judged(phase(value="2")) == ("wrong", "2, from scratch 1")
    assert judged(phase(seen=("a",)), expected=phase(seen=("b",))) == ("wrong", "showed a, from scratch b")
    assert judged(phase(effects=("mail", "mail")), expected=phase(effects=("mail",))) == ("wrong", "done mail x 2")


def test_an_error_of_the_tool_is_a_refusal_and_one_of_the_program_is_wrong() -> None:
    assert judged(failed("Mismatch: no", "tool.errors", "tool.py")) == ("refused", "Mismatch: no")
    assert judged(failed("TypeError: no pickle", "builtins", "pickle.py")) == ("refused", "TypeError: no pickle")
    assert judged(failed("KeyError: 1", "builtins", "program.py")) == ("wrong", "KeyError: 1, from scratch 1")


def test_a_recording_that_changes_the_program_is_told_apart() -> None:
    other = phase(seen=("a",))
    assert judged(phase(), recorded=other)[1].startswith("when recording: ")
