"""Sessions: which ones there are, without loading them."""

import sqlite3
from collections.abc import Iterable

import msgspec

from flight_recorder.errors import NotFoundError
from flight_recorder.model.session import Launch, Mode, Session, Status
from flight_recorder.model.words import listed
from flight_recorder.store.database import Store

MAX_CANDIDATES = 5


class Summary(msgspec.Struct, frozen=True):
    """A session in a list. *failure* is what the entry raised, or was wrong with its
    result, in one line; None when neither."""

    id: str
    entry: str
    mode: Mode
    status: Status
    started_at_ns: int  # since the epoch
    duration_ns: int | None
    step_count: int
    process: str
    index: int
    replay_of: str | None
    is_overridden: bool
    failure: str | None


class Began(msgspec.Struct, frozen=True):
    """The beginning of a session."""

    id: str
    entry: str
    launch: Launch


_SUMMARY = """
    SELECT id, entry, mode, status, started_at_ns, duration_ns, steps, process, number, replay_of, is_overridden,
        error
    FROM session
"""


def list_sessions(store: Store, limit: int) -> list[Summary]:
    """Return the *limit* most recent sessions, the latest first."""
    with store.reading() as connection, store.decoding():
        return _summaries(
            connection.execute(f"{_SUMMARY} ORDER BY started_at_ns DESC, number DESC, id LIMIT ?", (limit,))
        )


def began_in_process(store: Store, process: str) -> list[Began]:
    """Return the beginnings of the sessions that one process recorded, in their order."""
    with store.reading() as connection, store.decoding():
        rows = connection.execute(
            "SELECT id, entry, launch FROM session WHERE process = ? ORDER BY number", (process,)
        )
        return [Began(id, entry, msgspec.json.decode(launch, type=Launch)) for id, entry, launch in rows]


def load_beginning(store: Store, id: str) -> Began:
    """Return the beginning of the session with this id, which is there."""
    with store.reading() as connection, store.decoding():
        row = connection.execute("SELECT id, entry, launch FROM session WHERE id = ?", (id,)).fetchone()
        return Began(row[0], row[1], msgspec.json.decode(row[2], type=Launch))


def last_session_id(store: Store, *, failed: bool = False, back: int = 0) -> str | None:
    """Return the id of the session that began last, or of the one *back* before it; None when there is none.

    Experiments do not count. With *failed*, of those that did not succeed: they failed, were held, or have no end
    (killed, or still running).
    """
    condition = "AND status <> 'success'" if failed else ""
    with store.reading() as connection:
        row = connection.execute(
            f"SELECT id FROM session WHERE mode <> 'experiment' {condition}"
            " ORDER BY started_at_ns DESC, number DESC, id LIMIT 1 OFFSET ?",
            (back,),
        ).fetchone()
    return row[0] if row else None


def successes_before(store: Store, session: Session, limit: int) -> list[tuple[str, int]]:
    """Return id and number of steps of the *limit* last sessions of the same entry that succeeded before *session*.

    Those with a value that a user put in do not count, nor do experiments.
    """
    with store.reading() as connection:
        return connection.execute(
            "SELECT id, steps FROM session WHERE entry = ? AND status = 'success' AND NOT is_overridden"
            " AND mode <> 'experiment' AND (started_at_ns, number) < (?, ?) AND id <> ?"
            " ORDER BY started_at_ns DESC, number DESC LIMIT ?",
            (session.entry, session.started_at_ns, session.index, session.id, limit),
        ).fetchall()


def find_session(store: Store, text: str) -> str:
    """Return the id that is *text*, or the only one that begins with it.

    Raises NotFoundError, which names the nearest id, or those that *text* could mean.
    """
    wanted = text.strip().lower()
    with store.reading() as connection:
        ids: list[str] = [
            id for (id,) in connection.execute("SELECT id FROM session ORDER BY started_at_ns DESC, number DESC")
        ]
    if wanted in ids:
        return wanted
    candidates = [id for id in ids if wanted and id.startswith(wanted)]
    if not candidates:
        raise NotFoundError(f"no session '{text}'{_nearest(wanted, ids)}")
    if len(candidates) == 1:
        return candidates[0]
    shown = listed(candidates, MAX_CANDIDATES)
    raise NotFoundError(f"'{text}' is ambiguous: it could be {shown}. Give more of the id")


def _nearest(wanted: str, ids: list[str]) -> str:
    """Return a question that names the id whose beginning is most like *wanted*, or ""."""
    from difflib import get_close_matches  # here: only a mistyped id needs it

    by_beginning = {id[: len(wanted)]: id for id in reversed(ids)}  # the most recent of equal ones
    close = get_close_matches(wanted, by_beginning, n=1) if wanted else []
    return f"; did you mean '{by_beginning[close[0]]}'?" if close else ""


def _summaries(rows: "Iterable[sqlite3.Row]") -> list[Summary]:
    return [
        Summary(
            id=id,
            entry=entry,
            mode=Mode(mode),
            status=Status(status),
            started_at_ns=started_at_ns,
            duration_ns=duration_ns,
            step_count=steps,
            process=process,
            index=number,
            replay_of=replay_of,
            is_overridden=bool(is_overridden),
            failure=error,
        )
        for (
            id,
            entry,
            mode,
            status,
            started_at_ns,
            duration_ns,
            steps,
            process,
            number,
            replay_of,
            is_overridden,
            error,
        ) in rows
    ]
