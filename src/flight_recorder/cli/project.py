"""Project: the one that the command is called in, and the store of what it recorded."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flight_recorder.config import HOME_VARIABLE, find_home
from flight_recorder.errors import NotFoundError
from flight_recorder.journal.folder import journals_in
from flight_recorder.store.database import Store, open_store


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
    """Open this project's store, with everything in it that was recorded so far."""
    home = home or project_home()
    if journals_in(home):
        from flight_recorder.store.drain import drain  # here: most often everything is in the store

        drain(home)
    with open_store(home, create=True) as store:
        yield store
