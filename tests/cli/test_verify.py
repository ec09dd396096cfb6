"""`debug --verify`: experiments on a failed session, in real processes."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from tests.kit import Project, clean_environment

PROGRAM = """
@fr.register("crm.lookup")
def lookup(email):
    ran("lookup")
    return {"name": "Ann", "score": 10}

@fr.register("crm.greet")
def greet(email):
    ran("greet")
    return f"Hello {email}"

@fr.register("crm.score")
def score(contact, hello):
    ran("score")
    return contact["score"] * 2

@fr.register("crm.report")
def report(points):
    ran("report")
    return {"points": points}

@fr.register("crm.qualify")
def qualify(email):
    return report(score(lookup(email), greet(email)))

if __name__ == "__main__":
    print("printed by the program")
    fr.run(qualify, "a@b.c")
"""
RENAMED = ('"score": 10}', '"points": 10}')


def failing_after_success(project: Project, program: str, *edits: tuple[str, str]) -> None:
    """Record *program*, which succeeds, edit it, and record it once more, which fails."""
    project.write("program.py", program)
    assert project.record().status == 0
    for old, new in edits:
        project.edit("program.py", old, new)
    assert project.record().status == 1
    (project.folder / "ran.log").unlink(missing_ok=True)


def verified(project: Project, *words: str) -> Any:
    """The document of `debug last --verify --json`."""
    ran = project.command("debug", "last", "--verify", "--json", *words)
    assert (ran.status, ran.stderr) == (0, "")
    return ran.json


def made(answer: Any) -> list[tuple[str, str, str]]:
    """What was done in each experiment, and what came of it."""
    return [(each["kind"], ", ".join(each["steps"]), each["outcome"]) for each in answer["experiments"]]


def evidence(answer: Any, name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in next(one for one in answer["candidates"] if one["name"] == name)["evidence"]:
        found.setdefault(each["kind"], []).append(re.sub(r"session [0-9a-f]{8}", "session X", each["text"]))
    return found


def test_the_step_whose_old_code_lets_the_run_succeed_is_confirmed(project: Project) -> None:
    failing_after_success(project, PROGRAM, RENAMED, ("Hello", "Dear"))

    answer = verified(project)

    assert (answer["root_cause"]["name"], answer["root_cause"]["confidence"]) == ("crm.lookup", "CONFIRMED")
    assert answer["root_cause"]["explanation"].startswith("with the old code of crm.lookup back, the run succeeds")
    assert made(answer) == [
        ("nothing", "", "same failure"),
        ("old code", "crm.lookup", "succeeded"),
        ("old code", "crm.greet", "same failure"),
        ("same code", "crm.lookup", "same failure"),
        ("old code", "crm.lookup", "succeeded"),
    ]
    assert all(each["seconds"] > 0 for each in answer["experiments"])
    assert (
        "with the old code of all that changed but crm.lookup, it fails all the same (session X)"
        in (evidence(answer, "crm.lookup")["old code"])
    )


UNDECORATED = """
def field(name):
    def get(contact):
        return contact[name]
    return get

def lookup(email, score=10):
    return {"name": "Ann", "score": score}

def greet(email):
    return f"Hello {email}"

def qualify(email):
    return field("score")(lookup(email)) * 2, greet(email)
