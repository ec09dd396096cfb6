"""Compiled: the optional part that `speed/` holds, where it is installed and has the interface that is meant here."""

import sys
from typing import Any

INTERFACE = 5


def _installed() -> Any:
    if sys.version_info >= (3, 13) and not sys._is_gil_enabled():  # it counts on no thread coming in between
        return None
    try:
        import flight_recorder_speed
    except ImportError:
        return None
    return flight_recorder_speed if getattr(flight_recorder_speed, "INTERFACE", 0) == INTERFACE else None


compiled: Any = _installed()
"""The module, or None: then all of it is done in Python."""
