"""Tracer: turns the interpreter's reports of calls into events, whichever hook they come from."""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType, FrameType

from flight_recorder.codec.capture import taken_out
from flight_recorder.fingerprint.names import module_label
from flight_recorder.model.event import Finished, Learned, Started
from flight_recorder.model.failure import Failure
from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.step import Raised, Returned
from flight_recorder.model.value import Value
from flight_recorder.record.context import Scope, current, owner_here, scope_here
from flight_recorder.record.failing import frames_of
from flight_recorder.record.recording import Recording
from flight_recorder.record.registry import all_steps
from flight_recorder.record.secrecy import is_text, returns_secret
from flight_recorder.record.sites import site_of

UNSEEN = "an exception that the program handled; Python 3.11 does not show it to a profiler"


@dataclass(frozen=True, slots=True)
class _Traced:
    """A traced call that has begun."""

    id: int
    scope: Scope
    caller: Scope


class Tracer:
    """Turns the interpreter's reports of calls into events. Called with the frame that the report is about."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.is_wanted_code: dict[CodeType, bool] = {}
        self._open: dict[int, _Traced] = {}  # by id of a frame, which lives as long as its call
        self._learned: set[str] = set()
        self._registered = {getattr(step.function, "__code__", None) for step in all_steps()}

    def wants(self, code: CodeType) -> bool:
        """Whether calls of *code* become steps: a named function of the project that is not registered."""
        wanted = self.is_wanted_code.get(code)
        if wanted is None:
            wanted = self.is_wanted_code[code] = (
                not code.co_name.startswith("<")
                and bool(code.co_flags & inspect.CO_OPTIMIZED)  # a function, not a class body
                and self.recording.project.owns(code.co_filename)
                and code not in self._registered
            )
        return wanted

    def started(self, frame: FrameType) -> None:
        """A call began."""
        caller = scope_here()
        if caller is None or caller.recording is not self.recording:
            return
        owner = owner_here()
        branch = caller.branch_here(owner)
        step = self.recording.next_id()
        scope = Scope(self.recording, step, branch, owner)
        self._open[id(frame)] = _Traced(step, scope, caller)
        name = f"{module_label(frame.f_globals.get('__name__', ''))}:{frame.f_code.co_qualname}"
        self._learn(name, frame.f_code)
        self.recording.sink(
            Started(
                step=step,
                parent=caller.id,
                at_ns=self.recording.now(),
                name=name,
                function=name,
                inputs={key: self.recording.capture_named(key, value) for key, value in _arguments(frame)},
                branch=branch,
                site=site_of(frame.f_back),
            )
        )
        current.set(scope)

    def returned(self, frame: FrameType, value: object) -> None:
        """A call returned *value*."""
        traced = self._closed(frame)
        if traced is not None:
            self._finish(traced.id, Returned(self._output(frame, value)))

    def _output(self, frame: FrameType, value: object) -> Value:
        output, secrets = self.recording.capture(value), self.recording.settings.secrets
        if secrets is not None and is_text(value) and returns_secret(frame.f_code.co_qualname, secrets):
            return taken_out(output, secrets)
        return output

    def raised(self, frame: FrameType, error: BaseException) -> None:
        """*error* left a call."""
        traced = self._closed(frame)
        if traced is not None:
            self.recording.raised_frames[id(frame)] = traced.id
            self._finish(traced.id, Raised(self.recording.failure(error, traced.id)))

    def left(self, frame: FrameType) -> None:
        """An exception that cannot be seen yet left a call; `settle` fills it in if it is seen later."""
        traced = self._closed(frame)
        if traced is not None:
            self.recording.raised_frames[id(frame)] = traced.id
            unseen = Failure("Exception", UNSEEN, self.recording.capture(None))
            self._finish(traced.id, Raised(unseen))

    def settle(self, error: BaseException) -> None:
        """Write down *error* for the calls that it left on its way to the end of the traced block."""
        for frame in reversed(list(frames_of(error))):
            step = self.recording.raised_frames.get(id(frame))
            if step is not None and self.wants(frame.f_code):
                self._finish(step, Raised(self.recording.failure(error, step)))

    def suspended(self, frame: FrameType) -> None:
        """A generator or coroutine gave a value to whoever drives it."""
        traced = self._open.get(id(frame))
        if traced is not None:
            current.set(traced.caller)

    def resumed(self, frame: FrameType) -> None:
        """A generator or coroutine goes on."""
        traced = self._open.get(id(frame))
        if traced is not None:
            current.set(traced.scope)

    def _closed(self, frame: FrameType) -> _Traced | None:
        traced = self._open.pop(id(frame), None)
        if traced is not None:
            current.set(traced.caller)
        return traced

    def _finish(self, step: int, outcome: Returned | Raised) -> None:
        self.recording.sink(Finished(step, self.recording.now(), outcome))

    def _learn(self, name: str, code: CodeType) -> None:
        """Keep the function's text for diagnosis. No fingerprint: a traced session is not replayed yet."""
        if name in self._learned:
            return
        self._learned.add(name)
        text = _source(code)
        learned = Fingerprint(
            function=name, digest="", source=text, file=code.co_filename, line=code.co_firstlineno, is_known=False
        )
        self.recording.sink(Learned(name, learned))


def _source(code: CodeType) -> str:
    try:
        return inspect.getsource(code)
    except (OSError, TypeError, IndexError):  # no file, or one that was edited since
        return ""


def _arguments(frame: FrameType) -> Iterator[tuple[str, object]]:
    """Yield the arguments that *frame* was called with, by name."""
    code = frame.f_code
    count = code.co_argcount + code.co_kwonlyargcount
    count += bool(code.co_flags & inspect.CO_VARARGS) + bool(code.co_flags & inspect.CO_VARKEYWORDS)
    values = frame.f_locals
    for name in code.co_varnames[:count]:
        if name in values:
            yield name, values[name]
