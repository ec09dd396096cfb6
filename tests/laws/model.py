"""Model: a program as the generator knows it. Frozen nouns; `render` makes files of them, `edits` other models."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, StrEnum


class Type(StrEnum):
    """The types of values that steps take and return."""

    INT = "int"
    STR = "str"
    LIST = "list"  # of int
    DICT = "dict"  # of int by str
    PAIR = "tuple"  # (int, str)
    RECORD = "Record"  # kit.Record, a dataclass: value, tags
    SET = "set"  # of int
    PLAIN = "Plain"  # kit.Plain, an ordinary class: value, items; its instances have no exact form
    HANDLE = "Handle"  # kit.Handle, which holds a lock


class Feature(StrEnum):
    """What a program may have in it. Each can be left out."""

    COMPOSITES = "nested composites"
    LOOPS = "loops"
    BRANCHES = "branches"
    HANDLED = "handled exceptions"
    RAISING = "unhandled exceptions"
    COMPREHENSIONS = "comprehensions"
    RECURSION = "recursion"
    HELPERS = "helpers"
    MODULES = "modules"
    CLASSES = "classes"
    METHODS = "methods as steps"
    CLOSURES = "closures and partials"
    DECORATORS = "decorators"
    ASYNC = "asyncio"
    THREADS = "threads"
    COUNTERS = "different answers to equal calls"
    PROTECTED = "protected steps"
    PRINTS = "prints in steps"
    MUTATION = "changed arguments"
    ALIASES = "aliases"
    GLOBALS = "globals written by steps"
    CELLS = "closure cells written by steps"
    SELVES = "attributes of self written by steps"
    HANDLES = "handles"
    OPAQUE = "values without an exact form"
    STREAMS = "generators"
    FUNCTIONS = "functions as arguments"


class Role(Enum):
    """What a definition is."""

    STEP = "step"
    HELPER = "helper"
    CONSTANT = "constant"
    TEXT = "text"  # a class, an enum, a decorator, a table: lines at the top of a module


# --- expressions ---


@dataclass(frozen=True, slots=True)
class Const:
    """A constant in the code."""

    value: int | str


@dataclass(frozen=True, slots=True)
class Local:
    """A local variable or parameter."""

    name: str


@dataclass(frozen=True, slots=True)
class Name:
    """What a definition is called, in the module where it is used."""

    id: str


@dataclass(frozen=True, slots=True)
class Op:
    """Other expressions in a text with a `{}` for each."""

    text: str
    args: tuple["Expr", ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a step. *owner* is what its method is called on; *is_awaited* follows from what is called."""

    id: str
    args: tuple["Expr", ...] = ()
    owner: "Expr | None" = None
    is_bare: bool = False  # without `await`: the coroutine is handed on


Expr = Const | Local | Name | Op | Call


# --- statements ---


@dataclass(frozen=True, slots=True)
class Assign:
    """`target = value`"""

    target: str
    type: Type
    value: Expr


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of code with a `{}` for each expression, in order; it binds the variables of *sets*."""

    text: tuple[str, ...]
    args: tuple[Expr, ...] = ()
    sets: tuple[tuple[str, Type], ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """Statements under a head; *rest* are further heads with statements (`else:`, `except …:`)."""

    head: Op
    body: tuple["Stmt", ...]
    rest: tuple[tuple[str, tuple["Stmt", ...]], ...] = ()


Stmt = Assign | Lines | Block


# --- definitions ---


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter, with a constant default if it has one."""

    name: str
    type: Type
    default: int | None = None


@dataclass(frozen=True, slots=True)
class Cosmetics:
    """What makes no difference: a docstring, a comment, brackets and empty lines, how a constant is spelt."""

    docstring: str = ""
    comment: str = ""
    is_spaced: bool = False


