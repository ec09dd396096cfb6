"""Functions: what a function of the project consists of, and what it reaches."""

import ast
import builtins
from collections.abc import Iterator
from types import FunctionType, MethodType

from msgspec.structs import replace

from flight_recorder.config import Project
from flight_recorder.fingerprint.attributes import ABSENT, attribute_of, class_of
from flight_recorder.fingerprint.chains import Chain, Root
from flight_recorder.fingerprint.code import chains_of_trees, digest_of_text, enclosing, may_be_passed_over, own_code
from flight_recorder.fingerprint.made import home_in_defaults
from flight_recorder.fingerprint.names import function_name, module_label
from flight_recorder.fingerprint.node import Definition, Node
from flight_recorder.fingerprint.normal import tree_text
from flight_recorder.fingerprint.origin import Origin, origin_of
from flight_recorder.fingerprint.resolve import Edge, Resolver, Scope, scope_of
from flight_recorder.fingerprint.source import source_of
from flight_recorder.model.fingerprint import Part, PartKind

_WRAPPED = "__wrapped__"


def function_node(function: FunctionType, label: str, project: Project, resolver: Resolver) -> Node:
    """Return *function* as a node."""
    code = function.__code__
    scope = scope_of(function, label)
    own = own_code(code, lambda dotted: _is_registering(dotted, scope, project))
    decorators = list(_decorators(own.decorators, scope, resolver, project))
    definition = Definition(
        PartKind.HELPER,
        own.digest,
        f"{project.relative(code.co_filename)}:{code.co_firstlineno}",
        own.docstring,
        own.annotations,
        shows_docstring=any(origin_of(edge.obj, project) is Origin.DISTRIBUTION for edge in decorators),
        shows_annotations=any(_may_read_annotations(edge, project) for edge in decorators),
        reads_docstrings=own.reads_docstrings,
        reads_annotations=own.reads_annotations,
        text=own.text,
        file=code.co_filename,
        line=code.co_firstlineno,
        is_movable=label == function_name(function) and function.__qualname__.isidentifier(),
        names_in=scope.module,
        wrapper=code.co_qualname if code.co_qualname != function.__qualname__ else "",
    )
    parts, in_class = _enclosing_class(function, scope, resolver)
    edges = (
        *resolver.edges(own.chains, scope),
        *decorators,
        *_defaults(function, label),
        *_attached(function, label),
    )
    return Node(parts, (*edges, *in_class), definition)


def _is_registering(dotted: tuple[str, ...], scope: Scope, project: Project) -> bool:
    """Whether a decorator is the recorder's: `fr.register`, or a name that stands for it."""
    if not dotted:
        return False
    found = scope.names.get(dotted[0], ABSENT)
    if found is ABSENT:  # a variable of an enclosing function, which is gone
        return dotted[-1] == "register"
    for attribute in dotted[1:]:
        if origin_of(found, project) is Origin.OURS:
            return True
        found = attribute_of(found, attribute, project)
    return origin_of(found.__self__ if type(found) is MethodType else found, project) is Origin.OURS


def _decorators(chains: tuple[Chain, ...], scope: Scope, resolver: Resolver, project: Project) -> Iterator[Edge]:
    """Yield what decorators name. Of an object of a library's only its class: an app would bring all its routes."""
    for edge in resolver.edges(_seen_from_inside(chains, scope), scope):
        kind = type(edge.obj)
        is_instance = not issubclass(kind, FunctionType | type)
        if is_instance and origin_of(edge.obj, project) is Origin.DISTRIBUTION:
            yield Edge(kind, f"{edge.name}.__class__")
        else:
            yield edge


def _may_read_annotations(decorator: Edge, project: Project) -> bool:
    """Whether what a decorator names may look at annotations; of the project's own, their code tells."""
    is_foreign = origin_of(decorator.obj, project) is not Origin.PROJECT
    return is_foreign and not may_be_passed_over((decorator.name.rpartition(":")[2].rpartition(".")[2],))


def _seen_from_inside(chains: tuple[Chain, ...], scope: Scope) -> Iterator[Chain]:
    """Yield the names in decorators as the function itself sees them: some are variables of an enclosing function."""
    for chain in chains:
        if chain.root is not Root.GLOBAL or chain.name in scope.names or hasattr(builtins, chain.name):
            yield chain
        elif chain.name in scope.cells:
            yield replace(chain, root=Root.FREE)
        elif "<locals>" not in scope.function.__qualname__:
            yield chain


def _defaults(function: FunctionType, label: str) -> Iterator[Edge]:
    code = function.__code__
    positional = code.co_varnames[: code.co_argcount]
    defaults = function.__defaults__ or ()
    named = dict(zip(positional[len(positional) - len(defaults) :], defaults, strict=False))
    named.update(function.__kwdefaults__ or {})
    for parameter, default in named.items():
        yield Edge(default, f"{label}({parameter}=)", home_in_defaults(function))


def _attached(function: FunctionType, label: str) -> Iterator[Edge]:
    """Yield what a function carries: what it wraps, and what was set as its attributes."""
    carried = function.__dict__
    if _WRAPPED in carried:
        yield Edge(carried[_WRAPPED], label)
    for name in sorted(carried):
        if not name.startswith("__"):
            yield Edge(carried[name], f"{label}.{name}")


def _enclosing_class(
    function: FunctionType, scope: Scope, resolver: Resolver
) -> tuple[tuple[Part, ...], tuple[Edge, ...]]:
    """A method of a class that was made in a function: the whole class, for want of the class itself."""
    if "." not in function.__qualname__ or class_of(function) is not None:
        return (), ()
    node = enclosing(source_of(function.__code__), ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    if not isinstance(node, ast.ClassDef):
        return (), ()
    name = f"{module_label(str(function.__module__))}:{function.__qualname__.rpartition('.')[0]}"
    part = Part(PartKind.CLASS, name, digest_of_text(tree_text(node, keeps_annotations=False)))
    return (part,), tuple(resolver.edges(chains_of_trees([node]), scope))
