"""The line after the traceback, as real processes print it on a terminal and into a pipe."""

import os
import pty
import subprocess
import sys

import pytest

from tests.kit import Project, clean_environment

PROGRAM = """
import sys

class Failed(Exception):
    pass

@fr.register("main")
def main():
    raise ValueError("no contact")

def again():
    try:
        fr.run(main)
    except ValueError as error:
        raise Failed() from error

if __name__ == "__main__":
    {}
"""
HINT = "flight-recorder: this was recorded as {}. To see why: flight-recorder debug last\n"


def ended(project: Project, call: str, **env: str) -> str:
    """Run the program, and return what it wrote to stderr, a pipe."""
    project.write("program.py", PROGRAM.format(call))
    return project.record(env=env).stderr


def on_a_terminal(project: Project, call: str, **env: str) -> str:
    """Run the program, and return what it wrote to stderr, a terminal."""
    script = project.write("program.py", PROGRAM.format(call))
    ours, theirs = pty.openpty()
    try:
        command, env = [sys.executable, str(script)], clean_environment() | {"NO_COLOR": "1"} | env
        subprocess.run(command, stderr=theirs, cwd=script.parent, env=env, check=False)
        return os.read(ours, 100_000).decode().replace("\r\n", "\n")
    finally:
        os.close(ours)
        os.close(theirs)


@pytest.mark.parametrize("call", ["fr.run(main)", "again()"])
def test_after_the_traceback_a_person_is_told_how_to_go_on(project: Project, call: str) -> None:
    said = on_a_terminal(project, call)

    last = said.splitlines(keepends=True)[-1]
    assert "Traceback" in said
    assert last == HINT.format(project.sessions()[0]["id"])


def test_a_pipe_is_told_only_when_asked_for(project: Project) -> None:
    assert "recorded as" not in ended(project, "fr.run(main)")
    assert ended(project, "fr.run(main)", FLIGHT_RECORDER_HINT="1").endswith("flight-recorder debug last\n")


def test_a_person_may_do_without(project: Project) -> None:
    said = on_a_terminal(project, "fr.run(main)", FLIGHT_RECORDER_HINT="0")

    assert "ValueError: no contact" in said
    assert "recorded as" not in said


@pytest.mark.parametrize(
    "call",
    [
        "try:\n        fr.run(main)\n    except ValueError:\n        sys.exit(3)",
        "try:\n        fr.run(main)\n    except ValueError:\n        pass\n    raise KeyError('another')",
    ],
)
def test_a_program_that_did_not_die_of_it_says_nothing(project: Project, call: str) -> None:
    assert "recorded as" not in ended(project, call, FLIGHT_RECORDER_HINT="1")


def test_a_replay_that_fails_again_says_nothing_of_its_own(project: Project) -> None:
    ended(project, "fr.run(main)")

    assert "recorded as" not in project.command("replay", "last", "--yes", env={"FLIGHT_RECORDER_HINT": "1"}).stderr
