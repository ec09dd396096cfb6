"""`replay --audit`: served steps are called too, and those that give something else than recorded are named."""

from typing import Any

import pytest

from tests.kit import Project

PROGRAM = """
import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

LOG = []
LATEST = "nothing"

def outside(name):
    file = Path(__file__).parent / name
    return file.read_text() if file.exists() else ""

@fr.register("look")
def look(name):
    ran("look " + name)
    return {"name": name, "text": outside(name)}

@fr.register("grow")
def grow(items, name):
    ran("grow")
    items.append(name + outside(name))
    return len(items)

@fr.register("parse")
def parse(name):
    ran("parse")
    text = outside(name)
    if text == "fine":
        return text
    raise ValueError(f"cannot read {text!r}")

@fr.register("note")
def note(name):
    ran("note")
    LOG.append(name + outside(name))
    return outside("told")

@fr.register("tidy")
def tidy(items, name):
    ran("tidy")
    if outside(name):
        items.clear()

@fr.register("latest")
def latest(name):
    global LATEST
    ran("latest")
    before = LATEST
    if outside(name):
        LATEST = outside(name)
    return before

@fr.register("afetch")
async def afetch(name):
    ran("afetch " + name)
    await asyncio.sleep(0.01)
    return outside(name)

@fr.register("gather")
async def gather():
    ran("gather")
    return await asyncio.gather(afetch("one"), afetch("two"))

@fr.register("pool")
def pool():
    ran("pool")
    with ThreadPoolExecutor(2) as threads:
        return [found["text"] for found in threads.map(look, ["red", "blue"])]

@fr.register("send", replayable=False)
def send(text):
    ran("send")
    return "sent " + text

@fr.register("deliver")
def deliver(name):
    ran("deliver")
    return send(look(name)["name"])

@fr.register("count")
def count(n):
    ran("count")
    yield from range(n)

@fr.register("main")
def main():
    ran("main")
    items = ["first"]
    same = items
    size = grow(items, "grown")
    try:
        parsed = parse("broken")
    except ValueError as error:
        parsed = str(error)
    note("noted")
    texts = [look(name)["text"] for name in ("a", "b", "c")]
    tidy(items, "tidied")
    found = [asyncio.run(gather()), pool(), deliver("d"), list(count(2)), latest("late")]
    return [same, size, parsed, LOG, texts, LATEST, *found]

print(fr.run(main))
"""

EVERY_STEP = [
    "main", "grow", "parse", "note", "look a", "look b", "look c", "gather", "afetch one", "afetch two", "pool",
    "look blue", "look red", "deliver", "look d", "tidy", "latest",
]  # fmt: skip


@pytest.fixture
def recorded(project: Project) -> Project:
    """The program, recorded."""
    project.write("program.py", PROGRAM)
    assert project.record().status == 0
    return project


def audit(project: Project) -> Any:
    """What the document of an audit says of it; the program succeeded, with its recorded result."""
    before = project.command("show", "last", "1", "--json").json["steps"][0]["outcome"]["value"]
    replay = project.replay("--audit")
    assert replay.json["status"] == "success", replay.stderr
    assert replay.json["result"] == before
    assert replay.status == (1 if replay.json["audit"]["differing"] else 0)
    return replay.json["audit"]


def differing(project: Project) -> list[tuple[str, list[tuple[str, str | None, str | None]]]]:
    """Each step that differs, by name, with its differences."""
    return [
        (each["name"], [(part["path"], part["before"], part["after"]) for part in each["differences"]])
        for each in audit(project)["differing"]
    ]


def change(project: Project, name: str, text: str) -> None:
    """Let the steps find *text* outside."""
    (project.folder / name).write_text(text)


def test_every_step_is_called_once_but_protected_ones_and_streams(recorded: Project) -> None:
    replay = recorded.replay("--audit")

    assert replay.status == 0
    assert sorted(replay.ran) == sorted(EVERY_STEP)
    assert replay.json["audit"] == {"called": len(EVERY_STEP), "not_called": 2, "differing": []}


