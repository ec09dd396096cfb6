"""Launching: how this program was started, so that a replay can start it again."""

import locale
import os
import platform
import sys

import msgspec

from flight_recorder.config import Config
from flight_recorder.model.session import Launch
from flight_recorder.model.start import Start, Unstartable
from flight_recorder.record import at_start
from flight_recorder.record.block import Block
from flight_recorder.record.registry import Registered
from flight_recorder.record.starting import this_start


def this_launch(config: Config, entry: Registered) -> Launch:
    """Return how this process was started, and how the session that begins with *entry* can be started again."""
    traced = entry.traced if isinstance(entry, Block) else None
    start, unit = _start(config, entry)
    return Launch(
        start=start,
        unit=unit,
        argv=at_start.argv,
        cwd=at_start.folder,
        executable=sys.executable,
        python=platform.python_version(),
        platform=sys.platform,
        hash_seed=os.environ.get("PYTHONHASHSEED", ""),
        time_zone=os.environ.get("TZ", ""),
        locale=".".join(part for part in locale.getlocale() if part),
        root=config.project.root,
        flags=_flags(),
        traced=traced,
    )


def launch_here(recorded: Launch) -> Launch:
    """Return *recorded* as the launch of its replay, which this process is."""
    return msgspec.structs.replace(
        recorded, executable=sys.executable, python=platform.python_version(), platform=sys.platform
    )


def _start(config: Config, entry: Registered) -> tuple[Start, str]:
    if isinstance(entry, Block) and entry.program is not None:
        return entry.program, ""
    try:
        return this_start(config, entry)
    except Exception as error:  # noqa: BLE001 - contained: what pytest or IPython keep may look different one day
        return Unstartable(f"how it was started could not be found out ({type(error).__name__}: {error})"), ""


def _flags() -> tuple[str, ...]:
    """Return the interpreter options that change what the program does."""
    flags = ["-O"] * sys.flags.optimize
    if sys.flags.dev_mode:
        flags += ["-X", "dev"]
    if sys.flags.utf8_mode and os.environ.get("PYTHONUTF8") != "1":
        flags += ["-X", "utf8"]
    if sys.flags.isolated:
        flags.append("-I")
    elif sys.flags.safe_path:
        flags.append("-P")
    for option in sys.warnoptions:
        flags += ["-W", option]
    return tuple(flags)
