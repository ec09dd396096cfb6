"""What a diagnosis shows beside its claim: failing line, way of the value, who is ruled out, what would decide."""

from flight_recorder.codec.preview import to_plain
from flight_recorder.diagnose.diagnosis import Confidence, diagnose
from flight_recorder.diagnose.findings import Spot
from tests.render import made
from tests.render.made_ways import long_way, two_sides


def told(spot: Spot | None) -> tuple[str, object] | None:
    return spot and (spot.where, to_plain(spot.value))


def test_the_way_names_where_the_value_stood_at_each_step() -> None:
    diagnosis = diagnose(long_way())

    assert [(hop.name, told(hop.given), told(hop.gave)) for hop in diagnosis.trail] == [
        ("find_customer", None, ("['name']", None)),
        ("join", ("customer['name']", None), ("['customer']['name']", None)),
        ("label", ("order['customer']['name']", None), None),
    ]


def test_the_failing_line_comes_with_what_it_is_about_and_nothing_that_is_told_by_it() -> None:
    failing = diagnose(long_way()).line

    assert failing is not None
    assert (failing.file, failing.line, failing.function) == ("/home/user/shop/labels.py", 19, "label")
    assert [(name, to_plain(value)) for name, value in failing.values] == [("order['customer']['name']", None)]


def test_a_step_that_only_handed_the_value_on_is_ruled_out() -> None:
    assert [(each.name, each.text) for each in diagnose(long_way()).ruled_out] == [
        ("join", "its input held the same value already")
    ]


def test_without_a_claim_it_is_said_what_would_decide_and_nobody_is_ruled_out() -> None:
    diagnosis = diagnose(two_sides())

    assert diagnosis.root_cause is not None
    assert diagnosis.root_cause.confidence is Confidence.UNSURE
    assert diagnosis.undecided == (
        "whether count_lines is right to give 1042 for day='2026-03-02'",
        "whether count_rows is right to give 1041 for day='2026-03-02'",
        "a recorded run of audit that succeeds: there is none before this one to compare with",
    )
    assert diagnosis.ruled_out == ()


def test_a_session_that_did_not_fail_has_no_way() -> None:
    diagnosis = diagnose(made.demo_replayed())

    assert (diagnosis.line, diagnosis.trail, diagnosis.undecided) == (None, (), ())
