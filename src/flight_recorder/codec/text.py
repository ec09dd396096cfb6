"""Text of nodes, like Python's own repr, made from typed JSON alone. Pure: no class is looked up, nothing is rebuilt.

Every node is a leaf (text) or a group (opening, parts, closing); one line and many lines are two ways to join them.
"""

import base64
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import chain
from typing import Any, NamedTuple

from flight_recorder.codec import tags
from flight_recorder.codec.escapes import unescaped
from flight_recorder.codec.reader import entries_of
from flight_recorder.codec.tags import TAG, Node

_UNBOUNDED = 1 << 62


class Group(NamedTuple):
    """A node with parts: *parts* are label (`rate=`, `'name': `) and node."""

    opening: str
    parts: Iterable[tuple[str, Node]]
    closing: str


def one_line(node: Node, limit: int = _UNBOUNDED) -> str:
    """Return *node* on one line, at most *limit* characters, the last one `…` when something was left out."""
    kept: list[str] = []
    room = limit
    for piece in _pieces(node, limit):
        kept.append(piece)
        room -= len(piece)
        if room < 0:
            return "".join(kept)[: max(limit - 1, 0)] + "…"
    return "".join(kept)


def many_lines(node: Node, width: int, indent: int = 0, label: str = "", end: str = "") -> str:
    """Return *node* in lines of *width* where possible: a group that does not fit has a line for each part."""
    room = width - indent - len(label) - len(end)
    flat = one_line(node, max(room, 1) + 1)
    looked = _look(node, _UNBOUNDED)
    if len(flat) <= room or isinstance(looked, str):
        return " " * indent + label + (looked if isinstance(looked, str) else flat) + end
    lines = [many_lines(part, width, indent + 4, name, ",") for name, part in looked.parts]
    return "\n".join([" " * indent + label + looked.opening, *lines, " " * indent + looked.closing + end])


def short_name(reference: Node) -> str:
    """Return the class of a reference as a person writes it: `Quote`, `Box[int]`."""
    if isinstance(reference, str):
        return reference.rpartition(":")[2].rpartition(".")[2]
    if "u" in reference:
        return " | ".join(short_name(part) for part in reference["u"])
    return f"{short_name(reference['o'])}[{', '.join(short_name(part) for part in reference['a'])}]"


def type_of(node: Node) -> str:
    """Return the name of the type of the object behind *node*: `NoneType`, `dict`, `Quote`."""
    if not isinstance(node, dict):
        return type(node).__name__
    tag = node.get(TAG)
    if tag is None:
        return "dict"
    if tag == tags.CALLABLE:
        return _CALLABLE_TYPES.get(node["k"], "partial")
    if tag == tags.PATH:
        return str(node["c"])
    return short_name(node["t"]) if "t" in node else _TYPE_NAMES.get(tag, str(tag))


def an(type_name: str) -> str:
    """Return the name of a type with its article: `a dict`, `an int`."""
    return f"an {type_name}" if type_name[0] in "aeiouAEIOU" else f"a {type_name}"


def _pieces(node: Node, limit: int) -> Iterator[str]:
    looked = _look(node, limit)
    if isinstance(looked, str):
        yield looked
        return
    yield looked.opening
    before = ""
    for label, part in looked.parts:
        yield before + label
        yield from _pieces(part, limit)
        before = ", "
    yield looked.closing


def _look(node: Node, limit: int) -> str | Group:
    """Return *node* as a leaf or a group. Text and bytes are cut a little after *limit* characters."""
    if isinstance(node, str):
        return repr(node[: limit + 1])
    if isinstance(node, list):
        return Group("[", _plain(node), "]")
    if not isinstance(node, dict):
        return repr(node)
    if TAG not in node:
        return Group("{", ((f"{key[: limit + 1]!r}: ", part) for key, part in node.items()), "}")
    looker = _LOOKERS.get(node[TAG])
    return f"<{node[TAG]}>" if looker is None else looker(node, limit)


def _plain(nodes: Iterable[Node]) -> Iterable[tuple[str, Node]]:
    return (("", node) for node in nodes)


