"""Listing: the recent sessions, for a terminal. It imports little: `list` is to answer at once."""

from collections.abc import Sequence

from flight_recorder.model.session import Mode
from flight_recorder.render.summary import Summary
from flight_recorder.render.terminal import NAME, STATUS_STYLES, Text, line, table
from flight_recorder.render.times import duration_text, when_text

ID_CHARS = 8


def list_table(summaries: Sequence[Summary], now_ns: int, width: int | None = None) -> Text:
    """Return the sessions as a table of at most *width* cells, in the order given; *now_ns* is since the epoch."""
    headings = ("id", "when", "entry", "status", "steps", "duration", "")
    rows = [_row(each, now_ns) for each in summaries]
    return table(headings, rows, flexible=frozenset({"entry", ""}), width=width)


def _row(each: Summary, now_ns: int) -> list[Text]:
    status = str(each.status)
    return [
        line(each.id[:ID_CHARS]),
        line(when_text(each.started_at_ns, now_ns)),
        line((each.entry, NAME)),
        line((status, STATUS_STYLES[status])),
        line(str(each.step_count)),
        line(duration_text(each.duration_ns)),
        line((_note(each), "dim")),
    ]


def _note(summary: Summary) -> str:
    parts = ["overridden"] if summary.is_overridden else []
    is_experiment = summary.mode is Mode.EXPERIMENT
    parts += (
        [f"{'experiment on' if is_experiment else 'replay of'} {summary.replay_of[:ID_CHARS]}"]
        if summary.replay_of
        else []
    )
    return "; ".join([*parts, *([summary.failure] if summary.failure else [])])
