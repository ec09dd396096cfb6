"""Complaint: which expressions of the failing statement the exception is about. Pure.

The table of docs/diagnosis.md: an AttributeError is about the base, a KeyError about container and key, a
ZeroDivisionError about the right operand, an assertion about the names in its test.
"""

import ast
import re
from collections.abc import Iterator
from enum import Enum, auto

import msgspec

from flight_recorder.diagnose.code import COMPREHENSIONS, Key, constant_key, name_of_call
from flight_recorder.diagnose.in_flight import CUT_OFF
from flight_recorder.diagnose.look import Part
from flight_recorder.diagnose.operands import odd_item, odd_operands
from flight_recorder.diagnose.scene import Scene, Suspected, leaves
from flight_recorder.model.failure import Failure


class Complaint(Enum):
    """What an exception says is wrong."""

    MISSING_KEY = auto()
    MISSING_ATTRIBUTE = auto()
    BAD_TYPE = auto()
    BAD_INDEX = auto()
    COMPUTED = auto()  # a divisor or an index that the failing statement worked out itself
    REJECTED = auto()  # a test of the program itself: assert, or raise under an if
    ARGUMENT = auto()  # what a library or builtin was called with
    CUT_OFF = auto()  # it was still at work when it was cancelled
    WRONG = auto()  # nothing was raised: somebody says that it is wrong
    OWN_CODE = auto()  # an undefined name, a call that does not fit: wrong whatever the values are


ABOUT_KEYS = frozenset({Complaint.MISSING_KEY, Complaint.MISSING_ATTRIBUTE})


class Complained(msgspec.Struct, frozen=True):
    """What the exception is about. *key* is the key or attribute that was missing.

    *is_arithmetic* says that values of these types cannot be added, compared and so on.
    """

    complaint: Complaint
    suspected: tuple[Suspected, ...]
    key: Key = None
    is_arithmetic: bool = False


_OWN_CODE = (
    "NameError",
    "UnboundLocalError",
    "ImportError",
    "ModuleNotFoundError",
    "NotImplementedError",
)
_CALL_SHAPE = re.compile(r"missing \d+ required|unexpected keyword|positional arguments? but|multiple values for")
_NO_ATTRIBUTE = re.compile(r"^'?(?P<type>[\w.]+)'? object has no attribute '(?P<name>\w+)'")
_OPERATORS = re.compile(r"unsupported operand|not supported between|can't multiply|concatenate|bad operand")
_INDICES = re.compile(r"^(\w+) indices must be")
_JOINED = re.compile(r"^sequence item \d+: expected .*, (\w+) found")
_UNPACKING = re.compile(r"values to unpack")
_DIVISIONS = (ast.Div, ast.FloorDiv, ast.Mod)
_TYPES = re.compile(r"'(\w+)'|non-iterable (\w+)|not \"?(\w+)\"?$")


def complaint_of(failure: Failure, scene: Scene) -> Complained:
    """Return what *failure* is about in *scene*."""
    kind, nodes = failure.type_name, scene.nodes
    if kind in CUT_OFF:
        return Complained(Complaint.CUT_OFF, tuple(_arguments(failure, scene)))
    if kind in _OWN_CODE or (kind == "TypeError" and _CALL_SHAPE.search(failure.message)):
        return Complained(Complaint.OWN_CODE, ())
    if isinstance(scene.statement, ast.Assert) and scene.called is None:
        return _made(Complaint.REJECTED, scene, [scene.statement.test])
    if isinstance(scene.statement, ast.Raise) or kind == "SystemExit":
        return _made(Complaint.REJECTED, scene, list(scene.tests[:1]) or list(nodes))
    if scene.called is None or not _is_argument_error(kind):
        found = _by_type(kind, failure.message, scene)
        if found is not None and found.suspected:
            return found
    if kind == "ValueError" and _UNPACKING.search(failure.message) and (taken := list(_taken_apart(scene.statement))):
        return Complained(Complaint.BAD_TYPE, tuple(Suspected(node, scene.value(node), True) for node in taken))
    return Complained(Complaint.ARGUMENT, tuple(_arguments(failure, scene)))


def _is_argument_error(kind: str) -> bool:
    return kind not in ("AttributeError", "KeyError", "IndexError", "TypeError", "ZeroDivisionError")


