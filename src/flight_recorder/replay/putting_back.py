"""Putting back: registered functions get the code that they had in an earlier session.

In the process of an experiment only. The function objects stay: whoever holds one, under whatever name, calls the old
code. Nothing of the recorded text is run to get there. It is compiled, the code object is taken out, and defaults are
literals or stay as they are.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from types import CodeType, FunctionType
from typing import Any

from flight_recorder.codec.secrets import MARK
from flight_recorder.errors import ReplayRefusedError
from flight_recorder.fingerprint.marking import marked
from flight_recorder.fingerprint.source import source_of
from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.record import registry
from flight_recorder.record.binding import binder
from flight_recorder.record.registry import Registered, steps_named

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

_AROUND = "_flight_recorder_around"
_COMPILER_FLAGS = 0x1FF0000  # what `from __future__ import` leaves in a code object
_KINDS = 0x4 | 0x8 | 0x20 | 0x80 | 0x200  # *args, **kwargs, generator, coroutine, async generator
_CLASS_CELL = "__class__"


def put_back(old: Mapping[str, Fingerprint]) -> None:
    """Give the registered functions of these names the code that *old* has. Raises ReplayRefusedError."""
    for name, fingerprint in old.items():
        steps = steps_named(name)
        if len(steps) != 1:
            raise _no_function(name, len(steps))
        _put_back(steps[0], fingerprint)


def put_back_as_made(old: Mapping[str, Fingerprint]) -> Callable[[], None]:
    """Do the same with functions that are steps without a decorator, and with those that become it from now on.

    Return what raises ReplayRefusedError where that could not be done, or has not come to pass.
    """
    done: set[str] = set()
    problems: list[ReplayRefusedError] = []

    def added(step: Registered) -> None:
        if step.name in old:
            done.add(step.name)
            try:
                _put_back(step, old[step.name])
            except ReplayRefusedError as problem:
                problems.append(problem)

    def check() -> None:
        # What another function makes comes later.
        problems.extend(_no_function(name) for name in sorted(old.keys() - done) if "<locals>" not in name)
        if problems:
            raise problems[0]

    for step in [one for name in old for one in steps_named(name)]:
        added(step)
    registry.on_add = added
    return check


def _put_back(step: Registered, old: Fingerprint) -> None:
    try:
        change = _change(step, old)
    except _CannotPutBackError as problem:
        raise ReplayRefusedError(f"the code of {step.name} cannot be put back: {problem}") from problem
    change()
    step.bind = binder(step.function)


def _no_function(name: str, count: int = 0) -> ReplayRefusedError:
    return ReplayRefusedError(f"the code of {name} cannot be put back: {count} functions have that name")


class _CannotPutBackError(Exception):
    """The old code does not fit the function that is there now."""


def _change(step: Registered, old: Fingerprint) -> Callable[[], None]:
    """Return what gives the function of *step* its old code and defaults."""
    was = _definition(old.source)
    function = _function(step.function, was.name)
    source = source_of(function.__code__)
    now = _definition(source.text) if source is not None else None
    if now is None or _decorators(was) != _decorators(now):
        raise _CannotPutBackError("its decorators are others now")
    code = _compiled(was, function, old.line, is_marked=step.is_marked)
    defaults, named_defaults = _defaults(was, now, function)
    if step.is_marked and (defaults, named_defaults) != (function.__defaults__, function.__kwdefaults__):
        raise _CannotPutBackError("its defaults are others now")  # those of the function that calls the step count

    def change() -> None:
        function.__code__ = code
        function.__defaults__ = defaults
        function.__kwdefaults__ = named_defaults

    return change


def _definition(text: str) -> FunctionNode:
    if MARK in text:
        raise _CannotPutBackError("a secret was taken out of its text")
    # Indented text is put into a block, and not dedented: that would change the strings in it.
    is_indented = text[:1].isspace()
    try:
        tree = ast.parse(f"if True:\n{text}" if is_indented else text)
    except (SyntaxError, ValueError, RecursionError) as problem:
        raise _CannotPutBackError("its text is no definition") from problem
    body = tree.body[0].body if is_indented and isinstance(tree.body[0], ast.If) else tree.body
    if len(body) != 1 or not isinstance(body[0], FunctionNode):
        raise _CannotPutBackError("its text is no definition")
    if is_indented:
        ast.increment_lineno(body[0], -1)
    return body[0]


def _function(registered: object, name: str) -> FunctionType:
    """Return the function called *name* that *registered* is, or wraps."""
    found = registered
    while isinstance(found, FunctionType):
        if found.__code__.co_name == name:
            return found
        found = found.__dict__.get("__wrapped__")
    raise _CannotPutBackError("it is called something else, or is no plain function, now")


def _decorators(node: FunctionNode) -> list[str]:
    return [ast.dump(decorator) for decorator in node.decorator_list]


def _compiled(was: FunctionNode, function: FunctionType, line: int, *, is_marked: bool) -> CodeType:
    """Return the code of *was*, compiled as if it stood where *function* stands, with marks where that has them."""
    now = function.__code__
    module = ast.Module([_around(was, now)], type_ignores=[])
    if is_marked:
        module = marked(module)
    ast.increment_lineno(module, max(line, 1) - 1)
    flags = now.co_flags & _COMPILER_FLAGS
    outer = compile(ast.fix_missing_locations(module), now.co_filename, "exec", flags, dont_inherit=True)
    code = next(_codes_named(outer, was.name)).replace(co_qualname=now.co_qualname)
    if code.co_freevars != now.co_freevars:
        raise _CannotPutBackError("it uses other variables of the function around it now")
    if _signature(code) != _signature(now):
        raise _CannotPutBackError("it takes other parameters, or is of another kind, now")
    return code


def _around(was: FunctionNode, now: CodeType) -> ast.stmt:
    """Return *was* inside of what *now* stands in: classes, which names depend on, and a function with variables."""
    found: ast.stmt = copy(was)
    assert isinstance(found, FunctionNode)  # as it was
    found.decorator_list = []
    for part in reversed(now.co_qualname.rpartition("<locals>.")[2].split(".")[:-1]):
        found = _with_body(f"class {part}: pass", found)
    variables = [name for name in now.co_freevars if name != _CLASS_CELL]
    if variables:
        found = _with_body(f"def {_AROUND}({', '.join(variables)}): pass", found)
    return found


def _with_body(text: str, inner: ast.stmt) -> ast.stmt:
    outer = ast.parse(text).body[0]
    assert isinstance(outer, ast.ClassDef | ast.FunctionDef)
    outer.body = [inner]
    return outer


def _codes_named(code: CodeType, name: str) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_name == name and constant.co_flags & 0x1:  # CO_OPTIMIZED: no class of that name
                yield constant
            yield from _codes_named(constant, name)


def _signature(code: CodeType) -> tuple[object, ...]:
    extra = bool(code.co_flags & 0x4) + bool(code.co_flags & 0x8)
    count = code.co_argcount + code.co_kwonlyargcount + extra
    kinds = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags & _KINDS)
    return (*kinds, code.co_varnames[:count])


def _defaults(
    was: FunctionNode, now: FunctionNode, function: FunctionType
) -> tuple[tuple[Any, ...] | None, dict[str, Any] | None]:
    """Return the old defaults: the objects of now where the text is the same, else what a literal says."""
    names = [one.arg for one in (*was.args.posonlyargs, *was.args.args)]
    texts = {name: ast.dump(node) for name, node in _default_nodes(now)}
    held = dict(zip(reversed(names), reversed(function.__defaults__ or ()), strict=False))
    held |= function.__kwdefaults__ or {}
    found = {name: _default(name, node, texts, held) for name, node in _default_nodes(was)}
    positional = tuple(found[name] for name in names if name in found)
    named = {one.arg: found[one.arg] for one in was.args.kwonlyargs if one.arg in found}
    return positional or None, named or None


def _default_nodes(node: FunctionNode) -> Iterator[tuple[str, ast.expr]]:
    arguments = node.args
    names = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
    yield from zip(names[len(names) - len(arguments.defaults) :], arguments.defaults, strict=True)
    for one, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is not None:
            yield one.arg, default


def _default(name: str, node: ast.expr, texts: Mapping[str, str], held: Mapping[str, Any]) -> Any:
    if texts.get(name) == ast.dump(node) and name in held:
        return held[name]
    try:
        return ast.literal_eval(node)
    except ValueError as problem:
        raise _CannotPutBackError(f"the default of {name!r} was no literal") from problem
