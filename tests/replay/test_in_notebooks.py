"""Sessions that began in a cell of a notebook: the replay runs the cells of its file, as they are now."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.kit import Project, Ran

SET_UP = """\
import os
from dataclasses import dataclass
from flight_recorder import FlightRecorder
fr = FlightRecorder()

def ran(step):
    with open("ran.log", "a") as log:
        log.write(step + "\\n")"""

STEPS = """\
@dataclass
class Contact:
    email: str
    score: int

def clean(email):
    return email.strip().lower()

@fr.register("lookup")
def lookup(email):
    ran("lookup")
    return Contact(clean(email), 5)

@fr.register("rate")
def rate(contact):
    ran("rate")
    return contact.score * FACTOR"""

ENTRY = """\
FACTOR = None

@fr.register("qualify")
def qualify(email):
    return rate(lookup(email))"""

CALL = "ran('cell')\nfr.run(qualify, 'Ann@b.c ')"

# Executes a notebook in a kernel as `jupyter execute` does, cell by cell as they are given, in an order given.
EXECUTE = """
import asyncio, json, sys
import nbformat
from nbclient import NotebookClient

path, order = sys.argv[1], json.loads(sys.argv[2])
notebook = nbformat.read(path, 4)
client = NotebookClient(notebook, allow_errors=True, resources={"metadata": {"path": "."}})

async def main():
    async with client.async_setup_kernel():
        for number in order or range(len(notebook.cells)):
            cell = await client.async_execute_cell(notebook.cells[number], number)
            print([output.get("ename", "") for output in cell.get("outputs", ())])

