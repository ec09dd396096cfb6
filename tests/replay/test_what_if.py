"""What if a step had given something else: `--set` and `--stub`, in real processes."""

import json
import re

import pytest

from tests.kit import RAN_LOG, Project

PROGRAM = """
from dataclasses import dataclass
from enum import Enum

class Stage(Enum):
    NEW = 1
    WON = 2

@dataclass(frozen=True)
class Contact:
    name: str
    score: float
    stage: Stage = Stage.NEW

@fr.register("agent://crm/lookup")
def lookup(email):
    ran("lookup " + email)
    return Contact(email, 75.0)

@fr.register("enrich")
def enrich(email):
    ran("enrich " + email)
    return lookup(email)

@fr.register("rate")
def rate(contact):
    ran("rate " + contact.name)
    return {"points": contact.score * 2, "stage": contact.stage.name}

@fr.register("main")
def main():
    ran("main")
    return [rate(enrich(email)) for email in ("a", "b")]

if __name__ == "__main__":
    fr.run(main)
"""


@pytest.fixture
def crm(project: Project) -> Project:
    project.write("program.py", PROGRAM)
    project.record()
    return project


def points(result: object) -> list[float]:
    assert isinstance(result, list)
    return [each["points"] for each in result]


def test_a_set_step_does_not_run_and_what_follows_from_it_does(crm: Project) -> None:
    replay = crm.replay("--set", "agent://crm/lookup#2.score=10")

    assert replay.ran == ["main", "enrich b", "rate b"]
    assert points(replay.json["result"]) == [150.0, 20.0]
    lookup = [step for step in replay.json["steps"] if step["name"] == "agent://crm/lookup"]
    assert [(step["decision"], step["reason"], step["detail"]) for step in lookup] == [
        ("cached", "", ""),
        ("cached", "overridden", "answered as recorded, but for .score: 75.0 -> 10.0"),
    ]
    assert replay.json["overridden"] == ["agent://crm/lookup"]


def test_a_part_keeps_the_types_around_it_and_its_own(crm: Project) -> None:
    replay = crm.replay("--set", 'agent://crm/lookup.stage="WON"')

    assert [each["stage"] for each in replay.json["result"]] == ["WON", "WON"]
    assert replay.ran == ["main", "enrich a", "rate a", "enrich b", "rate b"]


def test_the_calls_are_counted_as_recorded_whatever_the_order_now(crm: Project) -> None:
    crm.edit("program.py", '("a", "b")', '("b", "c", "a")')

    replay = crm.replay("--set", "agent://crm/lookup#2.score=10")

    assert points(replay.json["result"]) == [20.0, 150.0, 150.0]
    assert "lookup c" in replay.ran


def test_a_step_is_overridden_below_one_that_would_be_served(crm: Project) -> None:
    replay = crm.replay("--set", 'enrich#1.name="z"', "--set", "agent://crm/lookup#2.score=1")

    assert points(replay.json["result"]) == [150.0, 2.0]
    assert replay.ran == ["main", "rate z", "enrich b", "rate b"]


def test_a_whole_value_answers_every_call(crm: Project) -> None:
    replay = crm.replay("--set", 'rate={"points": 1}')

    assert replay.json["result"] == [{"points": 1}, {"points": 1}]
    assert replay.ran == ["main"]


def test_a_value_from_a_file_may_be_longer_than_an_argument_of_a_process(crm: Project) -> None:
    rows = [f"row {n}" for n in range(50_000)]
    (crm.folder / "rows.json").write_text(json.dumps({"points": rows}))

    replay = crm.replay("--set", "rate#1=@rows.json")

    assert replay.json["result"][0] == {"points": rows}
    assert replay.json["result"][1] == {"points": 150.0, "stage": "NEW"}


def test_a_failed_step_can_be_set(project: Project) -> None:
    project.write("program.py", PROGRAM.replace("return Contact", "return 1 / 0 or Contact"))
    project.record()

    replay = project.replay("--set", "enrich=null", "--set", 'rate={"points": 0}')

    assert (replay.status, points(replay.json["result"]), replay.ran) == (0, [0, 0], ["main"])


def test_an_overridden_session_is_marked_wherever_it_is_shown(crm: Project) -> None:
    printed = crm.command("replay", "last", "--yes", "--set", "rate=0").stdout

    assert "  Overriding: rate (answered with 0, an int where a dict was recorded) x2\n" in printed
    assert "Overridden: rate did not run; the user gave a value" in printed
    assert "overridden" in crm.command("list").stdout
    assert [session["overridden"] for session in crm.sessions()] == [True, False]
    assert "Overridden: rate did not run; the user gave a value" in crm.command("show").stdout
    assert crm.show()["session"]["overridden"] is True
    assert re.search(r"rate -> 0 +\(overridden, ", crm.command("show").stdout)
    debug = crm.command("debug", crm.sessions()[0]["id"]).stdout
    assert debug.startswith("Overridden: rate did not run; the user gave a value\n")
    assert "rate -> 0 (overridden)" in debug


