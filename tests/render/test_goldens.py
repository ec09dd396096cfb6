"""Every answer looks as it did: plain at 80 columns, in colour, and as JSON. See tests/render/golden.py."""

import pytest

from tests.render.golden import FOLDER, goldens

MADE = goldens()


@pytest.mark.parametrize("name", sorted(MADE))
def test_the_answer_looks_like_its_golden(name: str) -> None:
    assert MADE[name] == (FOLDER / name).read_bytes().decode("utf-8")


def test_every_golden_belongs_to_an_answer() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(MADE)


def test_the_demo_is_explained_word_for_word() -> None:
    assert MADE["debug-demo.txt"] == (
        "Probable root cause (direct match):\n"
        "  agent://crm/lookup(...) -> None\n"
        "  agent://crm/scorer(...) -> AssertionError\n"
        "\n"
        "Failed at crm.py:15 in score_lead:\n"
        '    assert contact is not None, "Contact required"\n'
        "    contact = None\n"
        "\n"
        "Timeline:\n"
        "  [0000.000] [OK]   agent://crm/lookup -> None\n"
        "  [0000.001] [FAIL] agent://crm/scorer -> AssertionError: Contact required\n"
        "\n"
        "Hint: agent://crm/lookup returned None, but agent://crm/scorer expects a dict\n"
        "Next: fix agent://crm/lookup (crm.py:8), and run the program again\n"
    )


def test_the_replay_of_the_demo_is_planned_word_for_word() -> None:
    assert MADE["plan-demo.txt"] == (
        "Replay plan:\n"
        "  Re-running: agent://crm/lookup (root cause -- code changed)\n"
        "  Re-running: agent://crm/scorer (downstream of root cause)\n"
    )
