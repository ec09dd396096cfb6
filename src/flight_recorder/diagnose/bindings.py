"""Bindings: which assignments of a name can reach a use of it, and what is written into its value later. Pure."""

import ast
from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from flight_recorder.diagnose.code import Code, Key, Path, constant_key

LOOPS = (ast.For, ast.AsyncFor, ast.While)
_INNER_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_ADD_ITEM = frozenset({"append", "add", "appendleft", "put", "put_nowait"})
_ADD_ITEMS = frozenset({"extend", "update"})


class Binding(msgspec.Struct, frozen=True):
    """One assignment: the name is the value at *path* of *value*.

    *first_item* is set when the name takes the rest of an unpacking: item 0 of the name is that item of the value.
    *is_certain* says that no earlier assignment can reach the use past this one.
    """

    statement: ast.AST
    value: ast.expr
    path: Path = ()
    first_item: int | None = None
    is_derived: bool = False
    is_certain: bool = False


class Write(msgspec.Struct, frozen=True):
    """What is put into a value after it was made: one item (under *key* when that is written), or all of another."""

    value: ast.expr
    key: Key
    is_item: bool


class Bindings:
    """Every assignment of a function, by name, in the order of the text."""

    def __init__(self, code: Code) -> None:
        self._code = code
        self._by_name: dict[str, list[Binding]] = {}
        for node in own_nodes(code.body):
            for name, binding in _bound_by(node):
                self._by_name.setdefault(name, []).append(binding)

    def reaching(self, use: ast.Name) -> Iterator[Binding]:
        """Yield the assignments that can reach *use*, the latest first, down to one that surely does."""
        later = []
        for binding in reversed(self._by_name.get(use.id, [])):
            if not is_before(self._code, binding.statement, use):
                if in_common_loop(self._code, binding.statement, use):
                    later.append(binding)
                continue
            is_certain = not isinstance(binding.statement, ast.AugAssign) and self._is_certain(binding.statement, use)
            yield replace(binding, is_certain=is_certain)
            if is_certain:
                break
        yield from later

    def _is_certain(self, statement: ast.AST, use: ast.AST) -> bool:
        """Whether every way to *use* leads over *statement*: it stands in a block around the use."""
        around = {self._code.body, *self._code.above(use)}
        holder = next(
            (node for node in self._code.above(statement) if not isinstance(node, ast.expr)), self._code.body
        )
        if isinstance(statement, ast.For | ast.AsyncFor):
            return statement in around
        if holder not in around:
            return False
        # In the same compound statement, but in its other branch?
        return not isinstance(holder, ast.If | ast.Try) or _branch(holder, statement, self._code) == _branch(
            holder, use, self._code
        )


def writes(code: Code, use: ast.Name) -> Iterator[Write]:
    """Yield what is put into the value of the name *use* before it is used, or in a loop around it."""
    for node in own_nodes(code.body):
        if not isinstance(node, ast.Call | ast.Assign | ast.AugAssign):
            continue
        if is_before(code, node, use) or in_common_loop(code, node, use):
            yield from _written_by(node, use.id)


