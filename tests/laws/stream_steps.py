"""Stream steps: generators that give numbers, listen, call steps, or give out what their consumer may change."""

from collections.abc import Callable

from tests.laws.body import Body
from tests.laws.model import Assign, Block, Definition, Expr, Feature, Lines, Local, Op, Param, Role, Stmt, Type
from tests.laws.values import CHANGED, MUTABLE, made_of, number_of
from tests.laws.writing import Writing

MAX_COST = 12  # calls of steps that one stream makes
MOST_ASKED = 6  # items that a consumer may ask a stream for that it talks with

B = Param("b", Type.INT)
PAUSE = Lines(("await asyncio.sleep(0)",))


def kinds() -> list[Callable[[Writing], None]]:
    """Return the kinds of generator step."""
    return [_numbers, _numbers, _talk, _forms, _late_forms, _composite]


def _add(writing: Writing, tag: str, is_async: bool, body: tuple[Stmt, ...], **more: object) -> None:
    options: dict[str, object] = {"is_impure": True, "is_special": True, "is_stream": True, **more}
    id = writing.new("x")
    step = Definition(
        id,
        Role.STEP,
        writing.module,
        body,
        (B,),
        is_async=is_async,
        tags=frozenset({tag}),
        **options,  # type: ignore[arg-type]
    )
    writing.add(step)


def _is_async(writing: Writing) -> bool:
    return writing.has(Feature.ASYNC) and writing.choices.chance(50)


def _pauses(is_async: bool) -> tuple[Stmt, ...]:
    return (PAUSE,) if is_async else ()


def _numbers(writing: Writing) -> None:
    """Gives numbers."""
    is_async = _is_async(writing)
    head = Op("for item in range({}):", (writing.constant(),))
    item = Lines(("yield (item * {} + b) % 97",), (writing.bounded({"b": Type.INT}),))
    _add(writing, "stream", is_async, (Block(head, (*_pauses(is_async), item)),))


def _talk(writing: Writing) -> None:
    """Gives what depends on all that was sent and thrown in."""
    is_async = _is_async(writing)
    head = Op(f"for item in range({{}} + {MOST_ASKED}):", (writing.constant(),))
    lines = (
        "try:",
        "    got = yield (total * {} + item) % 97",
        "except ValueError as error:",
        "    got = len(str(error))",
        "total = (total * 3 + (got or 1)) % 97",
    )
    talk = Lines(lines, (writing.constant(),))
    start = Assign("total", Type.INT, writing.bounded({"b": Type.INT}))
    _add(writing, "talk", is_async, (start, Block(head, (*_pauses(is_async), talk))))


def _forms(writing: Writing) -> None:
    """Gives out forms, and reads each when its consumer has come back."""
    is_async = _is_async(writing)
    type = writing.choices.one_of(MUTABLE)
    read = Assign("total", Type.INT, Op("{} % 97", (number_of(Local("form"), type),)))
    _add_forms(writing, "forms", is_async, type, (read,))


def _late_forms(writing: Writing) -> None:
    """Gives out forms that it fills in afterwards, or the same one each time."""
    is_async = _is_async(writing)
    type = writing.choices.one_of(MUTABLE)
    if writing.choices.chance(50):
        change = Lines((writing.choices.one_of(CHANGED[type]),), (Local("form"), writing.constant()))
        _add_forms(writing, "late forms", is_async, type, (change,))
        return
    made = Assign("form", type, made_of(writing.bounded({"b": Type.INT}), type))
    head = Op("for item in range({}):", (writing.constant(),))
    _add(
        writing,
        "late forms",
        is_async,
        (made, Block(head, (*_pauses(is_async), Lines(("yield form",))))),
        returns=type,
    )


def _add_forms(writing: Writing, tag: str, is_async: bool, type: Type, after: tuple[Stmt, ...]) -> None:
    start = Assign("total", Type.INT, writing.bounded({"b": Type.INT}))
    head = Op("for item in range({}):", (writing.constant(),))
    made = Assign("form", type, made_of(Op("(total + item * {}) % 97", (writing.constant(),)), type))
    body = (*_pauses(is_async), made, Lines(("yield form",)), *after)
    _add(writing, tag, is_async, (start, Block(head, body)), returns=type)


def _composite(writing: Writing) -> None:
    """Calls a step for each item, and one before the first."""
    body = Body(writing, _is_async(writing), MAX_COST)
    body.params = (B,)
    body.variables["b"] = Type.INT
    first, each = body.choose_of(_is_quiet), body.choose_of(_is_quiet)
    if first is None or each is None:
        _numbers(writing)
        return
    body.cost += first.cost
    start = body.assign(writing.call(first, body.variables), first.returns)
    times = body.times(4, each)
    call = writing.call(each, {**body.variables, "item": Type.INT})
    total: Expr = Op("({} + {} + item) % 97", (number_of(Local(start), first.returns), number_of(call, each.returns)))
    body.add(Block(Op("for item in range({}):", (times,)), (Lines(("yield {}",), (total,)),)))
    _add(writing, "stream", body.is_async, tuple(body.statements), cost=1 + body.cost)


def _is_quiet(step: Definition) -> bool:
    """Whether it makes no difference how often, and when, *step* is called."""
    return not (step.is_special or step.is_impure or step.is_protected or step.raises or step.owner)
