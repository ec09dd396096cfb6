"""Chain: sessions that are replays of one another."""

from flight_recorder.store.database import Store

_RELATIVES = """
    WITH RECURSIVE
    up(id) AS (
        SELECT ?
        UNION
        SELECT session.replay_of FROM session JOIN up ON session.id = up.id WHERE session.replay_of IS NOT NULL
    ),
    chain(id) AS (
        SELECT id FROM up
        UNION
        SELECT session.id FROM session JOIN chain ON session.replay_of = chain.id WHERE session.mode <> 'experiment'
    )
    SELECT session.id FROM session JOIN chain USING (id) WHERE session.id <> ?
    ORDER BY session.started_at_ns DESC, session.number DESC
"""


def relatives_of(store: Store, id: str) -> list[str]:
    """Return the ids of the sessions in the same chain of replays as *id*, without it; the latest first.

    Experiments are in none: what happened in one says nothing of another session.
    """
    with store.reading() as connection:
        return [relative for (relative,) in connection.execute(_RELATIVES, (id, id))]


def first_of(store: Store, id: str) -> tuple[str, str]:
    """Return id and process of the recording that *id* is a replay of, or a replay of a replay, and so on.

    Where one on the way was deleted, those of the last that is there.
    """
    with store.reading() as connection:
        while True:
            process, above = connection.execute(
                "SELECT process, replay_of FROM session WHERE id = ?", (id,)
            ).fetchone()
            known = connection.execute("SELECT 1 FROM session WHERE id = ?", (above,)).fetchone()
            if known is None:
                return id, process
            id = above
