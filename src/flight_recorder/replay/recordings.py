"""Recordings: what a replay may have to look up beside the session that it replays. Read when first asked for.

A process begins its sessions in one order within each unit of the program: the whole of it, a test, a cell.
"""

from collections import Counter
from functools import cached_property
from pathlib import Path

from flight_recorder.model.session import Launch, Session
from flight_recorder.model.start import OneTest
from flight_recorder.store.chain import first_of, relatives_of
from flight_recorder.store.database import open_store
from flight_recorder.store.load import load_session
from flight_recorder.store.sessions import Began, began_in_process

SETUP = "(setup)"


class Recordings:
    """The sessions that belong to *session*: those of its process, and those of its chain of replays.

    Counts the sessions that the program has begun again.
    """

    def __init__(self, home: Path, session: Session) -> None:
        self._home = home
        self._session = session
        self._counts: Counter[str] = Counter()
        self._used: set[str] = set()

    def next(self, unit: str, entry: str) -> str | None:
        """Return the id of the session that *unit* begins now with *entry*; None when it was not recorded."""
        here = [began for began in self._began if began.launch.unit == unit]
        if unit.endswith(SETUP):
            # A fixture that several tests share was recorded in the first of them, which does not run now.
            here += [began for began in self._began if began.launch.unit != unit and _is_setup(began.launch)]
            here = [began for began in here if began.entry == entry and began.id not in self._used]
            found = here[0].id if here else None
        else:
            found = here[self._counts[unit]].id if self._counts[unit] < len(here) else None
            self._counts[unit] += 1
        if found is not None:
            self._used.add(found)
        return found

    def is_chosen(self, id: str | None) -> bool:
        """Whether *id* is the session that is replayed, or the recording that it is itself a replay of."""
        return id == self._first[0]

    def load(self, id: str) -> Session:
        """Return the session *id*."""
        with open_store(self._home, create=False) as store:
            return load_session(store, id)

    @property
    def launches(self) -> list[Launch]:
        """How each session of the recorded process was started, in the order of their beginning."""
        return [began.launch for began in self._began]

    @cached_property
    def relatives(self) -> tuple[Session, ...]:
        """The other sessions of the chain of replays."""
        with open_store(self._home, create=False) as store:
            return tuple(load_session(store, id) for id in relatives_of(store, self._session.id))

    @cached_property
    def _first(self) -> tuple[str, str]:
        with open_store(self._home, create=False) as store:
            return first_of(store, self._session.id)

    @cached_property
    def _began(self) -> list[Began]:
        with open_store(self._home, create=False) as store:
            return began_in_process(store, self._first[1])


def _is_setup(launch: Launch) -> bool:
    return isinstance(launch.start, OneTest) and launch.unit.endswith(SETUP)
