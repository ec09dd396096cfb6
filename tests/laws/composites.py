"""Composites: steps that call other steps, among them the entry."""

from collections.abc import Callable

from tests.laws import concurrent_calls, impure_calls
from tests.laws.body import Body
from tests.laws.model import (
    Assign,
    Block,
    Definition,
    Expr,
    Feature,
    Lines,
    Local,
    Name,
    Op,
    Param,
    Role,
    Type,
)
from tests.laws.values import EXACT, MUTABLE, made_of, number_of, shown
from tests.laws.writing import Writing

MAX_COST = 25  # calls of steps that one call of a composite makes
MAX_ENTRY_COST = 90


def composite(writing: Writing) -> None:
    """Add a step that calls others."""
    choices = writing.choices
    if writing.has(Feature.RECURSION) and choices.chance(15):
        _recursive(writing)
        return
    body = _started(writing, MAX_COST)
    _fill(body, choices.between(1, 4))
    returns = choices.one_of(EXACT)
    result = Op("({} + {}) % 97", (body.sum(), writing.constant()))
    body.add(Lines(("return {}",), (made_of(result, returns),)))
    _finish(body, writing.new("c"), returns)


def entry(writing: Writing) -> None:
    """Add the entry: it returns a list of all that its calls gave."""
    body = _started(writing, MAX_ENTRY_COST, is_entry=True)
    _fill(body, writing.choices.between(2, 8))
    names = [shown(name, type) for name, type in body.variables.items()]
    body.add(Lines((f"return [{', '.join('{}' for _ in names)}]",), tuple(names)))
    _finish(body, "main", Type.LIST)


def _started(writing: Writing, limit: int, *, is_entry: bool = False) -> Body:
    is_async = writing.has(Feature.ASYNC) and writing.choices.chance(60)
    body = Body(writing, is_async, limit, is_entry=is_entry)
    body.params = (Param("x", Type.INT),)
    if writing.has(Feature.MUTATION) and not is_entry and writing.choices.chance(30):
        body.params += (Param("y", writing.choices.one_of(MUTABLE)),)
    body.variables.update({param.name: param.type for param in body.params})
    return body


def _finish(body: Body, id: str, returns: Type) -> None:
    if body.writing.once.intersection(body.calls):
        body.writing.once.add(id)
    body.writing.add(
        Definition(
            id=id,
            role=Role.STEP,
            module=body.writing.module,
            body=tuple(body.statements),
            params=body.params,
            returns=returns,
            is_async=body.is_async,
            cost=1 + body.cost,
            raises=body.raises,
            is_impure=body.is_impure or any(param.type is not Type.INT for param in body.params),
        )
    )


def _fill(body: Body, statements: int) -> None:
    kinds = _kinds(body)
    for _ in range(statements):
        body.writing.choices.one_of(kinds)(body)


def _kinds(body: Body) -> list[Callable[[Body], None]]:
    writing = body.writing
    has = writing.has
    kinds: list[Callable[[Body], None]] = [_call, _call, _call]
    kinds += [_loop] if has(Feature.LOOPS) else []
    kinds += [_comprehension] if has(Feature.COMPREHENSIONS) else []
    kinds += [_branch] if has(Feature.BRANCHES) else []
    kinds += [_handled] if has(Feature.HANDLED) else []
    kinds += [_printed] if has(Feature.PRINTS) else []
    kinds += impure_calls.kinds(writing) * 2
    if body.is_async:
        kinds += concurrent_calls.ASYNC * 2
        kinds += concurrent_calls.ASYNC_TO_THREAD if has(Feature.THREADS) else []
    elif has(Feature.THREADS):
        kinds += concurrent_calls.THREADS
    return kinds


def _call(body: Body) -> None:
    step = body.choose()
    if step is None:
        return
    body.cost += step.cost
    body.assign(body.writing.call(step, body.variables), step.returns)


def _loop(body: Body) -> None:
    step = body.choose(times=4)
    if step is None:
        return
    times = body.times(4, step)
    total, index = body.name(), body.writing.new("i")
    call = body.writing.call(step, {**body.variables, index: Type.INT, total: Type.INT})
    more = Op("({} + {}) % 97", (Local(total), number_of(call, step.returns)))
    body.assign(body.writing.number(body.variables, 1), Type.INT, total)
    head = Op(f"for {index} in range({{}}):", (times,))
    body.add(Block(head, (Assign(total, Type.INT, more),)))


def _comprehension(body: Body) -> None:
    step = body.choose(times=4)
    if step is None:
        return
    times = body.times(4, step)
    index = body.writing.new("i")
    item = number_of(body.writing.call(step, {**body.variables, index: Type.INT}), step.returns)
    body.assign(Op(f"[{{}} for {index} in range({{}})]", (item, times)), Type.LIST)


def _branch(body: Body) -> None:
    one, other = body.choose(), body.choose()
    if one is None or other is None:
        return
    body.cost += max(one.cost, other.cost)
    target = body.name()
    writing = body.writing
    values = [number_of(writing.call(step, body.variables), step.returns) for step in (one, other)]
    head = Op("if {} % {} > 1:", (writing.number(body.variables, 1), writing.constant()))
    then, orelse = (Assign(target, Type.INT, value) for value in values)
    body.variables[target] = Type.INT
    body.add(Block(head, (then,), (("else:", (orelse,)),)))


def _handled(body: Body) -> None:
    step = body.choose(may_raise=True)
    if step is None:
        return
    body.cost += step.cost
    target = body.name()
    call = number_of(body.writing.call(step, body.variables), step.returns)
    handler = Assign(target, Type.INT, body.writing.constant())
    body.variables[target] = Type.INT
    body.add(Block(Op("try:"), (Assign(target, Type.INT, call),), (("except ValueError:", (handler,)),)))


def _printed(body: Body) -> None:
    body.add(Lines(("print({})",), (body.sum(),)))


def _recursive(writing: Writing) -> None:
    """A step that calls itself with a smaller number, and another step each time."""
    body = Body(writing, is_async=False, limit=5)
    step = body.choose(times=5, is_async=False)
    if step is None:
        return
    id = writing.new("r")
    variables = {"n": Type.INT, "x": Type.INT}
    call = number_of(writing.call(step, variables), step.returns)
    again: Expr = Op("{}(n - 1, ({} + {}) % 97)", (Name(id), call, writing.constant()))
    lines = ("if not 0 < n < 6:", "    return x % 97", "return {}")
    params = (Param("n", Type.INT), Param("x", Type.INT))
    definition = Definition(
        id, Role.STEP, writing.module, (Lines(lines, (again,)),), params, cost=5 * (1 + step.cost)
    )
    writing.add(definition)
