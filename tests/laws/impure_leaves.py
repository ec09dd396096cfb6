"""Impure leaves: steps that change what they are given, share state, or make what cannot be copied."""

from collections.abc import Callable

from tests.laws import stream_steps
from tests.laws.model import (
    Assign,
    Const,
    Definition,
    Expr,
    Feature,
    Lines,
    Local,
    Name,
    Op,
    Param,
    Role,
    Stmt,
    Type,
)
from tests.laws.values import CHANGED, MUTABLE, made_of, number_of
from tests.laws.writing import Writing

Kind = Callable[[Writing], None]

A, B = Local("a"), Local("b")
LOG = "LOG"  # how the names of globals begin that steps only add to


def kinds(writing: Writing) -> list[Kind]:
    """Return the kinds of step that the program's features allow."""
    of = {
        Feature.MUTATION: [_changing, _changing, _changing_two],
        Feature.ALIASES: [_same, _wrapping, _kept, _told_apart],
        Feature.GLOBALS: [_global, _global_object, _global_reader, _log, _table],
        Feature.CELLS: [_cell],
        Feature.SELVES: [_worker, _record_worker],
        Feature.METHODS: [_method],
        Feature.HANDLES: [_handle, _handle_reader],
        Feature.OPAQUE: [_plain_maker, _plain_reader],
        Feature.STREAMS: stream_steps.kinds(),
        Feature.FUNCTIONS: [_applying],
    }
    return [kind for feature, found in of.items() if writing.has(feature) for kind in found]


def first(writing: Writing) -> None:
    """Add steps that statements cannot do without, for the features that need several."""
    for feature, makers in (
        (Feature.HANDLES, (_handle, _handle_reader)),
        (Feature.OPAQUE, (_plain_maker, _plain_reader)),
    ):
        if writing.has(feature):
            for make in makers:
                make(writing)


def _add(writing: Writing, tag: str, takes: tuple[Param, ...], *body: Stmt, **more: object) -> Definition:
    """Add a step that statements find by *tag*."""
    options: dict[str, object] = {"is_impure": True, "is_special": True, "tags": frozenset({tag}), **more}
    id = str(options.pop("id", "")) or writing.new("x")
    return writing.add(Definition(id, Role.STEP, writing.module, body, takes, **options))  # type: ignore[arg-type]


def _change(writing: Writing, type: Type, name: str, number: Expr) -> Lines:
    return Lines((writing.choices.one_of(CHANGED[type]),), (Local(name), number))


# --- arguments ---


def _changing(writing: Writing) -> None:
    """Changes its first argument; by chance it gives that back too."""
    type = writing.choices.one_of(MUTABLE)
    takes = (Param("a", type), Param("b", Type.INT))
    before = Assign("was", Type.INT, number_of(A, type))
    change = _change(writing, type, "a", writing.bounded({"b": Type.INT, "was": Type.INT}))
    if writing.has(Feature.ALIASES) and writing.choices.chance(30):
        _add(writing, "changing", takes, before, change, Lines(("return a",)), returns=type)
    else:
        _add(writing, "changing", takes, before, change, Lines(("return {}",), (writing.bounded({"was": Type.INT}),)))


def _changing_two(writing: Writing) -> None:
    """Changes both of two arguments, which may be the same object."""
    type = writing.choices.one_of(MUTABLE)
    takes = (Param("a", type), Param("b", type))
    changes = [_change(writing, type, name, writing.constant()) for name in "ab"]
    result = Op("({} + int(a is b)) % 97", (number_of(B, type),))
    _add(writing, "two", takes, *changes, Lines(("return {}",), (result,)))


def _same(writing: Writing) -> None:
    """Gives back its argument."""
    type = writing.choices.one_of(MUTABLE)
    _add(writing, "same", (Param("a", type),), Lines(("return a",)), returns=type)


def _wrapping(writing: Writing) -> None:
    """Gives back its argument inside a list, twice."""
    type = writing.choices.one_of(MUTABLE)
    _add(writing, "wrapping", (Param("a", type),), Lines(("return [a, a, {}]",), (writing.constant(),)), returns=type)


