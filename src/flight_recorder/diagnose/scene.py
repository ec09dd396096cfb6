"""Scene: the statement at which a frame was left, its expressions, and what they were then. Pure."""

import ast
import re
from collections.abc import Iterator, Mapping

import msgspec

from flight_recorder.diagnose.code import COMPREHENSIONS, Code, Key, Path, constant_key, covers, header
from flight_recorder.diagnose.look import Part, part_of
from flight_recorder.model.failure import Frame
from flight_recorder.model.value import Value


class Suspected(msgspec.Struct, frozen=True):
    """An expression of the failing statement that the exception may be about.

    *part* is what it was then, or what stood at *path* in it; None when that is not known. *is_shape* says that only
    its length matters.
    """

    expression: ast.expr
    part: Part | None
    is_shape: bool = False
    path: Path = ()


class Scene(msgspec.Struct, frozen=True):
    """The failing statement of one frame: its expressions, the frame, and the frame called from it if any."""

    statement: ast.stmt
    nodes: tuple[ast.expr, ...]
    frame: Frame
    tests: tuple[ast.expr, ...] = ()  # the conditions that the statement stands under, innermost first
    called: Frame | None = None
    outer: Mapping[str, Value] = {}  # what names from outside the function stood for

    def value(self, expression: ast.expr) -> Part | None:
        """What *expression* was when the frame was left; None when that is not known."""
        match expression:
            case ast.Name(id=name):
                known = self.frame.locals.get(name) or self.outer.get(name)
                return part_of(known) if known is not None else None
            case ast.Constant(value=None | bool() | int() | float() | str() as constant):
                return Part(constant)
            case ast.Attribute(value=owner, attr=attr):
                part = self.value(owner)
                return part.at((attr,)) if part is not None else None
            case ast.Subscript(value=owner, slice=index):
                part, key = self.value(owner), self._key(index)
                return part.at((key,)) if part is not None and key is not None else None
        return None

    def _key(self, index: ast.expr) -> Key:
        key = constant_key(index)
        part = self.value(index) if key is None else None
        return part.node if part is not None and isinstance(part.node, str | int) else key


def scene_of(code: Code, frame: Frame, called: Frame | None, outer: Mapping[str, Value]) -> Scene | None:
    """The failing statement of *frame*, which *code* owns; None when the line holds none."""
    line = code.line_of(frame)
    statement = code.statement_at(line) if line is not None else None
    if line is None or statement is None:
        return None
    nodes = list(_nodes(statement, frame.function))
    here = [node for node in nodes if covers(node, line)]
    tests = tuple(above.test for above in code.above(statement) if isinstance(above, ast.If | ast.While))
    return Scene(statement, tuple(here or nodes), frame, tests, called, outer)


def scene_of_line(frame: Frame, called: Frame | None, outer: Mapping[str, Value]) -> Scene | None:
    """The scene of a frame whose function was not recorded, from the one line that the traceback has."""
    text = re.sub(r"^(el)(?=if\b)", "", frame.source)
    for whole in (text, f"{text}\n pass", f"({text}", text.rstrip(",") + ")", f"x = {text}"):
        try:
            tree = ast.parse(whole)
        except (SyntaxError, ValueError):
            continue
        if tree.body:
            statement = tree.body[0]
            return Scene(statement, tuple(_nodes(statement, frame.function)), frame, (), called, outer)
    return None


def _nodes(statement: ast.stmt, function: str) -> Iterator[ast.expr]:
    """Yield the expressions that the frame of *function* could evaluate in *statement*: a lambda's are its own."""
    within = function.rpartition(".")[2]
    for root in header(statement):
        for node in ast.walk(root) if within.startswith("<") else _outside_lambdas(root):
            inner = within.startswith("<") and within != "<module>"
            if isinstance(node, ast.expr) and (not inner or _is_inside(root, node, within)):
                yield node


def _outside_lambdas(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    if not isinstance(node, ast.Lambda):
        for child in ast.iter_child_nodes(node):
            yield from _outside_lambdas(child)


def _is_inside(root: ast.expr, node: ast.AST, within: str) -> bool:
    scopes = (ast.Lambda,) if within == "<lambda>" else COMPREHENSIONS
    return any(isinstance(scope, scopes) and node in set(ast.walk(scope)) - {scope} for scope in ast.walk(root))


def leaves(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the longest names, attributes and items that *node* reads: `order["id"]` of `order["id"] in SEEN`."""
    match node:
        case ast.Name():
            yield node
        case ast.Attribute(value=owner) | ast.Subscript(value=owner):
            yield from [node] if _is_reference(owner) else leaves(owner)
            if isinstance(node, ast.Subscript):
                yield from leaves(node.slice)
        case ast.Call(func=func):
            if isinstance(func, ast.Attribute):
                yield from leaves(func.value)
            for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
                yield from leaves(argument)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from leaves(child)


def _is_reference(node: ast.expr) -> bool:
    """Whether *node* is a name, or attributes and items of one."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return isinstance(node, ast.Name)