"""
STARTS = {
    "run": (["-m", "flight_recorder.cli.app", "run", "program.py"], "print(qualify('a@b.c'))"),
    "trace": (
        ["program.py"],
        "from flight_recorder import FlightRecorder\nwith FlightRecorder().trace():\n    print(qualify('a@b.c'))",
    ),
}


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize(
    ("step", "old", "new"),
    [
        ("program:lookup", '"score": score}', '"points": score}'),
        ("program:field.<locals>.get", "contact[name]", "contact[name.upper()]"),
    ],
)
def test_the_old_code_of_functions_that_nobody_registered_is_put_back(
    project: Project, start: str, step: str, old: str, new: str
) -> None:
    answer = verified(failing_undecorated(project, start, (old, new)))

    assert (answer["root_cause"]["name"], answer["root_cause"]["confidence"]) == (step, "CONFIRMED")
    outcomes = {(kind, outcome) for kind, steps, outcome in made(answer) if steps == step and kind == "old code"}
    assert outcomes == {("old code", "succeeded")}


@pytest.mark.parametrize("start", STARTS)
def test_it_is_not_where_its_defaults_were_others(project: Project, start: str) -> None:
    edits = ("email, score=10):", "email, score=None):"), ('"score": score}', '"points": 10}')
    answer = verified(failing_undecorated(project, start, *edits))

    unclear = [one["detail"] for one in answer["experiments"] if one["steps"] == ["program:lookup"]]
    assert "the code of program:lookup cannot be put back: its defaults are others now" in unclear


def failing_undecorated(project: Project, start: str, *edits: tuple[str, str]) -> Project:
    """Record a program without decorators, which succeeds, edit it, and record it once more, which fails."""
    command, call = STARTS[start]
    project.write("program.py", UNDECORATED + call, prelude=False)
    assert project.python(*command).status == 0
    for old, new in edits:
        project.edit("program.py", old, new)
    assert project.python(*command).status == 1
    return project


def test_the_answer_names_the_experiments(project: Project) -> None:
    failing_after_success(project, PROGRAM, RENAMED)

    text = project.command("debug", "last", "--verify").stdout

    head, _, rest = text.partition("Experiments:\n")
    assert head.startswith("Root cause (confirmed):\n  crm.lookup(...) -> {'name': 'Ann', 'points': 10}\n")
    assert "    with the old code of crm.lookup back, the run succeeds (session " in head
    lines = [re.sub(r" \(session [0-9a-f]{8}, [\d.]+ s\)$", "", line) for line in rest.splitlines()[:4]]
    assert lines == [
        "  run again as it was: fails all the same",
        "  old code of crm.lookup back: the run succeeds",
        "  crm.lookup run again as it is: fails all the same",
        "  old code of crm.lookup back: the run succeeds",
    ]


def test_experiments_are_seen_as_such_and_never_chosen(project: Project) -> None:
    failing_after_success(project, PROGRAM, RENAMED)
    failed = project.sessions()[0]["id"]
    answer = verified(project)

    sessions = project.sessions()

    assert [each["mode"] for each in sessions] == ["experiment"] * 4 + ["run", "run"]
    assert {each["replay_of"] for each in sessions[:4]} == {failed}
    assert f"experiment on {failed[:8]}" in project.command("list").stdout
    one = answer["experiments"][1]["session"]
    assert f"Experiment on {failed[:8]}" in project.command("show", one).stdout
    assert project.show("last")["session"]["id"] == failed
    assert project.command("debug", "--json").json["session"]["id"] == failed
    refused = project.command("replay", one, "--yes")
    assert refused.status == 2
    assert "is an experiment of `debug --verify`: something in it was not as it is.\n" in refused.stderr
    assert refused.stderr.endswith(f"flight-recorder replay {failed}\n")


def test_experiments_are_no_history_and_answer_no_replay(project: Project) -> None:
    failing_after_success(project, PROGRAM, RENAMED)
    before = project.command("debug", "last", "--json").json["candidates"]
    verified(project)

    after = project.command("debug", "last", "--json").json["candidates"]
    replay = project.replay()

    assert after == before
    assert (replay.json["status"], replay.ran) == ("failed", ["score"])


def test_what_the_program_prints_is_not_in_the_answer(project: Project) -> None:
    failing_after_success(project, PROGRAM, RENAMED)

    ran = project.command("debug", "last", "--verify")

    assert "printed by the program" not in ran.stdout + ran.stderr
    assert ran.stderr == ""


def test_the_program_ends_with_the_session_of_an_experiment(project: Project) -> None:
    failing_after_success(project, PROGRAM + '\n    ran("afterwards")\n', RENAMED)

    ran = project.command("debug", "last", "--verify", "--json")

    assert ran.json["root_cause"]["confidence"] == "CONFIRMED"
    assert "report" in ran.ran
    assert "afterwards" not in ran.ran


def test_without_a_good_run_the_failing_step_is_run_again_and_nothing_is_confirmed(project: Project) -> None:
    project.write("program.py", PROGRAM.replace(*RENAMED))
    project.record()

    answer = verified(project)

    assert made(answer) == [("nothing", "", "same failure")]
    assert answer["root_cause"]["confidence"] != "CONFIRMED"
    assert evidence(answer, "crm.score")["repeats"] == ["with what it was given, it fails again (session X)"]


FLAKY = PROGRAM.replace(
    '    return contact["score"] * 2',
    """    if not os.path.exists("tried"):
        open("tried", "w").close()
        raise OSError("not now")
    return contact["score"] * 2""",
)


def test_a_failure_that_does_not_come_back_is_put_down_to_hidden_state(project: Project) -> None:
    failing_after_success(project, PROGRAM, ("Hello", "Dear"), (
        '    return contact["score"] * 2',
        FLAKY.partition('    ran("score")\n')[2].partition("\n\n")[0],
    ))  # fmt: skip

    answer = verified(project)

    assert made(answer) == [("nothing", "", "succeeded")]
    assert answer["root_cause"]["confidence"] != "CONFIRMED"
    assert evidence(answer, "crm.score")["hidden state"] == [
        "with what it was given, it does not fail now (session X): it depends on something that is not recorded"
    ]
    assert "no experiment can tell" in answer["remarks"][0]


OUTSIDE = """
@fr.register("read")
def read(name):
    return open(name).read()

