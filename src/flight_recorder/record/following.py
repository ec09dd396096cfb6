"""Following: libraries that send requests or name steps are followed while a session is open.

What to replace in a library is said by its module in `integrations/`. It is replaced when the library is there: at
the beginning of the session, or when the program imports it later.
"""

import sys
import threading
from collections.abc import Callable, Iterable
from importlib import import_module
from importlib.machinery import SourceFileLoader
from types import ModuleType
from typing import Any

from flight_recorder.interrupted import was_interrupted
from flight_recorder.record.unseen import as_of_importing

_FOLLOWED = {  # the module whose import says that the library is there, and the one of ours that follows it
    "httpx": "httpx",
    "httpx2": "httpx",
    "urllib3": "urllib3",
    "aiohttp": "aiohttp",
    "langgraph.graph.state": "langgraph",
    "langchain_core.tools.structured": "langchain",
    "agents.tool": "openai_agents",
    "pydantic_ai.tools": "pydantic_ai",
    "crewai.tools.base_tool": "crewai",
}

Replace = Callable[[Any, str, Callable[[Callable[..., Any]], Callable[..., Any]]], None]
"""Puts what the third makes of the attribute that is found in the place of that, until the last session ends."""

_lock = threading.Lock()
_open_sessions = 0
_ambient: dict[str, Callable[[], None] | None] = {}  # what undoes each kind that is wanted, while it is followed
_followed: set[str] = set()
_replaced: list[tuple[Any, str, Any, Any]] = []  # owner, name, found (_INHERITED where it had none itself), ours
_INHERITED = object()


def follow_libraries() -> None:
    """Follow what is there and what is imported, until `unfollow_libraries` has been called as often as this."""
    global _open_sessions
    with _lock:
        _open_sessions += 1
        if _open_sessions == 1:
            _replace(SourceFileLoader, "exec_module", _exec_module)
            for name in _FOLLOWED:
                if name in sys.modules:
                    _follow(name, sys.modules[name])
            if _ambient:
                _follow_ambient()


def name_what_was_made() -> None:
    """Let the functions that frameworks have been told of before go by the names that they have there."""
    from flight_recorder.record.naming import name_made  # here: for what is traced alone

    made = []
    for name in sorted(_followed):
        try:
            ours = _integration(name)
            if hasattr(ours, "made"):
                made.append(ours.made(sys.modules[name]))
        except Exception as error:  # contained: of another version; its functions keep their own names
            if was_interrupted(error):
                raise
    name_made(made)


def _integration(name: str) -> ModuleType:
    return import_module(f"flight_recorder.integrations.{_FOLLOWED[name]}")


def follow_also(kinds: Iterable[str]) -> None:
    """Make boundaries of these *kinds* of ambient values as well, in all sessions of this process.

    Raises ValueError where one is not known.
    """
    from flight_recorder.record.ambient import KINDS  # here: few programs ask for that

    for kind in kinds:
        if kind not in KINDS:
            raise ValueError(f"boundaries are {', '.join(map(repr, KINDS))}, not {kind!r}")
    with _lock:
        for kind in kinds:
            _ambient.setdefault(kind, None)
        if _open_sessions:
            _follow_ambient()


def _follow_ambient() -> None:
    from flight_recorder.record.ambient import follow_ambient

    for kind, undo in _ambient.items():
        if undo is None:
            try:
                _ambient[kind] = follow_ambient(kind)
            except Exception as error:  # contained: where classes in C cannot be changed, the time stays real
                if was_interrupted(error):
                    raise


def unfollow_libraries() -> None:
    """Undo one `follow_libraries`; the last one restores what was found, unless somebody replaced it since."""
    global _open_sessions
    with _lock:
        _open_sessions -= 1
        if _open_sessions:
            return
        for owner, name, found, ours in reversed(_replaced):
            if vars(owner).get(name) is not ours:
                continue
            if found is _INHERITED:
                delattr(owner, name)
            else:
                setattr(owner, name, found)
        _replaced.clear()
        _followed.clear()
        for kind, undo in _ambient.items():
            if undo is not None:
                undo()
            _ambient[kind] = None


def _replace(owner: Any, name: str, make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    ours = make(getattr(owner, name))
    _replaced.append((owner, name, vars(owner).get(name, _INHERITED), ours))
    setattr(owner, name, ours)


def _follow(name: str, module: ModuleType) -> None:
    if name in _followed:
        return
    _followed.add(name)
    try:
        _integration(name).follow(module, _replace)
    except Exception as error:  # contained: of another version, say; its requests are then part of the steps
        if was_interrupted(error):
            raise


def _exec_module(found: Callable[..., Any]) -> Callable[..., Any]:
    @as_of_importing
    def exec_module(self: SourceFileLoader, module: ModuleType) -> None:
        found(self, module)
        if module.__name__ in _FOLLOWED and _open_sessions:
            with _lock:
                _follow(module.__name__, module)

    return exec_module
