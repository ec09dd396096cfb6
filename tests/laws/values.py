"""Values: expressions of each type, made of numbers; and numbers, made of each type."""

from tests.laws.model import Const, Expr, Local, Op, Type

AS_NUMBER = {
    Type.INT: "{}",
    Type.STR: "len({})",
    Type.LIST: "sum({})",
    Type.DICT: "sum({}.values())",
    Type.PAIR: "{}[0]",
    Type.RECORD: "({0}.value + sum({0}.tags))",
    Type.SET: "sum({})",
    Type.PLAIN: "{}.total()",
    Type.HANDLE: "{}.read(1)",
}

MADE = {
    Type.INT: "{}",
    Type.STR: "'x' * ({} % 9)",
    Type.LIST: "list(range({} % 5))",
    Type.DICT: "{{'a': {}, 'b': 1}}",
    Type.PAIR: "({}, 'p')",
    Type.RECORD: "Record({}, [1, 2])",
    Type.SET: "{{{}, 1}}",
    Type.PLAIN: "Plain({})",
    Type.HANDLE: "Handle({} % 5)",
}

EXACT = (Type.INT, Type.STR, Type.LIST, Type.DICT, Type.PAIR, Type.RECORD, Type.SET)
MUTABLE = (Type.LIST, Type.DICT, Type.RECORD, Type.SET)

# How a value is changed in place; {} is the value, then a number.
CHANGED = {
    Type.LIST: ("{}.append({})", "{}.insert(0, {})", "{}[:] = [{}]"),
    Type.DICT: ("{}['k'] = {}", "{}.update(b={})"),
    Type.RECORD: ("{}.value = {}", "{}.tags.append({})"),
    Type.SET: ("{}.add({})",),
    Type.PLAIN: ("{}.value = {}", "{}.items.append({})"),
}


def number_of(value: Expr, type: Type) -> Expr:
    """Return *value* of *type* as a number."""
    return value if type is Type.INT else Op(AS_NUMBER[type], (value,))


def made_of(number: Expr, type: Type) -> Expr:
    """Return a value of *type* that depends on *number*."""
    return number if type is Type.INT else Op(MADE[type], (number,))


def shown(name: str, type: Type) -> Expr:
    """Return what of the variable *name* can be printed and compared."""
    if type is Type.SET:  # its order is no part of its value
        return Op("sorted({})", (Local(name),))
    return Local(name) if type in EXACT else number_of(Local(name), type)


def constant(value: int) -> Expr:
    """Return a constant."""
    return Const(value)