@fr.register("shout")
def shout(text):
    return text + "!"

@fr.register("count")
def count(text, loud):
    return 10 / int(text)

@fr.register("main")
def main(name):
    text = read(name)
    return count(text, shout(text))

if __name__ == "__main__":
    fr.run(main, "number.txt")
"""


def test_a_step_that_reads_from_outside_is_not_confirmed_by_its_good_output(project: Project) -> None:
    project.write("number.txt", "5", prelude=False)
    project.write("program.py", OUTSIDE)
    project.record()
    project.write("number.txt", "0", prelude=False)
    project.record()

    answer = verified(project)

    assert made(answer) == [("nothing", "", "same failure"), ("known-good output", "read", "succeeded")]
    assert (answer["root_cause"]["name"], answer["root_cause"]["confidence"]) == ("read", "STRONG")
    assert evidence(answer, "read")["good output"] == [
        "with what read gave in the good run, the run succeeds (session X)"
    ]


HELPER = OUTSIDE.replace('@fr.register("read")', 'def cleaned(text):\n    return text\n\n@fr.register("read")', 1)
HELPER = HELPER.replace("return open(name).read()", 'return cleaned("5 ")')


def test_a_change_that_cannot_be_put_back_is_confirmed_by_the_good_output_of_its_step(project: Project) -> None:
    failing_after_success(project, HELPER, ("    return text\n\n", "    return text[1:] or 'none'\n\n"))

    answer = verified(project)

    assert (answer["root_cause"]["name"], answer["root_cause"]["confidence"]) == ("read", "CONFIRMED")
    assert made(answer) == [
        ("nothing", "", "same failure"),
        ("known-good output", "read", "succeeded"),
        ("nothing", "", "same failure"),
        ("known-good output", "read", "succeeded"),
    ]


def test_a_handler_that_is_gone_does_not_make_its_step_the_cause(project: Project) -> None:
    handling = """    try:
        return report(score(lookup(email), greet(email)))
    except KeyError:
        return None"""
    program = PROGRAM.replace("    return report(score(lookup(email), greet(email)))", handling).replace(*RENAMED)
    failing_after_success(project, program, (handling, "    return report(score(lookup(email), greet(email)))"))

    answer = verified(project)

    assert answer["experiments"][1]["kind"] == "old code"
    assert answer["experiments"][1]["detail"] == "it fails all the same, and its caller goes on"
    assert answer["root_cause"]["confidence"] != "CONFIRMED"


def test_a_caller_whose_change_brings_in_a_new_step_is_not_confirmed(project: Project) -> None:
    new = """
@fr.register("crm.normalise")
def normalise(contact):
    return {"name": contact["name"]}

@fr.register("crm.qualify")
def qualify(email):
    return report(score(normalise(lookup(email)), greet(email)))
