"""`replay --watch`: a replay at each save, with real processes."""

import json
import os
import time
from pathlib import Path

import pytest

from tests.kit import Project
from tests.replay.watching import PROGRAM, wait_for, watching

# What a program writes to tell who started its process: the command, or the process that keeps libraries imported.
PARENT = """
import library
with open(f"/proc/{os.getppid()}/cmdline") as command:
    ran("forked" if "replay.warm" in command.read() else "started")
"""


def library(project: Project, source: str) -> dict[str, str]:
    """Install a library with this source; return the environment in which it is found."""
    import flight_recorder

    project.write("lib/site-packages/library.py", source, prelude=False)
    own = Path(flight_recorder.__file__).parents[1]
    return {"PYTHONPATH": f"{project.folder}/lib/site-packages:{own}"}


def test_each_save_replays_only_what_it_touches_until_ctrl_c(failing: Project) -> None:
    with watching(failing) as watch:
        first = watch.until("Watching")
        assert "Replay plan:" in first
        assert "FAILED\nZeroDivisionError: division by zero\n" in first
        assert "Watching 2 files; Ctrl-C ends." in first
        assert watch.ran() == ["rate"]

        failing.edit("program.py", "BY = 0", "BY = 4")
        said = watch.result()
        assert "answer 1.5\n" in said
        assert "program.py: SUCCESS in" in said
        assert "2 steps ran, 1 served. Final result: 1.5\n" in said
        assert watch.ran() == ["rate"]

        failing.edit("helper.py", "return n / by", "return n // by")
        assert "helper.py: SUCCESS in" in watch.result()
        assert watch.ran() == ["rate"]

        failing.edit("helper.py", "return n // by", "return n // by  # floor")
        assert "0 steps ran, 3 served. Final result: 1" in watch.result()
        assert watch.ran() == []

        failing.edit("unrelated.py", "pass", "pass  # nobody imports this")
        assert watch.says_nothing()

        assert watch.end() == 0
        assert "Stopped watching." in watch.until("Stopped")
        watch.wait_until_alone()


def test_libraries_stay_imported_and_the_projects_own_modules_do_not(failing: Project) -> None:
    env = library(failing, "import os\nimported_by = os.getpid()\n")
    own = 'ran("kept" if library.imported_by == os.getppid() else "imported")\n'
    failing.edit("program.py", "import helper\n", "import helper\n" + PARENT + own)
    failing.record(env=env)
    (failing.folder / "ran.log").unlink()
    with watching(failing, env=env) as watch:
        watch.until("Watching")
        assert watch.ran() == ["started", "imported", "rate"]
        for number in range(3):
            failing.write("helper.py", f"def divide(n, by):\n    return {number}\n", prelude=False)
            assert f"Final result: {number}" in watch.result()
            assert watch.ran() == ["forked", "kept", "rate"]


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n", "threads"),
        ("import asyncio\nloop = asyncio.new_event_loop()\n", "event loop"),
        ("import helper\n", "a library imports helper, which is the project's own"),
    ],
    ids=["a thread", "a loop", "the project"],
)
def test_where_forking_is_unsafe_replays_start_cold_which_is_said_once(
    failing: Project, source: str, why: str
) -> None:
    env = library(failing, source)
    failing.edit("program.py", "import helper\n", "import helper\n" + PARENT)
    failing.record(env=env)
    with watching(failing, env=env) as watch:
        watch.until("Watching")
        watch.ran()
        failing.edit("program.py", "BY = 0", "BY = 4")
        said = watch.result()
        assert said.count("Each replay imports its libraries again") == 1
        assert why in said
        assert watch.ran() == ["started", "rate"]

        failing.edit("program.py", "BY = 4", "BY = 6")
        assert "imports its libraries again" not in watch.result()
        assert watch.ran() == ["started", "rate"]


def test_a_syntax_error_is_shown_and_watching_goes_on(failing: Project) -> None:
    with watching(failing) as watch:
        watch.until("Watching")
        watch.ran()
        failing.edit("helper.py", "return n / by", "return n / / by")
        said = watch.result()
        assert "    return n / / by\n" in said
        assert "helper.py: DIVERGED in" in said
        assert "SyntaxError: invalid syntax" in said.splitlines()[-1]

        failing.edit("helper.py", "return n / / by", "return n / (by + 4)")
        assert "SUCCESS" in watch.result()
        assert watch.ran() == ["rate"]


def test_a_module_that_was_missing_is_seen_when_it_is_made(failing: Project) -> None:
    with watching(failing) as watch:
        watch.until("Watching")
        failing.edit("program.py", "BY = 0", "from limits import BY")
        assert "ModuleNotFoundError: No module named 'limits'" in watch.result()
        failing.write("limits.py", "BY = 6\n", prelude=False)
        assert "limits.py: SUCCESS" in watch.result()
        failing.edit("limits.py", "6", "3")
        assert "Final result: 2.0" in watch.result()


def test_a_burst_of_saves_is_one_replay(failing: Project) -> None:
    with watching(failing) as watch:
        watch.until("Watching")
        source = (failing.folder / "program.py").read_text()
        for by in (0, 0, 2):
            temporary = failing.folder / "program.py.tmp"  # as editors save: another file takes the place
            temporary.write_text(source.replace("BY = 0", f"BY = {by}"))
            os.replace(temporary, failing.folder / "program.py")
            time.sleep(0.01)
        (failing.folder / "helper.py").touch()
        said = watch.result()
        assert "Final result: 3.0" in said
        assert "helper.py" in said.splitlines()[-1]
        assert watch.says_nothing()


