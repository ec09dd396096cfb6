"""Cells: how much room text takes on a terminal. After UAX 11 and the C library's wcwidth.

Where terminals do not agree, the answer is the larger one: a line that is a cell short looks better than one that is
too long. An emoji joined of several comes here as several: its joiner is a format character, and made visible.
"""

from collections.abc import Iterator

_EMOJI_STYLE = "\ufe0f"  # variation selector 16: the character before it is drawn as an emoji
_INFORMATION = "\u2139"  # a letter, and an emoji all the same
_SKIN_TONES = range(0x1F3FB, 0x1F3FF + 1)
_JAMO_DRAWN_INTO_THE_SYLLABLE = (range(0x1160, 0x11FF + 1), range(0xD7B0, 0xD7FF + 1))  # vowels and finals


def cell_len(text: str) -> int:
    """Return how many cells printable *text* takes."""
    return len(text) if text.isascii() else sum(cells for _, cells in _drawn(text))


def beginning(text: str, cells: int) -> str:
    """Return the longest beginning of printable *text* that has room in *cells*; what is drawn as one stays whole."""
    if text.isascii():
        return text[: max(cells, 0)]
    kept = []
    for part, wide in _drawn(text):
        cells -= wide
        if cells < 0:
            break
        kept.append(part)
    return "".join(kept)


def _drawn(text: str) -> Iterator[tuple[str, int]]:
    """Yield what is drawn in one place, with its cells: a character with its marks, an emoji with its skin tone."""
    part, cells = "", 0
    for character in text:
        wide = _cells(character)
        if part and _makes_an_emoji(part[0], character):
            part, cells = part + character, 2
        elif part and wide == 0:
            part += character
        else:
            if part:
                yield part, cells
            part, cells = character, wide
    if part:
        yield part, cells


def _makes_an_emoji(base: str, character: str) -> bool:
    """Whether *character* behind *base* says that both are drawn as one emoji."""
    from unicodedata import category  # here: most text is ASCII

    if character == _EMOJI_STYLE:
        return category(base)[0] in "SNP" or base == _INFORMATION
    return ord(character) in _SKIN_TONES and category(base) == "So"


def _cells(character: str) -> int:
    from unicodedata import category, east_asian_width

    if category(character) in ("Mn", "Me") or any(ord(character) in jamo for jamo in _JAMO_DRAWN_INTO_THE_SYLLABLE):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
