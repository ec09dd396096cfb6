"""`flight-recorder diff`: two sessions side by side, recorded by real programs."""

import pytest

from tests.kit import Project

PROGRAM = """
LIMIT = 70

@fr.register("lookup")
def lookup(email):
    return None

@fr.register("scorer")
def score(contact):
    return contact["score"]

@fr.register("qualifier")
def qualify(email):
    contact = lookup(email)
    return {"qualified": score(contact) > LIMIT}

if __name__ == "__main__":
    fr.run(qualify, "a@b.c")
"""


@pytest.fixture
def fixed(project: Project) -> Project:
    """A failed session, and the replay of it after the fix."""
    project.write("program.py", PROGRAM)
    project.record()
    project.edit("program.py", "return None", 'return {"score": 80}')
    assert project.replay().status == 0
    return project


def test_a_fix_is_the_first_divergence(fixed: Project) -> None:
    ran = fixed.command("diff")

    head, _, table = ran.stdout.partition("\n\n")[2].partition("\n\n")
    assert ran.status == 1
    assert head.splitlines() == [
        "First divergence: lookup, step 2 in both: code changed",
        "  code changed in program.py:12",
        "      def lookup(email):",
        "    -     return None",
        '    +     return {"score": 80}',
        "  outcome: None -> {'score': 80}",
    ]
    assert [line[:18].strip() for line in table.splitlines()[1:]] == [
        "~ failed qualifier",
        "~ code     lookup",
        "~ input    scorer",
    ]


def test_a_session_is_the_same_as_itself(fixed: Project) -> None:
    ran = fixed.command("diff", "last", "last")

    assert ran.status == 0
    assert ran.stdout.endswith("No difference in 3 steps.\n")


def test_the_document_names_every_step_and_the_first_divergence(fixed: Project) -> None:
    ran = fixed.command("diff", "--json")

    assert ran.status == 1
    assert list(ran.json) == ["status", "a", "b", "first", "steps"]
    assert [(step["name"], step["divergence"]) for step in ran.json["steps"]] == [
        ("qualifier", "failed"),
        ("lookup", "code changed"),
        ("scorer", "input differs"),
    ]
    assert ran.json["first"] == ran.json["steps"][1]
    assert ran.json["steps"][2]["inputs"] == [
        {"input": "contact", "path": "", "before": "None", "after": "{'score': 80}"}
    ]


def test_a_changed_constant_is_named(fixed: Project) -> None:
    fixed.edit("program.py", "LIMIT = 70", "LIMIT = 90")
    fixed.replay()

    ran = fixed.command("diff")

    assert "First divergence: qualifier, step 1 in both: code changed" in ran.stdout
    assert "  LIMIT 70 -> 90\n  outcome.qualified: True -> False\n" in ran.stdout


def test_last_can_be_counted_back_from(fixed: Project) -> None:
    newest, oldest = (session["id"] for session in fixed.sessions())

    assert fixed.command("show", "last~1", "--json").json["session"]["id"] == oldest
    assert fixed.command("show", "last~0", "--json").json["session"]["id"] == newest
    assert fixed.command("debug", "last~1").status == 2  # only one of them failed
    ran = fixed.command("diff", "last~2", "last")
    assert ran.status == 2
    assert ran.stderr == "error: there is no last~2: this project has fewer sessions\n"


def test_a_step_that_answers_differently_each_time_is_found(project: Project) -> None:
    project.write("program.py", PROGRAM.replace("return None", 'return {"score": os.getpid()}'))
    project.record()
    project.record()

    ran = project.command("diff")

    assert "First divergence: lookup, step 2 in both: output differs" in ran.stdout
    assert "Same code and inputs: what it depends on lies outside of them." in ran.stdout


def test_an_input_that_no_step_gave_is_said_to_come_from_the_caller(project: Project) -> None:
    project.write("program.py", PROGRAM.replace("lookup(email)\n    return {", "lookup(os.getpid())\n    return {"))
    project.record()
    project.record()

    ran = project.command("diff")

    assert "First divergence: lookup, step 2 in both: input differs" in ran.stdout
    assert "No step before it differs: the difference comes from its caller, or from what that reads." in ran.stdout


def test_traced_sessions_are_compared_too(project: Project) -> None:
    project.write("program.py", "def read():\n    return os.getpid()\n\nwith fr.trace():\n    read()\n", prelude=True)
    project.record()
    project.record()

    ran = project.command("diff")

    assert ran.status == 1
    assert "read, step 2 in both: output differs" in ran.stdout
