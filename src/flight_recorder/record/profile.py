"""Profile: the reports of `sys.setprofile` to a Tracer. Python 3.11, which has no `sys.monitoring`.

The profiler tells a return of None and an exception apart only by the instruction the frame stopped at, and it
does not hand the exception over. The steps that an exception leaves are finished without it, and once more with
it when it reaches the end of the traced block: the later of two ends counts.
"""

import dis
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from flight_recorder.interrupted import was_interrupted
from flight_recorder.record.tracer import Tracer

_RETURN = dis.opmap["RETURN_VALUE"]
_RESUME = dis.opmap["RESUME"]
_SUSPEND = frozenset(dis.opmap[name] for name in ("YIELD_VALUE", "RETURN_GENERATOR") if name in dis.opmap)


@contextmanager
def watch(tracer: Tracer) -> Iterator[None]:
    """Report every call of the project's code while the block runs, here and in threads started from it."""
    found, found_in_threads = sys.getprofile(), threading.getprofile()
    hook = _hook(tracer)
    threading.setprofile(hook)
    sys.setprofile(hook)
    try:
        yield
    except BaseException as error:
        _settle(tracer, error)
        raise
    finally:
        sys.setprofile(found)
        threading.setprofile(found_in_threads)


def _settle(tracer: Tracer, error: BaseException) -> None:
    try:
        if tracer.recording.is_open:
            tracer.settle(error)
    except Exception as problem:  # contained: the user's program must not notice
        if was_interrupted(problem):
            raise
        tracer.recording.guard.trip(problem)


def _hook(tracer: Tracer) -> Any:
    def hook(frame: FrameType, event: str, argument: object) -> None:
        if event not in ("call", "return") or not tracer.wants(frame.f_code):
            return
        if not tracer.recording.is_open:
            return
        try:
            _report(tracer, frame, event, argument)
        except Exception as error:  # contained: an error here would be raised in the user's program
            tracer.recording.guard.trip(error)
            if was_interrupted(error):
                raise  # after which the interpreter calls no hook in this thread any more

    return hook


def _report(tracer: Tracer, frame: FrameType, event: str, argument: object) -> None:
    code, at = frame.f_code.co_code, frame.f_lasti
    instruction = code[at] if at >= 0 else -1
    if event == "call":
        if instruction == _RESUME and code[at + 1] != 0:  # 0 is the function's start; else it was suspended before
            tracer.resumed(frame)
        else:
            tracer.started(frame)
        return
    if instruction in _SUSPEND:
        tracer.suspended(frame)
    elif argument is None and instruction != _RETURN:
        tracer.left(frame)
    else:
        tracer.returned(frame, argument)
