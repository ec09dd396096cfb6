"""The programs of docs/rootcause.md: each does what it says, and what is counted on them is counted right."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.rootcause.case import Case, all_cases, read_cases
from bench.rootcause.generate import failing_case, healthy_case
from bench.rootcause.grade import Answer, Result, Share, is_among, is_right, score
from bench.rootcause.report import BEGIN, END, tables, write
from bench.rootcause.trial import run_program, try_case

CASES = all_cases()
DAYS = datetime.now(UTC).toordinal()
SAMPLE = [CASES[(DAYS * 7 + each * 31) % len(CASES)] for each in range(6)]  # others each day
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("case", SAMPLE, ids=lambda case: f"{case.category}/{case.name}")
def test_a_case_records_as_it_says_and_its_mended_program_succeeds(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    result = try_case(case)
    mended = run_program(case.fixed)

    assert result.problem == ""
    assert result.alone.named != ()
    assert (result.with_history is None) == (case.earlier == ())
    assert (mended.returncode, mended.stderr) == (0, "")


def test_each_case_is_python_has_a_name_of_its_own_and_names_steps_that_it_has() -> None:
    names = [(case.category, case.name) for case in CASES]
    assert len(set(names)) == len(names) >= 60
    for case in CASES:
        for text in (case.program, case.fixed, *case.earlier):
            compile(text, case.name, "exec")
        assert case.program != case.fixed
        assert all(f'"{cause}"' in case.program for cause in case.causes), case.name


def test_a_comment_carries_the_fix_and_a_fact_gives_the_earlier_run(tmp_path: Path) -> None:
    path = tmp_path / "made_up.py"
    path.write_text(
        "import math\n\n# %% half: a half\n# cause: f\n# error: KeyError\n# before: f(2)\n# before: fixed\n"
        "def f(n):\n    return {}[n]  # fixed: return n\n\nf(1)\n"
    )

    (case,) = read_cases(path)

    assert case.program == "import math\n\ndef f(n):\n    return {}[n]\n\nf(1)\n"
    assert case.fixed == "import math\n\ndef f(n):\n    return n\n\nf(1)\n"
    assert case.earlier == ("import math\n\ndef f(n):\n    return {}[n]\n\nf(2)\n", case.fixed)
    assert (case.name, case.category, case.causes, case.error) == ("half", "made_up", ("f",), "KeyError")


def test_a_case_without_a_fix_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "made_up.py"
    path.write_text("# %% half: a half\n# cause: f\n# error: KeyError\nf(1)\n")

    with pytest.raises(ValueError, match="lacks a title, cause, error or fix"):
        list(read_cases(path))


def test_the_generator_gives_the_same_programs_in_another_process() -> None:
    code = (
        "from bench.rootcause.generate import failing_case, healthy_case\n"
        "print([failing_case(3, n) for n in range(40)] + [healthy_case(3, n) for n in range(40)])"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "77"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)

    mine = [failing_case(3, n) for n in range(40)] + [healthy_case(3, n) for n in range(40)]
    assert done.stdout.strip() == str(mine)
    assert len({case.program for case in mine}) == 80


def test_generated_programs_fail_and_mended_ones_do_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    for number in (DAYS, DAYS + 1):
        assert try_case(failing_case(4, number)).problem == ""
    healthy = try_case(healthy_case(4, DAYS))

    assert (healthy.problem, healthy.alone.named) == ("", ())


def test_each_generated_program_differs_from_its_mended_one_and_has_its_cause() -> None:
    for number in range(300):
        case = failing_case(9, number)
        compile(case.program, case.name, "exec")
        assert case.program != case.fixed, case.name
        assert f'"{case.causes[0]}"' in case.program


def test_wilson_intervals_are_those_of_the_tables() -> None:
    low, high = Share(81, 263).interval  # Newcombe, Statistics in Medicine 17 (1998), table I: method 3
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    low, high = Share(0, 20).interval
    assert (low, round(high, 4)) == (0.0, 0.1611)
    assert Share(0, 0).interval == (0.0, 1.0)


def test_a_sure_claim_of_another_step_is_a_false_blame_and_an_unsure_one_is_not() -> None:
    result = Result("x", "y", ("a", "b"))
    answers = [Answer(("a",), "STRONG"), Answer(("c", "b"), "STRONG"), Answer(("c",), "UNSURE")]

    found = score([(result, answer) for answer in answers])

    assert (found.top1, found.top3) == (Share(1, 3), Share(2, 3))
    assert (found.false_blame, found.unsure) == (Share(1, 2), Share(1, 3))


def test_of_a_healthy_program_only_silence_is_right() -> None:
    healthy = Result("x", "healthy", ())
    assert is_right(healthy, Answer(()))
    assert not is_right(healthy, Answer(("a",)))
    assert not is_among(healthy, Answer(("a",)), 3)


def test_the_tables_stand_between_the_markers_of_the_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}old\n{END}after\n")

    write(page, tables([("made by hand", [Result("x", "y", ("a",), Answer(("a",), "STRONG"))])]))

    text = page.read_text()
    assert text.startswith(f"before\n{BEGIN}\n### Made by hand: 1 programs\n")
    assert "| the failed run alone | 1 of 1: 1.000 (0.207 to 1.000) |" in text
    assert text.endswith(f"{END}after\n")
    assert "old" not in text


def test_a_claim_that_an_experiment_is_said_to_have_shown_is_counted_by_itself() -> None:
    result = Result("x", "y", ("a",))
    answers = [Answer(("a",), "CONFIRMED"), Answer(("c",), "CONFIRMED"), Answer(("c",), "STRONG")]

    found = score([(result, answer) for answer in answers])

    assert (found.false_confirmed, found.false_blame) == (Share(1, 2), Share(2, 3))


def test_where_a_case_has_an_earlier_run_everything_is_asked() -> None:
    alone, earlier, verified = Answer(("a",), "UNSURE"), Answer(("b",), "LIKELY"), Answer(("c",), "CONFIRMED")

    assert Result("x", "y", ("c",), alone).everything == alone
    assert Result("x", "y", ("c",), alone, earlier).everything == earlier
    assert Result("x", "y", ("c",), alone, earlier, verified=verified).everything == verified


def test_a_case_with_a_run_of_the_mended_program_before_it_is_confirmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    case = next(case for case in CASES if case.name == "two-edits")

    result = try_case(case)

    assert result.verified is not None
    assert (result.verified.named[0], result.verified.confidence) == ("to_cents", "CONFIRMED")
