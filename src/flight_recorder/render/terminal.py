"""Terminal: the pieces that answers are printed from, and the escape sequences that colour them. No I/O.

Text is pieces, never markup: what was recorded may hold `[red]` and must come out as `[red]`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from flight_recorder.render.cells import beginning, cell_len
from flight_recorder.render.safe import safe

Style = Literal[
    "",
    "bold",
    "dim",
    "red",
    "green",
    "yellow",
    "magenta",
    "cyan",
    "bold red",
    "bold green",
    "bold yellow",
    "bold magenta",
    "dim yellow",
]
Piece = tuple[str, Style]
Ink = Mapping[Style, str]  # the parameters of each style's escape sequence; what has none is written plain

PLAIN: Ink = {}
COLOURED: Ink = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "magenta": "35",
    "cyan": "36",
    "bold red": "1;31",
    "bold green": "1;32",
    "bold yellow": "1;33",
    "bold magenta": "1;35",
    "dim yellow": "2;33",
}
UNCOLOURED: Ink = {style: code.partition(";")[0] for style, code in COLOURED.items() if code[0] in "12"}

NAME: Style = "bold"
STATUS_STYLES: dict[str, Style] = {
    "OK": "green",
    "FAIL": "bold red",
    "....": "yellow",
    "HELD": "bold magenta",
    "success": "green",
    "failed": "bold red",
    "unfinished": "yellow",
    "held": "bold magenta",
}

GAP = 2  # cells between the columns of a table
MIN_FLEXIBLE = 8  # cells that a column keeps, its gap included


class Text:
    """Words in pieces, each with its style. It never changes: what is done with it gives another."""

    __slots__ = ("pieces",)

    def __init__(self, *pieces: Piece) -> None:
        self.pieces = tuple(piece for piece in pieces if piece[0])

    def __add__(self, other: "Text") -> "Text":
        return Text(*self.pieces, *other.pieces)

    @property
    def plain(self) -> str:
        """The words alone."""
        return "".join(words for words, _ in self.pieces)

    @property
    def cell_len(self) -> int:
        """How many cells it takes, if it is one line."""
        return sum(cell_len(words) for words, _ in self.pieces)


def to_string(text: Text, ink: Ink) -> str:
    """Return *text* as it is written to a terminal that is given *ink*: COLOURED, UNCOLOURED or PLAIN."""
    return "".join(f"\x1b[{ink[style]}m{words}\x1b[0m" if style in ink else words for words, style in text.pieces)


def line(*pieces: str | Piece) -> Text:
    """Return one line of *pieces*: text, or text with its style. Control characters are made visible."""
    styled: Iterator[Piece] = ((piece, "") if isinstance(piece, str) else piece for piece in pieces)
    return Text(*((safe(words), style) for words, style in styled))


def in_lines(words: str) -> Text:
    """Return the lines of *words*, which have no style. Control characters but the ends of lines are made visible."""
    return joined(line(each) for each in words.split("\n"))


def joined(lines: Iterable[Text], width: int | None = None, between: str = "\n") -> Text:
    """Return *lines* as one text, each cut to *width* cells when one is given; `…` ends what was cut."""
    pieces: list[Piece] = []
    for each in lines:
        kept = _stripped(each)
        pieces += [(between, ""), *(kept if width is None else cut(kept, width)).pieces]
    return Text(*pieces[1:])


def cut(text: Text, width: int) -> Text:
    """Return the one line *text* in at most *width* cells; `…` ends what was cut, in the style of what is gone."""
    if text.cell_len <= width:
        return text
    left = width - 1
    pieces: list[Piece] = []
    for words, style in text.pieces:
        kept = beginning(words, left)
        if kept != words:
            return Text(*pieces, (f"{kept}…" if width > 0 else "", style))
        pieces.append((words, style))
        left -= cell_len(words)
    return Text(*pieces)


def folded(text: Text, width: int | None, indent: int) -> list[Text]:
    """Return *text* as lines of at most *width* cells, broken between words; from the second on, with *indent*."""
    lines = []
    while width is not None and text.cell_len > width:
        # As many characters as cells: wide ones are rare in what is folded, and are then cut by the terminal.
        at = text.plain.rfind(" ", indent + 1, width + 1)
        if at == -1:
            break
        first, rest = _divided(text, at)
        lines.append(first)
        text = Text((" " * indent, "")) + _divided(rest, 1)[1]
    return [*lines, text]


def _divided(text: Text, at: int) -> tuple[Text, Text]:
    """Return the first *at* characters of *text*, and the others."""
    first: list[Piece] = []
    rest: list[Piece] = []
    for words, style in text.pieces:
        first.append((words[:at], style))
        rest.append((words[at:], style))
        at = max(at - len(words), 0)
    return Text(*first), Text(*rest)


def padded(text: Text, width: int) -> Text:
    """Return the one line *text* in exactly *width* cells: cut, or filled up with blanks."""
    kept = cut(text, width)
    return kept + Text((" " * (width - kept.cell_len), ""))


def table(
    headings: Sequence[str], rows: Sequence[Sequence[Text]], *, flexible: frozenset[str], width: int | None
) -> Text:
    """Return *rows* under *headings*, without rules. In *width* cells the columns in *flexible* give way to others.

    Where they cannot give way any further, lines are cut: the first columns matter most.
    """
    shown = [[line((heading, "dim")) for heading in headings], *rows]
    takes = [max(row[column].cell_len for row in shown) + GAP for column in range(len(headings))]
    takes[-1] -= GAP
    if width is not None:
        takes = _given_way(takes, [heading in flexible for heading in headings], width)
    return joined((_row(row, takes) for row in shown), width)


def _row(cells: Sequence[Text], takes: Sequence[int]) -> Text:
    *most, last = zip(cells, takes, strict=True)
    row = Text()
    for cell, take in most:
        row += padded(cell, take - GAP) + Text((" " * GAP, ""))
    return row + cut(*last)


def _given_way(takes: Sequence[int], is_flexible: Sequence[bool], width: int) -> list[int]:
    """Return what each column takes when the widest of the flexible ones have given way to the others."""
    rigid = sum(take for take, gives in zip(takes, is_flexible, strict=True) if not gives)
    found = [min(take, width) if gives else take for take, gives in zip(takes, is_flexible, strict=True)]
    flexible = [column for column, gives in enumerate(is_flexible) if gives]
    while rigid + sum(found[column] for column in flexible) > width:
        widest = max(flexible, key=lambda column: found[column], default=None)
        if widest is None or found[widest] <= MIN_FLEXIBLE:
            break
        found[widest] -= 1
    return found


def _stripped(text: Text) -> Text:
    pieces = list(text.pieces)
    while pieces:
        words, style = pieces.pop()
        kept = words.rstrip()
        if kept:
            return Text(*pieces, (kept, style))
    return Text()
