"""What holds of the diagnosis of any session."""

import ast

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from flight_recorder.codec.capture import capture
from flight_recorder.diagnose.code import name_of_call
from flight_recorder.diagnose.diagnosis import diagnose
from flight_recorder.diagnose.slicing import OriginKind, origins_of
from flight_recorder.model.event import Event, Finished, Learned, Opened, Started
from flight_recorder.model.failure import Failure
from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.fold import fold
from flight_recorder.model.session import Launch, Mode
from flight_recorder.model.step import Raised
from flight_recorder.render.sessions import session_tree
from tests.diagnose.made_sessions import event_lists
from tests.diagnose.test_slicing import code


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


def test_a_recursion_as_deep_as_it_gets_can_be_diagnosed() -> None:
    depth = 3_000
    value, source = capture({"n": 1}), "def dive(n):\n    return dive(n)\n"
    failure = Failure("RecursionError", "maximum recursion depth exceeded", capture(None))
    events: list[Event] = [
        Opened("s", "dive", Mode.RUN, 0, Launch(), "p", 0),
        Learned("dive", Fingerprint("m:dive", "", source=source, file="/m.py", line=1)),
        *(Started(n, n - 1 or None, n, "dive", "m:dive", {"n": value}) for n in range(1, depth + 1)),
        *(Finished(n, depth, Raised(replace(failure, origin=depth))) for n in range(1, depth)),
        Finished(depth, depth, Raised(failure)),
    ]
    session = fold(events)
    assert session is not None

    diagnosis = diagnose(session)

    assert diagnosis.failure is session.steps[depth]
    assert len(diagnosis.passed_on) == depth - 1
    assert session_tree(session).plain.count("\n") == depth


def test_a_function_that_assigns_one_name_very_often_can_be_sliced() -> None:
    lines = "".join("    text = text.replace('a', 'b')\n" for _ in range(500))
    parsed = code(f"def f(text):\n{lines}    use(text)\n")
    use = next(node for node in ast.walk(parsed.body) if isinstance(node, ast.Call) and name_of_call(node) == "use")

    found = origins_of(parsed, use.args[0], (), lambda _: False)

    assert {origin.kind for origin in found} == {OriginKind.MADE}  # the parameter itself lies too far away
