"""Project: the one that the command is called in, and the store of what it recorded."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from flight_recorder.config import HOME_VARIABLE, find_home
from flight_recorder.errors import NewerFormatError, NotFoundError
from flight_recorder.journal.folder import journals_in
from flight_recorder.render.safe import safe
from flight_recorder.store.database import Store, open_store
from flight_recorder.store.sessions import last_session_id

if TYPE_CHECKING:
    from flight_recorder.store.reading import Left

MAX_WARNINGS = 3


def project_home() -> Path:
    """Return the folder of this project's recording; raises NotFoundError when there is none."""
    home = find_home(Path.cwd(), os.environ.get(HOME_VARIABLE))
    if not home.is_dir():
        raise NotFoundError(
            f"nothing is recorded here: there is no {home}.\n"
            "  Record a session first (`flight-recorder demo` shows how), or go to the project's folder."
        )
    return home


@contextmanager
def open_recordings(home: Path | None = None) -> Iterator[Store]:
    """Open this project's store, with everything in it that was recorded so far.

    Journals that stay where they are are named on stderr. Raises NewerFormatError when a newer version wrote them,
    and there is nothing else.
    """
    home = home or project_home()
    left: Sequence[Left] = ()
    if journals_in(home):
        from flight_recorder.store.drain import drain  # here: most often everything is in the store

        left = drain(home).left
    with open_store(home, create=True) as store:
        newer = [one for one in left if one.is_newer]
        if newer and last_session_id(store) is None:
            raise NewerFormatError(newer[0].reason)
        for one in left[:MAX_WARNINGS]:
            _warn(_why_left(one))
        if len(left) > MAX_WARNINGS:
            _warn(f"{len(left) - MAX_WARNINGS} more journals stay where they are; flight-recorder doctor says why")
        yield store


def _why_left(left: "Left") -> str:
    if str(left.path) in left.reason:
        return left.reason
    return f"the journal {left.path} stays where it is: {left.reason}"


@cache  # once: some commands open the recordings more than once
def _warn(text: str) -> None:
    sys.stderr.write(f"warning: {safe(text)}\n")
