"""Programs that do not end by an ordinary exception: killed, interrupted, cancelled, exited, out of stack."""

import re
import signal
import subprocess
import sys
import time

import pytest

from tests.kit import Project, clean_environment

PROGRAM = """
import asyncio, sys, signal, time

@fr.register("fetch")
def fetch(n):
    return n

@fr.register("crunch")
def crunch(n):
    fetch(n)
    ENDING

@fr.register("main")
def main():
    fetch(1)
    return crunch(2)

fr.run(main)
"""


def program(project: Project, ending: str) -> Project:
    project.write("program.py", PROGRAM.replace("ENDING", ending))
    return project


def told(project: Project) -> str:
    """What `debug` says, without its times."""
    text = project.command("debug").stdout
    return re.sub(r"\[\d{4}\.\d{3}\]", "[at]", re.sub(r"\b\d+(\.\d+)? (us|ms|s)\b", "SOME TIME", text))


@pytest.mark.parametrize("ending", ["os.kill(os.getpid(), signal.SIGKILL)", "os._exit(4)"])
def test_of_a_program_that_was_killed_it_is_said_where_it_was_and_for_how_long(project: Project, ending: str) -> None:
    assert program(project, ending).record().status in (-signal.SIGKILL, 4)

    assert told(project) == (
        "In flight when the recording ends:\n"
        "  main > crunch: at least SOME TIME\n"
        "\n"
        "Timeline:\n"
        "  [at] [....] main did not finish\n"
        "  [at] [OK]     fetch -> 1\n"
        "  [at] [....]   crunch did not finish\n"
        "  [at] [OK]       fetch -> 2\n"
        "\n"
        "Hint: no end was recorded: the program was killed, or ended itself at once, in crunch. The last event "
        "is from SOME TIME after the start, SOME TIME after crunch had begun\n"
    )


def test_of_a_program_that_still_runs_that_is_said_and_ctrl_c_is_told_with_what_it_was_at(project: Project) -> None:
    program(project, "time.sleep(60)")
    running = subprocess.Popen(
        [sys.executable, "program.py"], cwd=project.folder, env=clean_environment(), stderr=subprocess.DEVNULL
    )
    journals = project.folder / ".flight-recorder" / "journal"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not any(journals.glob("*")):
        time.sleep(0.05)
    time.sleep(0.5)

    assert "Hint: no end was recorded yet: the program is still running, in crunch." in told(project)

    running.send_signal(signal.SIGINT)
    running.wait(30)
    text = told(project)
    assert text.startswith(
        "Probable root cause:\n"
        "  crunch(...) -> KeyboardInterrupt\n"
        "    it was still at work at `time.sleep(60)` when it was interrupted after SOME TIME\n"
    )
    assert "In flight when it was cut off:\n  main > crunch: SOME TIME\n" in text


def test_an_exit_status_that_is_not_zero_is_a_failure_and_zero_is_none(project: Project) -> None:
    assert program(project, "sys.exit(3)").record().status == 3
    assert "Hint: crunch ended the program itself, with exit status 3\n" in told(project)

    assert program(project, "sys.exit(0)").record().status == 0
    assert project.sessions()[0]["status"] == "success"
    again = project.replay()
    assert (again.status, again.json["status"], again.json["error"]) == (0, "success", None)


def test_the_test_around_an_exit_leads_to_who_gave_what_it_looks_at(project: Project) -> None:
    program(project, 'sys.exit("no licence") if n is None else None')
    project.edit("program.py", "def fetch(n):\n    return n", "def fetch(n):\n    return None")
    project.edit("program.py", "return crunch(2)", "return crunch(fetch(3))")
    assert project.record().status == 1

    answer = project.command("debug", "last", "--json").json

    assert answer["failure"]["error"] == {"type": "SystemExit", "message": "no licence"}
    assert answer["root_cause"]["name"] == "fetch"


def test_a_step_that_calls_itself_for_ever_is_blamed_and_not_who_called_it_first(project: Project) -> None:
    assert program(project, 'return {"n": n, "below": crunch(n)}').record().status == 1

    text = told(project)

    assert text.startswith("Probable root cause:\n  crunch(...) -> RecursionError: maximum recursion depth exceeded")
    assert re.search(r"Hint: crunch: it called itself, \d\d+ calls deep, each time with the same input\n", text)


def test_a_helper_that_calls_itself_for_ever_is_the_steps_own_fault(project: Project) -> None:
    program(project, "return dig(n)")
    project.edit("program.py", '@fr.register("fetch")', 'def dig(n):\n    return dig(n)\n\n@fr.register("fetch")')
    assert project.record().status == 1

    answer = project.command("debug", "last", "--json").json

    assert answer["root_cause"]["name"] == "crunch"
    assert re.match(r"its helper dig called itself, \d\d+ calls deep, each time with the same", answer["hint"][8:])


def test_a_time_out_and_a_group_that_was_cancelled_name_what_was_in_flight(project: Project) -> None:
    project.write(
        "program.py",
        """
        import asyncio

        @fr.register("slow")
        async def slow(n):
            await asyncio.sleep(30)

        @fr.register("bad")
        async def bad(n):
            await asyncio.sleep(0.05)
            raise ValueError(n)

        @fr.register("group")
        async def group():
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(slow(1))
                tasks.create_task(bad(2))

        @fr.register("timed")
        async def timed():
            async with asyncio.timeout(0.1):
                await slow(1)

        for entry in (group, timed):
            try:
                asyncio.run(fr.run(entry))
            except (ExceptionGroup, TimeoutError):
                pass
        """,
    )
    assert project.record().status == 0

    of_timed = told(project)
    assert of_timed.startswith("Probable root cause:\n  slow(...) -> CancelledError\n")
    assert "In flight when it was cut off:\n  timed > slow: SOME TIME\n" in of_timed
    of_group = project.command("debug", "last~1").stdout
    assert "Failed at program.py:" in of_group
    assert "In flight when it was cut off:\n  group > slow: " in of_group
