"""Check journals: what each file in the journal folder is like. Changes nothing."""

from collections.abc import Callable, Collection
from pathlib import Path

import msgspec
from msgspec.structs import replace

from flight_recorder.errors import UnreadableError
from flight_recorder.journal.folder import journals_in, parse_name
from flight_recorder.journal.reader import Ending, is_live, read_mark
from flight_recorder.model.checkup import Condition, JournalState
from flight_recorder.store.reading import Left, read_journals

_CONDITIONS = {Ending.WHOLE: Condition.ENDED, Ending.TORN: Condition.TORN, Ending.DAMAGED: Condition.DAMAGED}
_MOVABLE = frozenset(_CONDITIONS.values())


class _Looked(msgspec.Struct, frozen=True):
    """A journal that was looked at. *has_beginning* says that it tells how its session began."""

    state: JournalState
    is_told: bool = False
    has_beginning: bool = False

    @property
    def session(self) -> str:
        return self.state.name.partition("-")[0]


def check_journals(
    home: Path, stored: Collection[str] | None, tick: Callable[[str], None]
) -> tuple[JournalState, ...]:
    """Return the states of the journals, by name.

    *stored* are the ids of the sessions in the store; None when that is not known. *tick* is told what is looked at.
    """
    looked = []
    for path in journals_in(home):
        tick(f"journal {path.name}")
        found = _looked_at(path)
        if found is not None:
            looked.append(found)
    if stored is None:
        return tuple(each.state for each in looked)
    begun = {*stored, *(each.session for each in looked if each.has_beginning)}
    return tuple(_headless(each) if each.session not in begun else each.state for each in looked)


def _headless(looked: _Looked) -> JournalState:
    if looked.is_told and looked.state.condition in _MOVABLE:
        return replace(looked.state, condition=Condition.HEADLESS)
    return looked.state


def _looked_at(path: Path) -> _Looked | None:
    """Return what *path* is like; None when it is gone."""
    try:
        size = path.stat().st_size
        was_live = is_live(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        return _Looked(JournalState(path.name, Condition.UNREADABLE, 0, why=error.strerror or str(error)))
    if parse_name(path) is None:
        return _Looked(JournalState(path.name, Condition.FOREIGN, size, why="its name is not that of a journal"))
    left: list[Left] = []
    readings = read_journals([path], {}, left)
    if left:
        return _Looked(JournalState(path.name, _why_unread(path, left[0]), size, why=left[0].reason))
    if not readings:
        return None
    reading = readings[0]
    condition = Condition.LIVE if was_live else _CONDITIONS[reading.end.ending]
    damaged_at = reading.end.at if condition is Condition.DAMAGED else None
    state = JournalState(path.name, condition, size, damaged_at)
    return _Looked(state, reading.is_told, reading.facts.opened is not None)


def _why_unread(path: Path, left: Left) -> Condition:
    if left.is_newer:
        return Condition.NEWER
    try:
        read_mark(path)
    except UnreadableError:
        return Condition.FOREIGN
    except OSError:
        pass
    return Condition.UNREADABLE
