"""Every edit that changes what a step does changes its fingerprint, and the part is named; no other edit does."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flight_recorder.fingerprint.changes import changes
from tests.fingerprint.made_projects import FILES, STEPS, edited, take

CHANGING = [
    ("text in an f-string", "steps.py", 'f"about {n}', 'f"around {n}', "code changed"),
    ("a default", "steps.py", 'unit="kg"', 'unit="lb"', "unit="),
    ("a nested function", "steps.py", "x + 31", "x + 32", "code changed"),
    ("a comprehension", "steps.py", "x * 41", "x * 42", "code changed"),
    ("a lambda", "steps.py", "y + 61", "y + 62", "code changed"),
    ("a prompt", "steps.py", "web_page.", "read_page.", "PROMPT …"),
    ("a number", "steps.py", "LIMIT = 10", "LIMIT = 20", "LIMIT 10 -> 20"),
    ("a number's type", "steps.py", "LIMIT = 10", "LIMIT = 10.0", "LIMIT 10 -> 10.0"),
    ("a table", "steps.py", '"de": 19', '"de": 16', "COUNTRIES {'de': 19, 'fr': 20} -> {'de': 16, 'fr': 20}"),
    ("a helper", "steps.py", "kilos * rate(kilos)", "kilos * rate(kilos) + 1", "helper shipping in steps.py:"),
    ("a helper's helper", "steps.py", "return 4 if kilos < 10", "return 5 if kilos < 10", "helper rate in steps.py:"),
    ("a decorator's body", "steps.py", "extra + 100", "extra + 101", "code changed"),
    ("a decorator's argument", "steps.py", "@decorated(7)", "@decorated(8)", "extra 7 -> 8"),
    ("a decorator of a helper", "steps.py", "@decorated(5)", "@decorated(6)", "extra 5 -> 6"),
    ("a decorated helper", "steps.py", "n + 2000", "n + 2001", "helper wrapped"),
    ("a cached helper", "steps.py", "n + 1000", "n + 1001", "helper cached"),
    ("a function in a table", "steps.py", "text.upper()", "text.title()", "helper loud"),
    ("an entry of a table", "steps.py", '"loud": loud', '"loud": quiet', "TABLE"),
    ("a closure", "steps.py", "make(1)", "make(2)", "step 1 -> 2"),
    ("the function of a closure", "steps.py", "return n + step", "return n - step", "helper add_one"),
    ("an argument of a partial", "steps.py", "partial(divmod, 2)", "partial(divmod, 3)", "half(0) 2 -> 3"),
    ("a value of an enum", "steps.py", "RED = 1", "RED = 2", "class Colour"),
    ("a class attribute", "steps.py", 'currency = "EUR"', 'currency = "USD"', "Price.currency 'EUR' -> 'USD'"),
    ("a property", "steps.py", '"in " + self.currency', '"as " + self.currency', "helper Price.label"),
    ("a class method", "steps.py", "return 0\n", "return 1\n", "helper Price.zero"),
    ("a method of a base class", "steps.py", "n * self.factor", "n / self.factor", "helper Base.scaled"),
    ("an attribute of a base class", "steps.py", "factor = 3", "factor = 4", "Base.factor 3 -> 4"),
    ("the bases of a class", "steps.py", "class Price(Base):", "class Price(Base, object):", None),
    ("a field's default", "steps.py", '"Seafast"', '"Aerolane"', "Quote.carrier 'Seafast' -> 'Aerolane'"),
    ("a field's default factory", "steps.py", "lambda: [7]", "lambda: [8]", "helper Quote.codes"),
    ("a field's type", "steps.py", "carrier: str", "carrier: bytes", "class Quote"),
    ("a named tuple's default", "steps.py", "x: int = 1", "x: int = 2", "Point"),
    ("an attribute of an object", "settings.py", "self.limit = 50", "self.limit = 51", "CFG.limit 50 -> 51"),
    ("a constant of a module", "settings.py", "DEPTH = 3", "DEPTH = 4", "DEPTH 3 -> 4"),
    ("a function of a module", "helpers.py", '+ "!"', '+ "?"', "helper clean in helpers.py:"),
    ("what that calls", "helpers.py", 'strip("*")', 'strip("-")', "helper strip in helpers.py:"),
    ("a function imported by another name", "helpers.py", "n * 0.19", "n * 0.16", "helper tax"),
    ("a function imported in the body", "helpers.py", "n + 77", "n + 78", "helper late"),
]
CHANGING = [case for case in CHANGING if case[4] is not None]

COSMETIC = [
    ("a comment", "steps.py", "    squares =", "    # count them\n    squares ="),
    ("the docstring", "steps.py", "The step's docstring.", "Another docstring."),
    ("no docstring", "steps.py", '    """The step\'s docstring."""\n', ""),
    ("a helper's docstring", "steps.py", "def rate(kilos):\n", 'def rate(kilos):\n    """Per kilo."""\n'),
    ("quotes", "steps.py", 'COUNTRIES["de"]', "COUNTRIES['de']"),
    (
        "parentheses and lines",
        "steps.py",
        "return kilos * rate(kilos)",
        "return (\n        kilos\n        * rate(kilos)\n    )",
    ),
    ("blank lines above", "steps.py", "LIMIT = 10", "\n\n\n\nLIMIT = 10"),
    ("an annotation of a helper", "steps.py", "def rate(kilos):", "def rate(kilos: float) -> int:"),
    ("another function", "steps.py", "return 1\n\n\nclass Colour", "return 2\n\n\nclass Colour"),
    ("another step", "steps.py", "n + 555", "n + 556"),
    ("another method", "steps.py", "n + 18", "n + 19"),
    (
        "the step's own name",
        "steps.py",
        '@fr.register("step")',
        '@fr.register("step", ignore=("unit",), replayable=True)',
    ),
    ("a comment in a helper's file", "helpers.py", "def strip(", "# strips\ndef strip("),
    ("a new function elsewhere", "helpers.py", "def tax(n):", "def more(n):\n    return n\n\ndef tax(n):"),
    ("a pass", "steps.py", "    return kilos * rate(kilos)", "    pass\n    return kilos * rate(kilos)"),
]


