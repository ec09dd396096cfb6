"""Expect: what kind of value a function needs for a parameter, read off how it uses it. Pure."""

import ast

from flight_recorder.diagnose.bindings import own_nodes
from flight_recorder.diagnose.code import Code, constant_key
from flight_recorder.diagnose.look import Part

_TEXT_METHODS = frozenset(
    name
    for name in dir(str)
    if not name.startswith("_") and not any(hasattr(kind, name) for kind in (list, dict, set))
)
_LIST_METHODS = frozenset({"append", "extend", "insert", "sort", "reverse"})
_DICT_METHODS = frozenset({"get", "items", "keys", "values", "setdefault"})
_OVER_ITEMS = frozenset({"sum", "max", "min", "sorted", "enumerate", "any", "all"})
_NAMES = {
    "dict": "a dict",
    "Mapping": "a dict",
    "list": "a list",
    "Sequence": "a list",
    "Iterable": "a list",
    "tuple": "a tuple",
    "set": "a set",
    "str": "text",
    "int": "a number",
    "float": "a number",
    "bool": "True or False",
    "bytes": "bytes",
}


def expectation(code: Code, parameter: str) -> str:
    """Return what *parameter* should be: `a dict`, `a list`, `an object with .rate`; "" when nothing tells."""
    annotated = annotation_of(code, parameter)
    if annotated:
        return annotated
    fields: list[str] = []
    for node in ast.walk(code.body):
        if isinstance(node, ast.Name) and node.id == parameter and isinstance(node.ctx, ast.Load):
            found = _by_use(code, node)
            if found.startswith("."):
                fields.append(found)
            elif found:
                return found
    return f"an object with {fields[0]}" if fields else ""


def annotation_of(code: Code, parameter: str) -> str:
    """The annotation of *parameter* in words; "" without one, and for those that allow anything."""
    if isinstance(code.body, ast.Module):
        return ""
    arguments = code.body.args
    for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]:
        if argument.arg == parameter and argument.annotation is not None:
            return _in_words(argument.annotation)
    return ""


def return_annotation(code: Code) -> ast.expr | None:
    """What the function declares to return."""
    return None if isinstance(code.body, ast.Module) else code.body.returns


def violates(part: Part, annotation: ast.expr) -> bool:
    """Whether *part* surely is not what *annotation* declares. Only None and plain builtin types are judged."""
    match annotation:
        case ast.Constant(value=str() as text):
            try:
                return violates(part, ast.parse(text, mode="eval").body)
            except SyntaxError:
                return False
        case ast.BinOp(op=ast.BitOr(), left=left, right=right):
            return violates(part, left) and violates(part, right)
        case ast.Constant(value=None):
            return not part.is_none
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name)):
            return _is_not(part, name)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return _is_not(part, name)
    return False


def _is_not(part: Part, name: str) -> bool:
    if part.is_none:
        return name in _NAMES
    expected = {"float": {"float", "int", "bool"}, "int": {"int", "bool"}}.get(name, {name})
    plain = {"dict", "list", "tuple", "set", "str", "int", "float", "bool", "bytes"}
    return name in plain and part.kind in plain | {"NoneType"} and part.kind not in expected


def _in_words(annotation: ast.expr) -> str:
    match annotation:
        case ast.Constant(value=str() as text):
            return _NAMES.get(text.partition("[")[0], "")
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name)):
            return _NAMES.get(name, "")
        case ast.Name(id=name) | ast.Attribute(attr=name):
            if name in ("Any", "object"):
                return ""
            return _NAMES.get(name) or f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"
    return ""


def _by_use(code: Code, node: ast.Name) -> str:
    """What one use of the parameter needs; `.name` for an attribute that no builtin type has."""
    parent = code.parents.get(node)
    match parent:
        case ast.Subscript(value=value, slice=index) if value is node:
            key = constant_key(index)
            return "a dict" if isinstance(key, str) else "a list" if isinstance(key, int) else ""
        case ast.Attribute(attr=attr):
            return _by_method(attr)
        case ast.For(iter=items) | ast.AsyncFor(iter=items) | ast.comprehension(iter=items) if items is node:
            return "a list"
        case ast.Call(func=ast.Name(id="sum" | "max" | "min" | "sorted" | "enumerate"), args=[first, *_]) if (
            first is node
        ):
            return "a list"
        case ast.BinOp(op=ast.Sub() | ast.Mult() | ast.Div() | ast.FloorDiv() | ast.Pow()):
            return "a number"
        case ast.Compare(ops=[ast.Lt() | ast.LtE() | ast.Gt() | ast.GtE()]):
            return "a number"
    return ""


def _by_method(name: str) -> str:
    if name in _TEXT_METHODS:
        return "text"
    if name in _LIST_METHODS:
        return "a list"
    return "a dict" if name in _DICT_METHODS else f".{name}"


def provides_for_none(code: Code, parameter: str) -> bool:
    """Whether the function says itself what is to happen when *parameter* is None or empty, and goes on."""
    for node in own_nodes(code.body):
        if isinstance(node, ast.Name) and node.id == parameter and _is_tested(code, node):
            holder = next((above for above in code.above(node) if isinstance(above, ast.stmt)), None)
            refuses = isinstance(holder, ast.If) and isinstance(holder.body[0], ast.Raise)
            if not refuses and not isinstance(holder, ast.Assert):
                return True
    return False


def _is_tested(code: Code, node: ast.Name) -> bool:
    match code.parents.get(node):
        case ast.BoolOp(values=[first, *_]):
            return first is node
        case ast.If(test=test) | ast.IfExp(test=test):
            return test is node
        case ast.UnaryOp(op=ast.Not()) | ast.Compare(comparators=[ast.Constant(value=None)]):
            return True
    return False


def may_end_without_return(body: ast.AST) -> bool:
    """Whether a function returns values, but has a way to its end that returns none."""
    if not isinstance(body, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    returned = [node for node in own_nodes(body) if isinstance(node, ast.Return) and node.value is not None]
    given = [node for node in returned if not (isinstance(node.value, ast.Constant) and node.value.value is None)]
    return bool(given) and _goes_on(body.body)


def _goes_on(statements: list[ast.stmt]) -> bool:
    """Whether what follows *statements* can be reached."""
    match statements[-1] if statements else None:
        case ast.Return() | ast.Raise() | ast.Continue() | ast.Break():
            return False
        case ast.If(body=body, orelse=orelse):
            return _goes_on(body) or _goes_on(orelse)
        case ast.With(body=body) | ast.AsyncWith(body=body):
            return _goes_on(body)
        case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=finalbody):
            ways = [orelse or body, *(handler.body for handler in handlers)]
            return _goes_on(finalbody) and any(map(_goes_on, ways))
        case ast.Match(cases=cases):
            has_rest = any(isinstance(each.pattern, ast.MatchAs) and each.pattern.pattern is None for each in cases)
            return not has_rest or any(_goes_on(each.body) for each in cases)
        case ast.While(test=ast.Constant(value=True)):
            return False
    return True
