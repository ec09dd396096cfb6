"""Recursion to the limit: the program ends as it would, and the recording tells how."""

from tests.kit import Project

PROGRAM = """
import sys

@fr.register("deep")
def deep(n):
    return deep(n + 1)

@fr.register("shallow")
def shallow(n):
    return n

@fr.register("main")
def main():
    {}

if __name__ == "__main__":
    print(fr.run(main))
"""


def test_a_recursion_that_ends_the_program_is_the_failure_of_its_steps(project: Project) -> None:
    project.write("program.py", PROGRAM.format("return deep(0)"))

    ran = project.record()

    assert ran.status == 1
    assert "flight-recorder: " not in ran.stderr
    assert ran.stderr.splitlines()[-1].startswith("RecursionError: ")
    shown = project.show()
    deep = [step for step in shown["steps"] if step["name"] == "deep"]
    assert project.sessions()[0]["status"] == "failed"
    assert len(deep) > 100
    assert {step["status"] for step in deep[:-30]} == {"failed"}
    debugged = project.command("debug", "last", "--json").json
    assert debugged["failure"]["name"] == debugged["root_cause"]["name"] == "deep"


def test_the_program_goes_on_and_so_does_the_recording(project: Project) -> None:
    body = "\n    ".join(
        ["try:", "    deep(0)", "except RecursionError:", "    pass", "return [shallow(n) for n in range(3)]"]
    )
    project.write("program.py", PROGRAM.format(body))

    ran = project.record()

    assert (ran.status, ran.stdout, ran.stderr) == (0, "[0, 1, 2]\n", "")
    assert [step["status"] for step in project.show()["steps"] if step["name"] == "shallow"] == ["ok"] * 3


def test_what_was_told_late_is_not_served(project: Project) -> None:
    body = "\n    ".join(["try:", "    deep(0)", "except RecursionError:", "    pass", "return 1  # edited"])
    project.write("program.py", PROGRAM.format(body).replace("return deep(n + 1)", 'ran("deep"); return deep(n + 1)'))
    project.record()
    project.edit("program.py", "return 1  # edited", "return 2")

    replay = project.replay()

    assert replay.json["status"] == "success"
    assert replay.json["result"] == 2
