"""What the user adds to what is taken out, and taking the defaults away."""

from pathlib import Path

import pytest

from flight_recorder import FlightRecorder
from tests.kit import Project
from tests.secrets.searching import places_of

HOME = ".flight-recorder"

PROGRAM = """
    import re
    from flight_recorder import FlightRecorder

    def without_blue(text):
        return text.replace("blue-0001", "<blue>")

    own = FlightRecorder(redact=["ssn", re.compile(r"C-(?P<secret>\\d{4})"), without_blue]DEFAULTS)

    @own.register("step")
    def step(ssn, values, *, api_key="key-0002-by-default"):
        kept = "kept"
        raise ValueError("not C-0003 nor blue-0001 nor " + kept)

    own.run(step, "078-05-1120", ["C-0003", {"SSN": "078-05-1121"}, "a blue-0001 sky", "Bearer bearer-0004"])
"""


@pytest.mark.parametrize("defaults", ["", ", redact_defaults=False"])
def test_names_patterns_and_callables_are_taken_out_and_defaults_only_while_they_count(
    tmp_path: Path, defaults: str
) -> None:
    project = Project(tmp_path)
    project.write("program.py", PROGRAM.replace("DEFAULTS", defaults), prelude=False)

    project.record()
    shown = project.command("show", "last", "step").stdout

    home = tmp_path / HOME
    # The literals of the source stand in the recording: the pattern and the callable know them, nobody the names.
    values = ["C-0003", "blue-0001"]
    by_default = [text for text in ("key-0002-by-default", "bearer-0004") if text in shown]
    assert places_of(home, values) == []
    assert "078-05-112" not in shown
    assert "a <blue> sky" in shown
    assert "'C-<redacted>'" in shown
    assert by_default == ([] if not defaults else ["key-0002-by-default", "bearer-0004"])


def test_a_single_name_is_no_list_of_letters(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("program.py", """
        from flight_recorder import FlightRecorder
        own = FlightRecorder(redact="color")

        @own.register("step")
        def step(color, c):
            return c

        own.run(lambda: step(input(), "kept-0005"))
    """, prelude=False)  # fmt: skip
    project.run([*_python(), "program.py"], stdin="blue-0006\n")
    project.sessions()

    assert places_of(tmp_path / HOME, ["blue-0006"]) == []
    assert places_of(tmp_path / HOME, ["kept-0005"]) != []


def test_what_is_no_name_pattern_or_callable_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="redact= takes names, compiled patterns of text and callables, not 5"):
        FlightRecorder(redact=[5])  # type: ignore[list-item]


def _python() -> list[str]:
    import sys

    return [sys.executable]
