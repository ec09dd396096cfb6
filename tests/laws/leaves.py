"""Leaves: steps that call no others."""

from collections.abc import Callable

from tests.laws import impure_leaves
from tests.laws.model import Assign, Block, Definition, Expr, Feature, Lines, Local, Op, Param, Role, Stmt, Type
from tests.laws.values import EXACT, made_of, number_of
from tests.laws.writing import Writing


def leaf(writing: Writing) -> None:
    """Add a step that calls no other."""
    kinds: list[Callable[[Writing], None]] = [_plain, _plain, _world]
    kinds += [_raising] if writing.has(Feature.HANDLED) or writing.has(Feature.RAISING) else []
    kinds += [_counter] if writing.has(Feature.COUNTERS) else []
    kinds += [_protected] if writing.has(Feature.PROTECTED) else []
    kinds += impure_leaves.kinds(writing)
    writing.choices.one_of(kinds)(writing)


def params(writing: Writing) -> tuple[Param, ...]:
    """Return one to three parameters."""
    types = [writing.choices.one_of(EXACT) for _ in range(writing.choices.between(1, 2))]
    found = [Param(name, type) for name, type in zip("ab", types, strict=False)]
    if writing.choices.chance(25):
        found.append(Param("c", Type.INT, writing.choices.between(1, 9)))
    return tuple(found)


def _add(writing: Writing, prefix: str, takes: tuple[Param, ...], body: tuple[Stmt, ...], **more: object) -> None:
    """Add a step, async by chance."""
    is_async = writing.has(Feature.ASYNC) and writing.choices.chance(60)
    pauses = writing.choices.below(3) if is_async else 0
    start: tuple[Stmt, ...] = (Lines(("await asyncio.sleep(0)",)),) * pauses
    id = writing.new(prefix)
    step = Definition(id, Role.STEP, writing.module, start + body, takes, is_async=is_async, **more)  # type: ignore[arg-type]
    writing.add(step)


def _plain(writing: Writing) -> None:
    takes = params(writing)
    variables = {param.name: param.type for param in takes}
    body: list[Stmt] = []
    if writing.choices.chance(30):
        variables["n"] = Type.INT
        body.append(Assign("n", Type.INT, writing.number({"a": takes[0].type})))
    returns = writing.choices.one_of(EXACT)
    result = made_of(_all_of(writing, variables), returns)
    body.append(Lines(("return {}",), (result,)))
    decorated = returns is Type.INT and writing.decorators and writing.choices.chance(30)
    decorators = (writing.choices.one_of(writing.decorators),) if decorated else ()
    if decorators:
        writing.add(
            Definition(
                writing.new("s"), Role.STEP, writing.module, tuple(body), takes, returns, decorators=decorators
            )
        )
    else:
        _add(writing, "s", takes, tuple(body), returns=returns)


def _all_of(writing: Writing, variables: dict[str, Type]) -> Expr:
    """Return a bounded number that mostly depends on every variable."""
    if writing.choices.chance(40):
        return writing.bounded(variables)
    total = writing.number(variables)
    for name, type in variables.items():
        total = Op("({} + {})", (total, number_of(Local(name), type)))
    return Op("{} % 97", (total,))


def _world(writing: Writing) -> None:
    """A step that asks the world: what it answers cannot be read off the code."""
    takes = params(writing)
    asked = ", ".join(param.name for param in takes)
    number = Op(f"(answer({{}}, {asked}) + {{}}) % 97", (writing.number({}, 0), writing.number({}, 1)))
    returns = writing.choices.one_of(EXACT)
    _add(writing, "w", takes, (Lines(("return {}",), (made_of(number, returns),)),), returns=returns)


def _raising(writing: Writing) -> None:
    takes = params(writing)
    variables = {param.name: param.type for param in takes}
    head = Op("if ({}) % {} == 1:", (_all_of(writing, variables), Op("{} + 1", (writing.constant(),))))
    body = (
        Block(head, (Lines(("raise ValueError('odd')",)),)),
        Lines(("return {}",), (writing.bounded(variables),)),
    )
    _add(writing, "e", takes, body, raises=True)


def _counter(writing: Writing) -> None:
    """A step that gives another answer each time it is asked the same."""
    takes = (Param("a", Type.INT),)
    number = Op("(counted({}, a) + {}) % 97", (writing.constant(), writing.number({}, 1)))
    _add_plain(writing, "n", takes, number, is_counter=True)


def _protected(writing: Writing) -> None:
    takes = params(writing)
    id = writing.new("p")
    asked = ", ".join(param.name for param in takes)
    body = (
        Lines((f"effect('{id}', {asked})",)),
        Lines(("return {}",), (writing.bounded({param.name: param.type for param in takes}),)),
    )
    writing.unsafe.add(id)
    writing.once.add(id)
    writing.add(Definition(id, Role.STEP, writing.module, body, takes, is_protected=True))


def _add_plain(writing: Writing, prefix: str, takes: tuple[Param, ...], result: Expr, **more: object) -> None:
    id = writing.new(prefix)
    body = (Lines(("return {}",), (result,)),)
    writing.add(Definition(id, Role.STEP, writing.module, body, takes, **more))  # type: ignore[arg-type]
