"""`--explain`: what decided about each step, of a replay, of a plan, and afterwards."""

import json

import pytest

from tests.kit import Project

HELPER = """
def clean(text):
    return text.strip()
"""

PROGRAM = """
from text import clean

WEIGHTS = {"crm": {"score": 2}}

@fr.register("page")
def page(n):
    return {"n": n, "text": " page %d " % n}

@fr.register("summary")
def summary(page):
    return clean(page["text"])

@fr.register("lookup")
def lookup(email):
    return None

@fr.register("score")
def score(contact, weights):
    return contact["score"] * weights["crm"]["score"]

@fr.register("mail", replayable=False)
def mail(text):
    return "sent"

@fr.register("main")
def main(email):
    pages = [summary(page(n)) for n in range(3)]
    mail(pages[0])
    return score(lookup(email), WEIGHTS)

if __name__ == "__main__":
    fr.run(main, "a@b.c")
"""


@pytest.fixture
def failed(project: Project) -> Project:
    project.write("text.py", HELPER, prelude=False)
    project.write("program.py", PROGRAM)
    project.record()
    return project


def blocks(text: str) -> dict[str, list[str]]:
    """The lines under each step, by its heading."""
    found: dict[str, list[str]] = {}
    for line in text.partition("Why:\n")[2].splitlines():
        if line.startswith("    "):
            found[list(found)[-1]].append(line.strip().partition(", saved")[0])
        else:
            found[line.strip()] = []
    return found


def test_a_replay_says_for_each_step_what_decided(failed: Project) -> None:
    failed.edit("program.py", "    return None\n", '    return {"score": 10, "name": "there"}\n')
    failed.edit("text.py", "text.strip()", "text.strip().strip()")

    ran = failed.command("replay", "last", "--yes", "--explain")

    assert ran.status == 0
    found = blocks(ran.stdout)
    assert found["lookup, step 9: ran (code changed)"] == [
        "code changed in program.py:22",
        "def lookup(email):",
        "-     return None",
        '+     return {"score": 10, "name": "there"}',
        "outcome: None -> {'score': 10, 'name': 'there'}",
        "inputs equal",
    ]
    assert found["score, step 10: ran (input changed)"] == [
        "input 'contact': None -> {'score': 10, 'name': 'there'}",
        "it is in what lookup, step 9, gave in this replay",
        "outcome: raised TypeError: 'NoneType' object is not subscriptable -> 20",
        "code unchanged (1 part)",
    ]
    assert found["summary, step 3: ran (code changed)"] == [
        "helper clean in text.py:2 changed",
        "returned an equal value: what follows from it is served",
        "inputs equal",
    ]
    assert found["page, step 2: served"] == ["code unchanged (1 part), inputs equal"]
    assert found["mail, step 8: protected"] == ["code unchanged (1 part), inputs equal"]


def test_a_step_that_fails_as_it_did_before_has_returned_nothing(failed: Project) -> None:
    found = blocks(failed.command("replay", "last", "--yes", "--explain").stdout)

    assert "raised an equal exception again" in found["score, step 10: ran (failed)"]
    assert "returned an equal value: what follows from it is served" not in [
        each for block in found.values() for each in block
    ]


def test_the_same_can_be_read_afterwards(failed: Project) -> None:
    failed.edit("program.py", "    return None\n", '    return {"score": 10, "name": "there"}\n')
    printed = failed.command("replay", "last", "--yes", "--explain").stdout

    shown = failed.command("show", "last", "--explain").stdout
    one = failed.command("show", "last", "lookup", "--explain").stdout

    assert shown == "Why:\n" + printed.partition("Why:\n")[2]
    assert list(blocks(one)) == ["lookup, step 9: ran (code changed)"]


def test_a_plan_says_it_beforehand(failed: Project) -> None:
    failed.edit("text.py", "text.strip()", "text.strip().strip()")

    ran = failed.command("replay", "last", "--dry-run", "--explain")

    assert "  Re-running: summary (code changed) x3\n      helper clean in text.py:2 changed\n" in ran.stdout
    assert "  Also running: main (it calls summary, which runs)\n" in ran.stdout
    found = blocks(ran.stdout)
    assert found["summary, step 3: runs (code changed)"] == ["helper clean in text.py:2 changed"]
    assert found["main, step 1: runs (callee changed)"] == [
        "it calls summary, which runs",
        "code unchanged (7 parts)",
    ]
    assert found["mail, step 8: protected"] == ["code unchanged (1 part)"]


def test_a_changed_constant_is_told_field_by_field(failed: Project) -> None:
    failed.edit("program.py", '{"score": 2}', '{"score": 3, "size": 1}')
    failed.edit("program.py", "    return None\n", '    return {"score": 10}\n')

    found = blocks(failed.command("replay", "last", "--yes", "--explain").stdout)

    assert found["score, step 10: ran (input changed)"][:4] == [
        "input 'contact': None -> {'score': 10}",
        "input 'weights'.crm.score: 2 -> 3",
        "input 'weights'.crm.size: added 1",
        "it is in what lookup, step 9, gave in this replay",
    ]


def test_a_protected_step_that_is_served_for_another_call_says_so(failed: Project) -> None:
    failed.edit("program.py", "mail(pages[0])", "mail(pages[1])")

    found = blocks(failed.command("replay", "last", "--yes", "--explain").stdout)

    assert found["mail, step 8: protected"] == ["input 'text': 'page 0' -> 'page 1'", "code unchanged (1 part)"]


def test_the_document_has_the_parts(failed: Project) -> None:
    failed.edit("program.py", "    return None\n", '    return {"score": 10}\n')

    answer = failed.command("replay", "last", "--yes", "--explain", "--json").json

    steps = {step["name"]: step for step in answer["steps"]}
    assert {frozenset(step) for step in answer["steps"]} == {
        frozenset({"step", "name", "decision", "reason", "detail", "why"})
    }
    lookup, score = steps["lookup"]["why"], steps["score"]["why"]
    assert lookup["code"]["changes"] == ["code changed"]
    assert lookup["code"]["lines"][1:] == ["-     return None", '+     return {"score": 10}']
    assert lookup["outcome"] == {
        "equal": False,
        "differences": [{"path": "", "before": "None", "after": "{'score': 10}"}],
    }
    assert score["inputs"] == [{"input": "contact", "path": "", "before": "None", "after": "{'score': 10}"}]
    assert score["brought_by"] == {"step": 9, "name": "lookup"}
    assert failed.show()["steps"][0].keys() == json.loads(failed.command("show", "--json").stdout)["steps"][0].keys()
    shown = failed.command("show", "last", "--explain", "--json").json
    assert {step["name"]: step["why"] for step in shown["steps"]}["score"] == score


def test_a_document_without_explain_is_as_it_was(failed: Project) -> None:
    for words in (("--dry-run",), ("--yes",)):
        answer = failed.command("replay", "last", "--json", *words).json
        assert {frozenset(step) for step in answer["steps"]} == {
            frozenset(
                {"step", "name", "decision", "reason", "detail"} | ({"effects"} if "--dry-run" in words else set())
            )
        }


def test_a_recording_has_nothing_to_explain(failed: Project) -> None:
    ran = failed.command("show", "last", "--explain")

    assert ran.status == 2
    assert "is a recording, not a replay: every step in it ran." in ran.stderr
