"""Mutants of fingerprints: what counts as a change of a step's code."""

import re
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from flight_recorder.fingerprint import classes, code, functions, given
from flight_recorder.fingerprint.aliases import Aliases
from flight_recorder.fingerprint.chains import Root
from flight_recorder.fingerprint.constants import PLAIN
from flight_recorder.fingerprint.resolve import Resolver
from flight_recorder.fingerprint.walk import Walk
from tests.laws.model import Feature
from tests.laws.mutants.mutant import Mutant, put, with_only


def _own_code_only() -> None:
    take = Walk._take
    put(Walk, "_take", lambda self, key, label, node: take(self, key, label, replace(node, edges=())))


def _constants_left_out() -> None:
    text = code.function_text
    put(code, "function_text", lambda *args, **options: re.sub(r"\bint \d+", "int", text(*args, **options)))


def _with_digest_of(told: Callable[[Any, Any], object]) -> None:
    """Let the digest of a function's own code depend also on what *told* says of it."""
    own_code = code._own_code

    def changed(of: Any, is_registering: Any) -> Any:
        own = own_code(of, is_registering)
        return replace(own, digest=code.digest_of_text(f"{own.digest} {told(of, own)}"))

    put(code, "_own_code", changed)


def _text_counts() -> None:
    _with_digest_of(lambda _code, own: own.text)


def _lines_count() -> None:
    _with_digest_of(lambda of, _own: of.co_firstlineno)


def _defaults_left_out() -> None:
    text = code.function_text

    def without(node: Any, *args: Any, **options: Any) -> str:
        defaults, node.args.defaults = node.args.defaults, []
        try:
            return text(node, *args, **options)
        finally:
            node.args.defaults = defaults

    put(code, "function_text", without)
    put(functions, "_defaults", lambda _function, _label: ())


def _cells_left_out() -> None:
    edges = Resolver.edges

    def without_cells(self: Resolver, chains: Any, scope: Any) -> Any:
        return edges(self, [chain for chain in chains if chain.root is not Root.FREE], scope)

    put(Resolver, "edges", without_cells)
    put(functions, "_attached", lambda _function, _label: ())


def _globals_left_out() -> None:
    visit = Walk._visit

    def only_code(self: Walk, edge: Any, *holder: str) -> None:
        if type(edge.obj) not in PLAIN:
            visit(self, edge, *holder)

    put(Walk, "_visit", only_code)


def _module_counts() -> None:
    put(Aliases, "own", lambda _self, _label: None)


def _contents_of_classes_left_out() -> None:
    for module in (classes, given):  # either would see what the other does not
        put(module, "contents_of", lambda _cls, _label, _project: ())


MUTANTS = {
    "helpers are left out of fingerprints": Mutant(_own_code_only, edit="constant in a helper"),
    "constants in code are left out of fingerprints": Mutant(_constants_left_out, edit="constant in a leaf"),
    "comments and formatting count as changes": Mutant(_text_counts, edit="formatting"),
    "where a function stands in its file counts": Mutant(_lines_count),
    "defaults of parameters are left out of fingerprints": with_only(_defaults_left_out, edit="default"),
    "closure cells, and so what decorators wrap, are left out of fingerprints": with_only(
        _cells_left_out,
        Feature.DECORATORS,
        Feature.CLOSURES,
        edit="class, closure, table, enum or decorator",
    ),
    "values of globals are left out of fingerprints": with_only(_globals_left_out, edit="global constant"),
    "in which module a function stands counts": Mutant(_module_counts, edit="moved helper"),
    "attributes and methods of classes are left out of fingerprints": with_only(
        _contents_of_classes_left_out, Feature.CLASSES, edit="class, closure, table, enum or decorator"
    ),
}
