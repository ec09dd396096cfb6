"""Seen: what expressions of a recorded function were, worked out from captured values. Pure; runs no code.

Only what needs no object: keys, attributes, comparisons, arithmetic, `len`, `isinstance`, `all` and the like. The
rest is not known, and that is an answer too.
"""

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from flight_recorder.diagnose.code import Path
from flight_recorder.diagnose.look import Part

MAX_ITEMS = 500

_PLAIN = frozenset({"NoneType", "bool", "int", "float", "str", "list", "dict", "tuple", "set", "frozenset"})
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], object]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}
_ARITHMETIC: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_TOTALS: dict[str, Callable[[list[float]], float]] = {"sum": sum, "min": min, "max": max}


class Seen(msgspec.Struct, frozen=True):
    """A value, and where in the result it stands; *path* is None when it was worked out."""

    part: Part
    path: Path | None = None


Names = Mapping[str, Seen]
"""What names stand for."""


def seen(node: ast.expr, names: Names) -> Seen | None:
    """Return what *node* was; None when that is not known."""
    match node:
        case ast.Name(id=name):
            return names.get(name)
        case ast.Constant(value=None | bool() | int() | float() | str() as constant):
            return Seen(Part(constant))
        case ast.Attribute(value=owner, attr=key):
            return _inside(seen(owner, names), key)
        case ast.Subscript(value=owner, slice=index):
            return _inside(seen(owner, names), _plain(seen(index, names)))
        case ast.Call():
            return _called(node, names)
        case ast.UnaryOp() | ast.BinOp() | ast.BoolOp() | ast.Compare():
            return _operated(node, names)
    return None


def is_true(found: Seen | None) -> bool | None:
    """Whether a value counts as true; None when that is not known: an object may say what it likes."""
    if found is None or found.part.kind not in _PLAIN:
        return None
    part = found.part
    return bool(part.node) if isinstance(part.node, bool | int | float | None) else not part.is_empty


def each_of(generator: ast.comprehension, names: Names) -> Iterator[Names]:
    """Yield what names stand for, for each item that a comprehension goes over; nothing when that is not known."""
    over = seen(generator.iter, names)
    if over is None or not isinstance(generator.target, ast.Name):
        return
    for item in items_of(over):
        inner = {**names, generator.target.id: item}
        if all(is_true(seen(test, inner)) is not False for test in generator.ifs):
            yield inner


def items_of(found: Seen) -> Iterator[Seen]:
    """Yield the items of a list; its keys, when it is a dict."""
    for count, (key, part) in enumerate(found.part.parts()):
        if count >= MAX_ITEMS:
            return
        if found.part.kind == "dict":
            yield Seen(Part(key))
        else:
            yield Seen(part, None if found.path is None else (*found.path, key))


def _inside(owner: Seen | None, key: object) -> Seen | None:
    if owner is None or not isinstance(key, str | int):
        return None
    part = owner.part.at((key,))
    return None if part is None else Seen(part, None if owner.path is None else (*owner.path, key))


def _plain(found: Seen | None) -> object:
    """The value itself, of those that have one in Python as in JSON; `...` for others."""
    node = found.part.node if found is not None else ...
    return node if isinstance(node, bool | int | float | str | None) else ...


def _called(node: ast.Call, names: Names) -> Seen | None:
    match node.func, node.args:
        case ast.Name(id="len"), [argument]:
            return _length(seen(argument, names))
        case ast.Name(id="isinstance"), [argument, ast.Name(id=kind)]:
            found = seen(argument, names)
            is_it = found is not None and (found.part.kind == kind or (kind, found.part.kind) == ("int", "bool"))
            return Seen(Part(is_it)) if found is not None and {kind, found.part.kind} <= _PLAIN else None
        case ast.Name(id="all" | "any" as word), [ast.GeneratorExp() | ast.ListComp() as every]:
            truths = [is_true(seen(every.elt, inner)) for inner in each_of(every.generators[0], names)]
            decisive = word == "any"
            if decisive in truths:
                return Seen(Part(decisive))
            return (
                None if None in truths or seen(every.generators[0].iter, names) is None else Seen(Part(not decisive))
            )
        case ast.Name(id="sum" | "min" | "max" as word), [ast.GeneratorExp() | ast.ListComp() as every]:
            return _total(word, [seen(every.elt, inner) for inner in each_of(every.generators[0], names)])
        case ast.Name(id="sum" | "min" | "max" as word), [argument]:
            over = seen(argument, names)
            return _total(word, list(items_of(over))) if over is not None else None
        case ast.Attribute(value=owner, attr="get"), [key, *default]:
            holder, wanted = seen(owner, names), _plain(seen(key, names))
            if holder is None or holder.part.kind != "dict" or not isinstance(wanted, str | int):
                return None
            return _inside(holder, wanted) or (seen(default[0], names) if default else Seen(Part(None)))
    return None


