"""Entered: which functions of the project a step really enters, beyond those that its fingerprint names.

The fingerprint follows names; a call through `getattr`, through an argument or out of a library's object has none.
So the interpreter reports each function that is entered (PY_START of `sys.monitoring`), from Python 3.12. Before
that, or where every tool number is taken, what names tell has to do.

Reports cost more than small functions do. Returning DISABLE ends those of one function, but for every step. It is
done where no step can miss anything by it: where the function is known already for each step that is running. A step
that begins later and does not know it has the reports of all functions restarted. A caller of the step that knows it
needs no report: it is not served from a recording unless that step's code, too, is unchanged.
"""

import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any

from flight_recorder.config import Project
from flight_recorder.fingerprint.origin import Origin, origin_of_file
from flight_recorder.fingerprint.unloaded import note_loaded_late
from flight_recorder.record.context import current, inherited, scope_here
from flight_recorder.record.failing import OWN_FOLDER

TOOL_NAME = "flight-recorder"
QUIET_AFTER = 50  # reports of one function; what a restart costs is then little beside them
_IS_FUNCTION = 0x3  # CO_OPTIMIZED | CO_NEWLOCALS

# Where our own code calls the program's to look at a value: what is entered then is not entered by the step.
_LOOKING = (os.path.join(OWN_FOLDER, "codec", ""), os.path.join(OWN_FOLDER, "record", "recording.py"))


class Known:
    """The code of a function of the project that was entered. Kept while sessions are open, so that its id is its."""

    __slots__ = ("code", "module", "quiet_at", "reports")

    def __init__(self, code: CodeType, module: str) -> None:
        self.code = code
        self.module = module
        self.reports = 0
        self.quiet_at = QUIET_AFTER


@dataclass(frozen=True, slots=True)
class Covered:
    """The code that the fingerprint of a step covers: ids of code objects, and files of modules not loaded yet."""

    codes: frozenset[int]
    files: frozenset[str]


class Track:
    """What one running step has entered. *is_unsure* says that something may have been missed."""

    __slots__ = ("covered", "covered_codes", "entered", "is_protected", "is_unsure", "parent", "session")

    def __init__(self, session: object, parent: "Track | None", covered: Covered, is_protected: bool) -> None:
        self.session = session
        self.parent = parent
        self.covered = covered
        self.covered_codes = covered.codes
        self.is_protected = is_protected
        self.entered: dict[int, Known | None] = {}  # by id of the code; None for what the fingerprint covers by file
        self.is_unsure = False

    def knows(self, code: int) -> bool:
        """Whether the code object with the id *code* is accounted for."""
        return code in self.covered_codes or code in self.entered

    def found(self) -> list[Known]:
        """Return what was entered that the fingerprint does not cover."""
        return [known for known in list(self.entered.values()) if known is not None]


class _Watch:
    """The reports that the interpreter makes while sessions are open."""

    def __init__(self) -> None:
        self.lock = threading.RLock()  # a finalizer or signal handler may call a step while it is held
        self.tool: int | None = None
        self.sessions: dict[object, Project] = {}
        self.running: set[Track] = set()
        self.known: dict[int, Known] = {}  # by id of the code
        self.silenced: dict[int, int] = {}  # thread that a function was silenced in, by id of the code
        self._is_own: dict[str, bool] = {}  # by file

    def begin(self, session: object, project: Project) -> None:
        """Report while *session* is open."""
        with self.lock:
            self.sessions[session] = project
            self._is_own.clear()
            if len(self.sessions) == 1:
                self._start()

    def end(self, session: object) -> None:
        """Leave nothing behind when *session* was the last one that is open."""
        with self.lock:
            self.sessions.pop(session, None)
            self.running = {track for track in self.running if track.session is not session}
            if not self.sessions:
                self._stop()

    def _start(self) -> None:
        if sys.version_info < (3, 12):
            return
        monitoring = sys.monitoring
        self.tool = next((number for number in (3, 4, 5, 2) if monitoring.get_tool(number) is None), None)
        if self.tool is None:
            return
        monitoring.use_tool_id(self.tool, TOOL_NAME)
        monitoring.register_callback(self.tool, monitoring.events.PY_START, _reporter(self, monitoring.DISABLE))
        monitoring.set_events(self.tool, monitoring.events.PY_START)
        monitoring.restart_events()  # DISABLE outlives a tool: of what an earlier session silenced nothing is known

    def _stop(self) -> None:
        if sys.version_info >= (3, 12) and self.tool is not None:
            sys.monitoring.set_events(self.tool, 0)
            sys.monitoring.register_callback(self.tool, sys.monitoring.events.PY_START, None)
            sys.monitoring.free_tool_id(self.tool)
        self.tool = None
        self.known.clear()
        self.silenced.clear()

    def add(self, track: Track) -> None:
        """Begin to note what *track* enters; have reported again what was silenced and it does not know."""
        with self.lock:
            self.running.add(track)
            missed = [thread for code, thread in self.silenced.items() if not track.knows(code)]
        if missed:
            _wait_for_reports(set(missed))
            self._restart()

    def remove(self, track: Track) -> None:
        """The step of *track* has ended."""
        with self.lock:
            self.running.discard(track)

    def _restart(self) -> None:
        with self.lock:
            self.silenced.clear()
            for known in list(self.known.values()):
                known.reports, known.quiet_at = 0, QUIET_AFTER
        if sys.version_info >= (3, 12):
            sys.monitoring.restart_events()

    def meet(self, code: CodeType, frame: FrameType) -> Known | None:
        """Return what is to be known of *code*, entered for the first time; None when it is not the project's."""
        if code.co_flags & _IS_FUNCTION != _IS_FUNCTION and code.co_name != "<module>":
            return None  # the body of a class: a part of the function or module that it stands in
        module = str(frame.f_globals.get("__name__", ""))
        is_own = self._is_own.get(code.co_filename)
        if is_own is None:
            is_own = self._is_own[code.co_filename] = self._owns(code.co_filename, module)
        if not is_own:
            return None
        return self.known.setdefault(id(code), Known(code, module))

    def _owns(self, file: str, module: str) -> bool:
        if file.startswith("<"):  # made from text: that is data of whoever runs it
            return False
        return any(
            origin_of_file(file, module, project) is Origin.PROJECT for project in list(self.sessions.values())
        )

    def can_be_quiet(self, known: Known, track: Track | None) -> bool:
        """Return whether no running step but the callers of *track* can miss *known*, and note that it is silenced."""
        code = id(known.code)
        with self.lock:
            callers = _covered_callers(track)
            if all(other in callers or other.knows(code) for other in self.running):
                self.silenced[code] = threading.get_ident()
                return True
        known.quiet_at *= 2
        return False