def _kept(writing: Writing) -> None:
    """Gives the same object each time: one that the module holds."""
    id = writing.new("KEPT")
    writing.add(
        Definition(
            id, Role.CONSTANT, writing.module, (Assign(id, Type.LIST, Op("[{}]", (Const(1),))),), is_state=True
        )
    )
    _add(writing, "kept", (Param("b", Type.INT),), Lines(("return {}",), (Name(id),)), returns=Type.LIST)


def _told_apart(writing: Writing) -> None:
    """Tells whether its two arguments are one object."""
    type = writing.choices.one_of(MUTABLE)
    result = Op("10 * int(a is b) + {}", (writing.constant(),))
    _add(writing, "two", (Param("a", type), Param("b", type)), Lines(("return {}",), (result,)))


# --- state ---


def _state(writing: Writing, text: str, name: str = "STATE") -> str:
    id = writing.new(name)
    definition = Definition(
        id, Role.CONSTANT, writing.module, (Assign(id, Type.INT, Op(text, (writing.constant(),))),), is_state=True
    )
    writing.state.append(writing.add(definition))
    return id


def _global(writing: Writing) -> None:
    """Adds to a global number, and tells it or not."""
    id = _state(writing, "{}")
    lines = Lines((f"global {id}", f"{id} = ({{}} + {{}}) % 97"), (Name(id), writing.bounded({"b": Type.INT})))
    result: Expr = Name(id) if writing.choices.chance(50) else writing.bounded({"b": Type.INT})
    _add(writing, "state", (Param("b", Type.INT),), lines, Lines(("return {}",), (result,)))


def _global_object(writing: Writing) -> None:
    """Changes a global table; reads another entry of it, or the same."""
    id = _state(writing, "{{'k': {}, 'all': []}}")
    change = writing.choices.one_of(("{}['k'] += {}", "{}['all'].append({})", "{}['last'] = {}"))
    lines = Lines((change,), (Name(id), writing.bounded({"b": Type.INT})))
    result = Op("({}['k'] + sum({}['all'])) % 97", (Name(id), Name(id)))
    returned = result if writing.choices.chance(50) else writing.bounded({"b": Type.INT})
    _add(writing, "state", (Param("b", Type.INT),), lines, Lines(("return {}",), (returned,)))


def _global_reader(writing: Writing) -> None:
    """Reads what others write, through a helper by chance."""
    numbers = [one for one in writing.state if isinstance(one.body[0], Assign) and one.body[0].value.text == "{}"]  # type: ignore[union-attr]
    if not numbers:
        _global(writing)
        return
    state = Name(writing.choices.one_of(numbers).id)
    result: Expr = Op("({} + {}) % 97", (state, writing.bounded({"b": Type.INT})))
    if writing.choices.chance(40):
        helper = writing.new("h")
        writing.add(
            Definition(
                helper, Role.HELPER, writing.module, (Lines(("return {}",), (result,)),), (Param("b", Type.INT),)
            )
        )
        result = Op("{}(b)", (Name(helper),))
    _add(writing, "state", (Param("b", Type.INT),), Lines(("return {}",), (result,)))


def _log(writing: Writing) -> None:
    """Only adds to a global list."""
    id = _state(writing, "[{}]", LOG)
    lines = Lines(("{}.append({})",), (Name(id), writing.bounded({"b": Type.INT})))
    _add(writing, "state", (Param("b", Type.INT),), lines, Lines(("return {}",), (writing.bounded({"b": Type.INT}),)))


def _table(writing: Writing) -> None:
    """Only puts something in a global table."""
    id = _state(writing, "{{'k': {}}}")
    change = writing.choices.one_of(("{}['last'] = {}", "{}.update(last={})", "{}[b % 3] = {}"))
    lines = Lines((change,), (Name(id), writing.bounded({"b": Type.INT})))
    _add(writing, "state", (Param("b", Type.INT),), lines, Lines(("return {}",), (writing.bounded({"b": Type.INT}),)))