def own_nodes(body: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes below *body* in the order of the text, without those of functions and classes inside it."""
    for child in ast.iter_child_nodes(body):
        yield child
        if not isinstance(child, _INNER_SCOPES):
            yield from own_nodes(child)


def is_before(code: Code, node: ast.AST, use: ast.AST) -> bool:
    """Whether *node* has been carried out, by the order of the text, when *use* is."""
    if isinstance(node, ast.For | ast.AsyncFor):
        return _position(node.target) < _position(use) and node.iter not in {use, *code.above(use)}
    end = (getattr(node, "end_lineno", None) or 0, getattr(node, "end_col_offset", None) or 0)
    if isinstance(node, ast.With | ast.AsyncWith):
        return _position(node) < _position(use)
    return end <= _position(use)


def in_common_loop(code: Code, node: ast.AST, use: ast.AST) -> bool:
    """Whether a loop holds both, so that *node* comes before *use* in the next round."""
    return any(isinstance(above, LOOPS) and above in set(code.above(node)) for above in code.above(use))


def target_paths(target: ast.expr, name: str, path: Path = ()) -> Iterator[Path]:
    """Yield the paths at which assigning to *target* binds *name*; the rest of an unpacking is "one of the items"."""
    for bound, found, first_item in _targets(target, path):
        if bound == name:
            yield found if first_item is None else (*found, None)


def _bound_by(node: ast.AST) -> Iterator[tuple[str, Binding]]:
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _bind(node, target, value)
        case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target=target, value=value):
            yield from _bind(node, target, value)
        case ast.AugAssign(target=ast.Name(id=name), value=value):
            yield name, Binding(node, value, is_derived=True)
        case ast.For(target=target, iter=items) | ast.AsyncFor(target=target, iter=items):
            for name, path, first_item in _targets(target, (None,)):
                yield name, Binding(node, items, path, first_item)
        case ast.With(items=entered) | ast.AsyncWith(items=entered):
            for item in entered:
                if item.optional_vars is not None:
                    yield from _bind(node, item.optional_vars, item.context_expr, is_derived=True)


def _bind(
    node: ast.AST, target: ast.expr, value: ast.expr, *, is_derived: bool = False
) -> Iterator[tuple[str, Binding]]:
    for name, path, first_item in _targets(target, ()):
        yield name, Binding(node, value, path, first_item, is_derived)


def _targets(target: ast.expr, path: Path) -> Iterator[tuple[str, Path, int | None]]:
    """Yield each name that *target* binds, the path of its value, and for `*rest` the number of its first item."""
    match target:
        case ast.Name(id=name):
            yield name, path, None
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            starred = next((i for i, part in enumerate(parts) if isinstance(part, ast.Starred)), len(parts))
            for index, part in enumerate(parts):
                if isinstance(part, ast.Starred) and isinstance(part.value, ast.Name):
                    yield part.value.id, path, index
                else:  # behind the starred one, items count from the end
                    yield from _targets(part, (*path, index if index < starred else index - len(parts)))


def _written_by(node: ast.Call | ast.Assign | ast.AugAssign, name: str) -> Iterator[Write]:
    match node:
        case ast.Call(func=ast.Attribute(value=owner, attr=method), args=args) if args and _root(owner) == name:
            is_direct = isinstance(owner, ast.Name)
            if method in _ADD_ITEM:
                yield Write(args[0], None if is_direct else _first_key(owner), is_direct)
            elif method in _ADD_ITEMS:
                yield Write(args[0], None if is_direct else _first_key(owner), False)
            elif method in ("insert", "setdefault") and len(args) > 1:
                yield Write(args[1], constant_key(args[0]) if method == "setdefault" else None, is_direct)
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                if isinstance(target, ast.Subscript | ast.Attribute) and _root(target) == name:
                    yield Write(value, _first_key(target), isinstance(target.value, ast.Name))
        case ast.AugAssign(target=ast.Subscript() | ast.Attribute() as target, value=value) if _root(target) == name:
            yield Write(value, _first_key(target), isinstance(target.value, ast.Name))


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _first_key(node: ast.expr) -> Key:
    """The key nearest to the name: "a" in `name["a"].b`."""
    key: Key = None
    while isinstance(node, ast.Attribute | ast.Subscript):
        key = node.attr if isinstance(node, ast.Attribute) else constant_key(node.slice)
        node = node.value
    return key


def _branch(holder: ast.AST, node: ast.AST, code: Code) -> str:
    """The field of *holder* in which *node* stands: body, orelse, handlers, …; "" when it stands in none."""
    chain = [node, *code.above(node)]
    inside = chain[chain.index(holder) - 1] if holder in chain else node
    for field, value in ast.iter_fields(holder):
        if value is inside or (isinstance(value, list) and inside in value):
            return "body" if field == "finalbody" else field
    return ""


def _position(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
