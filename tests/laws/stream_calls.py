"""Stream calls: statements that take from the streams of `stream_steps`, wholly or partly, and put something in."""

from collections.abc import Callable

from tests.laws.body import Body
from tests.laws.model import Call, Definition, Expr, Lines, Local, Type
from tests.laws.values import CHANGED, number_of


def kinds() -> list[Callable[[Body], None]]:
    """Return the kinds of statement."""
    return [_whole, _left, _partly, _talking, _filling, _keeping]


def _chosen(body: Body, tag: str, *, is_leaf: bool = False) -> tuple[Definition, Call] | None:
    step = body.choose_of(lambda step: tag in step.tags and not (is_leaf and step.cost > 1))
    if step is None:
        return None
    body.cost += step.cost
    return step, Call(step.id, (body.writing.number(body.variables, 1),))


def _add(body: Body, lines: tuple[str, ...], args: tuple[Expr, ...], *targets: str) -> None:
    body.add(Lines(lines, args, tuple((target, Type.LIST) for target in targets)))
    body.variables.update(dict.fromkeys(targets, Type.LIST))


def _closing(step: Definition, stream: str) -> str:
    if step.is_async:
        return f"async with contextlib.aclosing({{}}) as {stream}:"
    return f"with contextlib.closing({{}}) as {stream}:"


def _each(step: Definition) -> str:
    return "async for item in" if step.is_async else "for item in"


def _whole(body: Body) -> None:
    """All items, in a comprehension."""
    found = _chosen(body, "stream")
    if found is not None:
        step, call = found
        target = body.name()
        _add(body, (f"{target} = [item {_each(step)} {{}}]",), (call,), target)


def _left(body: Body) -> None:
    """Items until there are enough. Of a leaf that is thrown away then nobody sees when it is closed."""
    found = _chosen(body, "stream")
    if found is None:
        return
    step, call = found
    target, stream = body.name(), body.writing.new("stream")
    is_thrown_away = step.cost == 1 and body.writing.choices.chance(50)
    lines = (
        f"{_each(step)} {'{}' if is_thrown_away else stream}:",
        f"    {target}.append(item)",
        f"    if len({target}) > {{}}:",
        "        break",
    )
    if not is_thrown_away:
        lines = (_closing(step, stream), *("    " + line for line in lines))
    _add(body, (f"{target} = []", *lines), (call, body.writing.constant()), target)


def _partly(body: Body) -> None:
    """One item; then another step is called; then the others are taken, or the stream is closed."""
    found = _chosen(body, "stream", is_leaf=True)
    if found is None:
        return
    step, call = found
    stream, first, rest = body.writing.new("stream"), body.name(), body.name()
    taken = f"await anext({stream}, 0)" if step.is_async else f"next({stream}, 0)"
    _add(body, (f"{stream} = {{}}", f"{first} = [{taken}]"), (call,), first)
    other = body.choose()
    if other is not None:
        body.cost += other.cost
        body.assign(body.writing.call(other, body.variables), other.returns)
    if body.writing.choices.chance(50):
        _add(body, (f"{rest} = [item {_each(step)} {stream}]",), (), rest)
    else:
        body.add(Lines((f"await {stream}.aclose()" if step.is_async else f"{stream}.close()",)))


def _talking(body: Body) -> None:
    """Sends, throws and asks."""
    found = _chosen(body, "talk")
    if found is None:
        return
    step, call = found
    stream, target = body.writing.new("stream"), body.name()
    args: list[Expr] = []
    asked = [f"await anext({stream})" if step.is_async else f"next({stream})"]
    for _ in range(body.writing.choices.between(1, 4)):
        way, given = body.writing.choices.one_of((("send", "{}"), ("throw", "ValueError('x' * ({} % 9))")))
        asked.append(f"await {stream}.a{way}({given})" if step.is_async else f"{stream}.{way}({given})")
        args.append(body.writing.number(body.variables, 1))
    _add(body, (_closing(step, stream), f"    {target} = [{', '.join(asked)}]"), (call, *args), target)


def _filling(body: Body) -> None:
    """Forms, of which each is changed before the next is taken; by chance not all of them are."""
    found = _chosen(body, "forms")
    if found is None:
        return
    step, call = found
    stream, target, kept = body.writing.new("stream"), body.name(), body.writing.new("kept")
    change = body.writing.choices.one_of(CHANGED[step.returns])
    lines = (
        f"{kept} = []",
        _closing(step, stream),
        f"    {_each(step)} {stream}:",
        f"        {kept}.append(item)",
        f"        {change}",
        f"        if len({kept}) > {{}}:",
        "            break",
        f"{target} = [{{}} for one in {kept}]",
    )
    number = body.writing.bounded(body.variables)
    enough = body.writing.constant()
    _add(body, lines, (call, Local("item"), number, enough, number_of(Local("one"), step.returns)), target)


def _keeping(body: Body) -> None:
    """All forms, looked at when the last was given."""
    found = _chosen(body, "late forms")
    if found is None:
        return
    step, call = found
    target, kept = body.name(), body.writing.new("kept")
    lines = (f"{kept} = [item {_each(step)} {{}}]", f"{target} = [{{}} for one in {kept}]")
    _add(body, lines, (call, number_of(Local("one"), step.returns)), target)