def test_a_step_that_gives_something_else_is_named_and_those_behind_it_are_not(recorded: Project) -> None:
    change(recorded, "b", "new")
    change(recorded, "told", "new")  # by a step that also adds to a log, as it did

    told, looked = audit(recorded)["differing"]

    assert (told["name"], told["differences"]) == ("note", [{"path": "", "before": "''", "after": "'new'"}])
    assert [looked] == [
        {
            "step": recorded_step(recorded, "look", 2),
            "recorded": 6,
            "name": "look",
            "call": 2,
            "calls": 6,
            "differences": [{"path": ".text", "before": "''", "after": "'new'"}],
        }
    ]


def recorded_step(project: Project, name: str, number: int) -> int:
    """The id of the call of that *number* in the last session."""
    return int([step["step"] for step in project.show()["steps"] if step["name"] == name][number - 1])


def test_a_value_in_place_of_an_exception_differs(recorded: Project) -> None:
    change(recorded, "broken", "fine")

    assert differing(recorded) == [("parse", [("", "raised ValueError: cannot read ''", "'fine'")])]


def test_an_exception_in_place_of_a_value_differs(project: Project) -> None:
    project.write("program.py", PROGRAM)
    change(project, "broken", "fine")
    project.record()
    change(project, "broken", "wrong")

    assert differing(project) == [("parse", [("", "'fine'", "raised ValueError: cannot read 'wrong'")])]


def test_every_kind_of_outcome_is_compared_and_the_recorded_one_is_kept(recorded: Project) -> None:
    change(recorded, "broken", "wrong")
    for name in ("grown", "noted", "tidied", "two", "red", "late"):
        change(recorded, name, " more")

    assert differing(recorded) == [
        ("grow", [("items[1]", "'grown'", "'grown more'")]),
        ("parse", [("", "raised ValueError: cannot read ''", "raised ValueError: cannot read 'wrong'")]),
        ("note", [("global LOG[0]", "'noted'", "'noted more'")]),
        ("tidy", [("items", "unchanged", "[]")]),
        ("afetch", [("", "''", "' more'")]),  # in a task
        ("look", [(".text", "''", "' more'")]),  # in a thread
        ("latest", [("global LATEST", "unchanged", "' more'")]),
    ]
    assert recorded.command("diff").stdout.endswith("No difference in 19 steps.\n")
    assert recorded.replay().ran == []


def test_what_is_not_served_runs_once_and_the_rest_is_audited(project: Project) -> None:
    project.write("program.py", PROGRAM.replace("texts = [look", '1 / len(outside("on"))\n    texts = [look'))
    assert project.record().status == 1
    change(project, "on", "x")
    change(project, "noted", "new")

    replay = project.replay("--audit")

    assert sorted(replay.ran) == sorted([*EVERY_STEP, "send", "count"])
    assert replay.status == 1
    assert [each["name"] for each in replay.json["audit"]["differing"]] == ["note"]
    assert replay.json["audit"]["called"] == 3


def test_a_protected_step_that_only_an_audit_would_reach_is_not_run(project: Project) -> None:
    project.write(
        "program.py",
        """
        from pathlib import Path

        @fr.register("send", replayable=False)
        def send(text):
            ran("send " + text)

        @fr.register("deliver")
        def deliver():
            ran("deliver")
            for text in ("x", "y") if Path("more").exists() else ("x",):
                send(text)
            return "done"

        @fr.register("main")
        def main():
            return deliver()

        fr.run(main)
        """,
    )
    project.record()
    change(project, "more", "")

    replay = project.replay("--audit")

    assert replay.ran == ["deliver"]
    assert replay.json["status"] == "success"
    (found,) = replay.json["audit"]["differing"]
    assert found["name"] == "deliver"
    assert found["differences"] == [
        {
            "path": "",
            "before": "'done'",
            "after": "raised ReplayHeld: step 'send' is protected (replayable=False) and has no recorded outcome.",
        }
    ]