def _named(pairs: Node) -> list[tuple[str, Node]]:
    return [(f"{key if isinstance(key, str) else one_line(key)}=", part) for key, part in entries_of(pairs)]


def _octets(node: Node, limit: int) -> str:
    text = node["v"][: (limit // 3 + 2) * 4]  # four characters of base64 hold three bytes
    shown = repr(base64.b64decode(text)[: limit + 1])
    return f"bytearray({shown})" if node[TAG] == tags.BYTEARRAY else shown


def _dict(node: Node, limit: int) -> Group:
    return Group("{", ((f"{one_line(key, limit)}: ", part) for key, part in node["v"]), "}")


def _tuple(node: Node, _limit: int) -> Group:
    return Group("(", _plain(node["v"]), ",)" if len(node["v"]) == 1 else ")")


def _set(node: Node, _limit: int) -> str | Group:
    if node[TAG] == tags.FROZENSET:
        return Group("frozenset({", _plain(node["v"]), "})") if node["v"] else "frozenset()"
    return Group("{", _plain(node["v"]), "}") if node["v"] else "set()"


def _deque(node: Node, _limit: int) -> Group:
    bound = "" if node.get("n") is None else f", maxlen={node['n']}"
    return Group("deque([", _plain(node["v"]), f"]{bound})")


def _wrapped(node: Node, _limit: int) -> Group:
    opening = f"{_TYPE_NAMES[node[TAG]]}("
    if node[TAG] == tags.DEFAULT_DICT:
        factory = node["f"]
        opening += f"{factory if factory is None or isinstance(factory, str) else one_line(factory)}, "
    return Group(opening, _plain([node["v"]]), ")")


def _clock(node: Node, _limit: int) -> str:
    return f"{node[TAG]}('{node['v']}{_zone_suffix(node['z']) if 'z' in node else ''}')"


def _zone_suffix(zone: Node) -> str:
    if zone.get(TAG) == tags.TIMEZONE:
        return _offset(zone)
    return f"[{zone['v']}]" if zone.get(TAG) == tags.ZONE else f" {one_line(zone)}"


def _offset(zone: Node) -> str:
    if zone["v"] == "UTC":
        return "+00:00"
    offset = timedelta(*zone["v"])
    sign = "-" if offset < timedelta(0) else "+"
    hours, minutes, *rest = str(abs(offset)).split(":")
    return f"{sign}{int(hours):02}:{minutes}" + (f":{rest[0]}" if rest != ["00"] else "")


def _timezone(node: Node, _limit: int) -> str:
    return "timezone.utc" if node["v"] == "UTC" else f"timezone('{_offset(node)}')"


def _quoted(name: str) -> Callable[[Node, int], str]:
    return lambda node, _limit: f"{name}({node['v']!r})"


def _enum(node: Node, limit: int) -> str:
    if node["n"] is not None:
        return f"{short_name(node['t'])}.{node['n']}"
    return f"{short_name(node['t'])}({one_line(node.get('v'), limit)})"


def _declared(node: Node, _limit: int) -> Group:
    extra = node.get("x") or {}
    parts = chain(_named(node["v"]), _named(node.get("d", {})), _named(extra))
    return Group(f"{short_name(node['t'])}(", parts, ")")


def _object(node: Node, _limit: int) -> str | Group:
    parts = [*([("", node["b"])] if "b" in node else []), *_named(node["v"])]
    name = short_name(node["t"])
    return Group(f"<{name} ", parts, ">") if parts else f"<{name} object>"


def _exception(node: Node, _limit: int) -> Group:
    args = [*node["a"], *([node["members"]] if "members" in node else [])]
    return Group(f"{short_name(node['t'])}(", _plain(args), ")")


def _callable(node: Node, limit: int) -> str | Group:
    if node["k"] == "partial":
        parts = chain(_plain([node["func"], *node["args"]]), _named(node["keywords"]))
        return Group("partial(", parts, ")")
    if node["k"] == "method":
        return f"<method {one_line(node['func'], limit).rpartition(' ')[2].rstrip('>')}>"
    return f"<{node['k']} {short_name(node['n'])}>"


def _opaque(node: Node, _limit: int) -> str:
    text = node.get("r")
    return " ".join(text.split()) if text else f"<{short_name(node['t'])} object>"


def _redacted(node: Node, limit: int) -> str:
    rest = node.get("v")
    return "<redacted>" if rest is None else repr(rest[: limit + 1])


_WHY = {"depth": "too deep", "size": "too large", "objects": "one object too many"}

_CALLABLE_TYPES = {
    "class": "type",
    "function": "function",
    "method": "method",
    "builtin": "builtin_function_or_method",
}

_TYPE_NAMES = {
    tags.ELLIPSIS: "ellipsis",
    tags.NOT_IMPLEMENTED: "NotImplementedType",
    tags.ORDERED_DICT: "OrderedDict",
    tags.COUNTER: "Counter",
    tags.NAMESPACE: "SimpleNamespace",
    tags.DECIMAL: "Decimal",
    tags.FRACTION: "Fraction",
    tags.UUID: "UUID",
    tags.ZONE: "ZoneInfo",
    tags.PATTERN: "Pattern",
    tags.ALIAS: "GenericAlias",
    tags.DEFAULT_DICT: "defaultdict",
}

_LOOKERS: dict[str, Callable[[Node, int], "str | Group"]] = {
    tags.INT: lambda node, _limit: node["v"],
    tags.FLOAT: lambda node, _limit: node["v"],
    tags.STR: lambda node, limit: repr(unescaped(node["v"])[: limit + 1]),
    tags.COMPLEX: lambda node, _limit: repr(complex(*(_number(part) for part in node["v"]))),
    tags.BYTES: _octets,
    tags.BYTEARRAY: _octets,
    tags.ELLIPSIS: lambda _node, _limit: "Ellipsis",
    tags.NOT_IMPLEMENTED: lambda _node, _limit: "NotImplemented",
    tags.RANGE: lambda node, _limit: Group("range(", _plain(node["v"]), ")"),
    tags.SLICE: lambda node, _limit: Group("slice(", _plain(node["v"]), ")"),
    tags.TUPLE: _tuple,
    tags.SET: _set,
    tags.FROZENSET: _set,
    tags.DICT: _dict,
    tags.ORDERED_DICT: _wrapped,
    tags.DEFAULT_DICT: _wrapped,
    tags.COUNTER: _wrapped,
    tags.NAMESPACE: lambda node, _limit: Group("namespace(", _named(node["v"]), ")"),
    tags.DEQUE: _deque,
    tags.DATETIME: _clock,
    tags.TIME: _clock,
    tags.DATE: _quoted("date"),
    tags.TIMEDELTA: lambda node, _limit: repr(timedelta(*node["v"])).removeprefix("datetime."),
    tags.TIMEZONE: _timezone,
    tags.ZONE: _quoted("ZoneInfo"),
    tags.DECIMAL: _quoted("Decimal"),
    tags.FRACTION: lambda node, _limit: Group("Fraction(", _plain(node["v"]), ")"),
    tags.UUID: lambda node, _limit: f"UUID('{dashed(node['v'])}')",
    tags.PATH: lambda node, _limit: Group(f"{node['c']}(", _plain([node["v"]]), ")"),
    tags.PATTERN: lambda node, _limit: Group("re.compile(", _plain([node["v"]]), ")"),
    tags.ALIAS: lambda node, _limit: short_name(node["v"]),
    tags.ENUM: _enum,
    tags.NAMEDTUPLE: _declared,
    tags.DATACLASS: _declared,
    tags.MODEL: _declared,
    tags.EXCEPTION: _exception,
    tags.OBJECT: _object,
    tags.CALLABLE: _callable,
    tags.OPAQUE: _opaque,
    tags.AGAIN: lambda node, _limit: f"<{short_name(node['t'])} seen above>",
    tags.CUT: lambda node, _limit: f"<{short_name(node['t'])}, {_WHY.get(node['why'], node['why'])}>",
    tags.REDACTED: _redacted,
}


def _number(node: Any) -> float:
    return float(node["v"] if isinstance(node, dict) else node)


def dashed(digits: str) -> str:
    """Return 32 hex digits as a UUID is written."""
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