def _by_type(kind: str, message: str, scene: Scene) -> Complained | None:
    match kind:
        case "AttributeError":
            return _attribute_error(message, scene)
        case "KeyError":
            return _key_error(message, scene)
        case "IndexError":
            return _index_error(scene)
        case "ZeroDivisionError":
            return _division(scene)
        case "TypeError":
            return _type_error(message, scene)
    return None


def _division(scene: Scene) -> Complained:
    right = [node.right for node in scene.nodes if isinstance(node, ast.BinOp) and isinstance(node.op, _DIVISIONS)]
    changed = [scene.statement.value] if isinstance(scene.statement, ast.AugAssign) else []
    divisors = [*right, *changed]
    zero = [node for node in divisors if (part := scene.value(node)) is not None and part.number == 0]
    is_computed = any(isinstance(node, ast.BinOp) for node in divisors) and all(map(is_arithmetic, divisors))
    return _made(Complaint.COMPUTED if is_computed and not zero else Complaint.REJECTED, scene, zero or divisors)


def is_arithmetic(node: ast.expr) -> bool:
    """Whether *node* works with the values that it names, and asks no function."""
    return not any(isinstance(inner, (ast.Call, *COMPREHENSIONS)) for inner in ast.walk(node))


def _attribute_error(message: str, scene: Scene) -> Complained | None:
    said = _NO_ATTRIBUTE.match(message)
    if said is None:
        return None
    bases = [node.value for node in scene.nodes if isinstance(node, ast.Attribute) and node.attr == said["name"]]
    suspected = _of_kinds(scene, bases, {said["type"].rpartition(".")[2]})
    if said["type"] == "NoneType":
        return Complained(Complaint.BAD_TYPE, suspected)
    return Complained(Complaint.MISSING_ATTRIBUTE, suspected, said["name"])


def _key_error(message: str, scene: Scene) -> Complained:
    try:
        key = ast.literal_eval(message)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        key = None
    key = key if isinstance(key, str | int) else None
    subscripts = [node for node in scene.nodes if isinstance(node, ast.Subscript)]
    written = [node for node in subscripts if key is not None and constant_key(node.slice) == key]
    if written:
        return Complained(Complaint.MISSING_KEY, _each(scene, [node.value for node in written]), key)
    computed = [node for node in subscripts if constant_key(node.slice) is None]
    looked_up = [node for node in computed if _is_key(scene.value(node.slice), key)] or computed
    methods = [node for node in scene.nodes if isinstance(node, ast.Call) and name_of_call(node) in ("pop", "remove")]
    keys = [node.slice for node in looked_up] + [argument for call in methods for argument in call.args]
    holders = [Suspected(node.value, scene.value(node.value), True) for node in looked_up]
    return Complained(Complaint.MISSING_KEY, (*_each(scene, keys), *holders), key)


def _is_key(part: Part | None, key: Key) -> bool:
    return part is not None and key is not None and part.node == key


def _index_error(scene: Scene) -> Complained:
    found: list[Suspected] = []
    for node in scene.nodes:
        if isinstance(node, ast.Subscript) and not isinstance(constant_key(node.slice), str):
            found.append(Suspected(node.value, scene.value(node.value), True))
            found += _each(scene, [node.slice] if constant_key(node.slice) is None else [])
        elif isinstance(node, ast.Call) and name_of_call(node) in ("pop", "popleft", "choice"):
            owner = node.func.value if isinstance(node.func, ast.Attribute) and not node.args else None
            found += [Suspected(part, scene.value(part), True) for part in ([owner] if owner else node.args)]
    empty = [each for each in found if each.part is not None and each.part.is_empty]
    computed = [each for each in found if isinstance(each.expression, ast.BinOp | ast.Call)]
    kind = Complaint.COMPUTED if computed and not empty else Complaint.BAD_INDEX
    return Complained(kind, tuple(empty or found))


