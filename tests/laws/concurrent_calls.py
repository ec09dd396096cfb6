"""Concurrent calls: statements that call steps in tasks and threads. Each makes a list of numbers."""

from collections.abc import Callable

from tests.laws.body import Body
from tests.laws.model import Call, Definition, Expr, Lines, Local, Name, Op, Type
from tests.laws.values import number_of

Statement = Callable[[Body], None]


def _fan(body: Body) -> tuple[Definition, Call, Expr] | None:
    """Return an async step, a bare call of it with the index `i`, and how often to call it."""
    step = body.choose(times=3, is_async=True)
    if step is None:
        return None
    times = body.times(4, step)
    return step, body.writing.call(step, {**body.variables, "i": Type.INT}, is_bare=True), times


def _gather(body: Body) -> None:
    fan = _fan(body)
    if fan is not None:
        step, call, times = fan
        item = number_of(Local("one"), step.returns)
        text = "[{} for one in await asyncio.gather(*[{} for i in range({})])]"
        body.assign(Op(text, (item, call, times)), Type.LIST)


def _gather_two(body: Body) -> None:
    one, other = body.choose(is_async=True), body.choose(is_async=True)
    if one is None or other is None:
        return
    body.cost += one.cost + other.cost
    targets = [body.name(), body.name()]
    calls = tuple(body.writing.call(step, body.variables, is_bare=True) for step in (one, other))
    sets = ((targets[0], one.returns), (targets[1], other.returns))
    body.add(Lines((f"{', '.join(targets)} = await asyncio.gather({{}}, {{}})",), calls, sets))
    body.variables.update(sets)


def _task_group(body: Body) -> None:
    fan = _fan(body)
    if fan is None:
        return
    step, call, times = fan
    target, tasks = body.name(), body.writing.new("tasks")
    lines = (
        "async with asyncio.TaskGroup() as group:",
        f"    {tasks} = [group.create_task({{}}) for i in range({{}})]",
        f"{target} = [{{}} for one in {tasks}]",
    )
    item = number_of(Local("one.result()"), step.returns)
    body.add(Lines(lines, (call, times, item), ((target, Type.LIST),)))
    body.variables[target] = Type.LIST


def _as_completed(body: Body) -> None:
    fan = _fan(body)
    if fan is not None:
        step, call, times = fan
        item = number_of(Local("got"), step.returns)
        text = "sorted([{} for one in asyncio.as_completed([{} for i in range({})]) for got in [await one]])"
        body.assign(Op(text, (item, call, times)), Type.LIST)


def _wait(body: Body) -> None:
    fan = _fan(body)
    if fan is None:
        return
    step, call, times = fan
    target = body.name()
    lines = (
        "done, _ = await asyncio.wait([asyncio.ensure_future({}) for i in range({})])",
        f"{target} = sorted([{{}} for one in done])",
    )
    item = number_of(Local("one.result()"), step.returns)
    body.add(Lines(lines, (call, times, item), ((target, Type.LIST),)))
    body.variables[target] = Type.LIST


def _two_stages(body: Body) -> None:
    """A coroutine that awaits one step after the other, several of them at once."""
    first, second = body.choose(times=4, is_async=True), body.choose(times=4, is_async=True)
    if first is None or second is None:
        return
    times = body.times(4, first)
    body.cost += times.value * second.cost if isinstance(times.value, int) else 0
    stage, target = body.writing.new("stage"), body.name()
    writing = body.writing
    one = writing.call(first, {**body.variables, "i": Type.INT})
    other = writing.call(second, {"a": first.returns, "i": Type.INT})
    lines = (
        f"async def {stage}(i):",
        "    a = {}",
        "    for _ in range({}):",
        "        await asyncio.sleep(0)",
        "    return {}",
        f"{target} = await asyncio.gather(*[{stage}(i) for i in range({{}})])",
    )
    pauses = Op("(i * {}) % 3", (writing.constant(),))
    body.add(Lines(lines, (one, pauses, number_of(other, second.returns), times), ((target, Type.LIST),)))
    body.variables[target] = Type.LIST


def _to_thread(body: Body) -> None:
    step = body.choose(is_async=False)
    if step is None or step.owner:
        return
    body.cost += step.cost
    body.writing.unsafe.add(step.id)
    args = body.writing.call(step, body.variables).args
    text = f"(await asyncio.to_thread({', '.join('{}' for _ in range(len(args) + 1))}))"
    body.assign(Op(text, (Name(step.id), *args)), step.returns)


def _pool(body: Body) -> None:
    step = body.choose(times=4, is_async=False, is_leaf=True)
    if step is None:
        return
    times = body.times(4, step)
    body.writing.unsafe.add(step.id)
    target = body.name()
    call = body.writing.call(step, {**body.variables, "i": Type.INT})
    lines = (
        "with concurrent.futures.ThreadPoolExecutor(2) as pool:",
        f"    {target} = list(pool.map(lambda i: {{}}, range({{}})))",
    )
    body.add(Lines(lines, (number_of(call, step.returns), times), ((target, Type.LIST),)))
    body.variables[target] = Type.LIST


def _threads(body: Body) -> None:
    step = body.choose(times=4, is_async=False, is_leaf=True)
    if step is None:
        return
    times = body.times(4, step)
    body.writing.unsafe.add(step.id)
    target, work, threads = body.name(), body.writing.new("work"), body.writing.new("threads")
    call = body.writing.call(step, {**body.variables, "i": Type.INT})
    lines = (
        f"{target} = [0] * {{}}",
        f"def {work}(i):",
        f"    {target}[i] = {{}}",
        f"{threads} = [threading.Thread(target={work}, args=(i,)) for i in range(len({target}))]",
        f"for thread in {threads}:",
        "    thread.start()",
        f"for thread in {threads}:",
        "    thread.join()",
    )
    body.add(Lines(lines, (times, number_of(call, step.returns)), ((target, Type.LIST),)))
    body.variables[target] = Type.LIST


ASYNC: list[Statement] = [_gather, _gather_two, _two_stages, _task_group, _as_completed, _wait]
ASYNC_TO_THREAD: list[Statement] = [_to_thread]
THREADS: list[Statement] = [_pool, _threads]
