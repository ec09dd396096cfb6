"""Recordings: what a replay may have to look up beside the session that it replays. Read when first asked for."""

from functools import cached_property
from pathlib import Path

from flight_recorder.model.session import Session
from flight_recorder.store.chain import relatives_of
from flight_recorder.store.database import open_store
from flight_recorder.store.load import load_session
from flight_recorder.store.sessions import sessions_of_process


class Recordings:
    """The sessions that belong to *session*: those of its process, and those of its chain of replays."""

    def __init__(self, home: Path, session: Session) -> None:
        self._home = home
        self._session = session

    def of_process(self, index: int) -> Session | None:
        """Return the session that the recorded process began as its *index*-th, from 0; None when there was none."""
        id = self._ids_of_process.get(index)
        return None if id is None else self._load(id)

    @cached_property
    def relatives(self) -> tuple[Session, ...]:
        """The other sessions of the chain of replays."""
        with open_store(self._home, create=False) as store:
            return tuple(load_session(store, id) for id in relatives_of(store, self._session.id))

    @cached_property
    def _ids_of_process(self) -> dict[int, str]:
        with open_store(self._home, create=False) as store:
            return {one.index: one.id for one in sessions_of_process(store, self._session.process)}

    def _load(self, id: str) -> Session:
        with open_store(self._home, create=False) as store:
            return load_session(store, id)
