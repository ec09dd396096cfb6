"""Aside: the names of what a repair makes and sets aside. No reader takes any of it for a recording."""

import re
from datetime import date
from pathlib import Path

WORKSHOP = "store.new"  # the folder in which a salvage makes the new store

_NAME = re.compile(r".*\.damaged-\d{4}-\d{2}-\d{2}(-\d+)?(-wal)?")


def aside_of(path: Path, today: date) -> Path:
    """Return a name beside *path* that no other file has: `store.db.damaged-2026-11-29`, then the same with `-2`.

    A repair that was killed may have given it to the file already.
    """
    first = path.with_name(f"{path.name}.damaged-{today.isoformat()}")
    candidate, number = first, 1
    while (candidate.exists() and not candidate.samefile(path)) or _log_of(candidate).exists():
        number += 1
        candidate = first.with_name(f"{first.name}-{number}")
    return candidate


def is_set_aside(name: str) -> bool:
    """Whether *name* is one that `aside_of` gives, or that of a log beside it."""
    return _NAME.fullmatch(name) is not None


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")