PAID = """
import time

@fr.register("fetch")
def fetch():
    ran("fetch")
    return 5

@fr.register("mail", replayable=False)
def mail(text):
    ran("mail")
    time.sleep(MAIL_S)
    return "sent " + text

@fr.register("main")
def main():
    got = fetch()
    if STOP_EARLY:
        raise ValueError("stopped early")
    done = mail("hello")
    return done + SUFFIX

STOP_EARLY = True
SUFFIX = None
MAIL_S = 0
fr.run(main)
"""


def test_what_one_replay_did_the_next_does_not_do_again(project: Project) -> None:
    project.write("program.py", PAID)
    project.record()
    with watching(project) as watch:
        watch.until("Watching")
        watch.ran()
        project.edit("program.py", "STOP_EARLY = True", "STOP_EARLY = False")
        assert "FAILED" in watch.result()
        assert watch.ran() == ["mail"]

        project.edit("program.py", "STOP_EARLY = False", "STOP_EARLY = True")  # gets less far
        assert "stopped early" in watch.result()
        project.edit("program.py", "STOP_EARLY = True", "STOP_EARLY = False")
        assert "FAILED" in watch.result()
        project.edit("program.py", "SUFFIX = None", 'SUFFIX = ""')
        assert 'Final result: "sent hello"' in watch.result()
        project.edit("program.py", 'ran("fetch")', 'ran("fetch again")')
        assert 'Final result: "sent hello"' in watch.result()

        assert watch.ran() == ["fetch again"]


def test_a_replay_that_is_held_says_so_and_watching_goes_on(project: Project) -> None:
    project.write(
        "program.py",
        PAID.replace("STOP_EARLY = True", "STOP_EARLY = False").replace(
            "time.sleep(MAIL_S)", "raise OSError('no answer')"
        ),
    )
    project.record()
    with watching(project) as watch:
        first = watch.until("Watching")
        assert "HELD\n" in first
        watch.ran()
        project.edit("program.py", "SUFFIX = None", 'SUFFIX = ""')
        said = watch.result() + watch.until("--allow mail")
        assert "program.py: HELD in" in said
        assert watch.ran() == []
        assert watch.end() == 0


def test_a_save_ends_a_replay_that_runs_and_begins_again(failing: Project) -> None:
    failing.edit("helper.py", "    return", "    import time; time.sleep(60 * (by == 4))\n    return")
    with watching(failing) as watch:
        watch.until("Watching")
        watch.ran()
        failing.edit("program.py", "BY = 0", "BY = 4")
        wait_for(lambda: (failing.folder / "ran.log").exists())
        failing.edit("program.py", "BY = 4", "BY = 2")
        said = watch.result()
        assert "Final result: 3.0" in said
        assert "Traceback" not in said  # nobody pressed Ctrl-C
        assert watch.ran() == ["rate", "rate"]


def test_a_save_ends_a_replay_that_is_starting_without_a_word(failing: Project) -> None:
    with watching(failing) as watch:
        watch.until("Watching")
        failing.edit("program.py", "BY = 0", "BY = 2")
        watch.result()
        helper, saved = failing.folder / "helper.py", failing.folder / "helper.saved"
        for number in range(20):  # at any point of a start
            saved.write_text(helper.read_text(encoding="utf-8").replace("n / by", "n / by "), encoding="utf-8")
            saved.replace(helper)  # at once: nobody imports half a file
            time.sleep(0.1 + number * 0.01)
        failing.edit("program.py", "BY = 2", "BY = 3")
        assert "Traceback" not in watch.until("Final result: 2.0")


def test_a_save_waits_for_a_protected_step_that_runs(project: Project) -> None:
    project.write("program.py", PAID)
    project.record()
    with watching(project) as watch:
        watch.until("Watching")
        watch.ran()
        project.write("program.py", PAID.replace("STOP_EARLY = True", "STOP_EARLY = False").replace("S = 0", "S = 2"))
        wait_for(lambda: (project.folder / "ran.log").exists())
        project.edit("program.py", "SUFFIX = None", 'SUFFIX = ""')
        said = watch.result()
        assert "program.py: the replay begins again when mail, which is protected, has ended." in said
        assert 'Final result: "sent hello"' in said
        assert watch.ran() == ["mail"]


def test_with_json_each_replay_is_one_line(failing: Project) -> None:
    with watching(failing, "--json") as watch:
        first = json.loads(watch.until(r"^\{").splitlines()[-1])
        assert (first["status"], first["changed"]) == ("failed", [])
        failing.edit("program.py", "BY = 0", "BY = 4")
        second = json.loads(watch.until(r"^\{").splitlines()[-1])
        assert (second["status"], second["result"], second["changed"]) == ("success", 1.5, ["program.py"])
        assert second["replayed"] == first["session"]


def test_one_test_is_run_again_at_each_save(failing: Project) -> None:
    failing.edit("program.py", 'print("answer", fr.run(main, 3))\n', "")
    test = "from program import fr, main\n\ndef test_main():\n    assert fr.run(main, 3) == 3\n"
    failing.write("test_program.py", test, prelude=False)
    failing.python("-m", "pytest", "-p", "no:cacheprovider", "-W", "error", "test_program.py")
    with watching(failing) as watch:
        watch.until("Watching 3 files")
        watch.ran()
        for by, result in ((2, "3.0"), (3, "2.0"), (2, "3.0")):
            failing.write("program.py", PROGRAM.replace("BY = 0", f"BY = {by}").replace("print(", "0 and print("))
            said = watch.result()
            assert f"Final result: {result}" in said
            assert ("1 passed" if by == 2 else "1 failed") in said
            assert "warning" not in said
            assert watch.ran() == ["rate"]
