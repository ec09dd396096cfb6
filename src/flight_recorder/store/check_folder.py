"""Check folder: whose a recording is, who else may read it, what its file system can do. Leaves no file behind."""

import fcntl
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from flight_recorder.journal.folder import FOLDER_NAME
from flight_recorder.model.checkup import Folder, OpenPath, Origin
from flight_recorder.store.aside import WORKSHOP, is_set_aside
from flight_recorder.store.database import STORE_NAME

OTHERS = stat.S_IRWXG | stat.S_IRWXO
ROOM_BYTES = 4096


def check_folder(home: Path, origin: Origin) -> Folder:
    """Return what can be found out about the folder *home*, which need not be there."""
    free = _free_bytes(home)
    if not home.is_dir():
        return Folder(str(home), origin, False, free_bytes=free)
    folder = Folder(str(home), origin, True, _owner(home), os.access(home, os.W_OK | os.X_OK), free_bytes=free)
    return replace(
        folder,
        open_paths=tuple(_open_paths(home)),
        has_locks=_has_locks(home),
        takes_room=_takes_room(home) if folder.is_writable else None,
        set_aside=tuple(_set_aside(home)),
        has_remains=(home / WORKSHOP).exists(),
    )


def recorded_paths(home: Path) -> Iterator[Path]:
    """Yield the folder *home* and what in it holds recorded values; what else lies there is not ours."""
    yield home
    journals = home / FOLDER_NAME
    if journals.is_dir():
        yield journals
        yield from sorted(path for path in journals.iterdir() if path.is_file())
    yield from sorted(path for path in home.glob(f"{STORE_NAME}*") if path.is_file())


def _owner(home: Path) -> str:
    """Return who owns the recording, "" when that is us. Root is somebody else, too: what it makes, it owns."""
    for path in recorded_paths(home):
        uid = path.stat().st_uid
        if uid != os.geteuid():
            return _name_of(uid)
    return ""


def _name_of(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _open_paths(home: Path) -> Iterator[OpenPath]:
    for path in recorded_paths(home):
        with suppress(FileNotFoundError):  # a journal that was moved meanwhile
            mode = path.stat().st_mode
            if mode & OTHERS:
                name = "." if path == home else str(path.relative_to(home))
                yield OpenPath(name, stat.S_IMODE(mode), path.is_dir())


def _free_bytes(home: Path) -> int | None:
    for folder in (home, *home.parents):
        with suppress(OSError):
            return shutil.disk_usage(folder).free
    return None


def _has_locks(home: Path) -> bool | None:
    """Whether flock here keeps a second one out, tried on the folder itself."""
    with suppress(OSError):
        first = os.open(home, os.O_RDONLY)
        try:
            return _keeps_out(home, first)
        finally:
            os.close(first)
    return None


def _keeps_out(home: Path, first: int) -> bool:
    try:
        fcntl.flock(first, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:  # a repair holds it: there are locks
        return True
    except OSError:
        return False
    second = os.open(home, os.O_RDONLY)
    try:
        fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(second)
    return False


def _takes_room(home: Path) -> bool | None:
    """Whether room in a file can be taken before it is written, tried on a file that has no name."""
    if not hasattr(os, "posix_fallocate") or not hasattr(os, "O_TMPFILE"):
        return None if hasattr(os, "posix_fallocate") else False
    try:
        file = os.open(home, os.O_TMPFILE | os.O_RDWR, 0o600)
    except OSError:  # a file system without such files
        return None
    try:
        os.posix_fallocate(file, 0, ROOM_BYTES)
    except OSError:
        return False
    finally:
        os.close(file)
    return True


def _set_aside(home: Path) -> Iterator[tuple[str, int]]:
    for path in recorded_paths(home):
        if is_set_aside(path.name):
            yield str(path.relative_to(home)), path.stat().st_size
