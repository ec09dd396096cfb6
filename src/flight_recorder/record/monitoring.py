"""Monitoring: the reports of `sys.monitoring` to a Tracer. Python 3.12 and later."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType
from typing import Any

from flight_recorder.interrupted import was_interrupted
from flight_recorder.record.guard import warn_once
from flight_recorder.record.tracer import Tracer

assert sys.version_info >= (3, 12)  # record.trace imports this module nowhere else

TOOL_NAME = "flight-recorder"


@contextmanager
def watch(tracer: Tracer) -> Iterator[None]:
    """Report every call of the project's code while the block runs."""
    monitoring = sys.monitoring
    tool = next((number for number in (4, 3, 5, 2) if monitoring.get_tool(number) is None), None)
    if tool is None:
        warn_once("tracing is off: every tool number of sys.monitoring is taken")
        yield
        return
    callbacks = _callbacks(tracer, sys._getframe, monitoring.DISABLE)
    monitoring.use_tool_id(tool, TOOL_NAME)
    for event, callback in callbacks.items():
        monitoring.register_callback(tool, event, callback)
    monitoring.set_events(tool, sum(callbacks))
    # DISABLE outlives a tool: what an earlier session switched off must be asked about again.
    monitoring.restart_events()
    try:
        yield
    finally:
        monitoring.set_events(tool, 0)
        for event in callbacks:
            monitoring.register_callback(tool, event, None)
        monitoring.free_tool_id(tool)


def _callbacks(tracer: Tracer, frame_of: Callable[[int], Any], disable: object) -> dict[int, Callable[..., object]]:
    """Return the callback of each event. Frame 1 is the frame that the event is about."""
    events = sys.monitoring.events

    def contained(report: Callable[..., None], *arguments: object) -> None:
        try:
            if tracer.recording.is_open:
                report(*arguments)
        except Exception as error:  # contained: an error here would be raised in the user's program
            if was_interrupted(error):
                raise
            tracer.recording.guard.trip(error)

    def start(code: CodeType, _offset: int) -> object:
        if not tracer.wants(code):
            return disable
        contained(tracer.started, frame_of(1))
        return None

    def resume(code: CodeType, _offset: int) -> object:
        if not tracer.wants(code):
            return disable
        contained(tracer.resumed, frame_of(1))
        return None

    def suspend(code: CodeType, _offset: int, _value: object) -> object:
        if not tracer.wants(code):
            return disable
        contained(tracer.suspended, frame_of(1))
        return None

    def finish(code: CodeType, _offset: int, value: object) -> object:
        if not tracer.wants(code):
            return disable
        contained(tracer.returned, frame_of(1), value)
        return None

    def unwind(code: CodeType, _offset: int, error: BaseException) -> None:
        if tracer.wants(code):  # this event cannot be disabled
            contained(tracer.raised, frame_of(1), error)

    def throw(code: CodeType, _offset: int, _error: BaseException) -> None:
        if tracer.wants(code):  # this event cannot be disabled
            contained(tracer.resumed, frame_of(1))

    return {
        events.PY_START: start,
        events.PY_RESUME: resume,
        events.PY_YIELD: suspend,
        events.PY_RETURN: finish,
        events.PY_UNWIND: unwind,
        events.PY_THROW: throw,
    }
