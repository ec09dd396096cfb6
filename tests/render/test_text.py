"""The wording of times, outcomes and control characters."""

import pytest

from flight_recorder.render.safe import safe
from flight_recorder.render.text import json_text, status_word
from flight_recorder.render.times import duration_text, iso_time, seconds, when_text
from tests.render import made

S = 1_000_000_000


@pytest.mark.parametrize(
    ("ns", "text"),
    [
        (None, "-"),
        (870_000, "870 us"),
        (12_400_000, "12 ms"),
        (1_240_000_000, "1.24 s"),
        (59_990_000_000, "59.99 s"),
        (182 * S, "3 min 02 s"),
    ],
)
def test_durations_are_written_with_the_unit_that_fits(ns: int | None, text: str) -> None:
    assert duration_text(ns) == text


@pytest.mark.parametrize(
    ("ago", "text"), [(0, "just now"), (59 * S, "just now"), (300 * S, "5 min ago"), (7200 * S, "2 h ago")]
)
def test_the_recent_past_is_told_from_now(ago: int, text: str) -> None:
    assert when_text(made.AT_NS, made.AT_NS + ago) == text


def test_longer_ago_is_a_date() -> None:
    assert when_text(made.AT_NS, made.AT_NS + 90_000 * S).startswith("2023-11-1")


def test_times_in_json_are_utc() -> None:
    assert iso_time(made.AT_NS + 250_000_000) == "2023-11-14T22:13:20.250+00:00"
    assert seconds(1_234_567_890) == 1.234568


def test_control_characters_are_shown_as_python_writes_them() -> None:
    assert safe("a\x1b[31m\tb\u202ec\x9bd [red]") == "a\\x1b[31m\\tb\\u202ec\\x9bd [red]"
    assert json_text("\x1b\x9b\u202e é") == '"\\u001b\\u009b\\u202e é"'


def test_the_words_for_how_a_step_stands() -> None:
    steps = [*made.demo().steps.values(), *made.killed().steps.values(), *made.held().steps.values()]

    assert [status_word(step) for step in steps] == ["FAIL", "OK", "FAIL", "....", "OK", "....", "....", "HELD"]