asyncio.run(main())
"""


def notebook(project: Project, *cells: str, name: str = "leads.ipynb", ids: bool = True) -> Path:
    """Write a notebook of these cells of code, and one of text."""
    made: list[dict[str, Any]] = [{"cell_type": "markdown", "metadata": {}, "source": ["# Leads"]}]
    for source in cells:
        lines = source.splitlines(keepends=True)
        made.append({"cell_type": "code", "metadata": {}, "source": lines, "outputs": [], "execution_count": None})
    if ids:
        for number, cell in enumerate(made):
            cell["id"] = f"cell-{number}"
    document = {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5 if ids else 4}
    path = project.folder / name
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def execute(project: Project, path: Path, *order: int, told: bool = True) -> Ran:
    """Execute the cells of the notebook, or those of *order*, in a kernel; *told* which notebook it is."""
    env = {"JPY_SESSION_NAME": str(path)} if told else {}
    done = project.run([sys.executable, "-W", "ignore", "-c", EXECUTE, str(path), json.dumps(order)], env=env)
    assert done.status == 0, done.stderr
    return done


@pytest.mark.parametrize("told", [True, False], ids=["by its name", "by its cells"])
def test_a_fixed_cell_runs_only_what_it_touches(project: Project, told: bool) -> None:
    path = notebook(project, SET_UP, STEPS, ENTRY, CALL, "raise SystemError('not reached')")
    if not told:
        notebook(project, SET_UP, "print('another')", name="other.ipynb")
    assert execute(project, path, 1, 2, 3, 4, told=told).ran == ["cell", "lookup", "rate"]
    notebook(project, SET_UP, STEPS, ENTRY.replace("None", "2"), CALL, "raise SystemError('not reached')")

    replay = project.replay()

    assert replay.ran == ["cell", "rate"]
    assert (replay.status, replay.json["result"]) == (0, 10)


def test_a_changed_class_and_helper_in_a_cell_are_seen(project: Project) -> None:
    path = notebook(project, SET_UP, STEPS, ENTRY, CALL)
    execute(project, path)
    changed = STEPS.replace("strip().lower()", "strip()")
    notebook(project, SET_UP, changed, ENTRY.replace("None", "2"), CALL)
    assert project.replay().ran == ["cell", "lookup", "rate"]

    commented = STEPS.replace("return email", "# as typed\n    return email")
    notebook(project, SET_UP, commented, ENTRY.replace("None", "2"), CALL)
    first = project.sessions()[-1]["id"]

    assert project.replay(session=first).ran == ["cell", "rate"]


def test_of_a_cell_that_was_edited_itself_the_likeness_tells(project: Project) -> None:
    path = notebook(project, SET_UP, STEPS, ENTRY + "\n\n" + CALL, "print('end')", ids=False)
    execute(project, path)
    fixed = (ENTRY + "\n\n" + CALL).replace("FACTOR = None", "FACTOR = 2  # of the lead")
    notebook(project, SET_UP, STEPS, fixed, "print('end')", ids=False)

    replay = project.replay()

    assert (replay.ran, replay.json["result"]) == (["cell", "rate"], 10)


def test_a_cell_that_was_run_twice_and_one_before_it_that_ran_a_session(project: Project) -> None:
    path = notebook(project, SET_UP, STEPS, "contact = fr.run(lookup, 'Bob@b.c')", ENTRY, CALL)
    assert execute(project, path, 1, 2, 3, 3, 4, 5, 5).ran == ["lookup"] * 2 + ["cell", "lookup", "rate"] * 2
    notebook(project, SET_UP, STEPS, "contact = fr.run(lookup, 'Bob@b.c')", ENTRY.replace("None", "2"), CALL)

    replay = project.replay()

    assert (replay.ran, replay.json["result"]) == (["cell", "rate"], 10)


def test_a_cell_that_awaits_is_replayed(project: Project) -> None:
    steps = "import asyncio\n@fr.register('later')\nasync def later(n):\n    ran('later')\n    return n"
    entry = "FACTOR = None\nasync def main():\n    return await later(3) * FACTOR"
    path = notebook(project, SET_UP, steps, entry, "await asyncio.sleep(0)\nawait fr.run(main)")
    assert execute(project, path).ran == ["later"]
    notebook(project, SET_UP, steps, entry.replace("None", "2"), "await asyncio.sleep(0)\nawait fr.run(main)")

    replay = project.replay()

    assert (replay.ran, replay.json["result"]) == ([], 6)


def test_a_cell_that_fails_is_shown_with_its_traceback(project: Project) -> None:
    path = notebook(project, SET_UP, STEPS, ENTRY, CALL)
    execute(project, path)
    notebook(project, SET_UP, STEPS, ENTRY.replace("None", "{}"), CALL)

    replay = project.command("replay", "last", "--yes")

    assert replay.status == 1
    assert "return contact.score * FACTOR" in replay.stderr
    assert replay.stderr.splitlines()[-1].startswith("TypeError: unsupported operand")
    assert "interactiveshell.py" not in replay.stderr


def test_a_protected_step_in_a_notebook_is_held(project: Project) -> None:
    mail = "@fr.register('mail', replayable=False)\ndef mail():\n    ran('mail')\n    raise OSError('no answer')"
    path = notebook(project, SET_UP, mail, "def main():\n    return mail()", "fr.run(main)")
    assert execute(project, path).ran == ["mail"]

    replay = project.replay()

    assert (replay.status, replay.json["status"], replay.ran) == (3, "held", [])


def test_a_notebook_that_was_not_saved_is_refused(project: Project) -> None:
    path = notebook(project, SET_UP, STEPS, ENTRY, CALL)
    execute(project, path, told=False)
    path.unlink()

    replay = project.command("replay", "last", "--yes")

    assert replay.status == 2
    assert "no notebook has the cell that began it" in replay.stderr
    assert "Save the notebook" in replay.stderr


def test_a_cell_before_it_that_begins_a_session_of_its_own_now_ends_the_replay_with_the_reason(
    project: Project,
) -> None:
    path = notebook(project, SET_UP, STEPS, ENTRY, CALL)
    execute(project, path)
    notebook(project, SET_UP, STEPS, "fr.run(lookup, 'Bob@b.c')", ENTRY.replace("None", "2"), CALL)

    replay = project.command("replay", "last", "--yes")

    assert (replay.status, replay.ran) == (1, [])
    assert "DIVERGED" in replay.stdout
    assert "began another session, lookup, which was not recorded" in replay.stdout


TRACED = [
    "from flight_recorder import FlightRecorder\nfr = FlightRecorder()",
    """\
def clean(email):
    return email.strip().lower()

def lookup(email):
    return {"email": clean(email), "score": 5}

def rate(contact):
    scaled = lambda by: by * FACTOR
    return scaled(contact["score"])

def qualify(email):
    return rate(lookup(email))""",
    "FACTOR = None",
    "with fr.trace():\n    found = qualify('Ann@b.c ')\n    print('found', found)",
]


def test_cells_are_traced_without_decorators(project: Project) -> None:
    path = notebook(project, *TRACED)
    execute(project, path)
    steps = project.show()["steps"][1:]
    called = ["qualify", "lookup", "clean", "rate", "rate.<locals>.<lambda>"]
    assert [step["name"].rpartition(":")[2] for step in steps] == called
    assert "rate.<locals>.<lambda>" in project.command("debug", "last").stdout
    notebook(project, *(cell.replace("None", "2") for cell in TRACED))

    replay = project.command("replay", "last", "--yes")

    assert (replay.status, "found 10" in replay.stdout) == (0, True), replay.stderr
    decisions = {step["name"].rpartition(":")[2]: step["decision"] for step in project.show()["steps"]}
    assert {name for name, decision in decisions.items() if decision == "cached"} == {"lookup", "clean"}
