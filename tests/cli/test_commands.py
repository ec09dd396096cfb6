"""The commands as a person types them, rightly and wrongly."""

import json
import re
import sys
from pathlib import Path

import pytest

from tests.kit import Project

PROGRAM = """
@fr.register("agent://crm/lookup")
def lookup(email):
    return None

@fr.register("agent://crm/scorer")
def score(contact, weight=1):
    return contact["score"] * weight

@fr.register("agent://crm/qualifier")
def qualify(email):
    return score(lookup(email))

if __name__ == "__main__":
    fr.run(qualify, "a@b.c")
"""


@pytest.fixture
def failed(project: Project) -> Project:
    project.write("program.py", PROGRAM)
    project.record()
    return project


def test_debug_json_has_the_documented_shape(failed: Project) -> None:
    answer = failed.command("debug", "last", "--json").json

    assert list(answer) == ["session", "failure", "root_cause", "candidates", "hint", "timeline"]
    assert list(answer["session"]) == ["id", "entry", "status", "started_at", "duration_s", "steps"]
    assert answer["session"]["entry"] == "agent://crm/qualifier"
    assert answer["failure"]["name"] == "agent://crm/scorer"
    assert answer["failure"]["error"]["type"] == "TypeError"
    assert answer["root_cause"]["name"] == "agent://crm/lookup"
    assert [entry["name"] for entry in answer["timeline"]] == [
        "agent://crm/qualifier",
        "agent://crm/lookup",
        "agent://crm/scorer",
    ]


def test_debug_compares_with_the_sessions_that_went_well_before(project: Project) -> None:
    project.write("program.py", PROGRAM.replace("return None", 'return {"score": 3}'))
    project.record()
    project.write("program.py", PROGRAM)
    project.record()

    first = project.command("debug", "last", "--json").json["candidates"][0]

    assert first["name"] == "agent://crm/lookup"
    assert "given the same as in a good run, it returned None" in json.dumps(first["evidence"])


def test_replay_json_has_the_documented_shape(failed: Project) -> None:
    answer = failed.command("replay", "last", "--yes", "--json").json

    assert list(answer) == ["status", "session", "replayed", "result", "error", "steps", "saved_s"]
    assert set(answer["error"]) == {"type", "message", "traceback"}
    assert {frozenset(step) for step in answer["steps"]} == {
        frozenset({"step", "name", "decision", "reason", "detail"})
    }


@pytest.mark.parametrize(
    "words",
    [
        ("debug", "last"),
        ("replay", "last", "--dry-run"),
        ("list",),
        ("show", "last"),
        ("show", "last", "2"),
        ("init",),
    ],
)
def test_json_is_one_document_and_nothing_else(failed: Project, words: tuple[str, ...]) -> None:
    ran = failed.command(*words, "--json")

    assert (ran.status, ran.stderr) == (0, "")
    assert isinstance(json.loads(ran.stdout), dict)


def test_a_pipe_gets_plain_text(failed: Project) -> None:
    for words in (("debug", "last"), ("list",), ("show", "last"), ("show", "last", "agent://crm/scorer")):
        ran = failed.command(*words, env={"TERM": "xterm-256color"})
        assert ran.status == 0
        assert "\x1b" not in ran.stdout


def test_show_names_inputs_outcome_and_traceback_of_a_step(failed: Project) -> None:
    page = failed.command("show", "last", "agent://crm/scorer").stdout

    assert "contact" in page
    assert "weight" in page
    assert "'NoneType' object is not subscriptable" in page
    assert 'return contact["score"] * weight' in page


def test_a_mistyped_session_names_the_nearest(failed: Project) -> None:
    ran = failed.command("debug", "zzzz")

    assert ran.status == 2
    assert ran.stderr.startswith("error: no session 'zzzz'")


def test_a_mistyped_step_names_the_nearest(failed: Project) -> None:
    for words in (("show", "last", "agent://crm/scorr"), ("replay", "last", "--yes", "--from", "agent://crm/scorr")):
        ran = failed.command(*words)
        assert ran.status == 2
        assert re.search(
            r"no step 'agent://crm/scorr' in session \w{8}; did you mean 'agent://crm/scorer'\?", ran.stderr
        )


def test_an_empty_folder_says_what_to_do(project: Project) -> None:
    for command in ("debug", "replay", "list", "show"):
        ran = project.command(command, *(["--yes"] if command == "replay" else []))
        assert ran.status == 2
        assert ran.stderr.startswith("error: nothing is recorded here")
        assert not (project.folder / ".flight-recorder").exists()


def test_debug_last_says_so_when_nothing_failed(project: Project) -> None:
    project.write("program.py", PROGRAM.replace("return None", 'return {"score": 1}'))
    project.record()

    ran = project.command("debug", "last")

    assert ran.status == 2
    assert "no session of this project failed" in ran.stderr