def _covered_callers(track: Track | None) -> set[Track]:
    """Return the callers that run again whenever the code of *track* changed: all above, up to a protected step."""
    found = set()
    while track is not None and not track.is_protected and track.parent is not None:
        track = track.parent
        found.add(track)
    return found


def _wait_for_reports(threads: set[int]) -> None:
    """Return when none of *threads* is in the middle of a report.

    What that is about to silence would outlive a restart made now.
    """
    for _ in range(10_000):
        frames = sys._current_frames()
        if not any(thread in frames and frames[thread].f_code is _REPORT for thread in threads):
            return
        time.sleep(0)


def _note(track: Track, known: Known, frame: FrameType) -> None:
    """Note that *track* entered *known*, unless our own looking at a value did."""
    if _is_looking(frame.f_back):
        return
    code = known.code
    if code.co_filename in track.covered.files:
        track.entered[id(code)] = None
        return
    track.entered[id(code)] = known
    if code.co_name == "<module>":
        note_loaded_late(code.co_filename)


def _is_looking(frame: FrameType | None) -> bool:
    while frame is not None and not frame.f_code.co_filename.startswith(OWN_FOLDER):
        frame = frame.f_back
    return frame is not None and frame.f_code.co_filename.startswith(_LOOKING)


def _track_here() -> Track | None:
    scope = scope_here()
    return None if scope is None else scope.track


def _reporter(watch: _Watch, disable: object) -> Callable[[CodeType, int], object]:
    """Return what the interpreter calls when a function is entered. Called for each call until it is silenced."""
    all_known = watch.known

    def report(
        code: CodeType,
        _offset: int,
        find: Callable[..., Any] = all_known.get,
        scope_of_context: Callable[[], Any] = current.get,
        frame_of: Callable[[int], FrameType] = sys._getframe,
    ) -> object:
        track = None
        try:
            known = find(id(code)) or watch.meet(code, frame_of(1))
            if known is None:
                return disable
            scope = scope_of_context()
            track = scope.track if scope is not None else _track_here() if inherited else None
            if track is not None and not track.knows(id(code)):
                _note(track, known, frame_of(1))
                return None
            known.reports += 1
            if known.reports >= known.quiet_at and watch.can_be_quiet(known, track):
                return disable
        except Exception:  # noqa: BLE001 - contained: an error here would be raised in the user's program
            if track is not None:
                track.is_unsure = True
        return None

    return report


_watch = _Watch()
_REPORT = _reporter(_watch, None).__code__

watch_session = _watch.begin
unwatch_session = _watch.end


def track_step(session: object, parent: Track | None, covered: Covered, is_protected: bool) -> Track | None:
    """Return what notes the functions that a step enters, from now on; None when the interpreter reports none."""
    if _watch.tool is None or session not in _watch.sessions:
        return None
    track = Track(session, parent, covered, is_protected)
    _watch.add(track)
    return track


def end_track(track: Track) -> None:
    """The step of *track* has ended."""
    _watch.remove(track)
