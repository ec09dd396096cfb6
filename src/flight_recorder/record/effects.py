"""Effects: what a step does to the world outside, as the audit events of Python tell of it.

A hook for these cannot be taken away again, so there is one for the whole process, from the first session on. It is
called for every file that is opened and every module that is imported: what is not wanted costs it one look.
"""

import os
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flight_recorder.interrupted import was_interrupted
from flight_recorder.model.event import Touched
from flight_recorder.model.step import Effect
from flight_recorder.record.context import scope_here

if TYPE_CHECKING:
    from flight_recorder.record.open_step import OpenStep
    from flight_recorder.record.recording import Recording

MAX_EFFECTS = 20  # of one step: who writes a thousand files has said enough
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_SHELLS = ("sh", "bash", "dash", "zsh")
_NOWHERE = (os.devnull, "/dev/tty", "/dev/stdout", "/dev/stderr")

_lock = threading.Lock()
_open_sessions = 0
_is_hooked = False


def follow_effects() -> None:
    """Note what steps do outside, until `unfollow_effects` has been called as often as this."""
    global _open_sessions, _is_hooked
    with _lock:
        _open_sessions += 1
        if not _is_hooked:
            _is_hooked = True
            sys.addaudithook(_hear)


def unfollow_effects() -> None:
    """Undo one `follow_effects`."""
    global _open_sessions
    with _lock:
        _open_sessions -= 1


def _hear(event: str, args: tuple[Any, ...]) -> None:
    told = _TOLD.get(event)
    if told is None or _open_sessions < 1:
        return
    try:
        effect = told(args)
        scope = scope_here() if effect is not None else None
        if effect is not None and scope is not None and scope.id is not None:
            _note(scope.recording, scope, effect)
    except Exception as trouble:  # contained: what is raised here forbids the program what it was about to do
        if type(trouble) is not RecursionError and was_interrupted(trouble):
            raise


def _note(recording: "Recording", scope: Any, effect: Effect) -> None:
    opened: OpenStep = scope
    if opened.origin is None:  # a request, which tells of itself
        return
    if recording.is_own_file(effect.what):
        return
    effect = Effect(effect.did, recording.project.relative(effect.what))
    known = recording.effects.setdefault(opened.id, set())
    if effect in known or len(known) >= MAX_EFFECTS:
        return
    known.add(effect)
    secrets = recording.settings.secrets
    what = effect.what if secrets is None else secrets.mask(effect.what)
    try:
        if recording.is_open:
            recording.sink(Touched(opened.id, Effect(effect.did, what)))
    except RecursionError:
        pass  # the stack is full, which is no trouble of the journal's: it is not noted then
    except Exception as trouble:  # contained: as below
        if was_interrupted(trouble):
            raise
        recording.guard.trip(trouble)


def _opened(args: tuple[Any, ...]) -> Effect | None:
    path, mode, flags = args
    is_written = any(letter in mode for letter in "wax+") if isinstance(mode, str) else bool(flags & _WRITES)
    if not is_written or isinstance(path, int):
        return None
    name = _path(path)
    return None if name in _NOWHERE or name.endswith(".pyc") or "__pycache__" in name else Effect("wrote", name)


def _path(path: Any) -> str:
    return os.fsdecode(path) if isinstance(path, str | bytes) else str(path)


def _ran(args: tuple[Any, ...]) -> Effect | None:
    program, given = args[0], args[1] if len(args) > 1 else ()
    words = [_path(given)] if isinstance(given, str | bytes) else [_path(word) for word in given]
    if words[1:2] == ["-c"] and os.path.basename(words[0]) in _SHELLS:
        return _command(words[2])
    return _command(words[0] if program is None else _path(program))


def _command(line: str) -> Effect:
    return Effect("ran", os.path.basename(line.split()[0]))


def _connected(args: tuple[Any, ...]) -> Effect | None:
    address = args[1]
    if isinstance(address, tuple) and len(address) >= 2:
        return Effect("connected to", f"{address[0]}:{address[1]}")
    return Effect("connected to", _path(address)) if isinstance(address, str | bytes) else None


def _used_database(args: tuple[Any, ...]) -> Effect | None:
    name = _path(args[0])
    return None if name in ("", ":memory:") or "mode=memory" in name else Effect("opened", name)


def _on_path(did: str) -> Callable[[tuple[Any, ...]], Effect | None]:
    return lambda args: None if isinstance(args[0], int) else Effect(did, _path(args[0]))


_TOLD: dict[str, Callable[[tuple[Any, ...]], Effect | None]] = {
    "open": _opened,
    "os.remove": _on_path("removed"),
    "os.rmdir": _on_path("removed"),
    "os.rename": _on_path("moved"),
    "os.mkdir": _on_path("made"),
    "os.link": _on_path("linked"),
    "os.symlink": _on_path("linked"),
    "os.truncate": _on_path("wrote"),
    "subprocess.Popen": _ran,
    "os.posix_spawn": _ran,
    "os.exec": _ran,
    "os.system": lambda args: _command(_path(args[0])),
    "socket.connect": _connected,
    "sqlite3.connect": _used_database,
}
