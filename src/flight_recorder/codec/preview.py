"""Preview: a Value as text or plain JSON for people and programs, without its types. Pure; nothing is rebuilt."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from flight_recorder.codec import tags
from flight_recorder.codec.reader import entries_of
from flight_recorder.codec.tags import TAG, Node
from flight_recorder.codec.text import dashed, many_lines, one_line, type_of
from flight_recorder.codec.tree import parse
from flight_recorder.errors import UnreadableError
from flight_recorder.model.value import Value

PREVIEW_CHARS: Final = 80
TEXT_WIDTH: Final = 100

# Python writes no decimal text of more than 4,300 digits, and JSON knows no other; this much is within that.
MAX_HEX_CHARS: Final = 3_500


def preview(value: Value, limit: int = PREVIEW_CHARS) -> str:
    """Return *value* as Python would write it, on one line of at most *limit* characters; `…` ends what was cut."""
    with _understood():
        return one_line(parse(value.data), limit)


def full_text(value: Value) -> str:
    """Return the whole of *value* as Python would write it, a line for each part where one line is too short."""
    with _understood():
        return many_lines(parse(value.data), TEXT_WIDTH)


def type_name(value: Value) -> str:
    """Return the name of the type of the captured object: `NoneType`, `dict`, `Quote`."""
    with _understood():
        return type_of(parse(value.data))


def to_plain(value: Value) -> Any:
    """Return *value* as plain JSON: what a program wants to read that does not know the types.

    Declared instances are dicts of their fields, arrays of any kind lists, times ISO text, decimals text, bytes
    base64 text, enums their value; what has no such form is its preview, and an int of thousands of digits is
    hexadecimal text. Keys that are not text become text.
    """
    with _understood():
        return _plain(parse(value.data))


@contextmanager
def _understood() -> Iterator[None]:
    """Raise UnreadableError where the block meets what no capture writes: a recording can be damaged or forged."""
    try:
        yield
    except UnreadableError:
        raise
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise UnreadableError(f"a recorded value is damaged: {type(error).__name__}: {error}") from error


def _plain(node: Node) -> Any:
    if isinstance(node, list):
        return [_plain(part) for part in node]
    if not isinstance(node, dict):
        return node
    tag = node.get(TAG)
    if tag is None or tag == tags.DICT:
        return _plain_dict(node)
    if tag in _TEXTS:
        return node["v"]
    converter = _CONVERTERS.get(tag)
    return one_line(node) if converter is None else converter(node)


def _plain_dict(node: Node) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for key, part in entries_of(node):
        name = _plain_key(key)
        if name in plain:  # 1 and '1' are two keys
            name = one_line(key)
        plain[name] = _plain(part)
    return plain


def _plain_key(key: Node) -> str:
    if isinstance(key, str):
        return key
    plain = _plain(key) if isinstance(key, dict) and key[TAG] not in _ARRAYS else None
    return plain if isinstance(plain, str) else one_line(key)


def _instance(node: Node) -> dict[str, Any]:
    return _plain_dict(node["v"]) | _plain_dict(node.get("d", {})) | _plain_dict(node.get("x") or {})


def _object(node: Node) -> Any:
    if "b" not in node:
        return _plain_dict(node["v"])
    return _plain(node["b"]) if not node["v"] else {"value": _plain(node["b"]), **_plain_dict(node["v"])}


def _clock(node: Node) -> str:
    return one_line(node).partition("('")[2].removesuffix("')")


def _array(node: Node) -> list[Any]:
    return [_plain(part) for part in node["v"]]


_TEXTS = (tags.INT, tags.FLOAT, tags.STR, tags.BYTES, tags.BYTEARRAY, tags.DATE, tags.ZONE, tags.DECIMAL)
_MAPPINGS = (tags.ORDERED_DICT, tags.DEFAULT_DICT, tags.COUNTER, tags.NAMESPACE)
_ARRAYS = (tags.TUPLE, tags.SET, tags.FROZENSET, tags.DEQUE)

_CONVERTERS: dict[str, Callable[[Node], Any]] = {
    **dict.fromkeys(_ARRAYS, _array),
    **dict.fromkeys((tags.NAMEDTUPLE, tags.DATACLASS, tags.MODEL), _instance),
    **dict.fromkeys(_MAPPINGS, lambda node: _plain(node["v"])),
    tags.OBJECT: _object,
    tags.DATETIME: _clock,
    tags.TIME: _clock,
    tags.UUID: lambda node: dashed(node["v"]),
    tags.PATH: lambda node: _plain(node["v"]),
    tags.REDACTED: lambda node: node.get("v", one_line(node)),
    tags.ENUM: lambda node: _plain(node["v"]) if "v" in node else node["n"],
}
