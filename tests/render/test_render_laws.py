"""What holds of every answer, whatever was recorded."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from flight_recorder.diagnose.diagnosis import diagnose
from flight_recorder.model.event import Event
from flight_recorder.model.fold import fold
from flight_recorder.model.session import Session
from flight_recorder.render.as_json import debug_document, list_document, replay_document, show_document
from flight_recorder.render.cells import cell_len
from flight_recorder.render.debug import debug_text
from flight_recorder.render.listing import list_table
from flight_recorder.render.plan import result_text
from flight_recorder.render.safe import safe
from flight_recorder.render.sessions import session_tree, step_page
from flight_recorder.render.text import json_text
from flight_recorder.render.times import duration_text
from tests.diagnose.made_sessions import TEXTS, event_lists
from tests.render.golden import plain, summary

MAKES_A_LINE = "\n"


@st.composite
def sessions(draw: st.DrawFn) -> Session:
    """Any session, or any beginning of one."""
    events: list[Event] = draw(event_lists())
    session = fold(events[: draw(st.integers(1, len(events)))])
    assert session is not None
    return session


def is_clean(text: str) -> bool:
    """Whether a terminal shows *text* and acts on nothing in it but the ends of lines."""
    return text.replace(MAKES_A_LINE, "").isprintable()


@settings(max_examples=80, deadline=None)
@given(sessions(), st.integers(20, 120))
def test_no_answer_about_any_session_steers_the_terminal(session: Session, width: int) -> None:
    answers = [debug_text(diagnose(session), width), session_tree(session, width), result_text(session, "")]
    answers += [step_page(session, step) for step in session.steps.values()]

    assert all(is_clean(answer.plain) for answer in answers)
    assert is_clean(plain(list_table([summary(session)], session.started_at_ns, width)))


@settings(max_examples=80, deadline=None)
@given(sessions(), st.integers(20, 120))
def test_no_line_of_a_tree_is_wider_than_the_terminal(session: Session, width: int) -> None:
    assert all(cell_len(line) <= width for line in session_tree(session, width).plain.split("\n"))


@settings(max_examples=80, deadline=None)
@given(sessions())
def test_every_document_is_strict_json_with_the_keys_that_programs_rely_on(session: Session) -> None:
    debug = through_json(debug_document(diagnose(session)))
    show = through_json(show_document(session, list(session.steps.values())))
    replay = through_json(replay_document(session, session.id, ""))

    assert list(debug) == ["session", "failure", "root_cause", "candidates", "hint", "timeline"]
    assert list(debug["session"]) == ["id", "entry", "status", "started_at", "duration_s", "steps"]
    assert [entry["step"] for entry in debug["timeline"]] == list(session.steps)
    assert all(
        list(entry) == ["step", "parent", "name", "status", "start_s", "duration_s", "outcome"]
        for entry in debug["timeline"]
    )
    assert [step["name"] for step in show["steps"]] == [step.name for step in session.steps.values()]
    assert list(replay) == ["status", "session", "replayed", "result", "error", "steps", "saved_s"]
    assert replay["status"] in ("success", "failed", "held")
    assert through_json(list_document([summary(session)]))["sessions"][0]["id"] == session.id


def through_json(document: object) -> dict:
    """*document* as a program reads it."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    text = json.dumps(document, allow_nan=False, ensure_ascii=False)
    text.encode("utf-8")
    read = json.loads(text, parse_constant=refuse)
    assert read == document
    return read


@given(st.one_of(TEXTS, st.text()))
def test_text_that_is_safe_already_stays_and_the_rest_becomes_so(text: str) -> None:
    assert safe(text).isprintable()
    assert (safe(text) == text) == text.isprintable()
    assert safe(safe(text)) == safe(text)


@given(st.one_of(TEXTS, st.lists(TEXTS)))
def test_a_result_is_shown_as_json_that_reads_back(value: object) -> None:
    assert json_text(value).isprintable()
    assert json.loads(json_text(value)) == value


@given(st.integers(0, 10**15))
def test_a_duration_has_a_number_and_a_unit(ns: int) -> None:
    assert duration_text(ns).split()[1] in ("us", "ms", "s", "min")
