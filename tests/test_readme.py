"""Every snippet of the README is run as it stands."""

import re
from pathlib import Path

import pytest

from tests.kit import Project, Ran

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"(?:<!-- (?P<note>[^\n]*) -->\n)?```(?P<language>\w*)\n(?P<text>.*?)```", re.S)


def blocks() -> list[tuple[str, str, str]]:
    """(note, language, text) of every fenced block, in order."""
    return [(match["note"] or "", match["language"], match["text"]) for match in BLOCK.finditer(README)]


def test_the_thirty_seconds_read_as_they_run(project: Project) -> None:
    seen = []
    for note, language, text in blocks():
        verb, _, rest = note.partition(": ")
        if verb == "file":
            project.write(rest, text, prelude=False)
        elif verb == "run":
            failed = project.record(rest.removesuffix(" fails"))
            assert failed.status == 1
            assert failed.stderr.endswith("AssertionError: Contact required\n")
        elif verb == "edit":
            file, _, change = rest.partition(": ")
            project.edit(file, *change.split(" -> "))
        if language == "console":
            seen.append(check_console(project, text))
    assert [ran.status for ran in seen] == [0, 0]


def check_console(project: Project, text: str) -> Ran:
    """Run the command of a console block; its output must be the block's, but for the times."""
    first, _, expected = text.partition("\n")
    assert first.startswith("$ flight-recorder ")
    ran = project.command(*first.split()[2:])
    assert without_times(ran.stdout) == without_times(expected)
    return ran


def without_times(text: str) -> str:
    return re.sub(r"\[\d{4}\.\d{3}\]", "[time]", text).strip()


PLAIN_PYTHON = [text for note, language, text in blocks() if language == "python" and not note]


@pytest.mark.parametrize("source", PLAIN_PYTHON, ids=range(len(PLAIN_PYTHON)))
def test_every_other_python_snippet_runs(project: Project, source: str) -> None:
    project.write("snippet.py", source, prelude=False)

    ran = project.record("snippet.py")

    assert (ran.status, ran.stderr) == (0, "")
    assert len(project.sessions()) == 1


def test_the_readme_shows_both_kinds_of_snippet() -> None:
    assert len(PLAIN_PYTHON) == 2
    assert sum(language == "console" for _, language, _ in blocks()) == 2


def test_every_command_in_the_table_is_a_command_and_the_other_way_round(project: Project) -> None:
    in_table = set(re.findall(r"^\| `flight-recorder (\w+)", README, re.M))
    in_help = set(re.findall(r"^[│ ]+(\w+) {2,}\w", project.command("--help").stdout, re.M))

    assert in_table == in_help
