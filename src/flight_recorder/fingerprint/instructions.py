"""Instructions: bytecode as operations with the names that they are about.

Not `dis.get_instructions`: that works out jumps and positions too, and takes ten times as long.
"""

import dis
import re
import sys
from collections.abc import Iterator
from types import CodeType

import msgspec

Instruction = tuple[str, object, bool]
"""An operation, the name or constant that it is about, and whether a call of what it loads follows."""

_PASSED_OVER = frozenset({"PUSH_NULL", "CACHE", "NOP", "PRECALL"})
_FAST = re.compile("LOAD_FAST|STORE_FAST")


def instructions_of(code: CodeType) -> Iterator[Instruction]:
    """Yield each instruction of *code* that matters, not of the code nested in it."""
    units, extended = code.co_code, 0
    for at in range(0, len(units), 2):
        kind = _KINDS[units[at]]
        if kind is None:  # a cache, or what only moves things on the stack
            continue
        argument = extended | units[at + 1]
        extended = 0
        if kind.operation == "EXTENDED_ARG":
            extended = argument << 8
        elif kind.second:
            yield kind.operation, _local(code, argument >> 4), False
            yield kind.second, _local(code, argument & 15), False
        elif kind.takes == "name":
            is_called = kind.operation == "LOAD_METHOD" or (kind.tells_call and bool(argument & 1))
            yield kind.operation, code.co_names[argument >> kind.flags], is_called
        elif kind.takes == "variable":
            yield kind.operation, _local(code, argument), False
        elif kind.takes == "constant":
            yield kind.operation, code.co_consts[argument], False
        else:
            yield kind.operation, argument, False


def _local(code: CodeType, number: int) -> str:
    """Return the name of a variable, a parameter or a variable of an enclosing function."""
    return str(code._varname_from_oparg(number))  # type: ignore[attr-defined]  # what dis goes by as well


class _Kind(msgspec.Struct, frozen=True):
    """What an operation takes. The name's number comes after *flags* lower bits, the lowest of which *tells_call*."""

    operation: str
    takes: str = ""
    flags: int = 0
    tells_call: bool = False
    second: str = ""  # the other operation, of two in one


def _kind_of(number: int) -> _Kind | None:
    name = dis.opname[number]
    if name in _PASSED_OVER:
        return None
    if names := _FAST.findall(name):  # since 3.13 one instruction may be two operations
        return _Kind(names[0], "variable", second=names[1] if len(names) > 1 else "")
    if number in dis.hasname:
        has_flag = name == "LOAD_GLOBAL" or (name == "LOAD_ATTR" and sys.version_info >= (3, 12))
        return _Kind(name, "name", 2 if name == "LOAD_SUPER_ATTR" else int(has_flag), has_flag)
    if number in dis.hasfree or number in dis.haslocal:
        return _Kind(name, "variable")
    return _Kind(name, "constant" if number in dis.hasconst else "")


_KINDS = [_kind_of(number) for number in range(256)]


_rebound: dict[int, tuple[CodeType, frozenset[str]]] = {}


def rebound_in(code: CodeType) -> frozenset[str]:
    """Return the variables of functions around *code* that it, or code nested in it, binds anew."""
    known = _rebound.get(id(code))
    if known is None:
        names = {str(name) for operation, name, _ in instructions_of(code) if operation in _REBINDS}
        for nested in code.co_consts:
            if isinstance(nested, CodeType):
                names |= rebound_in(nested)
        known = _rebound[id(code)] = (code, frozenset(names & set(code.co_freevars)))
    return known[1]


_REBINDS = frozenset({"STORE_DEREF", "DELETE_DEREF"})
