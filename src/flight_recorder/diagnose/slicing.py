"""Slicing: where the value of an expression comes from, inside one function. Pure; reads the syntax tree only.

A backward slice (Weiser, "Program Slicing", 1981), kept simple: the last assignments that can reach the use,
later writes through the name, and a path of keys, so that `order["zip"]` leads to what was put under "zip" only.
"""

import ast
from collections.abc import Callable, Iterator
from enum import Enum, auto

import msgspec
from msgspec.structs import replace

from flight_recorder.diagnose.bindings import Binding, Bindings, target_paths, writes
from flight_recorder.diagnose.code import (
    COMPREHENSIONS,
    Code,
    Key,
    Path,
    Scope,
    constant_key,
    name_of_call,
    parameters_of,
)

MAX_DEPTH = 60  # of expressions and assignments followed into each other; each takes a few frames of the stack
MAX_VISITS = 600  # of nodes in one slice; a function longer than that is not worth more

_SAME_ITEMS = frozenset(
    {"list", "tuple", "set", "frozenset", "sorted", "reversed", "iter", "deque", "copy", "deepcopy"}
)
_ONE_ITEM = frozenset({"max", "min", "next", "pop", "popleft", "choice"})
_VIEWS = frozenset({"values", "keys", "result"})  # of what stands before the dot
_HANDS_ON = frozenset({"wait_for", "shield", "create_task", "ensure_future", "run_until_complete"})
_FOR_EACH = frozenset({"map", "imap", "starmap", "amap"})


class OriginKind(Enum):
    """What a slice ends at."""

    PARAMETER = auto()  # the function was given it
    STEP = auto()  # a recorded step returned it
    MADE = auto()  # the function wrote it down itself: a constant, a literal, an empty list
    GLOBAL = auto()  # a name from outside the function


class Origin(msgspec.Struct, frozen=True):
    """One end of a slice. *path* leads from the origin to the value; *is_derived* says it was computed on the way.

    *made* is the expression that a value was written down in.
    """

    kind: OriginKind
    name: str  # parameter, function or global; "" for MADE
    call: ast.Call | None = None  # of a STEP
    path: Path = ()
    is_derived: bool = False
    made: ast.expr | None = None


class _Want(msgspec.Struct, frozen=True):
    """What is looked for: the value at *path* in an expression; *is_shape* when only its length matters."""

    path: Path = ()
    is_derived: bool = False
    is_shape: bool = False

    def computed(self) -> "_Want":
        return _Want((), True)

    def into(self, *keys: Key) -> "_Want":
        return replace(self, path=(*keys, *self.path), is_shape=False)


def origins_of(
    code: Code, expression: ast.expr, path: Path, is_step: Callable[[ast.Call], bool], *, is_shape: bool = False
) -> list[Origin]:
    """The ends of the slice of the value at *path* in *expression*, nearest first, each once."""
    slicer = _Slicer(code, is_step)
    found: dict[Origin, None] = {}
    for origin in slicer.of(expression, _Want(path, is_shape=is_shape)):
        weaker = replace(origin, is_derived=True)
        if origin not in found and weaker not in found:
            found[origin] = None
    return sorted(found, key=lambda origin: origin.is_derived)


