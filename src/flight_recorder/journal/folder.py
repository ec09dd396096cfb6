"""Folder: where journals lie and what they are called. The name tells the session and the process."""

import re
from pathlib import Path

import msgspec

FOLDER_NAME = "journal"
SUFFIX = ".journal"

# A number after the pid tells journals apart when a session outlives a process and its pid is given out again.
_NAME = re.compile(r"(?P<session>[0-9a-f]+)-(?P<pid>[0-9]+)(-[0-9]+)?\.journal")


class JournalName(msgspec.Struct, frozen=True):
    """What the name of a journal says: whose events it holds and which process writes them."""

    session: str
    pid: int


def journal_path(home: Path, session: str, pid: int) -> Path:
    """Return where the process *pid* keeps its events of *session*."""
    return home / FOLDER_NAME / f"{session}-{pid}{SUFFIX}"


def numbered(path: Path, number: int) -> Path:
    """Return *path* for number 1, and names beside it for the numbers after that."""
    return path if number == 1 else path.with_name(f"{path.stem}-{number}{SUFFIX}")


def parse_name(path: Path) -> JournalName | None:
    """Return what the name of *path* says, or None when it is not the name of a journal."""
    match = _NAME.fullmatch(path.name)
    return JournalName(match["session"], int(match["pid"])) if match else None


def journals_in(home: Path) -> list[Path]:
    """Return every file in *home*'s journal folder that ends like a journal, by name; [] without a folder."""
    return sorted((home / FOLDER_NAME).glob(f"*{SUFFIX}"))


def make_private_folder(path: Path) -> None:
    """Make the folder *path* for its owner alone (mode 0700); a folder that exists stays as it is.

    Folders above it are made with the usual mode: they are not ours.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
