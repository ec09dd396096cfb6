"""Repairs: what is wrong with a recording, and what would put it right, in the order in which that is done. Pure."""

from enum import StrEnum

import msgspec

from flight_recorder.model.checkup import Checkup, Condition, Folder, Health, JournalState, StoreState

LOW_BYTES = 100 << 20  # of free disk space
WORTH_BYTES = 1 << 20  # less is not worth writing a store anew for, nor less than this part of it:
WORTH_PART = 0.25

_DRAINABLE = {Condition.ENDED, Condition.TORN, Condition.DAMAGED}
_IN_ORDER = {Condition.LIVE, Condition.ENDED, Condition.TORN}


class Action(StrEnum):
    """What a repair does."""

    CLOSE = "close"  # to others than the owner
    SALVAGE = "salvage"  # a damaged store: what loads goes into a new one, and the damaged one is set aside
    DRAIN = "drain"
    SET_ASIDE = "set aside"  # damaged journals, when what comes before the damage is in the store
    CLEAR = "clear"  # away what a repair that was killed had made
    SWEEP = "sweep"  # out of the store what no session has
    COMPACT = "compact"  # the store's file


class Repair(msgspec.Struct, frozen=True):
    """One thing to do, on what it is done (names relative to the recording), and how many bytes that frees."""

    action: Action
    names: tuple[str, ...]
    bytes: int = 0


class Done(msgspec.Struct, frozen=True):
    """What came of a repair. *left* says what could not be done, and why.

    *kept* and *lost* are the ids of the sessions of a damaged store, which is now called *aside*.
    """

    repair: Repair
    left: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    aside: str = ""


def repairs(checkup: Checkup) -> tuple[Repair, ...]:
    """Return what would put the recording right; nothing for one of another user, or that cannot be written."""
    folder, store = checkup.folder, checkup.store
    if not folder.is_there or folder.owner:
        return ()
    found = [Repair(Action.CLOSE, tuple(each.name for each in folder.open_paths))] if folder.open_paths else []
    if folder.is_writable:
        found += _of_content(checkup.journals, store)
        # A salvage clears it away itself.
        found += [Repair(Action.CLEAR, ("store.new",))] if folder.has_remains and not _is_damaged(store) else []
    return tuple(found)


def _of_content(journals: tuple[JournalState, ...], store: StoreState) -> list[Repair]:
    found: list[Repair] = []
    if _is_damaged(store):
        found.append(Repair(Action.SALVAGE, ("store.db",)))
    if store.health in (Health.NEWER, Health.FOREIGN, Health.UNUSABLE):
        return found
    drainable = tuple(each.name for each in journals if each.condition in _DRAINABLE)
    damaged = tuple(each.name for each in journals if each.condition is Condition.DAMAGED)
    if drainable:
        found.append(Repair(Action.DRAIN, drainable))
    if damaged:
        found.append(Repair(Action.SET_ASIDE, damaged))
    if store.health is Health.SOUND:
        if store.orphans:
            found.append(Repair(Action.SWEEP, ("store.db",), store.orphan_bytes))
        free = store.free_bytes + store.orphan_bytes
        if free >= max(WORTH_BYTES, store.bytes * WORTH_PART):
            found.append(Repair(Action.COMPACT, ("store.db",), free))
    return found


def _is_damaged(store: StoreState) -> bool:
    return store.health is Health.DAMAGED


def is_folder_well(folder: Folder) -> bool:
    """Whether nothing is wrong with where the recording lies, its modes left aside."""
    return not folder.owner and folder.is_writable and not is_low(folder) and folder.has_locks is not False


def is_low(folder: Folder) -> bool:
    """Whether so little disk space is free that recording may soon stop."""
    return folder.free_bytes is not None and folder.free_bytes < LOW_BYTES


def is_journal_well(journal: JournalState) -> bool:
    """Whether the journal is as journals are: being written, or left for the next command to move."""
    return journal.condition in _IN_ORDER


def is_store_well(store: StoreState) -> bool:
    """Whether every command can use the store."""
    return store.health in (Health.MISSING, Health.SOUND, Health.OLDER)


def is_well(checkup: Checkup) -> bool:
    """Whether there is nothing wrong, and nothing to repair."""
    return (
        is_folder_well(checkup.folder)
        and not checkup.folder.open_paths
        and all(map(is_journal_well, checkup.journals))
        and is_store_well(checkup.store)
        and all(variable.is_known for variable in checkup.surroundings.variables)
        and not repairs(checkup)
    )
