"""Clients: the libraries by which programs send requests, followed while a session is open.

Each module here says what to replace in one library. That is done when the library is there: at the beginning of the
session, or when the program imports it later.
"""

import sys
import threading
from collections.abc import Callable
from importlib import import_module
from importlib.machinery import SourceFileLoader
from types import ModuleType
from typing import Any

from flight_recorder.interrupted import was_interrupted

_CLIENTS = {  # the module whose import says that the library is there, and what follows it
    "httpx": "flight_recorder.record.clients.of_httpx",
    "httpx2": "flight_recorder.record.clients.of_httpx",
    "urllib3": "flight_recorder.record.clients.of_urllib3",
    "aiohttp": "flight_recorder.record.clients.of_aiohttp",
}

Replace = Callable[[type, str, Callable[[Callable[..., Any]], Callable[..., Any]]], None]
"""Puts what the third makes of the attribute that is found in the place of that, until the last session ends."""

_lock = threading.Lock()
_open_sessions = 0
_followed: set[str] = set()
_replaced: list[tuple[type, str, Callable[..., Any], Callable[..., Any]]] = []  # owner, name, found, ours


def follow_clients() -> None:
    """Follow what is there and what is imported, until `unfollow_clients` has been called as often as this."""
    global _open_sessions
    with _lock:
        _open_sessions += 1
        if _open_sessions == 1:
            _replace(SourceFileLoader, "exec_module", _exec_module)
            for name in _CLIENTS:
                if name in sys.modules:
                    _follow(name, sys.modules[name])


def unfollow_clients() -> None:
    """Undo one `follow_clients`; the last one restores what was found, unless somebody replaced it since."""
    global _open_sessions
    with _lock:
        _open_sessions -= 1
        if _open_sessions:
            return
        for owner, name, found, ours in reversed(_replaced):
            if vars(owner).get(name) is ours:
                setattr(owner, name, found)
        _replaced.clear()
        _followed.clear()


def _replace(owner: type, name: str, make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    found = vars(owner).get(name) or getattr(owner, name)
    ours = make(found)
    setattr(owner, name, ours)
    _replaced.append((owner, name, found, ours))


def _follow(name: str, module: ModuleType) -> None:
    if name in _followed:
        return
    _followed.add(name)
    try:
        import_module(_CLIENTS[name]).follow(module, _replace)
    except Exception as error:  # contained: of another version, say; its requests are then part of the steps
        if was_interrupted(error):
            raise


def _exec_module(found: Callable[..., Any]) -> Callable[..., Any]:
    def exec_module(self: SourceFileLoader, module: ModuleType) -> None:
        found(self, module)
        if module.__name__ in _CLIENTS and _open_sessions:
            with _lock:
                _follow(module.__name__, module)

    return exec_module
