"""Normal form: a piece of a syntax tree as text, in which only what changes behaviour makes a difference. Pure.

Not `ast.dump`: what that writes differs between Python versions.
"""

import ast

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module

_WITHOUT_EFFECT = frozenset({"type_comment", "type_ignores", "kind", "ctx"})


def function_text(node: Definition, decorators: list[ast.expr], *, keeps_annotations: bool) -> str:
    """Return what *node* does, with only these *decorators*. Its own annotations and docstring are left out."""
    parts = [type(node).__name__, tree_text(decorators), tree_text(node.args, keeps_annotations=False)]
    if isinstance(node, ast.Lambda):
        parts.append(tree_text(node.body))
    else:
        parts.append(_body_text(node.body, keeps_annotations))
    return " ".join(parts)


def annotations_text(node: Definition) -> str:
    """Return the annotations of a function's parameters and of what it returns; "" when it has none."""
    if isinstance(node, ast.Lambda):
        return ""
    arguments = node.args
    parameters = [*arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg]
    written = [f"{one.arg}: {tree_text(one.annotation)}" for one in parameters if one and one.annotation]
    if node.returns is not None:
        written.append(f"return: {tree_text(node.returns)}")
    return "\n".join(written)


def docstring(node: Definition | ast.ClassDef) -> str:
    """Return the docstring of *node*; "" when it has none."""
    return "" if isinstance(node, ast.Lambda) else ast.get_docstring(node) or ""


def tree_text(value: object, *, keeps_annotations: bool = True) -> str:
    """Return a tree as text, without positions, docstrings and, unless kept, annotations of functions."""
    if isinstance(value, list):
        return f"[{','.join(tree_text(item, keeps_annotations=keeps_annotations) for item in value)}]"
    if not isinstance(value, ast.AST):
        return f"{type(value).__name__} {value!r}"
    fields = []
    for name in value._fields:
        field = getattr(value, name, None)
        if field is None or field == [] or name in _WITHOUT_EFFECT:
            continue
        if name in ("annotation", "returns") and not keeps_annotations:
            continue
        if name == "body" and isinstance(value, Documented):
            # A class in the body keeps its annotations: they are the fields of a dataclass.
            fields.append(f"body={_body_text(field, keeps_annotations or isinstance(value, ast.ClassDef))}")
        else:
            fields.append(f"{name}={tree_text(field, keeps_annotations=keeps_annotations)}")
    return f"{type(value).__name__}({','.join(fields)})"


def _body_text(body: list[ast.stmt], keeps_annotations: bool) -> str:
    first = body[0] if body else None
    is_documented = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    kept = body[1:] if is_documented else body
    kept = [statement for statement in kept if not isinstance(statement, ast.Pass)]
    return tree_text(kept, keeps_annotations=keeps_annotations)
