"""Expecting: `expect=` is asked about the result of a session. What it says is kept, and never reaches the program.

It gets the very object, once, after the entry has returned. Whatever it does (raises, calls `sys.exit`, gives a
coroutine) ends here; only Ctrl-C is the user's own and goes on.
"""

import ast
import dis
import inspect
from collections.abc import AsyncIterator, Coroutine, Iterator
from tokenize import TokenError
from types import CodeType, FunctionType, MethodType
from typing import Any

from flight_recorder.fingerprint.names import function_name
from flight_recorder.fingerprint.source import source_of
from flight_recorder.model.expectation import Expectation
from flight_recorder.record.failing import message_of, type_name_of
from flight_recorder.record.guard import say

EXPECT = "expect"

# What a function that looks at a result raises when the result is not what it looks for. Any other exception says
# that the function itself cannot work.
_OF_THE_RESULT = (AssertionError, LookupError, AttributeError, TypeError, ValueError, ArithmeticError)
_TAKEN_ONCE = (Iterator, AsyncIterator, Coroutine)
_MAX_SOURCE_CHARS = 20_000

_has_told = False


def take_expectation(entry: object, kwargs: dict[str, Any]) -> Any:
    """Take `expect` out of *kwargs* and return it; None where there is none, or *entry* takes a keyword so called."""
    if EXPECT not in kwargs:
        return None
    try:
        parameters = inspect.signature(entry).parameters.values()  # type: ignore[arg-type]  # tells of any callable
    except Exception:  # noqa: BLE001 - a C function that does not tell, or an object of the user's that raises
        return None
    if any(each.name == EXPECT and each.kind is not each.POSITIONAL_ONLY for each in parameters):
        return None
    if any(each.kind is each.VAR_KEYWORD for each in parameters):
        if callable(kwargs[EXPECT]):
            _tell_once("expect= goes to the entry, which takes any keyword; nobody looks at its result")
        return None
    return kwargs.pop(EXPECT)


def unmet_by(expect: Any, result: object) -> Expectation | None:
    """Ask *expect* about *result*; return what it was that the result did not meet, None when all is well.

    Raises KeyboardInterrupt and nothing else.
    """
    if issubclass(type(result), _TAKEN_ONCE):
        _tell_once(f"expect= was not asked: a {type(result).__name__} can be looked into only once, by the program")
        return None
    if not callable(expect) or inspect.iscoroutinefunction(expect) or inspect.isgeneratorfunction(expect):
        _tell_once("expect= was not asked: it has to be a plain function of the result")
        return None
    try:
        return _asked(expect, result)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - contained: the user's program must not notice
        _tell_once(f"expect= cannot tell whether the result is right: {type(error).__name__}: {message_of(error)}")
        return None


def _asked(expect: Any, result: object) -> Expectation | None:
    try:
        answer = expect(result)
    except _OF_THE_RESULT as error:
        if error.__traceback__ is None or error.__traceback__.tb_next is None:  # the call failed: it takes no result
            raise
        return _expectation(expect, error)
    if inspect.iscoroutine(answer):
        answer.close()
        raise TypeError("it gave a coroutine, which nobody awaits")
    if answer is None and _says_nothing(expect):
        return None
    return None if answer else _expectation(expect, None)


def _says_nothing(expect: object) -> bool:
    """Whether the function never returns a value: then it only asserts, and None does not count as false."""
    code = _code_of(expect)
    if code is None:
        return False
    given: object = ...
    for instruction in dis.get_instructions(code):
        if instruction.opname == "RETURN_CONST" and instruction.argval is not None:
            return False
        if instruction.opname == "RETURN_VALUE" and given is not None:
            return False
        given = instruction.argval if instruction.opname == "LOAD_CONST" else ...
    return True


def _expectation(expect: object, error: BaseException | None) -> Expectation:
    code = _code_of(expect)
    return Expectation(
        function=function_name(expect),
        parameter=_parameter(expect, code) if code is not None else "",
        source=_text(code) if code is not None else "",
        file=code.co_filename if code is not None else "",
        line=code.co_firstlineno if code is not None else 0,
        error=type_name_of(error) if error is not None else "",
        message=message_of(error) if error is not None else "",
        error_line=_line_in(code, error) if code is not None and error is not None else 0,
    )


def _line_in(code: CodeType, error: BaseException) -> int:
    """Return the line of *code* that *error* came through, the innermost; 0 when it came through none."""
    line, traceback = 0, error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code is code:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line


def _text(code: CodeType) -> str:
    """Return the text of a function; of a lambda, without the rest of its lines."""
    source = source_of(code)
    if source is None:
        return _unproven(code)
    if len(source.text) > _MAX_SOURCE_CHARS:
        return ""
    if not isinstance(source.node, ast.Lambda):
        return source.text
    lines = [line.encode() for line in source.text.splitlines()]
    lines[-1] = lines[-1][: source.node.end_col_offset]
    lines[0] = lines[0][source.node.col_offset :]
    return b"\n".join(lines).decode()


def _unproven(code: CodeType) -> str:
    """Return the text that stands where *code* came from: pytest compiles the assertions of tests in its own way."""
    if code.co_name == "<lambda>":
        return ""
    try:
        text = inspect.getsource(code)
    except (OSError, SyntaxError, TokenError):  # no such file or line now
        return ""
    return text if len(text) <= _MAX_SOURCE_CHARS and f"def {code.co_name}(" in text else ""


def _code_of(expect: object) -> CodeType | None:
    function = expect.__func__ if isinstance(expect, MethodType) else expect
    return function.__code__ if isinstance(function, FunctionType) else None


def _parameter(expect: object, code: CodeType) -> str:
    position = int(isinstance(expect, MethodType))
    return code.co_varnames[position] if position < code.co_argcount else ""


def _tell_once(text: str) -> None:
    """Print one line to stderr, the first time in this process."""
    global _has_told
    if not _has_told:
        _has_told = True
        say(text)
