"""What a step does outside of the program is noted, and told before it is done again."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.kit import Project

PROGRAM = """
import os, socket, sqlite3, subprocess, sys, tempfile

@fr.register
def load():
    with open("program.py") as file, open(os.devnull, "w"):
        return len(file.read()) and 1

@fr.register
def save(rows):
    with open("out.csv", "w") as file:
        file.write("x")
    open("out.csv", "a").close()
    os.makedirs("reports", exist_ok=True)
    os.replace("out.csv", "reports/out.csv")
    return rows

@fr.register
def publish(rows):
    subprocess.run([sys.executable, "-c", ""], check=True)
    os.system("true")
    subprocess.run("true", shell=True)
    sqlite3.connect("orders.db").close()
    sqlite3.connect(":memory:").close()
    with socket.create_connection(("127.0.0.1", {port})):
        pass
    return rows["x"]

@fr.register
def main():
    return publish(save(load()))

if __name__ == "__main__":
    print(fr.run(main))
"""


@pytest.fixture
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def project(tmp_path: Path, port: int) -> Project:
    project = Project(tmp_path)
    project.write("program.py", PROGRAM.format(port=port))
    assert "TypeError" in project.record().stderr
    return project


def effects(project: Project) -> dict[str, Any]:
    return {step["name"]: step["effects"] for step in project.show()["steps"]}


def test_what_each_step_did_is_noted_once(project: Project, port: int) -> None:
    found = effects(project)

    assert found["program:main"] == found["program:load"] == []
    assert found["program:save"] == ["wrote out.csv", "made reports", "moved out.csv"]
    python, *others = found["program:publish"]
    assert python.startswith("ran python")
    assert others == ["ran true", "opened orders.db", f"connected to 127.0.0.1:{port}"]


def test_the_plan_tells_what_a_step_that_runs_did(project: Project) -> None:
    project.edit("program.py", "os.makedirs(", "os.makedirs( ")
    project.edit("program.py", 'file.write("x")', 'file.write("y")')

    plan = project.command("replay", "last", "--dry-run")

    assert "program:save (code changed) — wrote out.csv, made reports, moved out.csv" in plan.stdout
    planned = project.command("replay", "last", "--dry-run", "--json").json["steps"]
    told = {step["name"]: step["effects"] for step in planned}
    assert told["program:save"] == ["wrote out.csv", "made reports", "moved out.csv"]
    assert told["program:load"] == []


def test_a_step_that_was_served_still_tells_what_it_did(project: Project) -> None:
    before = effects(project)
    project.edit("program.py", 'return rows["x"]', "return rows")

    assert project.replay().json["result"] == 1
    assert effects(project)["program:save"] == before["program:save"]
    assert not (project.folder / "out.csv").exists()


def test_the_tree_and_the_step_show_it(project: Project) -> None:
    assert "wrote out.csv, made reports, moved out.csv)" in project.command("show", "last").stdout
    assert "Outside: it wrote out.csv" in project.command("show", "last", "program:save").stdout


def test_to_note_an_effect_asks_the_system_for_nothing(project: Project) -> None:
    project.write(
        "program.py",
        """
        import os

        def forbidden(*args):
            raise RuntimeError("not where others wait")

        @fr.register
        def save(text):
            with open("out.txt", "w") as file:
                file.write(text)

        def main():
            kept = os.getcwd, os.path.abspath, os.path.realpath, os.stat
            os.getcwd = os.path.abspath = os.path.realpath = os.stat = forbidden
            try:
                save("text")
            finally:
                os.getcwd, os.path.abspath, os.path.realpath, os.stat = kept
            return "saved"

        fr.run(main)
        """,
    )

    ran = project.record()

    assert (ran.status, ran.stderr) == (0, "")
    assert project.show()["steps"][1]["effects"] == ["wrote out.txt"]
