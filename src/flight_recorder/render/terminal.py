"""Terminal: the pieces that answers are printed from. The one file of this room that imports rich.

Only `Text` is built, never markup: what was recorded may hold `[red]` and must come out as `[red]`.
"""

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from flight_recorder.render.text import safe

__all__ = ["NAME", "STATUS_STYLES", "Table", "Text", "cut_to_fit", "joined", "line", "plain_table"]

NAME = "bold"
STATUS_STYLES = {
    "OK": "green",
    "FAIL": "bold red",
    "....": "yellow",
    "HELD": "bold magenta",
    "success": "green",
    "failed": "bold red",
    "unfinished": "yellow",
    "held": "bold magenta",
}


def line(*pieces: str | tuple[str, str]) -> Text:
    """Return one line of *pieces*: text, or text with its style. Control characters are made visible."""
    text = Text()
    for piece in pieces:
        words, style = (piece, "") if isinstance(piece, str) else piece
        text.append(safe(words), style or None)
    return text


def joined(lines: Iterable[Text], width: int | None = None) -> Text:
    """Return *lines* as one text, each cut to *width* cells when one is given; `…` ends what was cut."""
    cut = []
    for each in lines:
        each.rstrip()
        if width is not None and each.cell_len > width:
            each.truncate(width, overflow="ellipsis")
        cut.append(each)
    return Text("\n").join(cut)


def plain_table(*headings: str, flexible: frozenset[str]) -> Table:
    """Return a table without lines. Where it is too wide, the columns in *flexible* give way."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for heading in headings:
        table.add_column(heading, no_wrap=heading not in flexible)
    return table


def cut_to_fit(text: Text) -> Text:
    """Return *text* as a cell that is cut, not wrapped, where its column gives way."""
    text.no_wrap, text.overflow = True, "ellipsis"
    return text