class _Slicer:
    """One slice: what was visited, so that loops end."""

    def __init__(self, code: Code, is_step: Callable[[ast.Call], bool]) -> None:
        self._code = code
        self._is_step = is_step
        self._seen: set[tuple[ast.AST, _Want]] = set()
        self._depth = 0
        self._bindings = Bindings(code)

    def of(self, node: ast.expr, want: _Want) -> Iterator[Origin]:
        """Yield where the wanted part of *node* comes from."""
        if (node, want) in self._seen or len(self._seen) > MAX_VISITS or self._depth > MAX_DEPTH:
            return
        self._seen.add((node, want))
        self._depth += 1
        yield from self._into(node, want)
        self._depth -= 1

    def _into(self, node: ast.expr, want: _Want) -> Iterator[Origin]:
        match node:
            case ast.Name():
                yield from self._name(node, want)
            case ast.Attribute():
                yield from self.of(node.value, want.into(node.attr))
            case ast.Subscript():
                yield from self._subscript(node, want)
            case ast.Call():
                yield from self._call(node, want)
            case ast.Await() | ast.Starred() | ast.NamedExpr() | ast.FormattedValue():
                yield from self.of(node.value, want)
            case ast.IfExp():
                yield from self._each([node.body, node.orelse], want)
                yield from self.of(node.test, want.computed())
            case ast.BoolOp():
                yield from self._each(node.values, want)
            case ast.Dict() | ast.List() | ast.Tuple() | ast.Set():
                yield from self._display(node, want)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                yield from self._comprehension(node, want)
            case ast.Constant() | ast.Lambda():
                yield Origin(OriginKind.MADE, "", is_derived=want.is_derived, made=node)
            case _:
                parts = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
                yield from self._each(parts, want.computed())

    def _each(self, nodes: list[ast.expr], want: _Want) -> Iterator[Origin]:
        for node in nodes:
            yield from self.of(node, want)

    def _name(self, node: ast.Name, want: _Want) -> Iterator[Origin]:
        scope = self._binder(node)
        if scope is not None:
            yield from self._scoped(node, scope, want)
            return
        is_given = node.id in self._code.parameters
        reaching = list(self._bindings.reaching(node))
        for binding in reaching:
            yield from self._bound(binding, want)
        if not want.is_shape or not reaching:
            yield from self._written(node, want)
        if any(binding.is_certain for binding in reaching):
            return
        if is_given:
            yield Origin(OriginKind.PARAMETER, node.id, None, want.path, want.is_derived)
        elif not reaching:
            yield Origin(OriginKind.GLOBAL, node.id, None, want.path, want.is_derived)

    def _bound(self, binding: Binding, want: _Want) -> Iterator[Origin]:
        inner = want.path
        if binding.first_item is not None and inner:
            inner = (inner[0] + binding.first_item if isinstance(inner[0], int) else None, *inner[1:])
        path = (*binding.path, *inner)
        yield from self.of(binding.value, replace(want, path=path, is_derived=want.is_derived or binding.is_derived))

    def _written(self, node: ast.Name, want: _Want) -> Iterator[Origin]:
        """Follow `name.append(x)`, `name[k] = x` and the like: what was put into the value after it was made."""
        for write in writes(self._code, node):
            head, *rest = want.path or (None,)
            if write.key is not None and head is not None and write.key != head:
                continue
            inner = replace(want, path=tuple(rest)) if want.path and write.is_item else want.computed()
            yield from self.of(write.value, replace(inner, is_derived=inner.is_derived or not want.path))

    def _binder(self, node: ast.Name) -> ast.AST | None:
        """The lambda, comprehension or inner function in which *node* has its meaning; None: the function."""
        for above in self._code.above(node):
            if above is self._code.body:
                return None
            if isinstance(above, COMPREHENSIONS) and any(_binds(part.target, node.id) for part in above.generators):
                return above
            if isinstance(above, Scope) and node.id in parameters_of(above):
                return above
        return None

    def _scoped(self, node: ast.Name, scope: ast.AST, want: _Want) -> Iterator[Origin]:
        if isinstance(scope, COMPREHENSIONS):
            for part in scope.generators:
                for path in target_paths(part.target, node.id):
                    yield from self.of(part.iter, want.into(None, *path))
            return
        # The parameter of a lambda or an inner function: what stands beside it where it is handed on or called.
        users = [self._code.parents.get(scope)] if isinstance(scope, ast.Lambda) else _uses(self._code, scope)
        for user in users:
            call = self._code.parents.get(user) if isinstance(user, ast.keyword) else user
            if isinstance(call, ast.Call):
                is_called = isinstance(call.func, ast.Name) and call.func.id == getattr(scope, "name", None)
                for argument in call.args:
                    if argument is not scope:
                        yield from self.of(argument, want if is_called else want.into(None))

    def _subscript(self, node: ast.Subscript, want: _Want) -> Iterator[Origin]:
        key = constant_key(node.slice)
        if isinstance(node.slice, ast.Slice):
            bounds = [each for each in (node.slice.lower, node.slice.upper, node.slice.step) if each is not None]
            yield from self._each([node.value, *bounds], want.computed())
            return
        yield from self.of(node.value, want.into(key))
        if key is None:
            yield from self.of(node.slice, want.computed())

    def _display(self, node: ast.Dict | ast.List | ast.Tuple | ast.Set, want: _Want) -> Iterator[Origin]:
        yield Origin(OriginKind.MADE, "", is_derived=True, made=None if want.path else node)
        if want.is_shape:
            return
        if isinstance(node, ast.Dict):
            parts = list(zip(node.keys, node.values, strict=True))
        else:
            parts = [(ast.Constant(index), value) for index, value in enumerate(node.elts)]
        head, *rest = want.path or (None,)
        for key, value in parts:
            known = constant_key(key) if key is not None else None
            if key is None or isinstance(value, ast.Starred):
                yield from self.of(value, want)
            elif not want.path:
                yield from self.of(value, want.computed())
            elif head is None or known is None or known == head:
                yield from self.of(value, replace(want, path=tuple(rest)))

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, want: _Want
    ) -> Iterator[Origin]:
        element = node.value if isinstance(node, ast.DictComp) else node.elt
        if want.path:
            yield from self.of(element, replace(want, path=want.path[1:]))
        elif not want.is_shape:
            yield from self.of(element, want.computed())
        for part in node.generators:
            yield from self._each([part.iter, *part.ifs], want.computed())

    def _call(self, node: ast.Call, want: _Want) -> Iterator[Origin]:
        name = name_of_call(node)
        if self._is_step(node):
            path = want.path[1:] if name in _FOR_EACH else want.path
            yield Origin(OriginKind.STEP, name, node, path, want.is_derived)
            return
        values = [keyword.value for keyword in node.keywords]
        if isinstance(node.func, ast.Attribute) and not node.args and name in _VIEWS:
            yield from self.of(node.func.value, want)
        elif isinstance(node.func, ast.Attribute) and name == "items":
            inner = (want.path[0], *want.path[2:]) if len(want.path) > 1 else ()
            yield from self.of(node.func.value, replace(want, path=inner))
        elif isinstance(node.func, ast.Attribute) and name == "get" and node.args:
            yield from self.of(node.func.value, want.into(constant_key(node.args[0])))
            yield from self._each(node.args[1:], want)
            if constant_key(node.args[0]) is None:
                yield from self.of(node.args[0], want.computed())
        elif node.args and (name in _HANDS_ON or (name in ("loads", "dumps") and want.path)):
            yield from self.of(node.args[0], want)
        elif name == "gather" and len(node.args) == 1 and isinstance(node.args[0], ast.Starred):
            yield from self.of(node.args[0].value, want)
        elif name == "gather" and want.path and isinstance(want.path[0], int) and want.path[0] < len(node.args):
            yield from self.of(node.args[want.path[0]], replace(want, path=want.path[1:]))
        elif name == "enumerate" and len(want.path) > 1 and node.args:
            yield from self.of(node.args[0], replace(want, path=(None, *want.path[2:])))
        elif name == "zip" and len(want.path) > 1 and isinstance(want.path[1], int) and want.path[1] < len(node.args):
            yield from self.of(node.args[want.path[1]], replace(want, path=(None, *want.path[2:])))
        elif name == "dict":
            yield from self._dict_call(node, want)
        elif name in _SAME_ITEMS and node.args:
            loose = replace(want, path=(None, *want.path[1:])) if name != "list" and want.path else want
            yield from self._each(node.args, loose)
            yield from self._each(values, want.computed())
        elif name in _ONE_ITEM:
            owner = [node.func.value] if isinstance(node.func, ast.Attribute) else []
            yield from self._each([*owner, *node.args], want.into(None))
        else:
            owner = [node.func.value] if isinstance(node.func, ast.Attribute) else []
            yield from self._each([*owner, *node.args, *values], want.computed())
            if not (owner or node.args or values):
                yield Origin(OriginKind.MADE, "", is_derived=True)

    def _dict_call(self, node: ast.Call, want: _Want) -> Iterator[Origin]:
        head = want.path[0] if want.path else None
        named = [keyword for keyword in node.keywords if keyword.arg is not None and keyword.arg == head]
        for keyword in named:
            yield from self.of(keyword.value, replace(want, path=want.path[1:]))
        if not named:
            yield from self._each(node.args, want)
            yield from self._each([keyword.value for keyword in node.keywords], want.computed())


def _binds(target: ast.expr, name: str) -> bool:
    return any(True for _ in target_paths(target, name))


def _uses(code: Code, function: ast.AST) -> list[ast.AST | None]:
    name = getattr(function, "name", None)
    named = [node for node in ast.walk(code.body) if isinstance(node, ast.Name) and node.id == name]
    called = [
        parent for node in named if isinstance(parent := code.parents.get(node), ast.Call) and parent.func is node
    ]
    return [*called, *(code.parents.get(node) for node in named if code.parents.get(node) not in called)]