"""
    old = PROGRAM[PROGRAM.index('\n@fr.register("crm.qualify")') : PROGRAM.index("\nif __name__")]
    failing_after_success(project, PROGRAM, (old, new))

    answer = verified(project)

    assert ("old code", "crm.qualify", "succeeded") in made(answer)
    assert answer["root_cause"]["confidence"] != "CONFIRMED"


def test_a_check_that_is_new_is_not_confirmed(project: Project) -> None:
    check = '    assert contact["score"] > 50, "nobody scores that low"\n    return contact["score"] * 2'
    failing_after_success(project, PROGRAM, ('    return contact["score"] * 2', check))

    answer = verified(project)

    assert made(answer)[:2] == [("nothing", "", "same failure"), ("old code", "crm.score", "succeeded")]
    assert answer["root_cause"]["confidence"] != "CONFIRMED"


TOGETHER = """
@fr.register("left")
def left():
    return 1

@fr.register("right")
def right():
    return 1

@fr.register("aside")
def aside():
    return 1

@fr.register("check")
def check(a, b, c):
    if a != 1 or b != 1:
        raise ValueError("not one")
    return a + b

@fr.register("main")
def main():
    return check(left(), right(), aside())

if __name__ == "__main__":
    fr.run(main)
"""


def test_changes_that_only_together_make_the_difference_are_named_together(project: Project) -> None:
    edits = [(f"def {name}():\n    return 1", f"def {name}():\n    return 2") for name in ("left", "right", "aside")]
    failing_after_success(project, TOGETHER, *edits)

    answer = verified(project)

    assert answer["root_cause"]["confidence"] != "CONFIRMED"
    texts = [text for kinds in (evidence(answer, "left"), evidence(answer, "right")) for text in kinds["old code"]]
    assert any(
        re.search(r"with the old code of (left and right|right and left) back, the run succeeds", text)
        for text in texts
    )
    assert not any("aside" in text for text in texts)


SLOW = """
import time

@fr.register("fetch")
def fetch():
    return 0

@fr.register("divide")
def divide(number):
    if os.path.exists("slow"):
        open("begun", "w").close()
        time.sleep(60)
    return 1 / number

@fr.register("main")
def main():
    return divide(fetch())

if __name__ == "__main__":
    fr.run(main)
"""


@pytest.fixture
def slow(project: Project) -> Project:
    """A project whose failed session takes a minute when it is run again."""
    failing_after_success(project, SLOW.replace("return 0", "return 1"), ("return 1\n", "return 0\n"))
    project.write("slow", "", prelude=False)
    return project


def test_the_time_limit_ends_an_experiment_and_all_that_would_follow(slow: Project) -> None:
    began = time.monotonic()

    answer = verified(slow, "--timeout", "2")

    assert time.monotonic() - began < 20
    assert made(answer) == [("nothing", "", "unclear")]
    assert answer["experiments"][0]["detail"] == "its time was up"
    assert answer["root_cause"]["name"] == "fetch"


def test_ctrl_c_ends_the_experiments_and_the_diagnosis_is_printed(slow: Project) -> None:
    command = [sys.executable, "-m", "flight_recorder.cli.app", "debug", "last", "--verify", "--json"]
    process = subprocess.Popen(
        command,
        cwd=slow.folder,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    wait_for(slow, "begun")
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=30)

    answer = json.loads(stdout)
    assert (process.returncode, stderr) == (0, "")
    assert answer["root_cause"]["name"] == "fetch"
    assert answer["remarks"] == ["no more experiments: interrupted"]


def wait_for(project: Project, name: str) -> None:
    end = time.monotonic() + 30
    while not (project.folder / name).exists():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_what_takes_over_a_second_is_told_on_a_terminal(slow: Project) -> None:
    terminal, end = pty.openpty()
    command = [sys.executable, "-m", "flight_recorder.cli.app", "debug", "last", "--verify", "--timeout", "4"]
    process = subprocess.Popen(command, cwd=slow.folder, env=clean_environment(), stdout=subprocess.PIPE, stderr=end)
    process.communicate(timeout=40)
    os.close(end)
    shown = os.read(terminal, 1 << 16).decode()
    os.close(terminal)

    assert "Experiment: run again as it was … " in shown
    assert shown.endswith("\r\x1b[2K")


PROTECTED = PROGRAM.replace('@fr.register("crm.report")', '@fr.register("crm.report", replayable=False)')


def test_a_protected_step_never_runs_in_an_experiment(project: Project) -> None:
    failing_after_success(project, PROTECTED, RENAMED)

    ran = project.command("debug", "last", "--verify", "--json")

    assert ("old code", "crm.lookup", "unclear") in made(ran.json)
    assert ran.json["experiments"][1]["detail"] == "crm.report would have to run, and is protected"
    assert "report" not in ran.ran
    assert ran.json["root_cause"]["confidence"] != "CONFIRMED"


def test_a_protected_step_with_a_recorded_outcome_is_answered_by_it(project: Project) -> None:
    program = PROGRAM.replace('@fr.register("crm.greet")', '@fr.register("crm.greet", replayable=False)')
    failing_after_success(project, program, RENAMED)

    ran = project.command("debug", "last", "--verify", "--json")

    assert ran.json["root_cause"]["confidence"] == "CONFIRMED"
    assert "greet" not in ran.ran


def test_an_experiment_in_which_a_protected_step_is_asked_for_something_else_says_nothing(project: Project) -> None:
    program = PROGRAM.replace(
        '@fr.register("crm.score")',
        """@fr.register("crm.book", replayable=False)