def _length(found: Seen | None) -> Seen | None:
    if found is None:
        return None
    if found.part.text is not None:
        return Seen(Part(len(found.part.text)))
    is_counted = found.part.kind in _PLAIN and (found.part.is_container or found.part.is_empty)
    return Seen(Part(sum(1 for _ in found.part.parts()))) if is_counted else None


def _total(word: str, found: list[Seen | None]) -> Seen | None:
    numbers = [each.part.number for each in found if each is not None]
    known = [number for number in numbers if number is not None]
    if len(known) < len(found) or (not known and word != "sum"):
        return None
    return Seen(Part(_TOTALS[word](known)))


def _operated(node: ast.UnaryOp | ast.BinOp | ast.BoolOp | ast.Compare, names: Names) -> Seen | None:
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            truth = is_true(seen(operand, names))
            return None if truth is None else Seen(Part(not truth))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            number = _number(seen(operand, names))
            return None if number is None else Seen(Part(-number))
        case ast.BinOp(left=left, op=op, right=right):
            return _reckoned(_number(seen(left, names)), op, _number(seen(right, names)))
        case ast.BoolOp(op=op, values=values):
            truths = [is_true(seen(each, names)) for each in values]
            decisive = isinstance(op, ast.Or)
            if decisive in truths:
                return Seen(Part(decisive))
            return None if None in truths else Seen(Part(not decisive))
        case ast.Compare(left=left, ops=ops, comparators=others):
            return _compared([seen(each, names) for each in (left, *others)], ops)
    return None


def _number(found: Seen | None) -> float | None:
    node = found.part.node if found is not None else None
    return node if isinstance(node, int | float) else None


def _reckoned(left: float | None, op: ast.operator, right: float | None) -> Seen | None:
    work = _ARITHMETIC.get(type(op))
    if left is None or right is None or work is None:
        return None
    try:
        return Seen(Part(work(left, right)))
    except ArithmeticError:
        return None


def _compared(found: list[Seen | None], ops: list[ast.cmpop]) -> Seen | None:
    for left, op, right in zip(found, ops, found[1:], strict=False):
        truth = _holds(left, op, right)
        if not truth:
            return None if truth is None else Seen(Part(False))
    return Seen(Part(True))


def _holds(left: Seen | None, op: ast.cmpop, right: Seen | None) -> bool | None:
    if left is None or right is None:
        return None
    if isinstance(op, ast.In | ast.NotIn):
        return _is_in(left, right, wanted=isinstance(op, ast.In))
    one, other = _plain(left), _plain(right)
    if one is ... or other is ...:
        is_same = left.part.data == right.part.data
        same_kind = left.part.kind == right.part.kind
        if isinstance(op, ast.Eq | ast.NotEq) and (is_same or same_kind) and left.part.kind in _PLAIN:
            return is_same is isinstance(op, ast.Eq)
        if isinstance(op, ast.Is | ast.IsNot) and None in (one, other):
            return isinstance(op, ast.IsNot)
        return None
    try:
        return bool(_COMPARE[type(op)](one, other))
    except TypeError:
        return None


def _is_in(left: Seen, right: Seen, *, wanted: bool) -> bool | None:
    one = _plain(left)
    if isinstance(one, str) and right.part.text is not None:
        return (one in right.part.text) is wanted
    if right.part.kind == "dict" and isinstance(one, str | int):
        return (right.part.at((one,)) is not None) is wanted
    if one is ... or right.part.kind not in _PLAIN:
        return None
    return any(_plain(item) == one for item in items_of(right)) is wanted