def test_an_exception_from_below_an_audited_step_is_told_as_that_of_the_recorded_step(project: Project) -> None:
    project.write(
        "program.py",
        """
        @fr.register("inner")
        def inner():
            raise ValueError("no")

        @fr.register("outer")
        def outer():
            inner()

        @fr.register("middle")
        def middle():
            outer()
            return 1

        @fr.register("main")
        def main():
            try:
                return middle()
            except ValueError as error:
                return str(error)

        fr.run(main)
        """,
    )
    project.record()
    project.edit("program.py", "return 1", "return 2")

    replay = project.replay("--audit")

    assert replay.json["audit"] == {"called": 2, "not_called": 0, "differing": []}
    steps = {step["name"]: step for step in project.show()["steps"]}
    assert steps["middle"]["outcome"]["error"]["origin"] == steps["inner"]["step"]


def test_what_a_timeout_cut_off_is_left_so(project: Project) -> None:
    project.write(
        "program.py",
        """
        import asyncio
        import os

        @fr.register("slow")
        async def slow():
            ran("slow")
            await asyncio.sleep(5 if os.path.exists("slow") else 0)
            return "done"

        @fr.register("patient")
        async def patient():
            try:
                return await asyncio.wait_for(slow(), 0.2)
            except TimeoutError:
                return "gave up"

        @fr.register("main")
        def main():
            return asyncio.run(patient())

        print(fr.run(main))
        """,
    )
    project.record()
    change(project, "slow", "")

    replay = project.replay("--audit")

    assert replay.json["result"] == "done"
    assert [(each["name"], each["differences"]) for each in replay.json["audit"]["differing"]] == [
        ("patient", [{"path": "", "before": "'done'", "after": "'gave up'"}])
    ]


def test_calls_of_a_thread_that_a_step_left_behind_stay_out_of_the_session(project: Project) -> None:
    project.write(
        "program.py",
        """
        import threading

        go_on = threading.Event()

        @fr.register("late")
        def late():
            ran("late")
            return 1

        def work():
            go_on.wait()
            late()

        @fr.register("begin")
        def begin():
            ran("begin")
            threading.Thread(target=work, name="left").start()
            return "begun"

        def wait():
            go_on.set()
            for thread in threading.enumerate():
                if thread.name == "left":
                    thread.join()

        @fr.register("main")
        def main():
            begun = begin()
            wait()
            return begun

        print(fr.run(main))
        """,
    )
    project.record()
    names = [step["name"] for step in project.show()["steps"]]

    replay = project.replay("--audit")

    assert sorted(replay.ran) == ["begin", "late"]
    assert sorted(step["name"] for step in replay.json["steps"]) == sorted(names)


def test_it_is_said_before_that_every_step_is_called_and_at_the_end_what_differs(recorded: Project) -> None:
    change(recorded, "b", "new")

    replay = recorded.command("replay", "--yes", "--audit")

    assert replay.status == 1
    assert "\n  Audit: this calls every step again, but protected ones and streams\n" in replay.stdout
    step = recorded_step(recorded, "look", 2)
    assert replay.stdout.endswith(
        f"Audit: {len(EVERY_STEP)} steps were called again, 1 differs from the recording.\n"
        f"  look, call 2 of 6, step {step}:\n"
        "      outcome.text: '' -> 'new'\n"
        "  2 served steps were not called: protected, a stream, or not reached.\n"
    )
    assert "called again by the audit: nothing differs" in recorded.command("show", "last", "--explain").stdout


def test_options_under_which_nothing_could_be_compared_are_refused(recorded: Project) -> None:
    for option in ("--dry-run", "--watch", "--all"):
        refused = recorded.command("replay", "--yes", "--audit", option)

        assert refused.status == 2
        assert "Leave out --dry-run, --watch and --all, or --audit." in refused.stderr
        assert refused.ran == []
