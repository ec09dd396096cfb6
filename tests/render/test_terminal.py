"""Text in pieces: how it is cut, joined, put in a table and coloured."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style as RichStyle
from rich.text import Text as RichText

from flight_recorder.render.cells import cell_len
from flight_recorder.render.terminal import (
    COLOURED,
    PLAIN,
    UNCOLOURED,
    Style,
    Text,
    cut,
    in_lines,
    joined,
    line,
    padded,
    table,
    to_string,
)

STYLES = get_args(Style)
PIECES = st.lists(st.tuples(st.text(st.characters(codec="utf-8")), st.sampled_from(STYLES)), max_size=4)


def test_what_was_recorded_is_never_taken_for_markup() -> None:
    assert to_string(line("[red]x[/red] ", ("[bold]y", "red")), COLOURED) == "[red]x[/red] \x1b[31m[bold]y\x1b[0m"


def test_control_characters_are_made_visible_in_a_line() -> None:
    assert line("a\x1b[31m\n\t", ("\u202e\x9b\r", "bold")).plain == "a\\x1b[31m\\n\\t\\u202e\\x9b\\r"


def test_the_ends_of_lines_are_kept_where_lines_are_meant() -> None:
    assert in_lines("one\x07\n  two\r\n").plain == "one\\x07\n  two\\r\n"


def test_text_is_added_to_and_stays_as_it_was() -> None:
    name = line(("lookup", "bold"))

    longer = name + line(" failed")

    assert name.pieces == (("lookup", "bold"),)
    assert longer.pieces == (("lookup", "bold"), (" failed", ""))


def test_every_style_has_its_escape_sequence() -> None:
    assert set(COLOURED) == set(STYLES) - {""}


@pytest.mark.parametrize("style", sorted(set(STYLES) - {""}))
def test_colours_are_those_of_rich(style: Style) -> None:
    assert to_string(line(("x", style)), COLOURED) == RichStyle.parse(style).render("x")


def test_without_colours_bold_and_dim_stay() -> None:
    text = line("a ", ("b", "red"), ("c", "bold red"), ("d", "dim yellow"), ("e", "bold"), ("f", "dim"))

    assert to_string(text, UNCOLOURED) == "a b\x1b[1mc\x1b[0m\x1b[2md\x1b[0m\x1b[1me\x1b[0m\x1b[2mf\x1b[0m"
    assert to_string(text, PLAIN) == "a bcdef"


@pytest.mark.parametrize(
    ("width", "pieces"),
    [
        (13, (("lookup", "bold"), (" failed", "red"))),
        (12, (("lookup", "bold"), (" fail…", "red"))),
        (7, (("lookup", "bold"), ("…", "red"))),
        (6, (("looku…", "bold"),)),
        (1, (("…", "bold"),)),
        (0, ()),
    ],
)
def test_a_line_is_cut_with_an_ellipsis_in_the_style_of_what_is_gone(width: int, pieces: object) -> None:
    assert cut(line(("lookup", "bold"), (" failed", "red")), width).pieces == pieces


def test_a_wide_character_is_not_cut_in_two() -> None:
    assert [cut(line("資格審査"), width).plain for width in (8, 7, 6, 5, 4, 3, 2)] == [
        "資格審査",
        "資格審…",
        "資格…",
        "資格…",
        "資…",
        "資…",
        "…",
    ]


def test_a_line_is_filled_up_by_its_cells() -> None:
    assert padded(line("資格"), 6).plain == "資格  "
    assert padded(line("資格審査"), 6).plain == "資格… "


@given(PIECES, st.integers(0, 30))
def test_a_cut_line_has_room_and_says_that_it_was_cut(pieces: list[tuple[str, Style]], width: int) -> None:
    text = line(*pieces)

    kept = cut(text, width)

    assert kept.cell_len <= width
    assert kept.plain == text.plain if text.cell_len <= width else kept.plain.endswith("…") or width == 0
    assert text.plain.startswith(kept.plain.removesuffix("…"))
    assert padded(text, width).cell_len == width


@given(PIECES, st.integers(1, 30))
def test_a_narrow_line_is_cut_as_rich_cuts_it(pieces: list[tuple[str, Style]], width: int) -> None:
    text = line(*((ascii(words), style) for words, style in pieces))
    theirs = RichText(text.plain)
    theirs.truncate(width, overflow="ellipsis")

    assert cut(text, width).plain == theirs.plain


def test_lines_are_joined_without_the_blanks_at_their_ends_and_cut_one_by_one() -> None:
    assert joined([line("one  "), line(""), line(("three", "red"), "  ")], 4).plain == "one\n\nthr…"
    assert joined([line("one"), line("two")], between="\n\n").plain == "one\n\ntwo"
    assert joined([]).plain == ""


# Tables ------------------------------------------------------------------------------------------------------------

ROWS = [
    [
        line("4f2a91ab"),
        line("5 min ago"),
        line("agent://crm/資格審査"),
        line("failed"),
        line("Contact required " * 4),
    ],
    [line("77aa0011"), line("2 h ago"), line("nightly"), line("unfinished"), line("")],
]


def shown(width: int | None) -> list[str]:
    """The lines of a table at *width*."""
    headings = ("id", "when", "entry", "status", "")
    return table(headings, ROWS, flexible=frozenset({"entry", ""}), width=width).plain.split("\n")


def test_a_table_with_room_is_as_wide_as_it_is_and_has_no_blanks_behind() -> None:
    assert (
        shown(None)
        == shown(140)
        == [
            "id        when       entry                 status",
            f"4f2a91ab  5 min ago  agent://crm/資格審査  failed      {' '.join(['Contact required'] * 4)}",
            "77aa0011  2 h ago    nightly               unfinished",
        ]
    )


def test_at_120_columns_the_widest_flexible_column_gives_way() -> None:
    rigid = "4f2a91ab  5 min ago  agent://crm/資格審査  failed      "

    assert shown(120)[1] == f"{rigid}{('Contact required ' * 4)[: 120 - cell_len(rigid) - 1]}…"


def test_at_80_columns_both_flexible_columns_give_way_until_they_are_equal() -> None:
    assert shown(80) == [
        "id        when       entry                 status",
        "4f2a91ab  5 min ago  agent://crm/資格審査  failed      Contact required Contact…",
        "77aa0011  2 h ago    nightly               unfinished",
    ]
    assert shown(64) == [
        "id        when       entry          status",
        "4f2a91ab  5 min ago  agent://crm/…  failed      Contact require…",
        "77aa0011  2 h ago    nightly        unfinished",
    ]


def test_at_40_columns_the_id_stays_and_lines_are_cut() -> None:
    assert shown(40) == [
        "id        when       entry   status",
        "4f2a91ab  5 min ago  agent…  failed    …",
        "77aa0011  2 h ago    night…  unfinished",
    ]


@given(st.integers(1, 130))
def test_no_line_of_a_table_is_wider_than_the_terminal(width: int) -> None:
    assert max(map(cell_len, shown(width))) <= width


def test_a_table_without_rows_has_its_headings() -> None:
    assert to_string(table(("id", "when"), [], flexible=frozenset(), width=80), COLOURED) == (
        "\x1b[2mid\x1b[0m  \x1b[2mwhen\x1b[0m"
    )


def test_text_has_no_empty_pieces() -> None:
    assert Text(("", "red"), ("a", "")).pieces == (("a", ""),)
