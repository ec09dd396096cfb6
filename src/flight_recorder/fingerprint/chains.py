"""Chains: the names that a code object takes from outside, each with the attributes that follow it. Runs nothing.

Read from bytecode, which functions without source have too, and in which the compiler has told apart local names,
those of enclosing functions and globals.
"""

from collections.abc import Iterator
from enum import Enum
from types import CodeType

import msgspec

from flight_recorder.fingerprint.instructions import Instruction, instructions_of


class Root(Enum):
    """Where a chain of attributes begins."""

    GLOBAL = "global"
    FREE = "free"  # a variable of an enclosing function
    SELF = "self"  # the first parameter
    SUPER = "super"
    IMPORT = "import"  # an import statement; the attribute is what it takes `from` the module
    MODULE = "module"  # what an import statement in the code bound a name to


class Chain(msgspec.Struct, frozen=True):
    """`name.attribute.attribute` as it stands in the code; for IMPORT and MODULE, *name* is the module's.

    *level* is the number of dots of a relative import. *is_called* tells a call from a use as a value.
    """

    root: Root
    name: str
    attributes: tuple[str, ...] = ()
    is_called: bool = False
    level: int = 0


def chains_of(code: CodeType) -> tuple[Chain, ...]:
    """Return every chain in *code*, and in the code nested in it, in order and once each."""
    imports: list[Chain] = []
    aliases: dict[str, Chain] = {}
    read = _read(code)
    _find_imports(read, imports, aliases)
    context = _Context(
        self_name=code.co_varnames[0] if code.co_argcount else "",
        aliases=aliases,
        global_aliases=aliases if code.co_name == "<module>" else {},
    )
    return tuple(dict.fromkeys([*imports, *_chains(read, context, is_nested=False)]))


class _Context(msgspec.Struct, frozen=True):
    """What a name may mean: the first parameter, or what an import has bound, to a local or to a global name."""

    self_name: str
    aliases: dict[str, Chain]
    global_aliases: dict[str, Chain]


def names_in(code: CodeType) -> frozenset[str]:
    """Return every global and attribute name in *code* and in the code nested in it."""
    return frozenset(code.co_names).union(*map(names_in, _nested(code)))


_GLOBALS = frozenset({"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"})
_CELLS = frozenset({"LOAD_DEREF", "LOAD_CLASSDEREF", "LOAD_FROM_DICT_OR_DEREF"})
_ROOTS = _GLOBALS | _CELLS | {"LOAD_FAST"}
_ATTRIBUTES = frozenset({"LOAD_ATTR", "LOAD_METHOD"})
_CONSTANTS = frozenset({"LOAD_CONST", "LOAD_SMALL_INT"})


def _nested(code: CodeType) -> Iterator[CodeType]:
    return (constant for constant in code.co_consts if isinstance(constant, CodeType))


class _Read(msgspec.Struct, frozen=True):
    """A code object as its instructions, with the code nested in it."""

    instructions: list[Instruction]
    nested: dict[int, "_Read"]  # by the identity of the code


def _read(code: CodeType) -> _Read:
    return _Read(list(instructions_of(code)), {id(inner): _read(inner) for inner in _nested(code)})


def _find_imports(read: _Read, imports: list[Chain], aliases: dict[str, Chain]) -> None:
    """Put a chain for each import statement into *imports*, and what it binds into *aliases*, by the bound name."""
    dots: object = 0
    names: object = None  # the last two constants ahead of IMPORT_NAME are the level and the names
    module, level = "", 0
    bound: Chain | None = None
    for operation, argument, _ in read.instructions:
        if operation in _CONSTANTS:
            dots, names = names, argument
        elif operation == "IMPORT_NAME":
            module = str(argument)
            level = dots if isinstance(dots, int) else 0
            imports.append(Chain(Root.IMPORT, module, level=level))
            if isinstance(names, tuple) and "*" in names:
                imports.append(Chain(Root.MODULE, module, level=level))
            bound = None if names else Chain(Root.MODULE, module.partition(".")[0])
        elif operation == "IMPORT_FROM":
            # `import a.b as c` takes b from a too, but without a list of names.
            taken = (str(argument),) if names else ()
            if taken:
                imports.append(Chain(Root.IMPORT, module, taken, level=level))
            bound = Chain(Root.MODULE, module, taken, level=level)
        elif bound is not None and operation.startswith("STORE_"):
            aliases[str(argument)] = bound
            bound = None
    for nested in read.nested.values():
        _find_imports(nested, imports, aliases)


def _chains(read: _Read, context: _Context, *, is_nested: bool) -> Iterator[Chain]:
    pending: Chain | None = None
    is_after_super = False
    for operation, argument, is_called in read.instructions:
        if pending is not None and operation in _ATTRIBUTES:
            attributes = (*pending.attributes, str(argument))
            pending = Chain(pending.root, pending.name, attributes, is_called, pending.level)
            continue
        if pending is not None:
            yield pending
        pending = _root(operation, argument, is_called, context, is_nested)
        if pending is not None:
            is_after_super = is_after_super or (pending.root is Root.GLOBAL and pending.name == "super")
        elif operation == "CALL" and is_after_super:  # before 3.12, which has LOAD_SUPER_ATTR
            pending = Chain(Root.SUPER, "super")
        elif operation == "LOAD_SUPER_ATTR":
            yield Chain(Root.SUPER, "super", (str(argument),))
        elif isinstance(argument, CodeType):
            yield from _chains(read.nested[id(argument)], context, is_nested=True)
    if pending is not None:
        yield pending


def _root(operation: str, argument: object, is_called: bool, context: _Context, is_nested: bool) -> Chain | None:
    """Return what a chain that this operation begins begins with; None when it begins none."""
    if operation not in _ROOTS:
        return None
    name = str(argument)
    if operation in _GLOBALS:
        return context.global_aliases.get(name) or Chain(Root.GLOBAL, name, (), is_called)
    is_cell = operation in _CELLS
    if name in context.aliases:
        return context.aliases[name]
    if name == context.self_name and (is_cell or not is_nested):
        return Chain(Root.SELF, name)
    return Chain(Root.FREE, name) if is_cell else None
