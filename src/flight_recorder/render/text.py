"""Text: the one place for the wording of steps and values."""

import json

from flight_recorder.codec.chunks import joined_text
from flight_recorder.codec.preview import preview
from flight_recorder.model.judgement import Reason
from flight_recorder.model.step import Closed, Kind, Outcome, Raised, Returned, Step, Unfinished
from flight_recorder.model.stream import Stream
from flight_recorder.render.safe import safe

MAX_VALUE_CHARS = 80
PREVIEWED = 3  # items of a stream
MAX_JOINED = 1_000  # pieces of text


def outcome_text(step: Step, limit: int = MAX_VALUE_CHARS) -> str:
    """Return `-> None`, `-> AssertionError: Contact required`, or that the step has not ended.

    Of a stream: `-> stream of 3 items: 'Hello'`, and how it ended unless it simply came to its end.
    """
    if step.call.kind is Kind.BOUNDARY:
        from flight_recorder.render.requests import answer_text  # here: most sessions have none

        answer = answer_text(step, limit)
        if answer is not None:
            return safe(answer) + _stream_end(step.outcome, limit)
    if step.stream is not None:
        return f"-> {stream_text(step.stream, limit)}{_stream_end(step.outcome, limit)}"
    match step.outcome:
        case Returned(value=value):
            return f"-> {safe(preview(value, limit))}"
        case Raised(failure=failure):
            return f"-> {safe(failure.summary)}"
        case Closed() | Unfinished():
            return "did not finish"


def stream_text(stream: Stream, limit: int) -> str:
    """Return `stream of 3 items: 1, 2, 3`; where the items are pieces of text, the text that they make."""
    items = stream.items
    count = "1 item" if len(items) == 1 else f"{len(items)} items"
    if not items:
        return f"stream of {count}"
    first = [item.value for item in items[:MAX_JOINED]]
    joined = joined_text(first)
    if joined is not None and len(items) > 1:
        shown = repr(joined if len(joined) <= limit else f"{joined[: limit - 1]}…")
    else:
        shown = ", ".join(preview(value, limit // PREVIEWED) for value in first[:PREVIEWED])
        shown += ", …" if len(items) > PREVIEWED else ""
    return f"stream of {count}: {safe(shown)}"


def _stream_end(outcome: Outcome, limit: int) -> str:
    match outcome:
        case Returned(value=value):
            return "" if value.data == b"null" else f", then returned {safe(preview(value, limit))}"
        case Raised(failure=failure):
            return f", then {safe(failure.summary)}"
        case Closed(was_left=was_left):
            return ", left open" if was_left else ", closed early"
        case Unfinished():
            return ", did not finish"


def status_word(step: Step) -> str:
    """Return the word for how a step ended, as it stands in a timeline."""
    match step.outcome:
        case Returned() | Closed():
            return "OK"
        case Raised():
            return "FAIL"
        case Unfinished():
            return "HELD" if step.judgement is not None and step.judgement.reason == Reason.HELD else "...."


def step_status(step: Step) -> str:
    """Return the word for how a step ended, as it stands in JSON."""
    return {"OK": "ok", "FAIL": "failed", "....": "unfinished", "HELD": "held"}[status_word(step)]


def json_text(value: object) -> str:
    """Return *value* as JSON on one line; what a terminal would act on is escaped as JSON escapes it."""
    text = json.dumps(value, ensure_ascii=False)
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else json.dumps(character)[1:-1] for character in text)
