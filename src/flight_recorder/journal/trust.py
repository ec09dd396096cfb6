"""Trust: whose a folder of recordings is. As git does with a repository: another user's is refused.

Who can write a recording can put into it what a replay would serve, and which program it would start. So commands and
recorders use a folder only when it is the user's own; of root's commands under sudo, also when it is that of the user
who called sudo. FLIGHT_RECORDER_TRUST names folders, separated as in PATH, that are used all the same; `*` is all.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from flight_recorder.errors import ForeignStoreError

TRUST_VARIABLE: Final = "FLIGHT_RECORDER_TRUST"


def check_owner(home: Path, names: Iterable[str] = ()) -> None:
    """Raise ForeignStoreError when *home*, or a file of these *names* in it, is there and another user's."""
    if not hasattr(os, "geteuid"):  # Windows has other means
        return
    trusted = _trusted_users()
    for path in (home, *(home / name for name in names)):
        owner = _foreign_owner(path, trusted)
        if owner is not None and not _is_named(home):
            raise ForeignStoreError(
                f"{path} belongs to another user ({owner}), and is not used: a recording says what a replay starts.\n"
                f"  Call this as that user, or, if you trust them, set {TRUST_VARIABLE}={home}"
            )


def is_foreign(path: Path) -> bool:
    """Whether the file *path* belongs neither to the user nor to root, whom all have to trust."""
    return hasattr(os, "geteuid") and _foreign_owner(path, _trusted_users() | {0}) is not None


def _foreign_owner(path: Path, trusted: frozenset[int]) -> str | None:
    """Return the owner of *path*, or of the link that leads there, when that is none of *trusted*."""
    try:
        owners = {os.lstat(path).st_uid, os.stat(path).st_uid}
    except OSError:  # it is not there, or cannot be opened either
        return None
    foreign = owners - trusted
    return _name_of(min(foreign)) if foreign else None


def _trusted_users() -> frozenset[int]:
    me = os.geteuid()
    caller = os.environ.get("SUDO_UID", "")
    return frozenset({me, int(caller)}) if me == 0 and caller.isdecimal() else frozenset({me})


def _is_named(home: Path) -> bool:
    named = os.environ.get(TRUST_VARIABLE, "").split(os.pathsep)
    return "*" in named or os.path.realpath(home) in {os.path.realpath(one) for one in named if one}


def _name_of(user: int) -> str:
    import pwd  # only for the message

    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"uid {user}"
