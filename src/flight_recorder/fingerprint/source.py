"""Source: the part of a file that a code object was compiled from, found by position and proven by bytecode.

A file may have been edited since it was imported. So the file is compiled again, and a piece of it counts as the
source of a running function only if it compiles to the same bytecode.
"""

import ast
import importlib.util
import linecache
import os
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True, slots=True)
class Source:
    """The definition of a function as it stands in its file."""

    node: Definition
    text: str


@dataclass(frozen=True, slots=True)
class _File:
    text: str
    nodes: dict[tuple[int, str], list[Definition]]  # by first line and name
    codes: dict[tuple[int, str], list[CodeType]]


_files: dict[str, tuple[tuple[int, int], _File | None]] = {}


def source_of(code: CodeType) -> Source | None:
    """Return the source that *code* was compiled from, or None when there is none that proves to be it."""
    file = _file(code.co_filename)
    if file is None:
        return None
    key = (code.co_firstlineno, code.co_name)
    nodes = file.nodes.get(key, [])
    if len(nodes) != 1:  # two lambdas on one line
        return None
    if not any(is_same_code(code, other) for other in file.codes.get(key, [])):
        return None
    return Source(nodes[0], _text(file.text, nodes[0]))


def is_same_code(one: CodeType, other: CodeType) -> bool:
    """Whether two code objects do the same: all but their positions is equal."""
    return (
        one.co_code == other.co_code
        and one.co_names == other.co_names
        and one.co_varnames == other.co_varnames
        and one.co_freevars == other.co_freevars
        and one.co_flags == other.co_flags
        and len(one.co_consts) == len(other.co_consts)
        and all(_is_same_constant(*pair) for pair in zip(one.co_consts, other.co_consts, strict=True))
    )


def _is_same_constant(one: object, other: object) -> bool:
    if isinstance(one, CodeType) and isinstance(other, CodeType):
        return is_same_code(one, other)
    return type(one) is type(other) and repr(one) == repr(other)


def _file(name: str) -> _File | None:
    try:
        status = os.stat(name)
        stamp = (status.st_mtime_ns, status.st_size)
    except OSError:
        stamp = (0, 0)  # a notebook cell or prompt: its text is in linecache only
    known = _files.get(name)
    if known is None or known[0] != stamp:
        known = _files[name] = (stamp, _parsed(name, stamp == (0, 0)))
    return known[1]


def _parsed(name: str, is_virtual: bool) -> _File | None:
    try:
        if is_virtual:
            text = "".join(linecache.getlines(name))
        else:
            with open(name, "rb") as file:
                content = file.read()
            text = importlib.util.decode_source(content)
        tree = ast.parse(text)
        module = compile(text, name, "exec", dont_inherit=True)
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None
    nodes: dict[tuple[int, str], list[Definition]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            nodes.setdefault(_key(node), []).append(node)
    codes: dict[tuple[int, str], list[CodeType]] = {}
    for code in _codes(module):
        codes.setdefault((code.co_firstlineno, code.co_name), []).append(code)
    return _File(text, nodes, codes)


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _key(node: Definition) -> tuple[int, str]:
    if isinstance(node, ast.Lambda):
        return node.lineno, "<lambda>"
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]), node.name


def _text(text: str, node: Definition) -> str:
    first = _key(node)[0]
    lines = text.splitlines()[first - 1 : node.end_lineno]
    return "\n".join(lines)