@pytest.mark.parametrize("stub", ["send_email", "=1", "x=not json"])
def test_a_bad_stub_says_what_is_wanted(failed: Project, stub: str) -> None:
    ran = failed.command("replay", "last", "--yes", "--stub", stub)

    assert ran.status == 2
    assert ran.stderr.startswith("error: --stub")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["debgu"],
            "error: there is no command 'debgu'; did you mean 'debug'?\n  flight-recorder --help lists them.",
        ),
        (["zzz"], "error: there is no command 'zzz'\n"),
        (["debug", "--jsn"], "error: there is no option --jsn; did you mean --json?\n  flight-recorder debug --help"),
        (["debug", "--zzz"], "error: there is no option --zzz\n"),
        (["debug", "last", "first"], "error: 'first' is one argument too many\n"),
        (["debug", "--budget", "many"], "error: --budget: 'many' is not a whole number of at least 0\n"),
        (["list", "-n", "0"], "error: --limit/-n: '0' is not a whole number of at least 1\n"),
        (["replay", "--from"], "error: --from: expected one argument\n"),
        (["--verison"], "error: there is no option --verison; did you mean --version?\n"),
    ],
)
def test_wrong_use_is_told_with_the_next_step(project: Project, words: list[str], said: str) -> None:
    ran = project.command(*words)

    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith(said)


def test_options_may_stand_before_between_and_behind_arguments(failed: Project) -> None:
    expected = failed.command("show", "last", "lookup", "--json").stdout

    assert failed.command("show", "--json", "last", "lookup").stdout == expected
    assert failed.command("show", "last", "--json", "lookup").stdout == expected


@pytest.mark.parametrize("words", [["--help"], ["--version"]])
def test_what_needs_no_recording_imports_nothing_for_it(project: Project, words: list[str]) -> None:
    asked = (
        "import sys; from flight_recorder.cli import app\n"
        f"try: app.run({words!r})\nexcept SystemExit: pass\n"
        "print({'rich', 'msgspec', 'sqlite3', 'flight_recorder.api'} & sys.modules.keys())"
    )
    ran = project.run([sys.executable, "-c", asked])

    assert ran.stdout.endswith("\nset()\n")


def test_commands_that_only_read_import_no_recorder(failed: Project) -> None:
    for words in (["list"], ["debug", "last"]):
        asked = (
            "import sys; from flight_recorder.cli import app\n"
            f"app.run({words!r})\n"
            "print([name for name in sys.modules if name.startswith('flight_recorder.record')])"
        )
        assert failed.run([sys.executable, "-c", asked]).stdout.endswith("\n[]\n"), words


@pytest.mark.parametrize("command", ["debug", "replay", "diff", "list", "show", "doctor", "init", "demo"])
def test_help_says_what_a_command_does(project: Project, command: str) -> None:
    ran = project.command(command, "--help")

    assert ran.status == 0
    assert "--json" in ran.stdout


@pytest.mark.parametrize("command", ["run", "replay", "debug", "show"])
def test_paragraphs_of_help_begin_at_the_margin_and_examples_do_not(project: Project, command: str) -> None:
    lines = project.command(command, "--help").stdout.partition("\n\n")[2].partition("\noptions:")[0].splitlines()

    assert {len(line) - len(line.lstrip()) for line in lines if line and "positional" not in line} <= {0, 2}
    assert any(line.startswith(f"  flight-recorder {command}") for line in lines)


def test_init_sets_a_folder_up_once(project: Project) -> None:
    assert "Set up" in project.command("init").stdout
    assert (project.folder / ".flight-recorder" / ".gitignore").read_text() == "*\n"
    assert (project.folder / ".flight-recorder").stat().st_mode & 0o777 == 0o700
    assert "Already set up" in project.command("init").stdout


def test_programs_below_an_initialised_folder_record_into_it(project: Project) -> None:
    project.command("init")
    project.write("deep/er/program.py", PROGRAM)
    project.python("program.py", cwd=project.folder / "deep" / "er")

    assert not (project.folder / "deep" / "er" / ".flight-recorder").exists()
    assert len(project.sessions()) == 1


def test_the_demo_runs_through_and_leaves_nothing(project: Project) -> None:
    ran = project.command("demo", env={"TMPDIR": str(project.folder)})

    assert ran.status == 0
    assert "SUCCESS" in ran.stdout
    assert 'Final result: {"qualified": false}' in ran.stdout
    assert list(project.folder.iterdir()) == []


def test_the_demos_program_is_the_example() -> None:
    root = Path(__file__).parents[2]
    tour = root / "src/flight_recorder/cli/tour/basic_demo.py"
    assert tour.read_text() == (root / "examples/basic_demo.py").read_text()


def test_a_reader_that_stops_early_gets_no_traceback(failed: Project) -> None:
    ran = failed.run(["sh", "-c", f"{sys.executable} -m flight_recorder.cli.app list | true"])

    assert ran.stderr == ""
