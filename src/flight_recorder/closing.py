"""Closing: what was recorded goes into the store, when the program asks for it or ends."""

import atexit
import sys
from contextlib import suppress

from flight_recorder.config import Config
from flight_recorder.interrupted import was_interrupted
from flight_recorder.record.guard import warn_once
from flight_recorder.record.opening import is_recording

_at_exit: set[Config] = set()


def drain_at_exit(config: Config) -> None:
    """Move the journals into the store when this process ends."""
    if config not in _at_exit:
        _at_exit.add(config)
        atexit.register(_drain_at_exit, config)


def _drain_at_exit(config: Config) -> None:
    drain(config)
    if _was_interrupted():
        _end_by_signal()


def _was_interrupted() -> bool:
    """Whether Ctrl-C ended the program, and Python is going to end the process by that signal: not under `-m`."""
    ended_by = getattr(sys, "last_type", None)
    return ended_by is KeyboardInterrupt and getattr(sys.modules.get("__main__"), "__spec__", None) is None


def _end_by_signal() -> None:
    """Let Python end the process by SIGINT, as it was going to: a shell ends a loop by that.

    It forgets so with the next text that is run as code; modules that are imported when draining do that.
    """
    with suppress(KeyboardInterrupt):
        exec("raise KeyboardInterrupt")


def drain(config: Config) -> None:
    """Move the journals into the store. Left to the next command when that fails: nothing is lost.

    A replay was started by a command, which does that when the program has ended, and then has the session at hand.
    """
    try:
        if not (config.home.is_dir() and is_recording()):
            return
        from flight_recorder.store import drain as store  # here: sqlite3 is imported when it is needed, not before

        store.drain(config.home)
    except Exception as error:  # contained: the user's program must not notice
        if was_interrupted(error):
            raise
        warn_once(f"the recording stays in its journal: {error}")