def test_a_made_up_value_is_not_served_later_and_what_came_from_real_ones_is(crm: Project) -> None:
    crm.replay("--set", "agent://crm/lookup#2.score=10")

    again = crm.replay()

    assert again.ran == ["main", "enrich b", "lookup b", "rate b"]
    assert points(again.json["result"]) == [150.0, 150.0]
    assert "overridden" not in again.json
    reasons = {(step["name"], step["reason"]) for step in again.json["steps"] if step["decision"] == "rerun"}
    assert ("agent://crm/lookup", "overridden") in reasons
    assert crm.sessions()[0]["overridden"] is False
    assert crm.replay().ran == []  # and what ran in its place is genuine


def test_a_call_of_the_overridden_session_can_be_set_anew(crm: Project) -> None:
    crm.replay("--set", "agent://crm/lookup#2.score=10")

    again = crm.replay("--set", "agent://crm/lookup#2.score=20")

    assert points(again.json["result"]) == [150.0, 40.0]
    assert again.ran == ["main", "enrich b", "rate b"]


def test_the_plan_says_what_is_overridden_and_what_may_follow(crm: Project) -> None:
    plan = crm.command("replay", "last", "--dry-run", "--set", "agent://crm/lookup#2.score=10")

    assert plan.ran == []
    assert plan.stdout.replace(f" — wrote {RAN_LOG}", "").startswith(
        "Replay plan:\n"
        "  Overriding: agent://crm/lookup (call #2 answered as recorded, but for .score: 75.0 -> 10.0)\n"
        "  May re-run: rate (downstream of root cause)\n"
        "      it took what agent://crm/lookup gave\n"
        "  Also running: main (it calls enrich, which runs)\n"
        "  Also running: enrich (it calls agent://crm/lookup, which is overridden)\n"
        "  Cached: "
    )
    document = crm.command("replay", "last", "--dry-run", "--json", "--set", "agent://crm/lookup#2.score=10").json
    lookup = [step for step in document["steps"] if step["name"] == "agent://crm/lookup"]
    assert [(step["decision"], step["reason"]) for step in lookup] == [("cached", "overridden")]


def test_a_value_that_the_program_cannot_hold_any_more_holds_the_replay(crm: Project) -> None:
    crm.edit("program.py", "    score: float\n", "    score: float\n    phone: str\n")

    replay = crm.replay("--set", "agent://crm/lookup.score=10")

    assert replay.status == 3
    assert replay.json["status"] == "held"
    assert re.match(
        r"step 'agent://crm/lookup' cannot be answered .* has other fields than when it was recorded",
        replay.json["error"]["message"],
    )


@pytest.mark.parametrize(
    ("option", "text", "message"),
    [
        ("--set", "agent://crm/lokup=1", "did you mean 'agent://crm/lookup'?"),
        ("--set", "rate#3=1", "--set rate#3: rate was called twice in session"),
        ("--set", "rate={", "--set rate: '{' is not JSON"),
        ("--set", "rate=@none.json", "--set rate: cannot read none.json: No such file or directory"),
        ("--set", "rate.pints=1", "there is no .pints; the recorded output has .points, .stage"),
        ("--set", "rate", "--set wants STEP=JSON"),
        ("--stub", "rate={", "--stub rate: '{' is not JSON"),
    ],
)
def test_what_cannot_be_set_is_told_in_one_line_before_anything_starts(
    crm: Project, option: str, text: str, message: str
) -> None:
    ran = crm.command("replay", "last", "--yes", option, text)

    assert (ran.status, ran.ran, ran.stdout) == (2, [], "")
    assert ran.stderr.startswith("error: ")
    assert ran.stderr.count("\n") == 1
    assert message in ran.stderr


def test_a_stub_answers_a_protected_step_that_the_recording_does_not_know(crm: Project) -> None:
    crm.edit(
        "program.py",
        '@fr.register("main")',
        '@fr.register("mail", replayable=False)\ndef mail(text):\n    ran("mail")\n\n@fr.register("main")',
    )
    crm.edit("program.py", "    return [rate", "    mail('hi')\n    return [rate")

    plan = crm.command("replay", "last", "--dry-run", "--stub", 'mail="sent"')
    replay = crm.replay("--stub", 'mail="sent"')

    assert "  Overriding: mail (answered with 'sent')\n" in plan.stdout
    assert "runs for the first time" not in plan.stdout
    assert replay.ran == ["main"]
