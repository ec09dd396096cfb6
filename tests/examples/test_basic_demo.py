"""The thirty-second demo, step by step as its docstring tells it."""

import re
from importlib.resources import files

import pytest

DEMO = "examples/basic_demo.py"
TIME = re.compile(r"\[\d{4}\.\d{3}\]")
LINE = re.compile(r"examples/basic_demo\.py:\d+")


@pytest.fixture
def failed(checkout):
    """The checkout after the demo has failed once."""
    run = checkout.python(DEMO)
    assert run.returncode == 1
    assert run.stderr.endswith("AssertionError: Contact required\n")
    assert run.stdout == ""
    return checkout


def fix(checkout) -> None:
    """Put the line that the comment in the demo gives in the place of the one below it."""
    shown = re.search(r"^ +#     (return .*)$", checkout.text(DEMO), re.MULTILINE)
    checkout.edit(DEMO, "    return CONTACTS.get(email)\n", f"    {shown[1]}\n")


def test_debug_names_the_lookup_as_the_root_cause(failed):
    debug = failed.flight_recorder("debug", "last")

    assert LINE.sub("LINE", TIME.sub("[time]", debug.stdout)) == (
        "Probable root cause (direct match):\n"
        "  agent://crm/lookup(...) -> None\n"
        "  agent://crm/scorer(...) -> AssertionError\n"
        "\n"
        "Failed at LINE in score_lead:\n"
        '    assert contact is not None, "Contact required"\n'
        "    contact = None\n"
        "\n"
        "Timeline:\n"
        "  [time] [OK]   agent://crm/lookup -> None\n"
        "  [time] [FAIL] agent://crm/scorer -> AssertionError: Contact required\n"
        "\n"
        "Hint: agent://crm/lookup returned None, but agent://crm/scorer expects a dict\n"
        "Next: fix agent://crm/lookup (LINE), then: flight-recorder replay last\n"
    )
    assert debug.stderr == ""
    assert debug.returncode == 0


def test_the_replay_after_the_fix_runs_the_lookup_and_what_depends_on_it(failed):
    fix(failed)

    replay = failed.flight_recorder("replay", "last", "--yes")

    assert replay.stdout == (
        "Replay plan:\n"
        "  Re-running: agent://crm/lookup (root cause -- code changed)\n"
        "  Re-running: agent://crm/scorer (downstream of root cause)\n"
        "SUCCESS\n"
        'Final result: {"qualified": false}\n'
    )
    assert replay.stderr == ""
    assert replay.returncode == 0


def test_the_replay_without_the_fix_fails_again(failed):
    replay = failed.flight_recorder("replay", "last", "--yes")

    assert "AssertionError: Contact required" in replay.stdout + replay.stderr
    assert "SUCCESS" not in replay.stdout
    assert replay.returncode == 1


def test_the_fixed_demo_runs_through_without_a_word(checkout):
    fix(checkout)

    run = checkout.python(DEMO)

    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_the_tour_of_the_command_line_shows_the_same_program(checkout):
    tour = files("flight_recorder.cli").joinpath("tour", "basic_demo.py")

    assert tour.read_text(encoding="utf-8") == checkout.text(DEMO)