def _type_error(message: str, scene: Scene) -> Complained:
    named = {name for found in _TYPES.findall(message) for name in found if name}
    if _OPERATORS.search(message):
        return Complained(Complaint.BAD_TYPE, odd_operands(scene, message), is_arithmetic=True)
    joined = _JOINED.match(message)
    if joined is not None:
        lists = [argument for node in scene.nodes if isinstance(node, ast.Call) for argument in node.args]
        found = [item for node in lists if (item := odd_item(scene, node, joined[1])) is not None]
        return Complained(Complaint.BAD_TYPE, tuple(found) or _each(scene, lists))
    if "bytes-like object is required" in message:
        read = [leaf for node in scene.nodes for leaf in leaves(node)]
        return Complained(Complaint.BAD_TYPE, _of_kinds(scene, list(dict.fromkeys(read)), {"bytes", "bytearray"}))
    indexed = _INDICES.match(message)
    if indexed is not None:
        items = [node for node in scene.nodes if isinstance(node, ast.Subscript)]
        suspected = _of_kinds(scene, [node.value for node in items], {indexed[1].replace("string", "str")})
        wanted = [
            constant_key(node.slice) for node in items if any(node.value is one.expression for one in suspected)
        ]
        return Complained(Complaint.BAD_TYPE, suspected, wanted[0] if len(wanted) == 1 else None)
    if "not subscriptable" in message or "item assignment" in message:
        bases = [node.value for node in scene.nodes if isinstance(node, ast.Subscript)]
    elif "not callable" in message:
        bases = [node.func for node in scene.nodes if isinstance(node, ast.Call)]
    elif "iterable" in message or "iterator" in message:
        bases = list(_iterated(scene))
    else:
        return Complained(Complaint.BAD_TYPE, _of_kinds(scene, list(_call_arguments(scene.nodes)), named))
    return Complained(Complaint.BAD_TYPE, _of_kinds(scene, bases, named))


def _taken_apart(statement: ast.stmt) -> Iterator[ast.expr]:
    """What the statement takes apart into the names on its left."""
    if isinstance(statement, ast.For | ast.AsyncFor):
        yield statement.iter
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Tuple | ast.List):
        yield statement.value


def _iterated(scene: Scene) -> Iterator[ast.expr]:
    yield from _taken_apart(scene.statement)
    for node in scene.nodes:
        if isinstance(node, COMPREHENSIONS):
            yield from (part.iter for part in node.generators)
        elif isinstance(node, ast.Starred):
            yield node.value
        elif isinstance(node, ast.Compare):
            yield from node.comparators
    yield from _call_arguments(scene.nodes)


def _arguments(failure: Failure, scene: Scene) -> Iterator[Suspected]:
    """The arguments of the call that failed: the one named like the frame below, else those the message quotes."""
    calls = [node for node in scene.nodes if isinstance(node, ast.Call)]
    if scene.called is not None:
        below = scene.called.function.rpartition(".")[2]
        calls = [
            call for call in calls if name_of_call(call) in (below, scene.called.function.split(".")[0])
        ] or calls
    found = [each for call in calls for each in _each(scene, _arguments_of(call))]
    quoted = [each for each in found if each.part is not None and _is_quoted(each.part, failure.message)]
    yield from quoted or found


def _is_quoted(part: Part, message: str) -> bool:
    return part.is_telling and (part.text or part.shown) in message


def _call_arguments(nodes: tuple[ast.expr, ...]) -> Iterator[ast.expr]:
    for node in nodes:
        if isinstance(node, ast.Call):
            yield from _arguments_of(node)


def _arguments_of(call: ast.Call) -> list[ast.expr]:
    owner = [call.func.value] if isinstance(call.func, ast.Attribute) else []
    return [*call.args, *(keyword.value for keyword in call.keywords), *owner]


def _of_kinds(scene: Scene, nodes: list[ast.expr], kinds: set[str]) -> tuple[Suspected, ...]:
    """The expressions among *nodes* whose value was of one of *kinds*; without a known one, those not known."""
    suspected = _each(scene, nodes)
    known = tuple(each for each in suspected if each.part is not None and each.part.kind in kinds)
    return known or tuple(each for each in suspected if each.part is None or not kinds)


def _each(scene: Scene, nodes: list[ast.expr]) -> tuple[Suspected, ...]:
    return tuple(Suspected(node, scene.value(node)) for node in nodes)


def _made(complaint: Complaint, scene: Scene, tests: list[ast.expr]) -> Complained:
    """A complaint about every name, attribute and item that *tests* read."""
    found = [Suspected(leaf, scene.value(leaf)) for test in tests for leaf in leaves(test)]
    return Complained(complaint, tuple(found))
