"""How many cells text takes: by itself, and beside what rich says."""

from unicodedata import category, name

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len as rich_cell_len

from flight_recorder.render.cells import beginning, cell_len
from flight_recorder.render.safe import safe

SKIN_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
EMOJI_STYLE = "\ufe0f"

# What rich and we see in different ways, and why. Where we differ we give more room, but for characters that Unicode
# 16 has made wide: Python knows them as the Unicode version that it came with does.
MADE_WIDE = ("TRIGRAM", "MONOGRAM", "DIGRAM", "HEXAGRAM", "TETRAGRAM", "COUNTING ROD", "IDEOGRAPHIC TALLY")


def sees_alike(character: str) -> bool:
    """Whether rich and we ought to agree on *character*."""
    if category(character) == "Mc":  # vowels beside a letter: a cell of their own for the C library, none for rich
        return False
    if "HANGUL FILLER" in name(character, ""):  # drawn as nothing; UAX 11 gives it the cells of a letter
        return False
    if character in SKIN_TONES or character == EMOJI_STYLE:  # by what stands before it: below
        return False
    return not name(character, "").startswith(MADE_WIDE)


SHOWN = st.characters(exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"]).filter(str.isprintable)


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("", 0),
        ("agent://crm/lookup", 18),
        ("[red]not markup[/red]", 21),
        ("naïve café", 10),
        ("… └ → “”", 8),
        ("資格審査", 8),
        ("ｶﾀｶﾅ", 4),  # halfwidth
        ("\uff21\uff22", 4),  # fullwidth
        ("한글", 4),
        ("\u1112\u1161\u11ab", 2),  # the same syllable in three letters
    ],
)
def test_a_character_takes_one_cell_and_an_east_asian_wide_one_two(text: str, cells: int) -> None:
    assert cell_len(text) == rich_cell_len(text) == cells


def test_a_mark_takes_no_cell_of_its_own() -> None:
    assert cell_len("e\u0301") == cell_len("é") == 1
    assert cell_len("\u0301") == 0
    assert cell_len("שָׁלוֹם") == 4
    assert cell_len("資\u0301") == 2


def test_a_vowel_that_is_drawn_beside_its_letter_takes_a_cell() -> None:
    assert cell_len("का") == 2


@pytest.mark.parametrize(
    ("emoji", "cells"),
    [
        ("👩", 2),
        ("👩🏽", 2),
        ("\u261d🏽", 2),  # narrow by itself
        ("\u2764", 1),
        ("\u2764\ufe0f", 2),
        ("\u2139\ufe0f", 2),
        ("1\ufe0f\u20e3", 2),  # a keycap
        ("🇩🇪", 2),
        ("🏽", 2),
        ("a🏽", 3),
        ("a\ufe0f", 1),
    ],
)
def test_what_is_drawn_as_one_emoji_takes_two_cells(emoji: str, cells: int) -> None:
    assert cell_len(emoji) == cells


def test_an_emoji_that_is_joined_of_several_is_shown_as_several_with_its_joiner() -> None:
    assert safe("👩\u200d💻") == "👩\\u200d💻"
    assert cell_len(safe("👩\u200d💻")) == 2 + len("\\u200d") + 2


@settings(max_examples=1_000)
@given(st.text(SHOWN.filter(sees_alike)))
def test_text_takes_as_many_cells_as_rich_says(text: str) -> None:
    assert cell_len(text) == rich_cell_len(text)


def test_rich_and_we_agree_on_every_character_that_is_not_named_here() -> None:
    shown = [chr(code) for code in range(0x20, 0x110000) if chr(code).isprintable()]

    different = {character for character in shown if cell_len(character) != rich_cell_len(character)}

    assert {character for character in different if sees_alike(character)} == set()
    assert all(cell_len(one) > rich_cell_len(one) for one in different if not name(one).startswith(MADE_WIDE))


@pytest.mark.parametrize(
    ("text", "cells", "kept"),
    [
        ("lookup", 4, "look"),
        ("lookup", 6, "lookup"),
        ("lookup", 0, ""),
        ("lookup", -1, ""),
        ("資格審査", 4, "資格"),
        ("資格審査", 5, "資格"),
        ("e\u0301e\u0301", 1, "e\u0301"),
        ("👩🏽👩", 2, "👩🏽"),
        ("👩🏽👩", 1, ""),
        ("1\ufe0f\u20e32", 2, "1\ufe0f\u20e3"),
    ],
)
def test_the_beginning_of_a_text_keeps_whole_what_is_drawn_as_one(text: str, cells: int, kept: str) -> None:
    assert beginning(text, cells) == kept


@given(st.text(SHOWN), st.integers(0, 30))
def test_the_beginning_of_a_text_has_room(text: str, cells: int) -> None:
    kept = beginning(text, cells)

    assert text.startswith(kept)
    assert cell_len(kept) <= cells
    assert cell_len(text) > cells or kept == text