def _cell(writing: Writing) -> None:
    """A step inside a function, which counts in a variable of that function."""
    id, maker = writing.new("k"), writing.new("make")
    lines = (
        f"def {maker}():",
        "    total = {}",
        f'    @fr.register("{id}")',
        f"    def {id}(b):",
        "        nonlocal total",
        f'        ran("{id}")',
        "        total = (total + b + {}) % 97",
        "        return {}",
        f"    return {id}",
        f"{id} = {maker}()",
    )
    result = Op(writing.choices.one_of(("total", "b * 2")))
    text = Lines(lines, (writing.constant(), writing.constant(), result))
    writing.add(
        Definition(
            id,
            Role.STEP,
            writing.module,
            (text,),
            (Param("b", Type.INT),),
            is_impure=True,
            is_special=True,
            is_whole=True,
            tags=frozenset({"state", "cell"}),
        )
    )


# --- objects ---


def _class_of(writing: Writing, lines: tuple[str, ...]) -> str:
    id = writing.new("Worker")
    text = Lines(tuple(line.replace("NAME", id) for line in lines), ())
    writing.add(Definition(id, Role.TEXT, writing.module, (text,)))
    return id


def _rate(writing: Writing, owner: str) -> str:
    id = writing.new("rate")
    writing.add(
        Definition(id, Role.CONSTANT, writing.module, (Assign(id, Type.INT, writing.constant()),), owner=owner)
    )
    return id


def _method_of(writing: Writing, tag: str, owner: str, change: str, *, is_impure: bool = True) -> None:
    rate = _rate(writing, owner)
    number = writing.bounded({"b": Type.INT})
    body: list[Stmt] = [Lines((change,), (number,))] if change else []
    result = Op("(self.n + b * {}) % 97", (Name(rate),))
    _add(
        writing,
        tag,
        (Param("b", Type.INT),),
        *body,
        Lines(("return {}",), (result,)),
        owner=owner,
        is_impure=is_impure,
    )


def _worker(writing: Writing) -> None:
    """A method that changes its object, which has no exact form."""
    owner = _class_of(writing, ("class NAME:", "    def __init__(self, n):", "        self.n, self.seen = n, []"))
    change = writing.choices.one_of(("self.n = (self.n + {}) % 97", "self.seen.append({})"))
    _method_of(writing, "method", owner, change)


def _record_worker(writing: Writing) -> None:
    """A method that changes its object, a dataclass."""
    owner = _class_of(writing, ("@dataclasses.dataclass", "class NAME:", "    n: int", "    seen: int = 1"))
    _method_of(writing, "method", owner, "self.seen = (self.seen + {}) % 97")


def _method(writing: Writing) -> None:
    """A method that changes nothing."""
    owner = _class_of(writing, ("class NAME:", "    def __init__(self, n):", "        self.n, self.seen = n, 0"))
    _method_of(writing, "method", owner, "", is_impure=False)


# --- what cannot be copied ---


def _handle(writing: Writing) -> None:
    """Makes a handle, which holds a lock."""
    _add(
        writing,
        "handle",
        (Param("b", Type.INT),),
        Lines(("return Handle({})",), (writing.bounded({"b": Type.INT}),)),
        returns=Type.HANDLE,
    )


def _handle_reader(writing: Writing) -> None:
    result = Op("(a.read(b) + {}) % 97", (writing.constant(),))
    _add(writing, "handle reader", (Param("a", Type.HANDLE), Param("b", Type.INT)), Lines(("return {}",), (result,)))


def _plain_maker(writing: Writing) -> None:
    """Makes an object without an exact form."""
    result = made_of(writing.bounded({"b": Type.INT}), Type.PLAIN)
    _add(writing, "plain", (Param("b", Type.INT),), Lines(("return {}",), (result,)), returns=Type.PLAIN)


def _plain_reader(writing: Writing) -> None:
    change = (_change(writing, Type.PLAIN, "a", writing.constant()),) if writing.choices.chance(30) else ()
    result = Op("(a.total() + {}) % 97", (writing.constant(),))
    _add(
        writing,
        "plain reader",
        (Param("a", Type.PLAIN), Param("b", Type.INT)),
        *change,
        Lines(("return {}",), (result,)),
    )


def _applying(writing: Writing) -> None:
    """Takes a function, and calls it."""
    result = Op("(a(b) + {}) % 97", (writing.constant(),))
    _add(
        writing,
        "applying",
        (Param("a", Type.INT), Param("b", Type.INT)),
        Lines(("return {}",), (result,)),
        is_impure=False,
    )
