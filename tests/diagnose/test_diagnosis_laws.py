"""What holds of the diagnosis of any session."""

from hypothesis import given, settings
from hypothesis import strategies as st

from flight_recorder.diagnose.diagnosis import diagnose
from flight_recorder.model.event import Event
from flight_recorder.model.fold import fold
from tests.diagnose.made_sessions import event_lists


@settings(max_examples=150, deadline=None)
@given(event_lists(), st.data())
def test_every_session_and_every_beginning_of_one_can_be_diagnosed(events: list[Event], data: st.DataObject) -> None:
    session = fold(events[: data.draw(st.integers(1, len(events)))])
    assert session is not None

    diagnosis = diagnose(session)

    scores = [candidate.score for candidate in diagnosis.candidates]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert len({candidate.step for candidate in diagnosis.candidates}) == len(scores)
    assert {candidate.step for candidate in diagnosis.candidates} <= set(session.steps)
    assert (diagnosis.failure is None) == (diagnosis.root_cause is None) == (not scores)
    assert diagnosis.hint
    if diagnosis.root_cause is not None:
        assert diagnosis.root_cause.step == diagnosis.candidates[0].step
        assert diagnosis.failure is not None
        assert diagnosis.failure.id in {candidate.step for candidate in diagnosis.candidates}


@settings(max_examples=40, deadline=None)
@given(event_lists())
def test_a_diagnosis_is_the_same_every_time(events: list[Event]) -> None:
    first, second = fold(events), fold(events)
    assert first is not None
    assert second is not None

    assert diagnose(first) == diagnose(second)
