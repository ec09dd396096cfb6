"""Text: the one place for the wording of steps, values and times."""

import json
from datetime import UTC, datetime

from flight_recorder.codec.chunks import joined_text
from flight_recorder.codec.preview import preview
from flight_recorder.model.judgement import Reason
from flight_recorder.model.step import Closed, Outcome, Raised, Returned, Step, Unfinished
from flight_recorder.model.stream import Stream

MAX_VALUE_CHARS = 80
PREVIEWED = 3  # items of a stream
MAX_JOINED = 1_000  # pieces of text

_NS = 1_000_000_000


def safe(text: str) -> str:
    """Return *text* with every control character made visible: nothing recorded may steer the terminal."""
    if text.isprintable():
        return text
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    # By what Python calls printable: control and format characters, surrogates, separators other than the space.
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")


def outcome_text(step: Step, limit: int = MAX_VALUE_CHARS) -> str:
    """Return `-> None`, `-> AssertionError: Contact required`, or that the step has not ended.

    Of a stream: `-> stream of 3 items: 'Hello'`, and how it ended unless it simply came to its end.
    """
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


def seconds(ns: int | None) -> float | None:
    """Return nanoseconds as seconds, to the microsecond."""
    return None if ns is None else round(ns / _NS, 6)


def duration_text(ns: int | None) -> str:
    """Return a duration as a person reads it: `870 us`, `12 ms`, `1.24 s`, `3 min 02 s`; `-` for None."""
    if ns is None:
        return "-"
    if ns < 1_000_000:
        return f"{ns // 1000} us"
    if ns < _NS:
        return f"{ns // 1_000_000} ms"
    if ns < 60 * _NS:
        return f"{ns / _NS:.2f} s"
    minutes, rest = divmod(ns // _NS, 60)
    return f"{minutes} min {rest:02d} s"


def iso_time(ns: int) -> str:
    """Return nanoseconds since the epoch as ISO 8601 in UTC, to the millisecond."""
    return datetime.fromtimestamp(ns / _NS, UTC).isoformat(timespec="milliseconds")


def when_text(ns: int, now_ns: int) -> str:
    """Return how long ago that was: `just now`, `5 min ago`, `3 h ago`, else the date in local time."""
    age = (now_ns - ns) // _NS
    if age < 60:
        return "just now"
    if age < 3600:
        return f"{age // 60} min ago"
    if age < 24 * 3600:
        return f"{age // 3600} h ago"
    return datetime.fromtimestamp(ns / _NS).astimezone().strftime("%Y-%m-%d %H:%M")


def json_text(value: object) -> str:
    """Return *value* as JSON on one line; what a terminal would act on is escaped as JSON escapes it."""
    text = json.dumps(value, ensure_ascii=False)
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else json.dumps(character)[1:-1] for character in text)
