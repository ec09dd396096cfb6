"""Interrupted: whether an exception is the program's own, from a signal handler that ran in the middle of our code.

Imports nothing of ours.

A time limit by SIGALRM is such a one. Whoever contains what goes wrong while recording must let it pass, or the
program would wait for it in vain. The handler is called wherever the main thread happens to be, so nothing but its
frame in the traceback tells.
"""

import functools
import sys
from types import CodeType, FunctionType, MethodType

_TRACEBACK = BaseException.__dict__["__traceback__"]


def was_interrupted(error: BaseException) -> bool:
    """Whether a signal handler of the program raised *error*. Not to be asked of a RecursionError: it takes stack."""
    traceback = _TRACEBACK.__get__(error)
    frames = []
    while traceback is not None:
        frames.append(traceback.tb_frame.f_code)
        traceback = traceback.tb_next
    if len(frames) < 2:  # raised here
        return False
    handlers = _handlers()
    return any(code is handler for code in frames for handler in handlers)


def _handlers() -> list[CodeType]:
    """Return the code of each function that handles a signal."""
    signal = sys.modules.get("signal")  # who set a handler has imported it
    if signal is None:
        return []
    found = (_code_of(signal.getsignal(number)) for number in signal.valid_signals())
    return [code for code in found if code is not None]


def _code_of(handler: object) -> CodeType | None:
    kind = type(handler)
    if kind is functools.partial:
        return _code_of(handler.func)  # type: ignore[attr-defined]
    if kind is MethodType:
        return _code_of(handler.__func__)  # type: ignore[attr-defined]
    if kind is FunctionType:
        return handler.__code__  # type: ignore[attr-defined,no-any-return]
    call = next((cls.__dict__["__call__"] for cls in kind.__mro__ if "__call__" in cls.__dict__), None)
    return call.__code__ if type(call) is FunctionType else None
