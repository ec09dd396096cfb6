"""Code: the digest of one function's own code, and the names that it reaches. Runs nothing."""

import ast
import dis
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from hashlib import blake2b
from types import CodeType

from flight_recorder.fingerprint.source import Definition, source_of

_READS_ANNOTATIONS = frozenset({"__annotations__", "get_type_hints", "get_annotations", "signature"})


class Root(Enum):
    """Where a chain of attributes begins."""

    GLOBAL = "global"
    FREE = "free"  # a variable of an enclosing function
    SELF = "self"  # the first parameter
    SUPER = "super"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Chain:
    """`name.attribute.attribute` as it stands in the code."""

    root: Root
    name: str
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnCode:
    """A function's own code. *text* is its source, "" when that cannot be had."""

    digest: str
    text: str
    chains: tuple[Chain, ...]


_known: dict[CodeType, OwnCode] = {}


def own_code(code: CodeType, decorators_to_drop: frozenset[str]) -> OwnCode:
    """Return what *code* is and reaches. Decorators that end in one of the given dotted names do not count."""
    known = _known.get(code)
    if known is None:
        source = source_of(code)
        if source is None:
            digest, text = digest_of_text(_described(code)), ""
        else:
            digest, text = digest_of_text(_dumped(source.node, decorators_to_drop)), source.text
        known = _known[code] = OwnCode(digest, text, tuple(dict.fromkeys(_chains(code))))
    return known


def digest_of_text(text: str) -> str:
    """Return the digest of *text*: 32 hex digits."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _described(code: CodeType) -> str:
    """Return a code object as text: for functions whose source cannot be had. Differs between Python versions."""
    constants = code.co_consts
    if code.co_flags & 0x4000000 or (constants and isinstance(constants[0], str) and code.co_name != "<lambda>"):
        constants = constants[1:]  # the docstring
    parts = [
        _described(constant) if isinstance(constant, CodeType) else _constant(constant) for constant in constants
    ]
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_flags)
    return f"{sys.version_info[:2]} {code.co_code.hex()} {names} {parts}"


def _constant(value: object) -> str:
    if isinstance(value, frozenset):  # its repr depends on PYTHONHASHSEED, and fingerprints must not
        return f"frozenset({sorted(map(_constant, value))})"
    if isinstance(value, tuple):
        return f"tuple({[_constant(item) for item in value]})"
    return f"{type(value).__name__} {value!r}"


def _dumped(node: Definition, decorators_to_drop: frozenset[str]) -> str:
    decorators: list[ast.expr] = []
    if not isinstance(node, ast.Lambda):
        decorators = [one for one in node.decorator_list if _dotted(one) not in decorators_to_drop]
    keeps = bool(decorators) or any(
        getattr(inner, "attr", getattr(inner, "id", "")) in _READS_ANNOTATIONS for inner in ast.walk(node)
    )
    parts = [f"{type(node).__name__} {[_dump(one, keeps) for one in decorators]} {_dump(node.args, keeps)}"]
    if isinstance(node, ast.Lambda):
        parts.append(_dump(node.body, keeps))
    else:
        if keeps and node.returns is not None:
            parts.append(_dump(node.returns, keeps))
        parts.append(_dump_body(node.body, keeps))
    return " ".join(parts)


def _dump(value: object, keeps_annotations: bool) -> str:
    """Return a tree as text, without positions, docstrings and, unless kept, annotations of functions.

    Not `ast.dump`: what that writes differs between Python versions.
    """
    if isinstance(value, list):
        return f"[{','.join(_dump(item, keeps_annotations) for item in value)}]"
    if not isinstance(value, ast.AST):
        return f"{type(value).__name__} {value!r}"
    fields = []
    for name in value._fields:
        field = getattr(value, name, None)
        if field is None or field == [] or name in ("type_comment", "kind", "ctx"):
            continue
        if name in ("annotation", "returns") and not keeps_annotations:
            continue
        if name == "body" and isinstance(value, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            # A class in the body keeps its annotations: they are the fields of a dataclass.
            fields.append(f"body={_dump_body(field, keeps_annotations or isinstance(value, ast.ClassDef))}")
        else:
            fields.append(f"{name}={_dump(field, keeps_annotations)}")
    return f"{type(value).__name__}({','.join(fields)})"


def _dump_body(body: list[ast.stmt], keeps_annotations: bool) -> str:
    first = body[0] if body else None
    is_documented = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    kept = body[1:] if is_documented else body
    kept = [statement for statement in kept if not isinstance(statement, ast.Pass)]
    return _dump(kept, keeps_annotations)


def _dotted(node: ast.expr) -> str:
    """Return `a.b.c` of a name or a call of one; "" for anything else."""
    if isinstance(node, ast.Call):
        node = node.func
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id, *reversed(parts)])


_GLOBALS = frozenset({"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"})
_FREE = frozenset({"LOAD_DEREF", "LOAD_CLASSDEREF", "LOAD_FROM_DICT_OR_DEREF"})
_ATTRIBUTES = frozenset({"LOAD_ATTR", "LOAD_METHOD"})
_TRANSPARENT = frozenset({"PUSH_NULL", "CACHE", "NOP", "EXTENDED_ARG"})


def _chains(code: CodeType, self_name: str | None = None) -> Iterator[Chain]:
    """Yield every chain of names that *code*, or code nested in it, begins with a name from outside or `self`."""
    if self_name is None:
        self_name = code.co_varnames[0] if code.co_argcount else ""
    root: tuple[Root, str] | None = None
    attributes: list[str] = []
    imported = ""
    for instruction in dis.get_instructions(code):
        name = instruction.opname
        if name in _ATTRIBUTES and root is not None:
            attributes.append(str(instruction.argval))
            continue
        if name in _TRANSPARENT:
            continue
        if root is not None:
            yield Chain(*root, tuple(attributes))
        root, attributes = _root(name, instruction.argval, self_name), []
        if name == "IMPORT_NAME":
            imported = str(instruction.argval)
            yield Chain(Root.IMPORT, imported)
        elif name == "IMPORT_FROM":
            yield Chain(Root.IMPORT, imported, (str(instruction.argval),))
        elif name == "LOAD_SUPER_ATTR":
            yield Chain(Root.SUPER, "super", (str(instruction.argval),))
        elif isinstance(instruction.argval, CodeType):
            yield from _chains(instruction.argval, self_name)
    if root is not None:
        yield Chain(*root, tuple(attributes))


def _root(operation: str, argument: object, self_name: str) -> tuple[Root, str] | None:
    if operation in _GLOBALS:
        return Root.GLOBAL, str(argument)
    if isinstance(argument, tuple) and "LOAD_FAST" in operation:  # 3.13 loads two at once; the second is on top
        argument = argument[-1]
    if operation in _FREE or operation.startswith("LOAD_FAST") or operation.endswith("LOAD_FAST"):
        if argument == self_name and self_name:
            return Root.SELF, self_name
        if operation in _FREE:
            return Root.FREE, str(argument)
    return None
