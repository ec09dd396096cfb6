"""Chunks: the text that comes in pieces, as language models stream it. Pure."""

from collections.abc import Iterable
from typing import Final

from flight_recorder.codec.preview import to_plain
from flight_recorder.model.value import Value

MAX_PIECE_CHARS: Final = 200  # longer texts are things of their own

# Where the clients of language models put a piece: chunk.choices[0].delta.content, chunk.delta.text, chunk.content.
_HOLDERS: Final = ("choices", "delta", "message", "content", "text")


def joined_text(values: Iterable[Value]) -> str | None:
    """Return the text that the pieces in *values* make; None when they are no pieces of text."""
    pieces = []
    for value in values:
        piece = _piece(to_plain(value))
        if piece is None or len(piece) > MAX_PIECE_CHARS:
            return None
        pieces.append(piece)
    return "".join(pieces) if any(pieces) else None


def _piece(plain: object) -> str | None:
    """Return the text in *plain*; "" for a chunk that only begins or ends a message."""
    for _ in range(len(_HOLDERS) + 1):
        if isinstance(plain, str):
            return plain
        if isinstance(plain, list):
            plain = plain[0] if plain else ""
            if not isinstance(plain, dict):
                return None
        if not isinstance(plain, dict):
            return None
        held = next((name for name in _HOLDERS if name in plain), None)
        if held is None:
            return None
        plain = "" if plain[held] is None else plain[held]
    return None