@pytest.mark.parametrize(("what", "file", "old", "new", "sentence"), CHANGING, ids=[case[0] for case in CHANGING])
def test_a_change_of(tmp_path: Path, what: str, file: str, old: str, new: str, sentence: str) -> None:
    before, after = take(tmp_path, FILES), take(tmp_path, edited(file, old, new))

    assert before.is_known
    assert not before.equals(after), f"a change of {what} was not seen"
    assert any(said.startswith(sentence.rstrip("…")) or sentence in said for said in changes(before, after)), changes(
        before, after
    )


@pytest.mark.parametrize(("what", "file", "old", "new"), COSMETIC, ids=[case[0] for case in COSMETIC])
def test_nothing_changes_with(tmp_path: Path, what: str, file: str, old: str, new: str) -> None:
    before, after = take(tmp_path, FILES), take(tmp_path, edited(file, old, new))

    assert changes(before, after) == (), f"{what} should make no difference"
    assert before.equals(after)


METHOD = [
    ("the method", "return self.closing(n) + self.opening", "return self.closing(n) - self.opening", True),
    ("a method it calls", "n + 18", "n + 19", True),
    ("a class attribute it reads", "opening = 9", "opening = 10", True),
    ("a default", 'greeting="hello"', 'greeting="bye"', True),
    ("a keyword default", "loudly=False", "loudly=True", True),
    ("another class", "factor = 3", "factor = 4", False),
]


@pytest.mark.parametrize(("what", "old", "new", "changing"), METHOD, ids=[case[0] for case in METHOD])
def test_a_method_reaches_through_self(tmp_path: Path, what: str, old: str, new: str, changing: bool) -> None:
    before = take(tmp_path, FILES, "Shop.method")
    after = take(tmp_path, edited("steps.py", old, new), "Shop.method")

    assert before.equals(after) is not changing


def test_the_fingerprint_ends_where_another_step_begins_and_names_it(tmp_path: Path) -> None:
    fingerprint = take(tmp_path, FILES)

    assert fingerprint.steps == ("other",)
    named = [part for part in fingerprint.parts if part.name.endswith(":other")]
    assert [part.preview for part in named] == ["step other"]  # which step stands there, and nothing of its code


def test_the_source_of_the_step_is_kept(tmp_path: Path) -> None:
    assert take(tmp_path, FILES, "other").source == '@fr.register("other")\ndef other(n):\n    return n + 555'


def test_the_place_of_the_project_makes_no_difference(tmp_path: Path) -> None:
    assert take(tmp_path / "here", FILES).equals(take(tmp_path / "far" / "away", FILES))


LINES = [number for number, line in enumerate(STEPS.splitlines()) if line.startswith(("def ", "class ", "@"))]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(LINES), st.sampled_from(["", "# note", "#: é", "UNUSED = 0"])), max_size=6))
def test_lines_between_functions_never_matter(tmp_path: Path, added: list[tuple[int, str]]) -> None:
    lines = STEPS.splitlines()
    for at, text in sorted(added, reverse=True):
        if not lines[at - 1].startswith("@"):
            lines.insert(at, text)

    assert take(tmp_path, {**FILES, "steps.py": "\n".join(lines)}).equals(take(tmp_path, FILES))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(depth=st.integers(1, 8), at=st.integers(0, 7), number=st.integers(1, 10**6))
def test_any_number_in_a_chain_of_helpers_matters(tmp_path: Path, depth: int, at: int, number: int) -> None:
    def files(changed: int | None) -> dict[str, str]:
        lines = ["from flight_recorder import FlightRecorder", "fr = FlightRecorder()"]
        lines += [
            f"def h{level}(n):\n    return {f'h{level + 1}(n)' if level + 1 < depth else 'n'} + "
            f"{number if level == changed else 0}"
            for level in range(depth)
        ]
        return {"steps.py": "\n".join([*lines, '@fr.register("step")', "def step(n):", "    return h0(n)", ""])}

    before, after = take(tmp_path, files(None)), take(tmp_path, files(at % depth))

    assert not before.equals(after)
