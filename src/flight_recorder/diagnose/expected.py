"""Expected: which part of a result an expectation turned down, read off the function that was asked. Pure."""

import ast
from collections.abc import Iterator

import msgspec

from flight_recorder.diagnose.code import Code, Key, Path, header, parsed
from flight_recorder.diagnose.look import Part
from flight_recorder.diagnose.matching import returns_of
from flight_recorder.diagnose.scene import leaves
from flight_recorder.diagnose.seen import Names, Seen, each_of, is_true, items_of, seen
from flight_recorder.diagnose.slicing import OriginKind, origins_of
from flight_recorder.model.expectation import Expectation

MAX_PARTS = 3


class Looked(msgspec.Struct, frozen=True):
    """A part of the result that was looked at; *missing* is a key that was looked for there in vain."""

    path: Path
    part: Part
    missing: Key = None


def looked_at(unmet: Expectation, result: Part) -> tuple[Looked, ...]:
    """Return the parts of *result* that did not meet *unmet*, at most three; all of it when that cannot be told."""
    code = _code(unmet)
    whole = (Looked((), result),)
    if code is None or not unmet.parameter:
        return whole
    names = _names(code, unmet.parameter, result)
    found: dict[Path, Looked] = {}
    for condition, known in _turned_down(code, unmet, names):
        for looked in _parts(code, unmet.parameter, condition, known, result):
            found.setdefault((*looked.path, looked.missing), looked)
    if len(found) > 1:  # what was looked at besides a part of it says nothing new
        found = {path: each for path, each in found.items() if each.path or each.missing is not None}
    return tuple(found.values())[:MAX_PARTS] or whole


