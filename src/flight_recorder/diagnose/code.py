"""Code: the recorded source of one step's function, parsed. Pure; nothing of it is ever run.

Lines are those of the file that the function stood in, so that a traceback's lines can be looked up here.
"""

import ast
import textwrap
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from flight_recorder.model.failure import Frame
from flight_recorder.model.session import Session
from flight_recorder.model.step import Step

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Key = str | int | None
"""A step into a value: a key or attribute by name, an item by number, None for "one of its items"."""

Path = tuple[Key, ...]

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)


class Code(msgspec.Struct, frozen=True, eq=False):
    """A parsed function (or a module, the entry of a traced block) and where each node hangs in it."""

    body: FunctionNode | ast.Module
    file: str
    lines: tuple[str, ...]
    first_line: int
    parents: dict[ast.AST, ast.AST]

    @property
    def parameters(self) -> list[str]:
        """The function's parameters, in order; none for a module."""
        return [] if isinstance(self.body, ast.Module) else parameters_of(self.body)

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """What *node* stands in, innermost first, up to the function itself."""
        while node is not self.body and node in self.parents:
            node = self.parents[node]
            yield node

    def owns(self, frame: Frame) -> bool:
        """Whether *frame* ran this function, or a lambda, comprehension or function that is written in it."""
        return frame.file == self.file and self.line_of(frame) is not None

    def line_of(self, frame: Frame) -> int | None:
        """The line of *frame* in this function: where its text stands; None when it stands nowhere."""
        index = frame.line - self.first_line
        if 0 <= index < len(self.lines) and (not frame.source or self.lines[index].strip() == frame.source):
            return frame.line
        same = [number for number, text in enumerate(self.lines) if text.strip() == frame.source]
        return self.first_line + same[0] if len(same) == 1 and frame.source else None

    def statement_at(self, line: int) -> ast.stmt | None:
        """The innermost statement that has *line*."""
        found = None
        for node in ast.walk(self.body):
            if isinstance(node, ast.stmt) and node is not self.body and covers(node, line):
                found = node if found is None or _lines(node) <= _lines(found) else found
        return found

    def calls_at(self, line: int) -> list[ast.Call]:
        """The calls that are written across *line*."""
        return [node for node in ast.walk(self.body) if isinstance(node, ast.Call) and covers(node, line)]


def parameters_of(function: Scope) -> list[str]:
    """The names of a function's parameters, in the signature's order."""
    arguments = function.args
    names = [*arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg]
    return [name.arg for name in names if name is not None]


def covers(node: ast.AST, line: int) -> bool:
    """Whether *node* is written across *line*."""
    first = getattr(node, "lineno", None)
    last = getattr(node, "end_lineno", None)
    return first is not None and last is not None and first <= line <= last


def header(statement: ast.stmt) -> list[ast.expr]:
    """The expressions that *statement* evaluates itself, without those of the statements inside it."""
    found: list[ast.expr] = []
    for child in ast.iter_child_nodes(statement):
        if isinstance(child, ast.expr):
            found.append(child)
        elif isinstance(child, ast.withitem):
            found.append(child.context_expr)
    return found


def name_of_call(call: ast.Call) -> str:
    """The last word of what is called: `count` for `self.stock.count(part)`; "" when it has no name."""
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def constant_key(node: ast.expr) -> Key:
    """The key that *node* writes down; None when it is computed."""
    match node:
        case ast.Constant(value=str() | int() as key) if not isinstance(key, bool):
            return key
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as number)):
            return -number
    return None


def code_of(session: Session, step: Step) -> Code | None:
    """The parsed function of *step*; None when its source was not recorded or is no Python."""
    fingerprint = session.fingerprint_of(step)
    if fingerprint is None or not fingerprint.source:
        return None
    return parsed(fingerprint.source, fingerprint.file, max(fingerprint.line, 1))


@lru_cache(maxsize=256)
def parsed(source: str, file: str, line: int) -> Code | None:
    """The parsed function whose *source* begins at *line* of *file*; None when it is no Python."""
    text = textwrap.dedent(source)
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # a lambda's line, text of another language
        return None
    ast.increment_lineno(tree, line - 1)
    only = tree.body[0] if len(tree.body) == 1 else None
    body = only if isinstance(only, ast.FunctionDef | ast.AsyncFunctionDef) else tree
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    return Code(body, file, tuple(text.splitlines()), line, parents)


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno
