"""Times: the one place for their wording."""

from datetime import UTC, datetime

_NS = 1_000_000_000


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
