"""Made: how an object came about whose state cannot be compared, like a client, a lock or a compiled template.

Two such objects count as equal when the statements that made them are equal, and all that these name. The statements
are those of the module, class or function that bind the name, and those that call or assign through it.
"""

import ast
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from types import FunctionType, ModuleType

import msgspec

from flight_recorder.fingerprint.chains import Chain, Root
from flight_recorder.fingerprint.code import chains_of_trees, digest_of_text, enclosing
from flight_recorder.fingerprint.names import function_name, module_label
from flight_recorder.fingerprint.normal import tree_text
from flight_recorder.fingerprint.source import class_node, is_as_loaded, module_body, source_of


class Home(msgspec.Struct, frozen=True):
    """The name that an object is reached by, and the statements among which that name is bound.

    *label* is the name in full. *name* is "" when every statement counts.
    """

    label: str
    names: dict[str, object]  # the globals of the module
    name: str
    body: Callable[[], Sequence[ast.stmt]]


class Making(msgspec.Struct, frozen=True):
    """The digest of the statements that made an object, and what they name in the module with these globals."""

    digest: str
    chains: tuple[Chain, ...]
    names: dict[str, object]


def home_in_module(names: dict[str, object], name: str) -> Home:
    """Return the home of the global *name*."""
    label = f"{module_label(str(names.get('__name__', '?')))}:{name}"
    return Home(label, names, name, partial(module_body, names))


def home_in_class(cls: type, attribute: str) -> Home:
    """Return the home of an attribute of *cls*."""
    module = sys.modules.get(cls.__module__)
    names = vars(module) if module is not None else {}
    return Home(f"{function_name(cls)}.{attribute}", names, attribute, partial(_class_body, cls, names))


def home_in_function(function: FunctionType, variable: str) -> Home:
    """Return the home of a variable of the function that *function* was made in."""
    label = f"{function_name(function)}.{variable}"
    return Home(label, function.__globals__, variable, partial(_function_body, function))


def home_in_defaults(function: FunctionType) -> Home:
    """Return the home of the defaults of *function*."""
    label = f"{function_name(function)}()"
    return Home(label, function.__globals__, "", partial(_defaults, function))


def making_of(home: Home) -> Making | None:
    """Return how what lives at *home* was made; None when no source tells."""
    for _ in range(10):  # imports from one module to the next
        body = home.body()
        statements = _bindings(body, home.name)
        imported = _imported_from(statements, home)
        if imported is None:
            break
        home = imported
    if not statements:
        return None
    chains = chains_of_trees(statements)
    local = [chain.name for chain in chains if chain.root is Root.GLOBAL and chain.name not in home.names]
    more = [statement for name in dict.fromkeys(local) if name != home.name for statement in _bindings(body, name)]
    text = "\n".join(tree_text(statement) for statement in [*statements, *more])
    if not is_as_loaded(home.names):  # edited since: what is read there now is not what ran
        text += "\nedited"
    return Making(digest_of_text(text), (*chains, *chains_of_trees(more)), home.names)


def _class_body(cls: type, names: dict[str, object]) -> Sequence[ast.stmt]:
    node = class_node(cls, names)
    return node.body if node is not None else ()


def _function_body(function: FunctionType) -> Sequence[ast.stmt]:
    around = enclosing(source_of(function.__code__), ast.FunctionDef | ast.AsyncFunctionDef)
    return around.body if isinstance(around, ast.FunctionDef | ast.AsyncFunctionDef) else ()


def _defaults(function: FunctionType) -> Sequence[ast.stmt]:
    source = source_of(function.__code__)
    if source is None:
        return ()
    arguments = source.node.args
    written = [default for default in (*arguments.defaults, *arguments.kw_defaults) if default is not None]
    return [ast.Expr(default, lineno=1, col_offset=0) for default in written]


def _bindings(body: Sequence[ast.stmt], name: str) -> Sequence[ast.stmt]:
    """Return the statements in *body*, and in its blocks, that bind *name* or do something with it; all for ""."""
    if not name:
        return body
    known = _indexed.get(id(body))
    if known is None:
        found: dict[str, list[ast.stmt]] = {}
        _index(body, found)
        known = _indexed[id(body)] = (body, found)
    return known[1].get(name, ())


_indexed: dict[int, tuple[Sequence[ast.stmt], dict[str, list[ast.stmt]]]] = {}  # by the identity of the body


def _index(body: Sequence[ast.stmt], found: dict[str, list[ast.stmt]]) -> None:
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        blocks = list(_blocks(statement))
        for part in _headers(statement) if blocks else [statement]:
            names = dict.fromkeys(_bound(part))
            if not blocks:
                names.update(dict.fromkeys(_worked_on(part)))
            for name in names:
                found.setdefault(name, []).append(part)
        for block in blocks:
            _index(block, found)


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for node in (statement, *getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        for part in ("body", "orelse", "finalbody"):
            if block := getattr(node, part, None):
                yield block


def _headers(statement: ast.stmt) -> Iterator[ast.stmt]:
    """Yield the head of a loop or `with` as the assignments that it stands for."""
    if isinstance(statement, ast.For | ast.AsyncFor):
        yield ast.Assign([statement.target], statement.iter, lineno=1, col_offset=0)
    for item in getattr(statement, "items", ()):
        if item.optional_vars is not None:
            yield ast.Assign([item.optional_vars], item.context_expr, lineno=1, col_offset=0)


def _bound(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.partition(".")[0]


def _worked_on(statement: ast.stmt) -> Iterator[str]:
    """Yield each name of which *statement* is `name.x(...)`, `name.x = ...`, `name[...] = ...` or the like."""
    if isinstance(statement, ast.Expr) and not isinstance(statement.value, ast.Call | ast.Await):
        return
    targets = getattr(statement, "targets", None) or [getattr(statement, "target", getattr(statement, "value", None))]
    yield from filter(None, map(_first_name, targets))


def _first_name(node: ast.AST | None) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call | ast.Await):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _imported_from(statements: Sequence[ast.stmt], home: Home) -> Home | None:
    """Return the home in the module that `from module import name` took the name from."""
    if len(statements) != 1 or not isinstance(statements[0], ast.ImportFrom):
        return None
    statement = statements[0]
    package = str(home.names.get("__package__") or "")
    base = package.rsplit(".", statement.level - 1)[0] if statement.level else ""
    module = sys.modules.get(".".join(part for part in (base, statement.module) if part))
    if not isinstance(module, ModuleType):
        return None
    name = next(one.name for one in statement.names if (one.asname or one.name) == home.name)
    return home_in_module(vars(module), name)
