"""Marking: source in which each function is marked to become a step, as if its author had decorated it.

The mark is the innermost decorator of a `def`, and a call around a `lambda`: what other decorators make of a function
is made of the step. All that shows of it lies where the `def` or the `lambda` begins.
"""

import ast

STEP_MARK = "__flight_recorder_step__"
"""The name of the mark: one of `builtins`, since in the module's own names it would be seen."""


def is_marked(name: str) -> bool:
    """Whether a function called *name* becomes a step.

    What Python itself calls on the way, a constructor or an operator, is a part of the step that it is called in.
    """
    return name == "__call__" or not (name.startswith("__") and name.endswith("__"))


def marked(tree: ast.Module) -> ast.Module:
    """Return *tree* with every function marked. It is changed in place."""
    found: ast.Module = _Marking().visit(tree)
    return found


class _Marking(ast.NodeTransformer):
    """Puts the mark at each function, also at one that is made when another runs."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._decorated(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._decorated(node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        self.generic_visit(node)
        return ast.copy_location(ast.Call(_mark(node), [node], []), node)

    def _decorated(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        self.generic_visit(node)
        if is_marked(node.name):
            node.decorator_list.append(_mark(node))
        return node


def _mark(node: ast.stmt | ast.expr) -> ast.Name:
    at = {"lineno": node.lineno, "col_offset": node.col_offset}
    return ast.Name(STEP_MARK, ast.Load(), **at, end_lineno=node.lineno, end_col_offset=node.col_offset)
