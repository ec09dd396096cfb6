"""Text: the one place for the wording of steps, values and times."""

import json
from datetime import UTC, datetime

from flight_recorder.codec.preview import preview
from flight_recorder.model.judgement import Reason
from flight_recorder.model.step import Outcome, Raised, Returned, Step, Unfinished

MAX_VALUE_CHARS = 80

_NS = 1_000_000_000


def safe(text: str) -> str:
    """Return *text* with every control character made visible: nothing recorded may steer the terminal."""
    if text.isprintable():
        return text
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    # By what Python calls printable: control and format characters, surrogates, separators other than the space.
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")


def outcome_text(outcome: Outcome, limit: int = MAX_VALUE_CHARS) -> str:
    """Return `-> None`, `-> AssertionError: Contact required`, or that the step has not ended."""
    match outcome:
        case Returned(value=value):
            return f"-> {safe(preview(value, limit))}"
        case Raised(failure=failure):
            return f"-> {safe(failure.summary)}"
        case Unfinished():
            return "did not finish"


def status_word(step: Step) -> str:
    """Return the word for how a step ended, as it stands in a timeline."""
    match step.outcome:
        case Returned():
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
