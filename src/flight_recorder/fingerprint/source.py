"""Source: the part of a file that a code object was compiled from, found by name and proven by bytecode.

A file may have been edited since it was imported. So the file is compiled again, and a piece of it counts as the
source of a running function only if it compiles to the same bytecode.
"""

import ast
import importlib.util
import linecache
import os
from collections.abc import Container, Iterator, Sequence
from types import CodeType, FunctionType
from typing import Any

import msgspec

from flight_recorder.fingerprint.marking import marked
from flight_recorder.fingerprint.normal import Definition
from flight_recorder.fingerprint.unwarned import unwarned
from flight_recorder.interrupted import was_interrupted

_Key = tuple[int, str]  # first line and name
_Found = tuple[Definition, tuple[ast.AST, ...]]  # with what it lies in


class Source(msgspec.Struct, frozen=True):
    """The definition of a function as it stands in its file. *around* is what it lies in, outermost first."""

    node: Definition
    text: str
    around: tuple[ast.AST, ...]


class File(msgspec.Struct, frozen=True, eq=False):
    """A file of source, taken apart."""

    lines: list[str]
    tree: ast.Module
    codes: dict[str, list[CodeType]]  # as they run, by qualified name
    plain: dict[str, list[CodeType]]  # as they are without marks
    functions: dict[_Key, list[_Found]]
    classes: dict[str, ast.ClassDef]  # by qualified name
    lambdas: dict[_Key, list[_Found]]  # empty until one is looked for: it takes going through every expression
    proven: dict[int, tuple[CodeType, Source | None]]  # by the identity of the code


_files: dict[str, tuple[tuple[int, int, bool], File | None]] = {}


_marked: Container[str] = ()


def mark_sources(files: Container[str]) -> None:
    """Expect the functions in *files* to be as `marking` leaves them."""
    global _marked
    _marked = files


def source_of(code: CodeType) -> Source | None:
    """Return the source that *code* was compiled from, or None when there is none that proves to be it."""
    file = file_of(code.co_filename)
    return None if file is None else _source_in(file, code)


def _source_in(file: File, code: CodeType) -> Source | None:
    known = file.proven.get(id(code))
    if known is None:
        known = file.proven[id(code)] = (code, _find_source(file, code))
    return known[1]


def _find_source(file: File, code: CodeType) -> Source | None:
    codes = (*file.codes.get(code.co_qualname, ()), *file.plain.get(code.co_qualname, ()))
    same = [other for other in codes if is_same_code(code, other)]
    if not same:
        return None
    # Of several that do the same, the one that stands where the running one stood.
    lines = [other.co_firstlineno for other in same]
    line = min(lines, key=lambda line: (abs(line - code.co_firstlineno), line))
    if code.co_name == "<lambda>" and not file.lambdas:
        _index_lambdas(file.tree, file.lambdas, ())
    found = (file.lambdas if code.co_name == "<lambda>" else file.functions).get((line, code.co_name), [])
    if len(found) != 1:  # two lambdas on one line
        return None
    node, around = found[0]
    return Source(node, "\n".join(file.lines[_first_line(node) - 1 : node.end_lineno]), around)


def file_of(name: str) -> File | None:
    """Return the file called *name*, as it is now; None when there is none that can be read."""
    try:
        status = os.stat(name)
        stamp = (status.st_mtime_ns, status.st_size)
    except (OSError, ValueError):
        stamp = (0, 0)  # a notebook cell or prompt: its text is in linecache only
    known = _files.get(name)
    state = (*stamp, name in _marked)
    if known is None or known[0] != state:
        known = _files[name] = (state, _parsed(name, is_virtual=stamp == (0, 0)))
    return known[1]


def module_body(names: dict[str, object]) -> Sequence[ast.stmt]:
    """Return the statements of the module whose globals are *names*; none when its file cannot be read."""
    name = names.get("__file__")
    file = file_of(name) if isinstance(name, str) else None
    return file.tree.body if file is not None else ()


def codes_in(name: str, qualname: str) -> list[CodeType]:
    """Return the code objects of this qualified name in the file called *name*, as it is now."""
    file = file_of(name)
    return file.codes.get(qualname, []) if file is not None else []


def last_definition(name: str) -> int:
    """Return the line where the last function or class of the module in the file called *name* begins; 0 for none."""
    file = file_of(name)
    if file is None:
        return 0
    return max([0, *(line for line, _ in file.functions), *(node.lineno for node in file.classes.values())])


def class_node(cls: type, names: dict[str, object]) -> ast.ClassDef | None:
    """Return the definition of *cls* in the module whose globals are *names*; None when it is not found."""
    name = names.get("__file__")
    file = file_of(name) if isinstance(name, str) else None
    return file.classes.get(cls.__qualname__) if file is not None else None


