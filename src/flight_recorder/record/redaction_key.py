"""Redaction key: the key of the digests that stand for secrets. One for each folder of a recording.

It lies beside the store and not in it: who has the store alone cannot try out what a secret may have been. All
sessions of a folder use the same, so that a replay can tell that an input is equal.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from flight_recorder.journal.folder import make_private_folder
from flight_recorder.journal.trust import check_owner

KEY_NAME: Final = "redaction.key"
_KEY_BYTES: Final = 32


def redaction_key(home: Path) -> bytes:
    """Return the key of the folder *home*; it is made (mode 0600), with the folder, when it is missing.

    Raises OSError when that cannot be done, ForeignStoreError when it is another user's.
    """
    path = home / KEY_NAME
    check_owner(home, (KEY_NAME,))
    key = _read(path)
    if len(key) != _KEY_BYTES:
        make_private_folder(home)
        _make(path)
        key = _read(path)
    return key


def _read(path: Path) -> bytes:
    with suppress(FileNotFoundError):
        return path.read_bytes()
    return b""


def _make(path: Path) -> None:
    """Put a new key at *path*, whole from the first moment; of two processes that do so the first one counts."""
    made = path.with_name(f"{KEY_NAME}.{os.getpid()}-{os.urandom(4).hex()}")
    fd = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(fd, "wb") as file:
            file.write(os.urandom(_KEY_BYTES))
        try:
            os.link(made, path)
        except FileExistsError:
            if path.stat().st_size != _KEY_BYTES:  # emptied, or cut off by a full disk: no digest can have used it
                os.replace(made, path)
        except OSError:  # a file system without links
            os.replace(made, path)
    finally:
        with suppress(FileNotFoundError):
            made.unlink()