def _code(unmet: Expectation) -> Code | None:
    if not unmet.source:
        return None
    if not unmet.is_lambda:
        return parsed(unmet.source, unmet.file, max(unmet.line, 1))
    try:
        tree = ast.parse(f"({unmet.source})", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if not isinstance(tree, ast.Lambda):
        return None
    return parsed(f"def expect({ast.unparse(tree.args)}):\n    return {ast.unparse(tree.body)}\n", unmet.file, 1)


def _names(code: Code, parameter: str, result: Part) -> dict[str, Seen]:
    """What the names of the function stand for: its parameter, and what is a part of it."""
    names = {parameter: Seen(result, ())}
    for node in ast.walk(code.body):
        if isinstance(node, ast.Name) and node.id not in names:
            origins = origins_of(code, node, (), lambda _: False)
            paths = {each.path for each in origins if _is_it(each.kind, each.name, parameter) and not each.is_derived}
            path = next(iter(paths)) if len(paths) == 1 and len(origins) == 1 else (None,)
            part = result.at(path) if None not in path else None
            if part is not None:
                names[node.id] = Seen(part, path)
    return names


def _is_it(kind: OriginKind, name: str, parameter: str) -> bool:
    return kind is OriginKind.PARAMETER and name == parameter


def _turned_down(code: Code, unmet: Expectation, names: Names) -> Iterator[tuple[ast.expr, Names]]:
    """Yield the smallest conditions that the result did not meet, each with what names stood for."""
    for statement, condition, wanted in _conditions(code, unmet):
        for known in _rounds(code, statement, names):
            if wanted is None:
                yield condition, known
            elif is_true(seen(condition, known)) is not wanted:
                yield from _narrowed(condition, known, wanted=wanted)


def _conditions(code: Code, unmet: Expectation) -> Iterator[tuple[ast.stmt, ast.expr, bool | None]]:
    """Yield what may have turned the result down, and what it would have had to be; None where it raised."""
    raised_at = code.statement_at(unmet.error_line) if unmet.error and not unmet.is_lambda else None
    if isinstance(raised_at, ast.Assert):
        yield raised_at, raised_at.test, True
    elif isinstance(raised_at, ast.Raise):
        yield from _around(code, raised_at)
    elif raised_at is not None:
        yield from ((raised_at, each, None) for each in header(raised_at))
    else:
        for node in ast.walk(code.body):
            if isinstance(node, ast.Return) and node.value in returns_of(code.body):
                if isinstance(node.value, ast.Constant):
                    yield from _around(code, node) if not node.value.value else ()
                elif node.value is not None:
                    yield node, node.value, True


def _around(code: Code, statement: ast.stmt) -> Iterator[tuple[ast.stmt, ast.expr, bool]]:
    """Yield the test that led to *statement*."""
    inside: ast.AST = statement
    for above in code.above(statement):
        if isinstance(above, ast.If | ast.While):
            yield statement, above.test, inside not in above.body
            return
        inside = above


def _rounds(code: Code, statement: ast.stmt, names: Names) -> list[Names]:
    """What names stand for in each round of the loops around *statement*."""
    rounds: list[Names] = [names]
    loops = [above for above in code.above(statement) if isinstance(above, ast.For)]
    for loop in reversed(loops):
        target, inner = loop.target, list[Names]()
        for known in rounds:
            over = seen(loop.iter, known)
            if over is not None and isinstance(target, ast.Name):
                inner += [{**known, target.id: item} for item in items_of(over)]
        rounds = inner or rounds
    return rounds


def _narrowed(node: ast.expr, names: Names, *, wanted: bool) -> Iterator[tuple[ast.expr, Names]]:
    """Yield the parts of a condition that keep it from being *wanted*."""
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield from _narrowed(operand, names, wanted=not wanted)
        case ast.BoolOp(op=op, values=values) if isinstance(op, ast.And) is wanted:
            first = next((each for each in values if is_true(seen(each, names)) is not wanted), node)
            yield from _narrowed(first, names, wanted=wanted) if first is not node else ((node, names),)
        case ast.BoolOp(values=values):
            for each in values:
                yield from _narrowed(each, names, wanted=wanted)
        case ast.Call(
            func=ast.Name(id="all" | "any" as word), args=[ast.GeneratorExp() | ast.ListComp() as every]
        ) if (word == "all") is wanted and len(every.generators) == 1:
            rounds = [
                inner
                for inner in each_of(every.generators[0], names)
                if is_true(seen(every.elt, inner)) is (not wanted)
            ]
            for inner in rounds:
                yield from _narrowed(every.elt, inner, wanted=wanted)
            if not rounds:
                yield node, names
        case _:
            yield node, names


def _parts(code: Code, parameter: str, condition: ast.expr, names: Names, result: Part) -> Iterator[Looked]:
    for leaf in _leaves(condition):
        yield from _part(code, parameter, leaf, names, result)


def _leaves(node: ast.expr) -> Iterator[ast.expr]:
    """Yield what *node* reads; `r.get("total")` as a whole, like `r["total"]`."""
    gets = [each for each in ast.walk(node) if _is_get(each)]
    held = {inner for get in gets for inner in ast.walk(get)}
    yield from (each for each in gets if isinstance(each, ast.expr))
    yield from (leaf for leaf in leaves(node) if leaf not in held)


def _is_get(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get"


def _part(code: Code, parameter: str, leaf: ast.expr, names: Names, result: Part) -> Iterator[Looked]:
    known = seen(leaf, names)
    if known is not None and known.path is not None:
        yield Looked(known.path, known.part)
        return
    holder, key = _taken_apart(leaf, names)
    if holder is not None and holder.path is not None and holder.part.at((key,)) is None:
        yield Looked(holder.path, holder.part, key)
        return
    for origin in origins_of(code, leaf, (), lambda _: False):
        if _is_it(origin.kind, origin.name, parameter):
            path = origin.path[: origin.path.index(None)] if None in origin.path else origin.path
            part = result.at(path)
            if part is not None:
                yield Looked(path, part)


def _taken_apart(leaf: ast.expr, names: Names) -> tuple[Seen | None, Key]:
    """What a key is looked for in, and the key: innermost first, for a leaf whose value is not known."""
    match leaf:
        case ast.Subscript(value=owner, slice=index):
            found = seen(index, names)
            key: object = found.part.node if found is not None else None
        case ast.Attribute(value=owner, attr=attr):
            key = attr
        case ast.Call(func=ast.Attribute(value=owner), args=[first, *_]):
            found = seen(first, names)
            key = found.part.node if found is not None else None
        case _:
            return None, None
    holder = seen(owner, names)
    if holder is None:
        return _taken_apart(owner, names)
    return holder, key if isinstance(key, str | int) else None
