"""Constants: plain data as parts."""

import re
from collections.abc import Callable
from typing import Any

from flight_recorder.fingerprint.code import digest_of_text
from flight_recorder.model.fingerprint import Part, PartKind

DigestValue = Callable[[object], tuple[bytes, str] | None]

PLAIN = frozenset({type(None), bool, int, float, complex, str, bytes, bytearray, range, type(...)})
CONTAINERS = frozenset({list, tuple, set, frozenset, dict})
_NUMBERS = frozenset({type(None), bool, int, float, complex})
_ANY_TEXT = "x"
_LAST_NAME = re.compile(r"\w+(?=\W*$)")


def is_plain(obj: Any) -> bool:
    """Whether *obj* is a number, text or the like, or a container of nothing else, however deep."""
    waiting, seen = [obj], set()
    while waiting:
        one = waiting.pop()
        kind = type(one)
        if kind in PLAIN:
            continue
        if kind not in CONTAINERS:
            return False
        if id(one) not in seen:
            seen.add(id(one))
            waiting += one
            if kind is dict:
                waiting += one.values()
    return True


def constant(obj: object, name: str, digest_value: DigestValue) -> Part:
    """Return the plain data *obj* as the part *name*.

    Its preview is empty when it is not to be shown: under a name that is kept secret, or with a part that is.
    """
    digested = digest_value(obj)
    if digested is None:
        return Part(PartKind.CONSTANT, name, digest_of_text(plain_text(obj)))
    data, preview = digested
    return Part(
        PartKind.CONSTANT,
        name,
        digest_of_text(data.hex()),
        preview=preview if _is_shown(obj, name, digest_value) else "",
    )


def _is_shown(obj: object, name: str, digest_value: DigestValue) -> bool:
    if type(obj) in _NUMBERS:
        return True
    named = _LAST_NAME.search(name)
    if named is None or digest_value({named.group(): _ANY_TEXT}) is not None:  # not looking at large data again
        return True
    return digest_value({named.group(): obj}) is not None


def plain_text(obj: Any) -> str:
    """Return plain data as text that is equal for equal data of the same types."""
    kind = type(obj)
    if kind is dict:
        return f"dict {[(plain_text(key), plain_text(value)) for key, value in obj.items()]}"
    if kind in (set, frozenset):
        return f"{kind.__name__} {sorted(map(plain_text, obj))}"
    if kind in (list, tuple):
        return f"{kind.__name__} {list(map(plain_text, obj))}"
    return f"{kind.__name__} {obj!r}"
