"""Code: what one function's own code is, as digests, and the names that it reaches. Runs nothing."""

import ast
import sys
from collections.abc import Callable, Sequence
from hashlib import blake2b
from types import CodeType, UnionType

import msgspec

from flight_recorder.fingerprint.chains import Chain, chains_of, names_in
from flight_recorder.fingerprint.normal import Definition, annotations_text, docstring, function_text
from flight_recorder.fingerprint.source import Source, constant_text, features, source_of
from flight_recorder.fingerprint.unwarned import unwarned

_READS_ANNOTATIONS = frozenset({"__annotations__", "get_type_hints", "get_annotations", "signature"})
_READS_DOCSTRINGS = frozenset({"__doc__", "getdoc"})

# What annotated assignments load where they stand alone. Whether a script's globals have it depends on how it is run.
_OF_THE_COMPILER = frozenset({"__annotations__", "__conditional_annotations__"})
_READ_NO_ANNOTATIONS = frozenset({
    "staticmethod", "classmethod", "property", "setter", "getter", "deleter", "cached_property", "cache", "lru_cache",
    "wraps", "contextmanager", "asynccontextmanager", "abstractmethod", "override", "final", "overload",
})  # fmt: skip

IsRegistering = Callable[[tuple[str, ...]], bool]
"""Whether the decorator of this dotted name is the recorder's own, which makes no difference to the code."""


class OwnCode(msgspec.Struct, frozen=True):
    """A function's own code. *text* is its source, "" when that cannot be had; *decorators* are what these name."""

    digest: str
    chains: tuple[Chain, ...]
    text: str = ""
    docstring: str = ""
    annotations: str = ""
    decorators: tuple[Chain, ...] = ()
    reads_docstrings: bool = False
    reads_annotations: bool = False


# By identity: code objects of two files may be equal, though their decorators are not.
_known: dict[int, tuple[CodeType, OwnCode]] = {}


def own_code(code: CodeType, is_registering: IsRegistering) -> OwnCode:
    """Return what *code* is and reaches, without its annotations and docstring, which are told apart."""
    known = _known.get(id(code))
    if known is None:
        known = _known[id(code)] = (code, _own_code(code, is_registering))
    return known[1]


def digest_of_text(text: str) -> str:
    """Return the digest of *text*: 32 hex digits."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def chains_of_trees(trees: Sequence[ast.stmt]) -> tuple[Chain, ...]:
    """Return the names that statements take from the module that they stand in."""
    if not trees:
        return ()
    module = ast.Module(list(trees), type_ignores=[])
    try:
        with unwarned("<made>"):
            code = compile(module, "<made>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError):  # a `yield` or `return` taken out of its function
        return ()
    return tuple(chain for chain in chains_of(code) if chain.name not in _OF_THE_COMPILER)


def _own_code(code: CodeType, is_registering: IsRegistering) -> OwnCode:
    names = names_in(code)
    reads_docstrings, reads_annotations = bool(names & _READS_DOCSTRINGS), bool(names & _READS_ANNOTATIONS)
    source = source_of(code)
    if source is None:
        return OwnCode(
            digest_of_text(_described(code)),
            chains_of(code),
            docstring=_docstring_of(code),
            reads_docstrings=reads_docstrings,
            reads_annotations=reads_annotations,
        )
    decorators = _decorators(source.node, is_registering)
    keeps = reads_annotations or not all(may_be_passed_over(_dotted(one)) for one in decorators)
    return OwnCode(
        digest_of_text(function_text(source.node, decorators, keeps_annotations=keeps)),
        chains_of(code),
        source.text,
        docstring(source.node),
        annotations_text(source.node),
        chains_of_trees([ast.Expr(one, lineno=1, col_offset=0) for one in decorators]),
        reads_docstrings,
        reads_annotations,
    )


def _decorators(node: Definition, is_registering: IsRegistering) -> list[ast.expr]:
    if isinstance(node, ast.Lambda):
        return []
    return [one for one in node.decorator_list if not is_registering(_dotted(one))]


def may_be_passed_over(decorator: tuple[str, ...]) -> bool:
    """Whether the decorator of this dotted name is known to read no annotations."""
    return decorator[-1:] != () and decorator[-1] in _READ_NO_ANNOTATIONS


def _dotted(node: ast.expr) -> tuple[str, ...]:
    """Return (a, b, c) of `a.b.c` or a call of it; () for anything else."""
    if isinstance(node, ast.Call):
        node = node.func
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return (node.id, *reversed(parts)) if isinstance(node, ast.Name) else ()


def _described(code: CodeType) -> str:
    """Return a code object as text: for functions whose source cannot be had. Differs between Python versions."""
    constants = code.co_consts[1:] if _docstring_of(code) else code.co_consts
    parts = [_described(one) if isinstance(one, CodeType) else constant_text(one) for one in constants]
    return f"{sys.version_info[:2]} {features(code)} {parts}"


_HAS_DOCSTRING = 0x4000000  # since 3.13
_IS_FUNCTION = 0x3  # CO_OPTIMIZED | CO_NEWLOCALS


def _docstring_of(code: CodeType) -> str:
    first = code.co_consts[0] if code.co_consts else None
    if not isinstance(first, str) or code.co_name.startswith("<"):
        return ""
    if sys.version_info >= (3, 13):
        return first if code.co_flags & _HAS_DOCSTRING else ""
    return first if code.co_flags & _IS_FUNCTION == _IS_FUNCTION else ""


def enclosing(source: Source | None, kind: type[ast.AST] | UnionType) -> ast.AST | None:
    """Return the innermost definition of *kind* that *source* lies in, or None."""
    around = source.around if source is not None else ()
    return next((node for node in reversed(around) if isinstance(node, kind)), None)
