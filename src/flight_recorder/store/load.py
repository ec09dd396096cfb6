"""Load: a session from the store, equal to what its journals told."""

import sqlite3
from itertools import chain

from flight_recorder.errors import NotFoundError
from flight_recorder.journal.unpacking import Unpacker
from flight_recorder.model.event import Ended, Event, Finished, Opened, Started
from flight_recorder.model.fold import fold
from flight_recorder.model.session import Session
from flight_recorder.store.collector import paused_collector
from flight_recorder.store.content import bodies_of, learned_by
from flight_recorder.store.database import Store
from flight_recorder.store.records import records_in


def load_session(store: Store, id: str) -> Session:
    """Return the session with this id, equal to what its journals told.

    Raises NotFoundError when there is none, StoreCorruptError when its rows make no sense.
    """
    with store.reading() as connection, store.decoding(), paused_collector():
        session = read_session(connection, id)
    if session is None:
        raise NotFoundError(f"no session '{id}'")
    return session


def has_session(store: Store, id: str) -> bool:
    """Whether there is a session with this id."""
    with store.reading() as connection:
        return has_row(connection, id)


def has_row(connection: sqlite3.Connection, id: str) -> bool:
    """Whether there is a session with this id. Needs a transaction."""
    return connection.execute("SELECT 1 FROM session WHERE id = ?", (id,)).fetchone() is not None


def read_session(connection: sqlite3.Connection, id: str) -> Session | None:
    """Return the session with this id, or None. Needs a transaction, and `Store.decoding` around it."""
    journals = connection.execute("SELECT id FROM journal WHERE session = ?", (id,)).fetchall()
    bodies = bodies_of(connection, id)
    told = sorted((_events(connection, journal, bodies) for (journal,) in journals), key=_beginning)
    return fold(chain(learned_by(connection, id), *told))


def _events(connection: sqlite3.Connection, journal: int, bodies: dict[bytes, bytes]) -> list[Event]:
    rows = connection.execute("SELECT data FROM chunk WHERE journal = ? ORDER BY position", (journal,))
    unpacker = Unpacker()
    events = (unpacker.event(payload) for payload in records_in((data for (data,) in rows), bodies))
    return [event for event in events if event is not None]


def _beginning(events: list[Event]) -> tuple[bool, int]:
    """Order the session's first process before those forked from it, and those by their first word."""
    is_forked = not (events and isinstance(events[0], Opened))
    timed = (event.at_ns for event in events if isinstance(event, Started | Finished | Ended))
    return is_forked, next(timed, 0)
