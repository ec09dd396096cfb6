"""Repair: carry out what `plan.repairs` decided on. Each may be killed at any point, and done again."""

import fcntl
import os
import shutil
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import assert_never

from flight_recorder.errors import UnreadableError
from flight_recorder.journal import lock
from flight_recorder.journal.folder import FOLDER_NAME, parse_name
from flight_recorder.journal.reader import Ending
from flight_recorder.plan.repairs import Action, Done, Repair
from flight_recorder.store.aside import WORKSHOP, aside_of
from flight_recorder.store.check_folder import OTHERS
from flight_recorder.store.database import open_store
from flight_recorder.store.drain import drain
from flight_recorder.store.reading import Left, Reading, read_journals
from flight_recorder.store.salvage import salvage

STOPPED = "the store is still damaged"


@contextmanager
def repairing(home: Path) -> Iterator[None]:
    """Keep other repairs of *home* out of the block. Raises UnreadableError when there is one."""
    folder = os.open(home, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UnreadableError(f"another `flight-recorder doctor --repair` is at work in {home}") from error
        except OSError:  # a file system without locks: the documents say to keep recordings on another
            pass
        yield
    finally:
        os.close(folder)


def carry_out(home: Path, repairs: Sequence[Repair], today: date, tick: Callable[[str], None]) -> Iterator[Done]:
    """Do *repairs* in *home*, one after the other, as far as each can be done. Raises no error of ours."""
    is_stopped = False
    for repair in repairs:
        done = Done(repair, (STOPPED,)) if is_stopped else _tried(home, repair, today, tick)
        # What is still in journals is safer there than in a damaged store.
        is_stopped = is_stopped or (repair.action is Action.SALVAGE and bool(done.left))
        yield done


def _tried(home: Path, repair: Repair, today: date, tick: Callable[[str], None]) -> Done:
    try:
        return _carried_out(home, repair, today, tick)
    except (UnreadableError, OSError) as error:
        return Done(repair, (str(error),))


def _carried_out(home: Path, repair: Repair, today: date, tick: Callable[[str], None]) -> Done:
    match repair.action:
        case Action.CLOSE:
            for name in repair.names:
                _close(home / name)
        case Action.SALVAGE:
            kept, lost, aside = salvage(home, today, tick)
            return Done(repair, (), kept, lost, aside)
        case Action.DRAIN:
            left = drain(home).left
            return Done(repair, tuple(one.reason for one in left if _is_failure(one, repair)))
        case Action.SET_ASIDE:
            journals = [home / FOLDER_NAME / name for name in repair.names]
            return Done(repair, tuple(why for path in journals if (why := _set_aside(home, path, today))))
        case Action.CLEAR:
            shutil.rmtree(home / WORKSHOP)
        case Action.SWEEP:
            _sweep(home)
        case Action.COMPACT:
            with open_store(home, create=False) as store:
                store.compact()
        case _:
            assert_never(repair.action)
    return Done(repair)


def _is_failure(left: Left, repair: Repair) -> bool:
    """Whether a journal that the drain left is one that it should have moved; a damaged one is not."""
    readings = read_journals([left.path], {}, [])
    is_damaged = bool(readings) and readings[0].end.ending is Ending.DAMAGED
    return left.path.name in repair.names and not is_damaged


def _close(path: Path) -> None:
    try:
        os.chmod(path, stat.S_IMODE(path.stat().st_mode) & ~OTHERS)
    except FileNotFoundError:
        return  # a journal that was moved meanwhile


def _set_aside(home: Path, path: Path, today: date) -> str:
    """Rename the damaged journal *path*, unless it is not damaged, or not in the store; return why not."""
    try:
        with lock.while_dead(path) as is_dead:
            left: list[Left] = []
            readings = read_journals([path], {}, left)
            if left or not readings or readings[0].end.ending is not Ending.DAMAGED:
                return left[0].reason if left else ""
            if not is_dead:
                return f"{path} is still being written"
            if not _is_stored(home, readings[0]):
                return f"{path} is not in the store as far as it can be read"
            path.rename(aside_of(path, today))
    except FileNotFoundError:
        return ""
    return ""


def _is_stored(home: Path, reading: Reading) -> bool:
    name = parse_name(reading.path)
    if name is None:
        return False
    with open_store(home, create=True) as store, store.reading() as connection:
        row = connection.execute(
            "SELECT bytes FROM journal WHERE session = ? AND mark = ?", (name.session, reading.mark)
        ).fetchone()
    return not reading.is_told or (row is not None and row[0] >= reading.end.at)


def _sweep(home: Path) -> None:
    with open_store(home, create=False) as store, store.writing() as connection:
        connection.execute("DELETE FROM body WHERE id NOT IN (SELECT body FROM held)")
        connection.execute("DELETE FROM fingerprint WHERE id NOT IN (SELECT fingerprint FROM learned)")
