"""What a replay runs and what it serves, in real processes. See docs/replay.md."""

import pytest

from tests.kit import Project

PIPELINE = """
LIMIT = 10

def clean(text):
    return text.strip()

@fr.register("fetch")
def fetch(ref):
    ran("fetch")
    return {"ref": ref, "text": " 12 "}

@fr.register("parse")
def parse(page):
    ran("parse")
    return int(clean(page["text"]))

@fr.register("check")
def check(amount):
    ran("check")
    assert amount < LIMIT, f"{amount} is over the limit"
    return {"ok": True, "amount": amount}

@fr.register("pipeline")
def pipeline(ref):
    ran("pipeline")
    return check(parse(fetch(ref)))

if __name__ == "__main__":
    print("result:", fr.run(pipeline, "A-1"))
"""


@pytest.fixture
def failed(project: Project) -> Project:
    project.write("program.py", PIPELINE)
    assert project.record().ran == ["pipeline", "fetch", "parse", "check"]
    return project


def test_only_the_failed_step_and_its_spine_run_when_nothing_changed(failed: Project) -> None:
    replay = failed.replay()

    assert replay.ran == ["pipeline", "check"]
    assert replay.status == 1
    assert replay.json["status"] == "failed"
    assert replay.json["error"]["message"] == "12 is over the limit"


def test_a_changed_constant_runs_the_steps_that_read_it(failed: Project) -> None:
    failed.edit("program.py", "LIMIT = 10", "LIMIT = 100")

    replay = failed.replay()

    assert replay.ran == ["pipeline", "check"]
    assert (replay.status, replay.json["status"]) == (0, "success")
    assert replay.json["result"] == {"ok": True, "amount": 12}
    assert "LIMIT" in next(step["detail"] for step in replay.json["steps"] if step["name"] == "check")


def test_a_changed_helper_runs_the_step_that_calls_it_and_what_takes_its_output(failed: Project) -> None:
    failed.edit("program.py", "return text.strip()", "return text.strip()[:1]")

    replay = failed.replay()

    assert replay.ran == ["pipeline", "parse", "check"]
    assert replay.json["result"] == {"ok": True, "amount": 1}


def test_a_re_run_step_that_returns_an_equal_value_leaves_its_consumers_served(project: Project) -> None:
    project.write("program.py", PIPELINE.replace("LIMIT = 10", "LIMIT = 100"))
    project.record()
    project.edit("program.py", "text.strip()", "text.strip().strip()")

    replay = project.replay()

    assert replay.ran == ["pipeline", "parse"]
    assert replay.json["result"] == {"ok": True, "amount": 12}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    return text.strip()", "    # a comment\n    return text.strip()"),
        ("    return text.strip()", '    """A docstring."""\n\n    return (\n        text.strip()\n    )'),
        ('"ref": ref, "text"', "'ref': ref,   'text'"),
    ],
)
def test_comments_docstrings_and_formatting_change_nothing(failed: Project, old: str, new: str) -> None:
    failed.edit("program.py", old, new)

    assert failed.replay().ran == ["pipeline", "check"]


def test_a_session_that_succeeded_is_served_whole(project: Project) -> None:
    project.write("program.py", PIPELINE.replace("LIMIT = 10", "LIMIT = 100"))
    project.record()

    replay = project.replay()

    assert replay.ran == []
    assert replay.json["result"] == {"ok": True, "amount": 12}
    assert replay.json["saved_s"] > 0


def test_a_replay_can_be_replayed_and_then_runs_nothing(failed: Project) -> None:
    failed.edit("program.py", "LIMIT = 10", "LIMIT = 100")
    first = failed.replay()

    second = failed.replay()

    assert second.json["replayed"] == first.json["session"]
    assert second.ran == []
    assert second.json["result"] == first.json["result"]


def test_any_session_can_be_replayed_by_the_beginning_of_its_id(failed: Project) -> None:
    oldest = failed.sessions()[-1]["id"]
    failed.record()

    replay = failed.replay(session=oldest[:6])

    assert replay.json["replayed"] == oldest


def test_from_runs_that_step_and_the_rest_decides_by_itself(failed: Project) -> None:
    assert failed.replay("--from", "fetch").ran == ["pipeline", "fetch", "check"]


