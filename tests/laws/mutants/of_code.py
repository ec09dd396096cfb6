"""Mutants of fingerprints: what counts as a change of a step's code."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flight_recorder.fingerprint import classes, code, functions
from flight_recorder.fingerprint.constants import PLAIN
from flight_recorder.fingerprint.walk import Walk
from tests.laws.mutants.mutant import Mutant, put


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
    put(functions, "_defaults", lambda _function, _label: ())


def _decorators_left_out() -> None:
    put(code, "_decorators", lambda _node, _is_registering: [])


def _globals_left_out() -> None:
    visit = Walk._visit

    def only_code(self: Walk, edge: Any, holder: str = "") -> None:
        if type(edge.obj) not in PLAIN:
            visit(self, edge, holder)

    put(Walk, "_visit", only_code)


def _contents_of_classes_left_out() -> None:
    put(classes, "_contents", lambda _cls, _label, _project: ())


MUTANTS = {
    "fingerprints hold a step's own code only: helpers are not seen": Mutant(_own_code_only),
    "constants in code are left out of fingerprints": Mutant(_constants_left_out),
    "comments and formatting count as changes": Mutant(_text_counts),
    "where a function stands in its file counts": Mutant(_lines_count),
    "defaults of parameters are left out of fingerprints": Mutant(_defaults_left_out),
    "decorators are left out of fingerprints": Mutant(_decorators_left_out),
    "values of globals are left out of fingerprints": Mutant(_globals_left_out),
    "attributes and methods of classes are left out of fingerprints": Mutant(_contents_of_classes_left_out),
}
