"""Escapes: text that UTF-8 has no bytes for, in ASCII and back."""

import codecs
import re

_WELL_FORMED = re.compile(r"[^\\]*(?:\\(?:[\\nrt]|x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})[^\\]*)*").fullmatch


def escaped(text: str) -> str:
    """Return *text* in ASCII."""
    return text.encode("unicode_escape").decode("ascii")


def unescaped(text: str) -> str:
    """Return what `escaped` made *text* of. Raises ValueError when it cannot have."""
    if _WELL_FORMED(text) is None:  # of some of it Python would warn, in the user's program
        raise ValueError("no escaped text")
    return codecs.unicode_escape_decode(text.encode("ascii"))[0]
