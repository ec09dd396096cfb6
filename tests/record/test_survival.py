"""Whatever happens to the recorder or the machine: the program runs on, and what was written stays."""

import os
import subprocess
import sys

import pytest

from tests.kit import Project

PROGRAM = """
import sys

@fr.register("step")
def step(n):
    return n * 2

@fr.register("main")
def main():
    total = 0
    for n in range(5):
        total += step(n)
        between(n)
    return total

def between(n):
    pass

if __name__ == "__main__":
    print("total", fr.run(main))
"""


def _can_mount() -> bool:
    try:
        return subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def warnings_in(stderr: str) -> list[str]:
    return [line for line in stderr.splitlines() if line.startswith("flight-recorder:")]


def test_after_sigkill_every_finished_step_is_there_and_the_one_in_flight_is_unfinished(project: Project) -> None:
    project.write(
        "program.py",
        PROGRAM.replace("    return n * 2", "    if n == 3:\n        os.kill(os.getpid(), 9)\n    return n * 2"),
    )

    assert project.record().status == -9

    session = project.show()
    assert session["session"]["status"] == "unfinished"
    steps = [(step["name"], step["status"]) for step in session["steps"]]
    assert steps == [("main", "unfinished"), *[("step", "ok")] * 3, ("step", "unfinished")]


def test_debug_of_a_killed_session_names_the_step_in_flight(project: Project) -> None:
    project.write("program.py", PROGRAM.replace("    return n * 2", "    os.kill(os.getpid(), 9)"))
    project.record()

    debug = project.command("debug", "last")

    assert debug.status == 0
    assert "step" in debug.stdout
    assert "[....]" in debug.stdout


@pytest.mark.parametrize("place", ["a file", "below a file"])
def test_a_store_that_cannot_be_written_costs_one_warning(project: Project, place: str) -> None:
    (project.folder / "blocked").write_text("a file, not a folder")
    home = project.folder / "blocked" / ("" if place == "a file" else "deep/er")
    project.write("program.py", PROGRAM)

    done = project.record(env={"FLIGHT_RECORDER_HOME": str(home)})

    assert (done.status, done.stdout) == (0, "total 20\n")
    assert len(warnings_in(done.stderr)) == 1
    assert "recording is off" in done.stderr


def test_a_read_only_store_costs_one_warning(project: Project) -> None:
    home = project.folder / ".flight-recorder"
    home.mkdir(mode=0o555)
    project.write("program.py", PROGRAM)
    # Root may write anywhere, unless it gives that capability up.
    as_others = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []

    done = project.run([*as_others, sys.executable, "program.py"])

    assert (done.status, done.stdout) == (0, "total 20\n")
    assert len(warnings_in(done.stderr)) == 1
    assert "Permission denied" in done.stderr


BIG_STEPS = PROGRAM.replace("    pass", "    step('x' * 200_000)")


def test_a_file_that_may_not_grow_costs_one_warning(project: Project) -> None:
    project.write("program.py", BIG_STEPS)
    limit = (
        "import resource, runpy, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000));"
        "runpy.run_path('program.py', run_name='__main__')"
    )

    done = project.python("-c", limit)

    assert (done.status, done.stdout) == (0, "total 20\n")
    assert len(warnings_in(done.stderr)) == 1


@pytest.mark.skipif(not _can_mount(), reason="mounting a file system takes a privilege that this user does not have")
def test_a_full_disk_costs_one_warning(project: Project) -> None:
    project.write("program.py", BIG_STEPS)
    mount = "mkdir .flight-recorder && mount -t tmpfs -o size=64k tmpfs .flight-recorder && exec"

    done = project.run(["unshare", "--mount", "sh", "-c", f"{mount} {sys.executable} program.py"])

    assert (done.status, done.stdout) == (0, "total 20\n")
    assert len(warnings_in(done.stderr)) == 1
    assert "No space left on device" in done.stderr


def test_a_store_that_is_deleted_in_mid_run_costs_one_warning(project: Project) -> None:
    project.write(
        "program.py",
        PROGRAM.replace("    pass", "    import shutil; shutil.rmtree('.flight-recorder', ignore_errors=True)"),
    )

    done = project.record()

    assert (done.status, done.stdout) == (0, "total 20\n")
    assert len(warnings_in(done.stderr)) == 1
    assert "was deleted" in done.stderr


def test_a_corrupt_store_costs_one_warning_and_loses_nothing(project: Project) -> None:
    project.write("program.py", PROGRAM)
    project.record()
    for name in ("store.db-wal", "store.db-shm"):
        (project.folder / ".flight-recorder" / name).unlink(missing_ok=True)
    store = project.folder / ".flight-recorder" / "store.db"
    good = store.read_bytes()
    store.write_bytes(b"not a database at all" * 100)

    done = project.record()
    listing = project.command("list")

    assert (done.status, done.stdout) == (0, "total 20\n")
    assert len(warnings_in(done.stderr)) == 1
    assert listing.status == 4
    assert listing.stderr.startswith("error: ")
    store.write_bytes(good)
    assert len(project.sessions()) == 2


def test_an_error_in_the_recorder_itself_costs_one_warning(project: Project) -> None:
    broken = "def broken(*_):\n    raise RuntimeError('bug')\nimport flight_recorder.record.quick as r\n"
    project.write("program.py", f"{broken}r.site_of = broken\n{PROGRAM}")

    done = project.record()

    assert (done.status, done.stdout) == (0, "total 20\n")
    assert warnings_in(done.stderr) == [
        "flight-recorder: recording is off: RuntimeError: bug; the program runs on without it"
    ]


def test_steps_of_a_forked_child_are_kept(project: Project) -> None:
    project.write(
        "program.py",
        """
        import sys

        @fr.register("step")
        def step(who):
            return who

        @fr.register("main")
        def main():
            pid = os.fork()
            if pid == 0:
                step("child")
                os._exit(0)
            os.waitpid(pid, 0)
            step("parent")

        fr.run(main)
        """,
    )
    project.record()

    session = project.show()
    assert session["session"]["status"] == "success"
    assert sorted(step["inputs"]["who"] for step in session["steps"] if step["name"] == "step") == ["child", "parent"]
    assert len({step["step"] for step in session["steps"]}) == 3


def test_importing_the_package_stays_light(project: Project) -> None:
    heavy = "{'typer', 'rich', 'sqlite3', 'subprocess', 'importlib.metadata', 'pydantic', 'asyncio'}"
    done = project.python("-c", f"import sys; import flight_recorder; print(sorted({heavy} & set(sys.modules)))")

    assert done.stdout == "[]\n"
