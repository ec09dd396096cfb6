"""Uses: what a function's code does with the names that it shares with others: reads, changes, only adds to. Pure."""

import ast
from enum import Flag, auto

Path = tuple[str, ...]  # a name, or a name and an attribute of what it stands for


class Use(Flag):
    """What is done with a name."""

    READ = auto()  # its value has a say in what comes out
    ADD = auto()  # something is added to it, whatever it was
    PUT = auto()  # something is put in it, whatever was there: where the same was, that does not show
    CHANGE = auto()  # it is bound anew, or changed in another way
    METHOD = auto()  # a method of it is called, which may change an object of the program's


# Methods of the builtin containers that add to them and tell nothing, when nothing is made of what they return.
_ADDING = {
    **dict.fromkeys(("append", "extend", "appendleft", "extendleft"), Use.ADD),
    **dict.fromkeys(("add", "update"), Use.PUT),
}
# And those that change what they are called on in another way, or tell something of it.
_CHANGING = frozenset({
    "insert", "remove", "pop", "popleft", "popitem", "clear", "setdefault", "discard", "sort", "reverse", "rotate",
    "subtract", "move_to_end", "difference_update", "intersection_update", "symmetric_difference_update",
    "__setitem__", "__delitem__", *_ADDING,
})  # fmt: skip


def uses_in(node: ast.AST) -> dict[Path, Use]:
    """Return how the code in *node* uses each name, and each attribute of a name, that is not its own."""
    visitor = _Uses()
    for child in ast.iter_child_nodes(node):
        visitor.visit(child)
    return visitor.found


class _Uses(ast.NodeVisitor):
    def __init__(self) -> None:
        self.found: dict[Path, Use] = {}

    def note(self, node: ast.AST, use: Use) -> None:
        """Note *use* of the name that *node* begins with, and of its first attribute."""
        names = _names(node)
        for length in (1, 2):
            if len(names) >= length:
                path = tuple(names[:length])
                self.found[path] = self.found.get(path, Use(0)) | use

    def visit_Name(self, node: ast.Name) -> None:
        self.note(node, Use.READ if isinstance(node.ctx, ast.Load) else Use.CHANGE)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if not _names(node):
            self.generic_visit(node)
        elif isinstance(node.ctx, ast.Load):
            self.note(node, Use.READ)
        else:
            self.note(node, Use.CHANGE)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.slice)
        if (
            isinstance(node.ctx, ast.Store)
            and isinstance(node.value, ast.Name | ast.Attribute)
            and _names(node.value)
        ):
            self.note(node.value, Use.PUT)
            return
        if not isinstance(node.ctx, ast.Load):
            self.note(_first(node), Use.CHANGE)
        self.visit(node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.visit(node.value)
        target = node.target
        if isinstance(target, ast.Subscript):
            self.visit(target.slice)
            target = target.value  # type: ignore[assignment]  # any expression
        self.note(
            _first(target), Use.ADD if _names(target) and isinstance(node.op, ast.Add) else Use.CHANGE | Use.READ
        )

    def visit_Expr(self, node: ast.Expr) -> None:
        match node.value:
            case ast.Call(func=ast.Attribute(value=held, attr=method)) as call if method in _ADDING and _names(held):
                self.note(held, _ADDING[method] | Use.METHOD)
                for argument in (*call.args, *call.keywords):
                    self.visit(argument)
            case _:
                self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Attribute):
            use = Use.METHOD | (Use.CHANGE if node.func.attr in _CHANGING else Use(0))
            self.note(_first(node.func.value), use)
        self.generic_visit(node)


def _names(node: ast.AST) -> list[str]:
    """Return the dotted names that *node* consists of; none for any other expression."""
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        before = _names(node.value)
        return [*before, node.attr] if before else []
    return []


def _first(node: ast.AST) -> ast.AST:
    """Return the longest dotted name that *node* begins with."""
    while not _names(node) and isinstance(node, ast.Attribute | ast.Subscript | ast.Call | ast.Await):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node
