"""Checkup: what the doctor found, for a terminal."""

from collections.abc import Iterator, Sequence

from flight_recorder.model.checkup import (
    Checkup,
    Condition,
    Folder,
    Health,
    JournalState,
    Origin,
    StoreState,
    Surroundings,
)
from flight_recorder.model.words import listed
from flight_recorder.plan.repairs import is_journal_well, is_low, is_store_well
from flight_recorder.render.terminal import NAME, Style, Text, folded, joined, line

MAX_NAMES = 5
MAX_JOURNALS = 20

_OK, _NOTE, _FAIL = "[OK]", "[NOTE]", "[FAIL]"
_STYLES: dict[str, Style] = {_OK: "green", _NOTE: "yellow", _FAIL: "bold red"}
_INDENT = " " * 9

_ORIGINS = {
    Origin.VARIABLE: "FLIGHT_RECORDER_HOME says so",
    Origin.NEAREST: "the nearest at or above the working directory",
    Origin.NEW: "which the first recording will make",
}


def size_text(size: int) -> str:
    """Return a number of bytes as a person reads it: `870 bytes`, `12 KB`, `1.2 MB`."""
    if size < 1000:
        return "1 byte" if size == 1 else f"{size} bytes"
    number, unit = size / 1000, "KB"
    for unit in ("KB", "MB", "GB", "TB"):
        if number < 1000 or unit == "TB":
            break
        number /= 1000
    return f"{number:.1f} {unit}" if number < 10 else f"{number:.0f} {unit}"


def counted(count: int, what: str) -> str:
    """Return `1 journal`, `2 journals`."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def checkup_text(checkup: Checkup, width: int | None = None) -> Text:
    """Return all that was found, topic by topic."""
    folder = checkup.folder
    lines = [line("Recording: ", (folder.path, NAME)), line(f"  {_ORIGINS[folder.origin]}")]
    topics = {
        "Folder": _folder(folder),
        "Journals": _journals(checkup.journals),
        "Store": _store(checkup.store),
        "Versions": _versions(checkup.surroundings, checkup.store),
        "Hooks": _hooks(checkup.surroundings),
        "Environment": _environment(checkup.surroundings),
    }
    for name, found in topics.items():
        if folder.is_there or name in ("Versions", "Hooks", "Environment"):
            lines += [line(""), line((name, "bold"))]
            lines += found
    return joined([part for each in lines for part in folded(each, width, len(_INDENT))])


def _said(mark: str, *says: str) -> Iterator[Text]:
    first, *more = says
    yield line("  ", (mark.ljust(6), _STYLES[mark]), f" {first}")
    for each in more:
        yield line(f"{_INDENT}{each}")


def _folder(folder: Folder) -> Iterator[Text]:
    if folder.owner:
        yield from _said(_FAIL, f"it belongs to {folder.owner}; only they can repair it")
    elif not folder.is_writable:
        yield from _said(_FAIL, "it is yours, but cannot be written: nothing is recorded here")
    elif not folder.open_paths:
        yield from _said(_OK, "yours, and closed to others")
    for path in folder.open_paths:
        what = "the folder itself" if path.name == "." else path.name
        yield from _said(_FAIL, f"{what} is open to others (mode {path.mode:04o})")
    if folder.free_bytes is not None:
        free = f"{size_text(folder.free_bytes)} of disk space free"
        yield from _said(_FAIL if is_low(folder) else _OK, free + (": recording may soon stop" * is_low(folder)))
    if folder.has_locks is False:
        yield from _said(
            _FAIL, "no file locks here: readers go by process numbers, and SQLite is not safe.", "Use a local disk"
        )
    elif folder.has_locks:
        yield from _said(_OK, "file locks work")
    if folder.takes_room is False:
        yield from _said(_NOTE, "room cannot be reserved here: each record takes a system call, which is slower")
    elif folder.takes_room:
        yield from _said(_OK, "room in journals can be reserved")
    if folder.has_remains:
        yield from _said(_NOTE, "store.new is there: a repair was killed, or is at work")
    if folder.set_aside:
        total = size_text(sum(size for _, size in folder.set_aside))
        names = [name for name, _ in folder.set_aside]
        yield from _said(
            _NOTE, f"set aside earlier ({total}): {listed(names, MAX_NAMES)}.", "Delete it when you like"
        )


def _journals(journals: Sequence[JournalState]) -> Iterator[Text]:
    if not journals:
        yield from _said(_OK, "none: all that was recorded is in the store")
    shown = sorted(journals, key=is_journal_well)  # what is wrong comes first
    for journal in shown[:MAX_JOURNALS]:
        mark = _OK if journal.condition is Condition.LIVE else _NOTE if is_journal_well(journal) else _FAIL
        yield from _said(mark, f"{journal.name}, {size_text(journal.bytes)}:", *_condition(journal))
    if len(shown) > MAX_JOURNALS:
        yield from _said(_NOTE, f"and {len(shown) - MAX_JOURNALS} more; --json lists them all")


def _condition(journal: JournalState) -> tuple[str, ...]:
    match journal.condition:
        case Condition.LIVE:
            return ("being written by a program that runs",)
        case Condition.ENDED:
            return ("its program has ended; the next command moves it into the store",)
        case Condition.TORN:
            return ("its program was killed in the middle of a record; what comes before is whole",)
        case Condition.DAMAGED:
            return (f"damaged at byte {journal.damaged_at:,}; what comes before can be read",)
        case Condition.HEADLESS:
            return ("nothing tells how its session began: the journal of its first process is missing",)
        case Condition.NEWER:
            return ("written by a newer Flight Recorder. Upgrade this one to read it",)
        case Condition.FOREIGN:
            return (f"not ours: {journal.why}",)
        case Condition.UNREADABLE:
            return (f"cannot be read: {journal.why}",)


def _store(store: StoreState) -> Iterator[Text]:
    size = size_text(store.bytes) + (f", and {size_text(store.log_bytes)} of log" if store.log_bytes else "")
    match store.health:
        case Health.MISSING:
            yield from _said(_OK, "none yet: the next command makes it")
        case Health.SOUND:
            yield from _said(_OK, f"store.db, {size}: {counted(store.sessions, 'session')}, each of which loads;")
            yield line(f"{_INDENT}SQLite finds no damage")
        case Health.OLDER:
            yield from _said(_NOTE, f"store.db, {size}: of an older version; the next command brings it up to date")
        case Health.DAMAGED:
            yield from _said(_FAIL, f"store.db, {size}: damaged", *store.why)
        case Health.NEWER | Health.FOREIGN | Health.UNUSABLE:
            yield from _said(_FAIL, *store.why)
    if store.lost:
        yield from _said(
            _FAIL,
            f"{len(store.lost)} of {counted(store.sessions, 'session')} cannot be loaded:",
            ids_text(store.lost),
        )
    if store.orphans:
        yield from _said(
            _NOTE, f"{counted(store.orphans, 'value')} that no session has ({size_text(store.orphan_bytes)})"
        )
    if store.free_bytes and is_store_well(store):
        yield from _said(_OK, f"{size_text(store.free_bytes)} of the file is free, and will be used again")


def ids_text(ids: Sequence[str]) -> str:
    """Return the beginnings of *ids*, the first of them."""
    return listed([id[:8] for id in ids], MAX_NAMES)


def _versions(surroundings: Surroundings, store: StoreState) -> Iterator[Text]:
    yield from _said(_OK, ", ".join(f"{name} {version}" for name, version in surroundings.versions))
    known = [one for one in store.interpreters if one.python]
    for python in sorted({one.python for one in known if one.is_there}):  # by whatever path they were started
        sessions = sum(one.sessions for one in known if one.python == python and one.is_there)
        yield from _said(_OK, f"{counted(sessions, 'session')} recorded with Python {python}")
    for one in known:
        if not one.is_there:
            said = f"{counted(one.sessions, 'session')} recorded with Python {one.python} at {one.executable},"
            yield from _said(_NOTE, said, "which is gone: replays start this one")


def _hooks(surroundings: Surroundings) -> Iterator[Text]:
    for hook in surroundings.hooks:
        if hook.taken_by:
            yield from _said(_NOTE, f"{hook.name}: taken by {hook.taken_by}; what steps enter is not seen")
        else:
            yield from _said(_OK, f"{hook.name} is free, to see what steps enter")
    if not surroundings.hooks:
        yield from _said(_OK, "none is used with this Python")


def _environment(surroundings: Surroundings) -> Iterator[Text]:
    if not surroundings.variables:
        yield from _said(_OK, "no variable of Flight Recorder is set")
    for each in surroundings.variables:
        if each.is_known:
            yield from _said(_OK, f"{each.name}={each.value}")
        else:
            near = f"; did you mean {each.near}?" if each.near else ""
            yield from _said(_FAIL, f"{each.name} means nothing to Flight Recorder{near}")