@dataclass(frozen=True, slots=True)
class Definition:
    """One thing at the top of a module, in a module by its number.

    Of a STEP and a HELPER *body* is a function's; of a CONSTANT it is one Assign; of a TEXT it is Lines.
    *fails* is what a broken step raises as its first act. *inside* names a class that a method stands in.
    """

    id: str
    role: Role
    module: int
    body: tuple[Stmt, ...]
    params: tuple[Param, ...] = ()
    returns: Type = Type.INT
    is_async: bool = False
    is_stream: bool = False
    is_protected: bool = False
    is_counter: bool = False  # gives different answers to equal calls
    is_impure: bool = False  # changes what it is given or what it shares, or reads that
    is_state: bool = False  # a global that steps write
    is_whole: bool = False  # its body is all of its text, the registration included
    is_special: bool = False  # only called by statements made for it
    tags: frozenset[str] = frozenset()  # what it does, for those statements
    owner: str = ""  # of a method: the Definition of its class
    decorators: tuple[str, ...] = ()  # Definitions, innermost last, all under the registration
    ignored: tuple[str, ...] = ()
    fails: str = ""
    cost: int = 1  # calls of steps that one call makes, itself included
    raises: bool = False  # may raise ValueError, depending on its input
    cosmetics: Cosmetics = Cosmetics()

    @property
    def is_step(self) -> bool:
        """Whether calls of it are steps."""
        return self.role is Role.STEP


@dataclass(frozen=True, slots=True)
class Program:
    """All of a program. The last definition is the entry; the last module is the script."""

    definitions: tuple[Definition, ...]
    modules: int
    argument: int  # of the entry
    imports: tuple[bool, ...]  # by module: whether the names of other modules are taken over (`from m import x`)
    features: frozenset[Feature] = frozenset()

    def __getitem__(self, id: str) -> Definition:
        return next(one for one in self.definitions if one.id == id)

    @property
    def entry(self) -> Definition:
        """The step that `fr.run` is given."""
        return self.definitions[-1]


def kinds_of(one: Definition) -> set[str]:
    """Return what kinds of step, and of statements in one, *one* stands for: for counting."""
    found = set(one.tags)
    found |= {"coroutine"} if one.is_async else set()
    found |= {"protected"} if one.is_protected else set()
    found |= {"counting"} if one.is_counter else set()
    found |= {"method"} if one.owner else set()
    found |= {"decorated"} if one.decorators else set()
    found |= {"raising"} if one.raises else set()
    found |= {"composite" if one.cost > 1 else "leaf"}
    found |= {"recursive"} if one.id in references(one) else set()
    text = " ".join(_texts(one.body))
    found |= {word for sign, word in _SIGNS.items() if sign in text}
    return found


_SIGNS = {
    "gather(": "gather",
    "TaskGroup": "TaskGroup",
    "as_completed": "as_completed",
    "asyncio.wait(": "wait",
    "to_thread": "to_thread",
    "ThreadPoolExecutor": "thread pool",
    "threading.Thread": "thread",
    "def stage": "two stages",
    "try:": "try",
    "for ": "loop",
    "if ": "branch",
    "print(": "print",
    " is ": "identity",
    "break": "stream left early",
    "lambda": "lambda",
}


def _texts(body: tuple[Stmt, ...]) -> Iterator[str]:
    for stmt in body:
        text = getattr(stmt, "text", ())
        yield from (text,) if isinstance(text, str) else text
        if isinstance(stmt, Block):
            yield from _texts(stmt.body)
            for head, inner in stmt.rest:
                yield head
                yield from _texts(inner)
        yield from (expr.text for expr in expressions(stmt) if isinstance(expr, Op))


def expressions(stmt: Stmt | Definition | Expr) -> Iterator[Expr]:
    """Yield every expression in *stmt*, those in others included, in the order of the text."""
    match stmt:
        case Definition(body=body):
            for inner in body:
                yield from expressions(inner)
        case Assign(value=value):
            yield from expressions(value)
        case Lines(args=args):
            for arg in args:
                yield from expressions(arg)
        case Block(head=head, body=body, rest=rest):
            yield from expressions(head)
            for inner in (*body, *(one for _, statements in rest for one in statements)):
                yield from expressions(inner)
        case Op(args=args):
            yield stmt
            for arg in args:
                yield from expressions(arg)
        case Call(args=args, owner=owner):
            yield stmt
            for arg in (*args, *((owner,) if owner is not None else ())):
                yield from expressions(arg)
        case _:
            yield stmt


def references(one: Definition) -> set[str]:
    """Return the ids of the definitions that *one* names."""
    found = {expr.id for expr in expressions(one) if isinstance(expr, Name | Call)}
    return found | set(one.decorators) | ({one.owner} if one.owner else set())
