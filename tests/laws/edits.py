"""Edits: from a program to an edited one. What an edit touches follows from the two models, see `render.versions`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tests.laws.choices import Choices
from tests.laws.model import (
    Assign,
    Block,
    Call,
    Const,
    Cosmetics,
    Definition,
    Expr,
    Lines,
    Local,
    Name,
    Op,
    Param,
    Program,
    Role,
    Stmt,
    Type,
    expressions,
    references,
)
from tests.laws.values import made_of


@dataclass(frozen=True, slots=True)
class Edit:
    """What was done to a program, in words, and what came of it."""

    kind: str
    program: Program


def mended(program: Program) -> Edit:
    """Return *program* with the broken step mended."""
    return Edit("mend", replace(program, definitions=tuple(replace(one, fails="") for one in program.definitions)))


def edit(program: Program, choices: Choices) -> Edit:
    """Return *program* with one edit of a random kind; as it is where it has no place for it."""
    kind = choices.one_of(sorted(KINDS, key=lambda kind: kind != "comment"))
    return Edit(kind, KINDS[kind](program, choices) or program)


def some_edits(program: Program, choices: Choices) -> list[Edit]:
    """Return one to three edits in a row; most often the failing step is mended."""
    made: list[Edit] = []
    if any(one.fails for one in program.definitions) and not choices.chance(15):
        made.append(mended(program))
    for _ in range(choices.between(0 if made else 1, 2)):
        made.append(edit(made[-1].program if made else program, choices))
    return made


# --- in one definition ---


def _changed(program: Program, old: Definition, new: Definition) -> Program:
    return replace(program, definitions=tuple(new if one is old else one for one in program.definitions))


def _some(program: Program, choices: Choices, wanted: Callable[[Definition], bool]) -> Definition | None:
    found = [one for one in program.definitions if wanted(one)]
    return choices.one_of(found[::-1]) if found else None


def _is_function(one: Definition) -> bool:
    return one.role in (Role.STEP, Role.HELPER)


def _is_free(one: Definition) -> bool:
    """Whether the parameters of *one* may change. A protected step answers as recorded: its callers do not see it."""
    return _is_function(one) and not one.is_protected


def _constant_in(wanted: Callable[[Definition], bool]) -> Callable[[Program, Choices], Program | None]:
    """Return the edit that changes a constant in a definition of that kind."""

    def change(program: Program, choices: Choices) -> Program | None:
        one = _some(program, choices, lambda one: wanted(one) and bool(_constants(one)))
        if one is None:
            return None
        found = _constants(one)
        return _changed(program, one, _replaced(one, choices.one_of(found), Const(choices.between(1, 9))))

    return change


def _constants(one: Definition) -> list[int]:
    """Return where, among all its expressions, the constants of *one* are."""
    return [number for number, expr in enumerate(expressions(one)) if type(expr) is Const]


def _replaced(one: Definition, number: int, by: Expr) -> Definition:
    """Return *one* with its expression of that number replaced."""
    counter = iter(range(1_000_000))

    def of(expr: Expr) -> Expr:
        here = next(counter)
        match expr:
            case Op():
                made: Expr = replace(expr, args=tuple(of(arg) for arg in expr.args))
            case Call():
                args = tuple(of(arg) for arg in expr.args)
                made = replace(expr, args=args, owner=None if expr.owner is None else of(expr.owner))
            case _:
                made = expr
        return by if here == number else made

    return replace(one, body=tuple(_with_exprs(stmt, of) for stmt in one.body))


def _with_exprs(stmt: Stmt, of: Callable[[Expr], Expr]) -> Stmt:
    match stmt:
        case Assign():
            return replace(stmt, value=of(stmt.value))
        case Lines():
            return replace(stmt, args=tuple(of(arg) for arg in stmt.args))
        case Block():
            head = of(stmt.head)
            assert isinstance(head, Op)
            body = tuple(_with_exprs(one, of) for one in stmt.body)
            rest = tuple((text, tuple(_with_exprs(one, of) for one in inner)) for text, inner in stmt.rest)
            return replace(stmt, head=head, body=body, rest=rest)


def _default(program: Program, choices: Choices) -> Program | None:
    one = _some(
        program, choices, lambda one: _is_free(one) and any(param.default is not None for param in one.params)
    )
    if one is None:
        return None
    params = tuple(
        param if param.default is None else replace(param, default=choices.between(1, 9)) for param in one.params
    )
    return _changed(program, one, replace(one, params=params))


def _cosmetic(make: Callable[[Choices], Cosmetics]) -> Callable[[Program, Choices], Program | None]:
    def change(program: Program, choices: Choices) -> Program | None:
        one = _some(program, choices, lambda _one: True)
        return None if one is None else _changed(program, one, replace(one, cosmetics=make(choices)))

    return change


def _renamed_local(program: Program, choices: Choices) -> Program | None:
    """Another name for a local variable. Not a parameter: that is a part of the signature."""
    one = _some(program, choices, lambda one: _is_function(one) and bool(_assigned(one)))
    if one is None:
        return None
    old = choices.one_of(_assigned(one))
    new = f"{old}_{choices.between(1, 9)}"

    def of(expr: Expr) -> Expr:
        match expr:
            case Local(name=name) if name == old:
                return Local(new)
            case Op():
                return replace(expr, args=tuple(of(arg) for arg in expr.args))
            case Call():
                owner = None if expr.owner is None else of(expr.owner)
                return replace(expr, args=tuple(of(arg) for arg in expr.args), owner=owner)
            case _:
                return expr

    def renamed(stmt: Stmt) -> Stmt:
        match stmt:
            case Assign():
                return replace(stmt, target=new if stmt.target == old else stmt.target, value=of(stmt.value))
            case Lines():
                return replace(stmt, args=tuple(of(arg) for arg in stmt.args))
            case Block():
                head = of(stmt.head)
                assert isinstance(head, Op)
                rest = tuple((text, tuple(map(renamed, inner))) for text, inner in stmt.rest)
                return replace(stmt, head=head, body=tuple(map(renamed, stmt.body)), rest=rest)

    return _changed(program, one, replace(one, body=tuple(map(renamed, one.body))))


def _assigned(one: Definition) -> list[str]:
    """Return the variables of *one* that are only assigned by Assign statements."""
    assigned = {stmt.target for stmt in _statements(one.body) if isinstance(stmt, Assign)}
    in_lines = {name for stmt in _statements(one.body) if isinstance(stmt, Lines) for name, _ in stmt.sets}
    texts = [line for stmt in _statements(one.body) if isinstance(stmt, Lines) for line in stmt.text]
    return sorted(name for name in assigned - in_lines if not any(name in text for text in texts))


def _statements(body: Sequence[Stmt]) -> list[Stmt]:
    found: list[Stmt] = []
    for stmt in body:
        found.append(stmt)
        if isinstance(stmt, Block):
            found += _statements(stmt.body)
            for _, inner in stmt.rest:
                found += _statements(inner)
    return found


# --- calls ---


def _calls(one: Definition) -> list[int]:
    """Return which statements of *one*, by number, are plain calls of a step: `target = call`."""
    return [
        number for number, stmt in enumerate(one.body) if isinstance(stmt, Assign) and isinstance(stmt.value, Call)
    ]


def _with_calls(program: Program, choices: Choices) -> Definition | None:
    return _some(program, choices, lambda one: one.is_step and bool(_calls(one)))


def _deleted(program: Program, choices: Choices) -> Program | None:
    """A constant stands where a call was."""
    one = _with_calls(program, choices)
    if one is None:
        return None
    number = choices.one_of(_calls(one))
    stmt = one.body[number]
    assert isinstance(stmt, Assign)
    return _changed(program, one, _put(one, number, (replace(stmt, value=made_of(Const(2), stmt.type)),)))


def _duplicated(program: Program, choices: Choices) -> Program | None:
    one = _with_calls(program, choices)
    if one is None:
        return None
    number = choices.one_of(_calls(one))
    return _changed(program, one, _put(one, number, (one.body[number], one.body[number])))


def _inserted(program: Program, choices: Choices) -> Program | None:
    """A call of a step that is called anyway, with another argument, ahead of everything else."""
    one = _with_calls(program, choices)
    if one is None:
        return None
    stmt = one.body[choices.one_of(_calls(one))]
    assert isinstance(stmt, Assign)
    assert isinstance(stmt.value, Call)
    step = program[stmt.value.id]
    args = tuple(made_of(Const(choices.between(1, 9)), param.type) for param in step.params if param.default is None)
    extra = Assign("extra", step.returns, Call(step.id, args, stmt.value.owner))
    return _changed(program, one, replace(one, body=(extra, *one.body)))


def _swapped(program: Program, choices: Choices) -> Program | None:
    """Two statements, one after the other, change places where neither needs the other."""
    one = _some(program, choices, lambda one: one.is_step and bool(_swappable(one)))
    if one is None:
        return None
    number = choices.one_of(_swappable(one))
    first, second = one.body[number : number + 2]
    return _changed(program, one, replace(one, body=(*one.body[:number], second, first, *one.body[number + 2 :])))


def _swappable(one: Definition) -> list[int]:
    return [number for number in range(len(one.body) - 1) if _are_independent(one.body[number], one.body[number + 1])]


def _are_independent(first: Stmt, second: Stmt) -> bool:
    if not (isinstance(first, Assign) and isinstance(second, Assign)):
        return False
    return first.target != second.target and not (
        first.target in _locals(second.value) or second.target in _locals(first.value)
    )


def _locals(expr: Expr) -> set[str]:
    return {one.name for one in expressions(expr) if isinstance(one, Local)}


def _put(one: Definition, number: int, statements: tuple[Stmt, ...]) -> Definition:
    return replace(one, body=(*one.body[:number], *statements, *one.body[number + 1 :]))


def _arguments(program: Program, choices: Choices) -> Program | None:
    """Two parameters of one type change places in the signature; the calls stay."""

    def pairs(one: Definition) -> list[int]:
        params = one.params
        return [
            number
            for number in range(len(params) - 1)
            if params[number].type is params[number + 1].type and params[number + 1].default is None
        ]

    one = _some(program, choices, lambda one: _is_free(one) and bool(pairs(one)))
    if one is None or one.id in references(one):  # how deep a recursion goes stands in its first argument
        return None
    number = choices.one_of(pairs(one))
    params = list(one.params)
    params[number], params[number + 1] = params[number + 1], params[number]
    return _changed(program, one, replace(one, params=tuple(params)))


def _signature(program: Program, choices: Choices) -> Program | None:
    """A new parameter with a default."""
    one = _some(program, choices, lambda one: _is_free(one) and all(param.name != "more" for param in one.params))
    if one is None or one.owner or one is program.entry:
        return None
    return _changed(program, one, replace(one, params=(*one.params, Param("more", Type.INT, choices.between(1, 9)))))


def _async_leaf(program: Program, choices: Choices) -> Program | None:
    """A sync leaf that only coroutines call, each by itself, becomes a coroutine."""
    users = {
        one.id: [user for user in program.definitions if one.id in references(user)] for one in program.definitions
    }

    def fits(one: Definition) -> bool:
        return (
            one.is_step
            and not (one.is_async or one.decorators or one.owner or one.is_stream or one.is_protected or one.is_whole)
            and one.cost == 1
            and bool(users[one.id])
            and all(user.is_async and _only_called(user, one.id) for user in users[one.id])
        )

    one = _some(program, choices, fits)
    if one is None:
        return None
    pause: Stmt = Lines(("await asyncio.sleep(0)",))
    return _changed(program, one, replace(one, is_async=True, body=(pause, *one.body)))


def _only_called(user: Definition, id: str) -> bool:
    """Whether *user* names the step nowhere but in calls that stand in its own code, not in a lambda or a thread."""
    if any(isinstance(expr, Name) and expr.id == id for expr in expressions(user)):
        return False
    return not any(
        id in {expr.id for expr in expressions(stmt) if isinstance(expr, Call)}
        for stmt in _statements(user.body)
        if isinstance(stmt, Lines)
    )


def _moved(program: Program, choices: Choices) -> Program | None:
    """A helper moves to the module before its own, where all that it names is known."""

    def places(one: Definition) -> list[int]:
        if one.role is not Role.HELPER or one.owner or not one.module:
            return []
        lowest = max((program[id].module for id in references(one)), default=0)
        return list(range(lowest, one.module))

    one = _some(program, choices, lambda one: bool(places(one)))
    if one is None:
        return None
    module = choices.one_of(places(one)[::-1])
    moved = replace(one, module=module)
    others = [other for other in program.definitions if other is not one]
    last = max((number for number, other in enumerate(others) if other.id in references(one)), default=-1)
    after = [number for number, other in enumerate(others) if other.module <= module]
    place = max(last, *after) + 1 if after else last + 1
    return replace(program, definitions=(*others[:place], moved, *others[place:]))


def _argument(program: Program, choices: Choices) -> Program | None:
    return replace(program, argument=choices.between(1, 9))


KINDS: dict[str, Callable[[Program, Choices], Program | None]] = {
    "comment": _cosmetic(lambda choices: Cosmetics(comment=f"note {choices.between(1, 9)}")),
    "docstring": _cosmetic(lambda choices: Cosmetics(docstring=f"Text {choices.between(1, 9)}.")),
    "formatting": _cosmetic(lambda _choices: Cosmetics(is_spaced=True)),
    "constant in a step": _constant_in(lambda one: one.is_step),
    "constant in a leaf": _constant_in(lambda one: one.is_step and one.cost == 1),
    "constant in a helper": _constant_in(lambda one: one.role is Role.HELPER),
    "global constant": _constant_in(lambda one: one.role is Role.CONSTANT),
    "class, closure, table, enum or decorator": _constant_in(lambda one: one.role is Role.TEXT),
    "default": _default,
    "renamed local": _renamed_local,
    "deleted call": _deleted,
    "duplicated call": _duplicated,
    "inserted call": _inserted,
    "swapped calls": _swapped,
    "argument order": _arguments,
    "signature": _signature,
    "sync to async": _async_leaf,
    "moved helper": _moved,
    "argument of the entry": _argument,
}
