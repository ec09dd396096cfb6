"""Impure calls: statements that call the steps of `impure_leaves`, and look at what they left."""

from collections.abc import Callable

from tests.laws import stream_calls
from tests.laws.body import Body
from tests.laws.model import Call, Const, Definition, Expr, Feature, Lines, Local, Name, Op, Role, Type
from tests.laws.values import CHANGED, MUTABLE, number_of
from tests.laws.writing import Writing

Statement = Callable[[Body], None]


def kinds(writing: Writing) -> list[Statement]:
    """Return the kinds of statement that the program's features allow."""
    of: dict[Feature, list[Statement]] = {
        Feature.MUTATION: [_changing, _changing, _two, _changed_between],
        Feature.ALIASES: [_same, _wrapping, _kept, _two],
        Feature.GLOBALS: [_state, _state],
        Feature.CELLS: [_state],
        Feature.SELVES: [_method],
        Feature.METHODS: [_method],
        Feature.HANDLES: [_handle],
        Feature.OPAQUE: [_plain],
        Feature.STREAMS: stream_calls.kinds(),
        Feature.FUNCTIONS: [_applying],
    }
    return [kind for feature, found in of.items() if writing.has(feature) for kind in found]


def _tagged(body: Body, tag: str) -> Definition | None:
    return body.choose_of(lambda step: tag in step.tags)


def _number(body: Body) -> Expr:
    return body.writing.number(body.variables, 1)


def _changing(body: Body) -> None:
    """A variable is given to a step that changes it; by chance twice."""
    step = _tagged(body, "changing")
    if step is None:
        return
    for _ in range(body.writing.choices.between(1, 2)):
        body.cost += 1
        variable = body.variable(step.params[0].type)
        body.assign(Call(step.id, (Local(variable), _number(body))), step.returns)


def _two(body: Body) -> None:
    """Two arguments, which are one object by chance."""
    step = _tagged(body, "two")
    if step is None:
        return
    body.cost += 1
    one = body.variable(step.params[0].type)
    other = one if body.writing.choices.chance(40) else body.variable(step.params[0].type)
    body.assign(Call(step.id, (Local(one), Local(other))), Type.INT)


def _changed_between(body: Body) -> None:
    """One object is given to a step, changed by the composite itself, and given to a step again."""
    types = {param.type for step in body.writing.steps() for param in step.params[:1] if param.type in MUTABLE}
    if not types:
        return
    type = body.writing.choices.one_of(sorted(types))
    variable = body.variable(type)
    for _ in range(2):
        step = body.choose_of(lambda step: len(step.params) == 1 and step.params[0].type is type and _is_plain(step))
        if step is None:
            return
        body.cost += step.cost
        body.assign(Call(step.id, (Local(variable),)), step.returns)
        body.add(Lines((body.writing.choices.one_of(CHANGED[type]),), (Local(variable), body.writing.constant())))


def _is_plain(step: Definition) -> bool:
    return not (step.is_special or step.raises or step.owner or step.is_counter)


def _same(body: Body) -> None:
    """What a step gives back is changed: the variable that it was given is the same object."""
    step = _tagged(body, "same")
    if step is None:
        return
    body.cost += 1
    variable = body.variable(step.returns)
    back = body.assign(Call(step.id, (Local(variable),)), step.returns)
    body.assign(Op(f"int({back} is {variable})"), Type.INT)
    change = body.writing.choices.one_of(CHANGED[step.returns])
    body.add(Lines((change,), (Local(back), body.writing.constant())))


def _wrapping(body: Body) -> None:
    step = _tagged(body, "wrapping")
    if step is None:
        return
    body.cost += 1
    variable, box = body.variable(step.returns), body.writing.new("box")
    call = Call(step.id, (Local(variable),))
    body.add(Lines((f"{box} = {{}}",), (call,)))
    body.assign(Op(f"int({box}[0] is {variable}) + 2 * int({box}[0] is {box}[1])"), Type.INT)
    change = body.writing.choices.one_of(CHANGED[step.returns])
    body.add(Lines((change,), (Local(f"{box}[0]"), body.writing.constant())))


def _kept(body: Body) -> None:
    """Two calls give one object."""
    step = _tagged(body, "kept")
    if step is None:
        return
    body.cost += 2
    names = [body.assign(Call(step.id, (_number(body),)), Type.LIST) for _ in range(2)]
    body.assign(Op(f"int({names[0]} is {names[1]})"), Type.INT)


def _state(body: Body) -> None:
    """Steps that share state, one after the other; by chance the composite looks at the state itself."""
    for _ in range(body.writing.choices.between(1, 2)):
        step = _tagged(body, "state")
        if step is None:
            return
        body.cost += 1
        body.assign(Call(step.id, (_number(body),)), Type.INT)
    shown = [one for one in body.writing.state if body.is_entry]
    if shown and body.writing.choices.chance(40):
        body.assign(Op("sum(map(ord, repr({})))", (Name(body.writing.choices.one_of(shown).id),)), Type.INT)


def _method(body: Body) -> None:
    """An object, one of its methods twice, and what has become of it."""
    step = _tagged(body, "method")
    if step is None:
        return
    obj = body.writing.new("obj")
    body.add(Lines((f"{obj} = {{}}({{}})",), (Name(step.owner), body.writing.number(body.variables, 0))))
    for _ in range(body.writing.choices.between(1, 2)):
        body.cost += 1
        body.assign(Call(step.id, (_number(body),), Local(obj)), Type.INT)
    body.assign(Op(f"{obj}.n + sum(map(ord, repr({obj}.seen)))"), Type.INT)


def _handle(body: Body) -> None:
    """A handle, made by a step or here, given to a step twice."""
    maker, reader = _tagged(body, "handle"), _tagged(body, "handle reader")
    if reader is None:
        return
    handle = body.writing.new("handle")
    if maker is not None and not body.writing.choices.chance(20):
        body.cost += 1
        made: Expr = Call(maker.id, (_number(body),))
    else:
        made = Op("Handle({})", (body.writing.constant(),))
    body.add(Lines((f"{handle} = {{}}",), (made,)))
    for _ in range(body.writing.choices.between(1, 2)):
        body.cost += 1
        body.assign(Call(reader.id, (Local(handle), _number(body))), Type.INT)
    if body.writing.choices.chance(30):
        body.assign(number_of(Local(handle), Type.HANDLE), Type.INT)


def _plain(body: Body) -> None:
    """An object without an exact form goes from one step to another."""
    maker, reader = _tagged(body, "plain"), _tagged(body, "plain reader")
    if maker is None:
        return
    body.cost += 1
    name = body.assign(Call(maker.id, (_number(body),)), Type.PLAIN)
    if reader is not None:
        body.cost += 1
        body.assign(Call(reader.id, (Local(name), _number(body))), Type.INT)


def _applying(body: Body) -> None:
    """A helper is given to a step."""
    step = _tagged(body, "applying")
    helpers = [
        one for one in body.writing.definitions if one.role is Role.HELPER and len(one.params) == 1 and not one.owner
    ]
    if step is None:
        return
    body.cost += 1
    given: Expr = Op("lambda n: n + {}", (Const(2),))
    if helpers:
        given = Name(body.writing.choices.one_of(helpers).id)
    body.assign(Call(step.id, (given, _number(body))), Type.INT)