def test_all_runs_every_step(failed: Project) -> None:
    assert failed.replay("--all").ran == ["pipeline", "fetch", "parse", "check"]


def test_a_dry_run_runs_nothing_and_says_what_would_run(failed: Project) -> None:
    failed.edit("program.py", "LIMIT = 10", "LIMIT = 100")
    before = len(failed.sessions())

    plan = failed.command("replay", "last", "--dry-run", "--json")

    assert (plan.status, plan.ran) == (0, [])
    decisions = {step["name"]: step["decision"] for step in plan.json["steps"]}
    assert decisions == {"pipeline": "rerun", "fetch": "cached", "parse": "cached", "check": "rerun"}
    assert len(failed.sessions()) == before


def test_the_output_of_the_replayed_program_reaches_the_user(failed: Project) -> None:
    failed.edit("program.py", "LIMIT = 10", "LIMIT = 100")

    replay = failed.command("replay", "last", "--yes")

    assert "result: {'ok': True, 'amount': 12}" in replay.stdout
    assert 'SUCCESS\nFinal result: {"ok": true, "amount": 12}\n' in replay.stdout


def test_with_json_the_programs_output_goes_to_stderr(failed: Project) -> None:
    failed.edit("program.py", "LIMIT = 10", "LIMIT = 100")

    assert "result: {'ok': True, 'amount': 12}" in failed.replay().stderr


def test_the_programs_exception_reaches_the_user_as_in_a_normal_run(failed: Project) -> None:
    replay = failed.command("replay", "last", "--yes")

    assert replay.status == 1
    assert 'program.py", line' in replay.stderr
    assert "AssertionError: 12 is over the limit" in replay.stderr
    assert "runpy" not in replay.stderr
    assert "worker.py" not in replay.stderr


def test_without_a_terminal_and_without_yes_replay_says_what_to_add(failed: Project) -> None:
    replay = failed.command("replay", "last")

    assert replay.status == 2
    assert replay.stderr.startswith("error: a replay asks before it runs, and there is no terminal to ask on.")
    assert "--yes" in replay.stderr


def test_what_is_wrong_with_the_command_is_said_before_that(failed: Project) -> None:
    assert failed.command("replay", "zzz").stderr == "error: no session 'zzz'\n"
    assert "error: no step 'zzz' in session" in failed.command("replay", "last", "--from", "zzz").stderr
    assert "error: --set wants STEP=JSON" in failed.command("replay", "last", "--set", "zzz").stderr


def test_a_handled_error_is_an_outcome_and_is_served(project: Project) -> None:
    project.write(
        "program.py",
        """
        @fr.register("flaky")
        def flaky(n):
            ran("flaky")
            raise ValueError("no", n)

        @fr.register("last")
        def last(x):
            ran("last")
            return x["missing"]

        @fr.register("main")
        def main():
            ran("main")
            try:
                flaky(1)
            except ValueError as error:
                return last({"args": list(error.args)})

        fr.run(main)
        """,
    )
    project.record()
    project.edit("program.py", 'x["missing"]', 'x["args"]')

    replay = project.replay()

    assert replay.ran == ["main", "last"]
    assert replay.json["result"] == ["no", 1]


def test_a_served_error_that_ends_the_session_is_looked_for_again_by_the_next_replay(project: Project) -> None:
    project.write(
        "program.py",
        """
        @fr.register("fetch")
        def fetch(n):
            ran("fetch")
            raise ValueError("no", n)

        @fr.register("load")
        def load(n):
            ran("load")
            return fetch(n)

        @fr.register("main")
        def main():
            ran("main")
            try:
                return load(1)
            except ValueError as error:
                failure = error
            raise KeyError("later")

        fr.run(main)
        """,
    )
    project.record()
    project.edit("program.py", 'raise KeyError("later")', "raise failure")

    assert project.replay().ran == ["main"]
    plan = project.command("replay", "last", "--dry-run", "--json").json

    assert {step["name"]: step["decision"] for step in plan["steps"]} == dict.fromkeys(
        ("main", "load", "fetch"), "rerun"
    )
    assert project.replay().ran == ["main", "load", "fetch"]