def is_as_loaded(names: dict[str, Any]) -> bool:
    """Whether each function of the module whose globals are *names* is still in its file as it was loaded."""
    own = [value for value in names.values() if type(value) is FunctionType and value.__globals__ is names]
    codes = [function.__code__ for function in own if function.__name__ != "<lambda>"]
    files = {name: file_of(name) for name in {code.co_filename for code in codes}}
    found = ((files[code.co_filename], code) for code in codes)
    return all(file is not None and _source_in(file, code) is not None for file, code in found)


def marked_code(code: CodeType) -> CodeType:
    """Return *code* as it is where the functions in its file are marked; itself where none proves to be its own."""
    file = file_of(code.co_filename) if any(isinstance(one, CodeType) for one in code.co_consts) else None
    if file is None:
        return code
    pairs = zip(file.plain.get(code.co_qualname, ()), file.codes.get(code.co_qualname, ()), strict=False)
    same = [pair for pair in pairs if is_same_code(pair[0], code)]
    return min(same, key=lambda pair: abs(pair[0].co_firstlineno - code.co_firstlineno))[1] if same else code


def is_same_code(one: CodeType, other: CodeType) -> bool:
    """Whether two code objects do the same: all but their positions is equal."""
    return features(one) == features(other) and _are_same_constants(one.co_consts, other.co_consts)


def constant_text(value: object) -> str:
    """Return a constant of a code object, other than code, as text that is equal for equal ones of one type."""
    if isinstance(value, frozenset):  # its repr depends on PYTHONHASHSEED, and fingerprints must not
        return f"frozenset({sorted(map(constant_text, value))})"
    if isinstance(value, tuple):
        return f"tuple({[constant_text(item) for item in value]})"
    return f"{type(value).__name__} {value!r}"


def features(code: CodeType) -> tuple[object, ...]:
    """Return what tells *code* from other code, beside its constants."""
    return (
        code.co_code,
        code.co_exceptiontable,
        code.co_names,
        code.co_varnames,
        code.co_freevars,
        code.co_cellvars,
        code.co_flags,
        (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount),
    )


def _are_same_constants(some: tuple[object, ...], others: tuple[object, ...]) -> bool:
    return len(some) == len(others) and all(map(_is_same_constant, some, others))


def _is_same_constant(one: object, other: object) -> bool:
    if isinstance(one, CodeType) and isinstance(other, CodeType):
        return is_same_code(one, other)
    return constant_text(one) == constant_text(other)


def _parsed(name: str, *, is_virtual: bool) -> File | None:
    try:
        if is_virtual:
            text = "".join(linecache.getlines(name))
        else:
            with open(name, "rb") as file:
                content = file.read()
            text = importlib.util.decode_source(content)
        with unwarned(name):
            tree = ast.parse(text, name)
            plain = module = compile(tree, name, "exec", dont_inherit=True)
            if name in _marked:
                module = compile(marked(ast.parse(text, name)), name, "exec", dont_inherit=True)
    except (OSError, SyntaxError, ValueError, RecursionError) as trouble:
        if was_interrupted(trouble):
            raise
        return None
    parsed = File(text.splitlines(), tree, {}, {}, {}, {}, {}, {})
    _index(tree, parsed, (), "")
    for code in _codes(module):
        parsed.codes.setdefault(code.co_qualname, []).append(code)
    for code in _codes(plain):
        parsed.plain.setdefault(code.co_qualname, []).append(code)
    return parsed


def _index(node: ast.AST, file: File, around: tuple[ast.AST, ...], prefix: str) -> None:
    """Note every function and class below *node*, without going into expressions: there are none in those."""
    for part in _BLOCKS:
        for child in getattr(node, part, ()):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                file.functions.setdefault((_first_line(child), child.name), []).append((child, around))
                _index(child, file, (*around, child), f"{prefix}{child.name}.<locals>.")
            elif isinstance(child, ast.ClassDef):
                file.classes.setdefault(f"{prefix}{child.name}", child)
                _index(child, file, (*around, child), f"{prefix}{child.name}.")
            else:
                _index(child, file, around, prefix)


_BLOCKS = ("body", "orelse", "handlers", "finalbody", "cases")
_DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def _index_lambdas(node: ast.AST, found: dict[_Key, list[_Found]], around: tuple[ast.AST, ...]) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Lambda):
            found.setdefault((child.lineno, "<lambda>"), []).append((child, around))
        _index_lambdas(child, found, (*around, child) if isinstance(child, _DEFINES) else around)


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _first_line(node: Definition) -> int:
    """Return the line that a code object names as its first: that of the first decorator, if there is one."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])
