"""Operands: which of the values that a statement adds, compares or joins do not go with the others. Pure."""

import ast
import re
from collections.abc import Iterator

from flight_recorder.diagnose.code import COMPREHENSIONS, Key, Path, constant_key
from flight_recorder.diagnose.look import Part
from flight_recorder.diagnose.scene import Scene, Suspected

_OPERATOR = re.compile(r"^unsupported operand type\(s\) for (\S+?):")
_OPERATIONS = {"+": ast.Add, "-": ast.Sub, "*": ast.Mult, "/": ast.Div, "//": ast.FloorDiv, "%": ast.Mod}


def odd_operands(scene: Scene, message: str) -> tuple[Suspected, ...]:
    """The operands that do not go with the others: None before all, then what is no number beside numbers.

    Of a list that is added up or sorted that is one of its items.
    """
    operands: list[ast.expr] = []
    arguments: list[ast.expr] = []  # sum(xs), sorted(xs)
    for node in _of_operator(scene, message):
        if isinstance(node, ast.BinOp):
            operands += [node.left, node.right]
        elif isinstance(node, ast.Compare):
            operands += [node.left, *node.comparators]
        elif isinstance(node, ast.UnaryOp):
            operands.append(node.operand)
        elif isinstance(node, ast.Call):
            arguments += node.args
    if isinstance(scene.statement, ast.AugAssign):
        operands += [scene.statement.target, scene.statement.value]
    operands = [node for node in (*operands, *arguments) if not isinstance(node, ast.Constant)]
    suspected = [Suspected(node, scene.value(node)) for node in operands]
    none = [each for each in suspected if each.part is not None and each.part.is_none]
    items = [item for node in arguments if (item := odd_item(scene, node)) is not None]
    odd = [each for each in suspected if each.part is not None and each.part.number is None]
    return tuple(none or items or odd or suspected)


def odd_item(scene: Scene, node: ast.expr, kind: str = "") -> Suspected | None:
    """The first item of the list *node* that is of *kind*, or else does not go with the others; None when unknown.

    That is None, or a text beside numbers. Of lists beside numbers none is singled out: they may all be right.
    """
    found = list(_items(scene, node))
    parts = [part for _, _, part in found]
    odd = [part.kind == kind for part in parts] if kind else [part.is_none for part in parts]
    if not any(odd) and any(part.number is not None for part in parts):
        odd = [part.text is not None for part in parts]
    if not any(odd):
        return None
    expression, path, part = found[odd.index(True)]
    return Suspected(expression, part, path=path)


def _items(scene: Scene, node: ast.expr) -> Iterator[tuple[ast.expr, Path, Part]]:
    """Yield the items of the list *node*: the expression to follow, the path in it, and what stood there."""
    if isinstance(node, COMPREHENSIONS) and not isinstance(node, ast.DictComp):
        source = node.generators[0]
        path = _path_from(node.elt, source.target)
        whole = scene.value(source.iter)
        if path is None or whole is None or len(node.generators) > 1:
            return
        for key, item in whole.parts():
            part = item.at(path)
            if isinstance(key, int) and part is not None:
                yield source.iter, (key, *path), part
        return
    whole = scene.value(node)
    for key, part in whole.parts() if whole is not None else ():
        if isinstance(key, int):
            yield node, (key,), part


def _path_from(node: ast.expr, target: ast.expr) -> Path | None:
    """The path that *node* reads in the name *target*: `("price",)` for `item["price"]`; None when it does more."""
    path: list[Key] = []
    key: Key
    while not isinstance(node, ast.Name):
        match node:
            case ast.Attribute(value=owner, attr=key):
                pass
            case ast.Subscript(value=owner, slice=index) if (key := constant_key(index)) is not None:
                pass
            case _:
                return None
        path.insert(0, key)
        node = owner
    return tuple(path) if isinstance(target, ast.Name) and target.id == node.id else None


def _of_operator(scene: Scene, message: str) -> list[ast.expr]:
    """The operations of the failing statement that the message can be about: those with the operator it names."""
    said = _OPERATOR.search(message)
    kind = _OPERATIONS.get(said[1]) if said is not None else None
    named: list[ast.expr] = [
        node for node in scene.nodes if kind is not None and isinstance(node, ast.BinOp) and isinstance(node.op, kind)
    ]
    return named or list(scene.nodes)