def book(contact):
    return "booked"

@fr.register("crm.score")""",
    ).replace("greet(email)))", "book(lookup(email))))")
    failing_after_success(project, program, RENAMED)

    answer = verified(project)

    assert answer["experiments"][1]["detail"] == (
        "crm.book, which is protected, was answered as recorded, and was called with something else"
    )
    assert answer["root_cause"]["confidence"] != "CONFIRMED"


def test_no_more_steps_run_than_the_budget_has(project: Project) -> None:
    failing_after_success(project, PROGRAM, RENAMED)

    ran = project.command("debug", "last", "--verify", "--json", "--budget", "1")

    assert ran.json["experiments"][1]["detail"] == (
        "crm.report would have to run, and the budget is spent; --budget N is for more"
    )
    assert [step for step in ran.ran if step in ("lookup", "report")] == ["lookup"]
    assert ran.json["root_cause"]["confidence"] != "CONFIRMED"


CALLING_OUT = PROGRAM.replace(
    'ran("report")\n', 'ran("report")\n    import subprocess\n    subprocess.run(["true"], check=True)\n'
)


def test_a_step_that_leaves_the_program_runs_only_within_a_budget_that_was_named(project: Project) -> None:
    failing_after_success(project, CALLING_OUT, RENAMED)

    without = project.command("debug", "last", "--verify", "--json")
    with_budget = project.command("debug", "last", "--verify", "--json", "--budget", "9")

    assert without.json["experiments"][1]["detail"] == (
        "crm.report would have to run, and seems to leave the program (subprocess); --budget N lets it"
    )
    assert "report" not in without.ran
    assert with_budget.json["root_cause"]["confidence"] == "CONFIRMED"
    assert "report" in with_budget.ran


def test_a_program_that_was_changed_since_the_failure_is_not_experimented_on(project: Project) -> None:
    failing_after_success(project, PROGRAM, RENAMED)
    project.edit("program.py", '"points": 10}', '"scores": 10}')

    answer = verified(project)

    assert made(answer) == [("nothing", "", "unclear")]
    assert answer["experiments"][0]["detail"] == "the code of crm.lookup is not that of the failed session any more"


def test_a_session_that_cannot_be_replayed_is_diagnosed_all_the_same(project: Project) -> None:
    project.python("-c", project.write("program.py", PROGRAM.replace(*RENAMED)).read_text())

    answer = verified(project)

    assert answer["experiments"] == []
    assert "cannot be started again" in answer["remarks"][0]
    assert answer["root_cause"] is not None


def test_limits_of_experiments_need_experiments(project: Project) -> None:
    failing_after_success(project, PROGRAM, RENAMED)

    ran = project.command("debug", "last", "--budget", "3")

    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr == (
        "error: --budget and --timeout are limits of the experiments.\n  Add --verify, or leave them out.\n"
    )