def test_equal_calls_in_a_row_get_their_answers_in_order(project: Project) -> None:
    project.write(
        "program.py",
        """
        import random

        @fr.register("ask")
        def ask(prompt):
            ran("ask")
            return random.random()

        @fr.register("main")
        def main():
            answers = [ask("hi"), ask("hi"), ask("hi")]
            print("answers", answers)
            assert BAD, "not yet"
            return answers

        BAD = False
        fr.run(main)
        """,
    )
    first = project.record()
    project.edit("program.py", "BAD = False", "BAD = True")

    replay = project.replay()

    assert replay.ran == []
    assert first.stdout in replay.stderr


def test_what_a_served_step_did_to_its_argument_is_done_again(project: Project) -> None:
    project.write(
        "program.py",
        """
        @fr.register("add")
        def add(items):
            ran("add")
            items.append(1)
            return len(items)

        @fr.register("main")
        def main():
            items = []
            add(items)
            return {"items": items, "ok": 1 / DIVISOR}

        DIVISOR = 0
        fr.run(main)
        """,
    )
    project.record()
    project.edit("program.py", "DIVISOR = 0", "DIVISOR = 1")

    replay = project.replay()

    assert replay.ran == []
    assert replay.json["result"] == {"items": [1], "ok": 1.0}


def test_an_opaque_output_makes_its_step_run_again(project: Project) -> None:
    project.write(
        "program.py",
        """
        import threading

        @fr.register("connect")
        def connect():
            ran("connect")
            return threading.Lock()

        @fr.register("main")
        def main():
            with connect():
                return 1 / DIVISOR

        DIVISOR = 0
        fr.run(main)
        """,
    )
    project.record()
    project.edit("program.py", "DIVISOR = 0", "DIVISOR = 1")

    replay = project.replay()

    assert replay.ran == ["connect"]
    assert replay.json["result"] == 1.0


def test_jobs_of_a_pool_get_their_own_answers_whichever_thread_runs_them(project: Project) -> None:
    project.write(
        "program.py",
        """
        import random
        import time
        from concurrent.futures import ThreadPoolExecutor

        @fr.register("ask")
        def ask(prompt):
            ran("ask")
            return random.random()

        def job(n):
            time.sleep(0.05 * ((n * 7 + SHIFT) % 3))
            return n, ask("hi")

        @fr.register("main")
        def main():
            with ThreadPoolExecutor(4) as pool:
                answers = sorted(pool.map(job, range(6)))
            print("answers", answers)
            return {"answers": answers, "ok": 1 / DIVISOR}

        SHIFT = 0
        DIVISOR = 0
        fr.run(main)
        """,
    )
    recorded = project.record()
    project.edit("program.py", "SHIFT = 0", "SHIFT = 2")
    project.edit("program.py", "DIVISOR = 0", "DIVISOR = 1")

    replay = project.replay()

    assert replay.ran == []
    assert recorded.stdout in replay.stderr


def test_tasks_get_their_own_answers_whichever_comes_first(project: Project) -> None:
    project.write(
        "program.py",
        """
        import asyncio
        import random

        @fr.register("ask")
        async def ask(prompt):
            ran("ask")
            return random.random()

        async def job(n):
            await asyncio.sleep(0.02 * ((n * 7 + SHIFT) % 3))
            return n, await ask("hi")

        @fr.register("main")
        async def main():
            answers = await asyncio.gather(*(job(n) for n in range(6)))
            print("answers", answers)
            return {"answers": answers, "ok": 1 / DIVISOR}

        SHIFT = 0
        DIVISOR = 0
        asyncio.run(fr.run(main))
        """,
    )
    recorded = project.record()
    project.edit("program.py", "SHIFT = 0", "SHIFT = 2")
    project.edit("program.py", "DIVISOR = 0", "DIVISOR = 1")

    replay = project.replay()

    assert replay.ran == []
    assert recorded.stdout in replay.stderr


def test_no_step_ends_before_it_began(failed: Project) -> None:
    failed.replay()

    assert all(step["duration_s"] >= 0 for step in failed.show()["steps"])
