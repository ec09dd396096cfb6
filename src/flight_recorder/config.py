"""Config: where the recording lives and what counts as the project's own code."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from flight_recorder.redaction import NOTHING_MORE, Redaction

HOME_NAME = ".flight-recorder"
HOME_VARIABLE = "FLIGHT_RECORDER_HOME"
DISABLED_VARIABLE = "FLIGHT_RECORDER_DISABLED"
HOT_CALLS_VARIABLE = "FLIGHT_RECORDER_HOT_CALLS"
SHARE_VARIABLE = "FLIGHT_RECORDER_SHARE"

_OWN_CODE = os.path.dirname(os.path.abspath(__file__)) + os.sep


def find_home(cwd: Path, override: str | None) -> Path:
    """Return the folder that holds the recording; it need not exist yet.

    *override* (`FLIGHT_RECORDER_HOME`) wins; else the nearest `.flight-recorder` at or above *cwd*; else the one
    that the first session will make in *cwd*.
    """
    if override:
        return Path(override).expanduser().absolute()
    for folder in (cwd, *cwd.parents):
        candidate = folder / HOME_NAME
        if candidate.is_dir():
            return candidate
    return cwd / HOME_NAME


class Project(msgspec.Struct, frozen=True):
    """What counts as the project's own code: files under *root* that no installer and no Python put there."""

    root: str

    def owns(self, file: str) -> bool:
        """Whether the source file *file* (absolute) is the project's own."""
        if not file.startswith(self.root + os.sep) or file.startswith(_OWN_CODE):
            return False
        return not file.startswith(_foreign_folders()) and f"{os.sep}site-packages{os.sep}" not in file

    def relative(self, file: str) -> str:
        """Return *file* relative to the project's root when it lies under it, else as it is."""
        prefix = self.root + os.sep
        return file[len(prefix) :] if file.startswith(prefix) else file


_foreign: tuple[str, ...] | None = None


def _foreign_folders() -> tuple[str, ...]:
    """Return the folders of the standard library, installed packages and the interpreter's prefix."""
    global _foreign
    if _foreign is None:
        import site  # here: commands that only read ask for no folder
        import sysconfig

        paths = sysconfig.get_paths()
        folders = {
            paths["stdlib"],
            paths["platstdlib"],
            paths["purelib"],
            paths["platlib"],
            *site.getsitepackages(),
        }
        if sys.prefix != sys.base_prefix:  # a virtual environment often lies inside the project
            folders.add(sys.prefix)
        _foreign = tuple(os.path.abspath(folder) + os.sep for folder in sorted(folders))
    return _foreign


class Config(msgspec.Struct, frozen=True):
    """The settings of one recorder, fixed when it is made.

    The last two say when a function that nobody registered gets hot, and is no step any more: after *hot_calls* calls
    that are short; and when recording its calls takes longer than they do, once recording takes more than *share* of
    the session.
    """

    home: Path
    project: Project
    is_enabled: bool = True
    redaction: Redaction = NOTHING_MORE
    hot_calls: int = 1_000
    share: float = 0.25


def load_config(store: str | os.PathLike[str] | None = None, redaction: Redaction | None = None) -> Config:
    """Return the settings for a recorder made now: arguments first, then the environment, then the defaults."""
    cwd = Path.cwd()
    override = os.fspath(store) if store is not None else os.environ.get(HOME_VARIABLE)
    home = find_home(cwd, override)
    root = home.parent if home.name == HOME_NAME and not override else cwd
    disabled = os.environ.get(DISABLED_VARIABLE, "").strip().lower() not in ("", "0", "false", "no")
    limits: dict[str, Any] = {}
    with suppress(KeyError, ValueError):
        limits["hot_calls"] = max(int(os.environ[HOT_CALLS_VARIABLE]), 1)
    with suppress(KeyError, ValueError):
        limits["share"] = max(float(os.environ[SHARE_VARIABLE]), 0.0)
    return Config(home, Project(os.path.realpath(root)), not disabled, redaction or NOTHING_MORE, **limits)
