"""Unseen: our frames are not there for a function that asks who called it.

Between a caller and a step stands a wrapper, and its frame with it. Who asks `sys._getframe(1)` for the module that
it is called from, as `collections.namedtuple` does, means the caller. Python itself knows frames that it passes over
wherever it follows them: those that have not come to their RESUME instruction, which ends what prepares a call. So
that instruction is moved to where the function has been called.
"""

import dis
from collections.abc import Callable, Iterator
from functools import cache
from importlib.machinery import SourceFileLoader
from types import CodeType, FunctionType
from typing import TypeVar

SEEN = None
"""Where a function names it as a statement, its frame begins to be seen. What is called before, others call."""


@cache
def unseen(code: CodeType) -> CodeType:
    """Return *code* with its frame unseen until it comes to `SEEN`, and never counted by `warnings`.

    The frame of a coroutine or a generator is always seen. `warnings` does not count frames of the import system,
    which it knows by two words in the name of their file.

    Profilers and debuggers are told of the frame where it begins to be seen, and of no line before: for them it
    begins there, and ends soon after.
    """
    code = code.replace(co_filename=f"{code.co_filename} (as importlib and _bootstrap)")
    instructions = list(dis.get_instructions(code))
    resumes = [one.offset for one in instructions if one.opname == "RESUME"]
    named = [one.offset for one in instructions if one.opname == "LOAD_GLOBAL" and one.argval == "SEEN"]
    if len(resumes) != 1 or len(named) != 1:
        return code
    start = named[0]
    end = next(one.offset for one in instructions if one.offset > start and one.opname == "POP_TOP")
    raw = bytearray(code.co_code)
    for at in (*resumes, *range(start, end + 2, 2)):
        raw[at : at + 2] = dis.opmap["NOP"], 0
    raw[start] = dis.opmap["RESUME"]
    first_line = next(line for at, _, line in code.co_lines() if at == start)
    return code.replace(co_code=bytes(raw), co_linetable=bytes(_line_table(code, first_line or 0)))


def _line_table(code: CodeType, first_line: int) -> Iterator[int]:
    """Yield the table of the lines of *code*, in which only those from *first_line* on are told of.

    Its format is described in CPython's `Objects/locations.md`: an entry stands for up to eight units of code.
    """
    known = code.co_firstlineno
    for start, end, line in code.co_lines():
        for at in range(start, end, 16):
            units = (min(end, at + 16) - at) // 2
            if line is None or line < first_line:
                yield _NO_LOCATION | (units - 1)
            else:
                yield _NO_COLUMNS | (units - 1)
                yield from _signed_varint(line - known)
                known = line


_NO_LOCATION, _NO_COLUMNS = 0x80 | 15 << 3, 0x80 | 13 << 3


def _signed_varint(number: int) -> Iterator[int]:
    rest = -number << 1 | 1 if number < 0 else number << 1
    while rest > 63:
        yield 0x40 | rest & 63
        rest >>= 6
    yield rest


_F = TypeVar("_F", bound=Callable[..., object])


def as_of_importing(function: _F) -> _F:
    """Return *function* with its frame taken for one of the import system, which Python leaves out of tracebacks."""
    assert isinstance(function, FunctionType)  # that is all it is for
    function.__code__ = function.__code__.replace(co_filename=SourceFileLoader.get_code.__code__.co_filename)
    return function
