"""Entered: which functions of the project a step really enters, beyond those that its fingerprint names.

The fingerprint follows names; a call through `getattr`, through an argument or out of a library's object has none.
So the interpreter reports each function that is entered (PY_START of `sys.monitoring`), from Python 3.12. Before
that, or where its tool numbers are taken, what names tell has to do.

Reports cost more than small functions do. Returning DISABLE ends those of one function, but for every step, and
`restart_events` would bring back those of all functions, for every tool. So there are two tools. The finder sees each
function once, and has those of the project reported to the reporter, whose events are set for each function alone
and can be brought back for it alone.

The reports of a function end where no step can miss anything by it: where each step that is running knows the
function already. They are brought back when a step begins that does not, and then go on for longer: steps that take
turns would have each other silenced and brought back all the time. A caller of the step that knows it needs no
report: it is not served from a recording unless that step's code, too, is unchanged.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterable
from sys import _getframe as _frame_at  # now: as in record.recording
from types import CodeType, FrameType
from typing import Any

from flight_recorder.config import Project
from flight_recorder.fingerprint.origin import Origin, origin_of_file
from flight_recorder.fingerprint.unloaded import note_loaded_late
from flight_recorder.interrupted import was_interrupted
from flight_recorder.record import tracks
from flight_recorder.record.context import current, inheriting, scope_here
from flight_recorder.record.failing import OWN_FOLDER
from flight_recorder.record.tracks import LATEST_QUIET, Covered, Known, Track

REPORTS_ENTERED = sys.version_info >= (3, 12)
TOOL_NAME = "flight-recorder"
_IS_FUNCTION = 0x3  # CO_OPTIMIZED | CO_NEWLOCALS

# Where our own code calls the program's to look at a value: what is entered then is not entered by the step.
_LOOKING = (
    os.path.join(OWN_FOLDER, "codec", ""),
    *(os.path.join(OWN_FOLDER, "record", name) for name in ("recording.py", "open_step.py", "failing.py")),
)

Report = Callable[..., object]


class _Watch:
    """The reports that the interpreter makes while sessions are open.

    The compiled part adds to *running* and takes from it itself, unless *is_busy*: nothing in Python runs meanwhile.
    *changes* tells it when other functions are silenced.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()  # a finalizer or signal handler may call a step while it is held
        self.bringing_back = threading.RLock()  # taken before the lock, never while that is held
        self.tools: tuple[int, ...] = ()  # the finder's and the reporter's numbers, while there are any
        self.sessions: dict[object, Project] = {}
        self.running: set[Track] = set()
        self.known: dict[int, Known] = {}  # by id of the code
        self.silenced: dict[int, set[int]] = {}  # the threads that ended a function's reports, by id of the code
        self.changes = 0  # of what is silenced
        self.is_busy = False  # while one of those that run is looked for
        self._is_own: dict[str, bool] = {}  # by file

    def begin(self, session: object, project: Project) -> None:
        """Report while *session* is open."""
        with self.lock:
            is_new_project = project not in self.sessions.values()
            self.sessions[session] = project
            if is_new_project:
                self._is_own.clear()
                self._start()

    def end(self, session: object) -> None:
        """Leave nothing behind when *session* was the last one that is open."""
        with self.lock:
            self.sessions.pop(session, None)
            self.running.difference_update([track for track in list(self.running) if track.session is session])
            if not self.sessions:
                self._stop()

    def _start(self) -> None:
        if sys.version_info < (3, 12):
            return
        monitoring, entered = sys.monitoring, sys.monitoring.events.PY_START
        if self.tools:  # what the finder has seen is another project's now
            monitoring.restart_events()
            return
        free = [number for number in (3, 4, 5, 2) if monitoring.get_tool(number) is None]
        if len(free) < 2:
            return
        self.tools = finder, reporter = free[0], free[1]
        report = _reporter(self, monitoring.DISABLE)
        for tool, callback in ((finder, _finder(self, report, monitoring.DISABLE)), (reporter, report)):
            monitoring.use_tool_id(tool, TOOL_NAME)
            monitoring.register_callback(tool, entered, callback)
        monitoring.set_events(finder, entered)
        monitoring.restart_events()  # DISABLE outlives a tool: an earlier session's finder has seen functions too

    def _stop(self) -> None:
        if sys.version_info >= (3, 12) and self.tools:
            for known in list(self.known.values()):  # events of one function outlive a tool as well
                sys.monitoring.set_local_events(self.tools[1], known.code, 0)
            sys.monitoring.set_events(self.tools[0], 0)
            for tool in self.tools:
                sys.monitoring.register_callback(tool, sys.monitoring.events.PY_START, None)
                sys.monitoring.free_tool_id(tool)
        self.tools = ()
        self.known.clear()
        self.silenced.clear()
        self.changes += 1

    def listen(self, known: Known) -> None:
        """Have each call of *known* reported."""
        if sys.version_info >= (3, 12) and self.tools:
            sys.monitoring.set_local_events(self.tools[1], known.code, sys.monitoring.events.PY_START)

    def listen_again(self, known: Known) -> None:
        """Have each call of *known* reported whose reports were ended: to ask for the same events does nothing."""
        if sys.version_info >= (3, 12) and self.tools:
            known.reports = 0
            known.quiet_at = max(known.quiet_at, min(known.quiet_at * 2, LATEST_QUIET))
            sys.monitoring.set_local_events(self.tools[1], known.code, 0)
            self.listen(known)

    def add(self, track: Track) -> None:
        """Begin to note what *track* enters; have reported again what it does not know."""
        with self.lock:
            self.running.add(track)
            is_complete = all(map(track.knows, self.silenced))
        if not is_complete:
            self._bring_back_for(track)

    def _bring_back_for(self, track: Track) -> None:
        """Return when all that *track* does not know is reported again.

        A step that begins meanwhile waits here too: what is being brought back counts as silenced until it is back.
        """
        with self.bringing_back:
            with self.lock:
                missed = [code for code in self.silenced if not track.knows(code)]
                functions = [self.known[code] for code in missed]
                threads = set[int]().union(*(self.silenced[code] for code in missed))
            _wait_for_reports(threads)
            for known in functions:
                self.listen_again(known)
            with self.lock:  # none was silenced again: this step is running, and does not know it
                for code in missed:
                    self.silenced.pop(code, None)
                self.changes += 1

    def remove(self, track: Track) -> None:
        """The step of *track* has ended."""
        with self.lock:
            self.running.discard(track)

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
        """Note that *known* is silenced and return True, if no running step but callers of *track* can miss it."""
        code = id(known.code)
        with self.lock:
            self.is_busy = True
            try:
                callers = _covered_callers(track)
                if all(other in callers or other.knows(code) for other in self.running):
                    self.silenced.setdefault(code, set()).add(threading.get_ident())
                    self.changes += 1
                    return True
            finally:
                self.is_busy = False
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

    What that is about to end could not be brought back yet.
    """
    for _ in range(10_000):
        frames = sys._current_frames()
        if not any(_is_reporting(frames[thread]) for thread in threads & frames.keys()):
            return
        time.sleep(0)


def _is_reporting(frame: FrameType | None) -> bool:
    while frame is not None and frame.f_code.co_filename in _OF_REPORTS:
        if frame.f_code is _REPORT:
            return True
        frame = frame.f_back
    return False


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


def _finder(watch: _Watch, report: Report, disable: object) -> Report:
    """Return what the interpreter calls when a function is entered for the first time."""

    def find(code: CodeType, offset: int) -> object:
        try:
            known = watch.meet(code, _frame_at(1))
            if known is not None:
                watch.listen(known)
                report(code, offset, frame=_frame_at(1))
        except Exception as trouble:  # contained: an error here would be raised in the user's program
            _make_unsure(watch.running)
            if was_interrupted(trouble):
                raise
        return disable

    return find


def _reporter(watch: _Watch, disable: object) -> Callable[..., object]:
    """Return what the interpreter calls when a function of the project is entered."""
    all_known = watch.known

    def report(
        code: CodeType,
        _offset: int,
        frame: FrameType | None = None,
        scope_of_context: Callable[[], Any] = current.get,
    ) -> object:
        track = None
        try:
            scope = scope_of_context()
            track = scope.track if scope is not None else _track_here() if inheriting else None
            key = id(code)
            known = all_known[key]
            if track is not None and key not in track.covered.codes and key not in track.entered:
                _note(track, known, frame or _frame_at(1))
                return None
            known.reports += 1
            if known.reports >= known.quiet_at and watch.can_be_quiet(known, track):
                return disable
        except Exception as trouble:  # contained: an error here would be raised in the user's program
            _make_unsure(watch.running if track is None else (track,))
            if was_interrupted(trouble):
                raise
        return None

    return report


def _make_unsure(tracks: Iterable[Track]) -> None:
    for track in list(tracks):
        track.is_unsure = True


def _after_fork_in_child() -> None:
    watch.lock = threading.RLock()  # the parent's may be held by a thread that is not here
    watch.bringing_back = threading.RLock()
    watch.is_busy = False


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_after_fork_in_child)

watch = _Watch()
_REPORT = _reporter(watch, None).__code__
_OF_REPORTS = frozenset([__file__, tracks.__file__])

watch_session = watch.begin
unwatch_session = watch.end


def track_step(session: object, parent: Track | None, covered: Covered, is_protected: bool) -> Track | None:
    """Return what notes the functions that a step enters, from now on; None when the interpreter reports none."""
    if not watch.tools or session not in watch.sessions:
        return None
    track = Track(session, parent, covered, is_protected)
    watch.add(track)
    return track


def end_track(track: Track) -> None:
    """The step of *track* has ended."""
    watch.remove(track)
