"""The ways a program can be started, and started again by a replay."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

from tests.kit import Project, clean_environment

STEPS = """
@fr.register("double")
def double(n):
    ran(f"double {n}")
    return n * 2

@fr.register("check")
def check(n):
    ran(f"check {n}")
    if n == BAD:
        raise ValueError(f"bad number {n}")
    return n

@fr.register("main")
def main(n):
    return check(double(n))

BAD = 6
"""


def test_of_several_sessions_in_a_loop_only_the_chosen_one_is_replayed(project: Project) -> None:
    project.write("program.py", STEPS + "for n in (1, 2, 3, 4):\n    print('got', fr.run(main, n))\n")
    assert project.record().ran == ["double 1", "check 2", "double 2", "check 4", "double 3", "check 6"]
    project.edit("program.py", "BAD = 6", "BAD = 7")

    replay = project.replay()

    assert replay.ran == ["check 6"]
    assert replay.json["result"] == 6
    assert replay.stderr.splitlines() == ["got 2", "got 4", "got 6"]


def test_an_earlier_session_of_a_loop_can_be_replayed_too(project: Project) -> None:
    project.write("program.py", STEPS + "for n in (1, 2, 3):\n    print('got', fr.run(main, n))\n")
    project.record()
    second = next(s["id"] for s in project.sessions() if s["steps"] == 3 and s["index"] == 1)

    replay = project.replay("--from", "check", session=second)

    assert replay.ran == ["check 4"]
    assert replay.json["result"] == 4


def test_the_arguments_of_the_script_are_given_again(project: Project) -> None:
    project.write("program.py", STEPS + "import sys\nfr.run(main, int(sys.argv[1]))\n")
    assert project.record("program.py", "3").status == 1
    project.edit("program.py", "BAD = 6", "BAD = 7")

    assert project.replay().json["result"] == 6


def test_a_guarded_script_is_replayed_as_main(project: Project) -> None:
    project.write("program.py", STEPS + "if __name__ == '__main__':\n    fr.run(main, 3)\n")
    project.record()
    project.edit("program.py", "BAD = 6", "BAD = 7")

    assert project.replay().json["status"] == "success"


def test_a_session_is_replayed_from_a_folder_below_the_project(project: Project) -> None:
    project.write("program.py", STEPS + "fr.run(main, 3)\n")
    project.record()
    project.edit("program.py", "BAD = 6", "BAD = 7")
    below = project.folder / "below"
    below.mkdir()

    replay = project.command("replay", "last", "--yes", "--json", cwd=below)

    assert replay.json["result"] == 6


def test_a_module_of_a_package_is_replayed_with_its_relative_imports(project: Project) -> None:
    project.write("shop/__init__.py", "", prelude=False)
    project.write("shop/limits.py", "BAD = 6\n", prelude=False)
    source = STEPS.replace("BAD = 6", "from .limits import BAD")
    project.write("shop/run.py", source + "if __name__ == '__main__':\n    fr.run(main, 3)\n")
    assert project.python("-m", "shop.run").status == 1
    project.edit("shop/limits.py", "BAD = 6", "BAD = 7")

    replay = project.replay()

    assert replay.json["result"] == 6
    assert (project.folder / "shop" / "ran.log").read_text().splitlines()[-1] == "check 6"


def test_a_package_is_replayed_by_its_main(project: Project) -> None:
    project.write("shop/__init__.py", "", prelude=False)
    project.write("shop/__main__.py", STEPS + "fr.run(main, 3)\n")
    assert project.python("-m", "shop").status == 1
    project.edit("shop/__main__.py", "BAD = 6", "BAD = 7")

    assert project.replay().json["result"] == 6


def test_an_async_entry_is_replayed(project: Project) -> None:
    project.write(
        "program.py",
        """
        import asyncio

        @fr.register("ask")
        async def ask(n):
            ran(f"ask {n}")
            await asyncio.sleep(0.01 * (3 - n))
            return n

        @fr.register("main")
        async def main():
            got = await asyncio.gather(*(ask(n) for n in range(3)))
            return got[INDEX]

        INDEX = 3
        asyncio.run(fr.run(main))
        """,
    )
    assert sorted(project.record().ran) == ["ask 0", "ask 1", "ask 2"]
    project.edit("program.py", "INDEX = 3", "INDEX = 2")

    replay = project.replay()

    assert replay.ran == []
    assert replay.json["result"] == 2


def test_stdin_and_exit_status_are_the_programs_own(project: Project) -> None:
    project.write(
        "program.py",
        STEPS
        + "import sys\ntry:\n    fr.run(main, 3)\n"
        + "except ValueError:\n    sys.exit('read: ' + sys.stdin.readline())\n",
    )
    project.record()

    replay = project.command("replay", "last", "--yes", stdin="hello\n")

    assert replay.status == 1
    assert "read: hello" in replay.stderr


def test_a_script_that_is_gone_is_refused(project: Project) -> None:
    project.write("program.py", STEPS + "fr.run(main, 3)\n")
    project.record()
    (project.folder / "program.py").unlink()

    replay = project.command("replay", "last", "--yes")

    assert replay.status == 2
    assert "program.py is gone" in replay.stderr


def test_a_fix_that_does_not_compile_is_shown_and_nothing_runs(project: Project) -> None:
    project.write("program.py", STEPS + "fr.run(main, 3)\n")
    project.record()
    project.edit("program.py", "BAD = 6", "BAD = = 7")

    replay = project.command("replay", "last", "--yes", "--json")

    assert (replay.status, replay.json["status"]) == (1, "diverged")
    assert "SyntaxError" in replay.stderr


def test_a_person_is_asked_on_a_terminal_and_no_means_no(project: Project) -> None:
    project.write("program.py", STEPS + "fr.run(main, 3)\n")
    project.record()
    project.edit("program.py", "BAD = 6", "BAD = 7")

    said_no = _on_a_terminal(project.folder, b"n\n")
    said_yes = _on_a_terminal(project.folder, b"y\n")

    assert "Replay now?" in said_no
    assert "Nothing was run." in said_no
    assert "SUCCESS" not in said_no
    assert "SUCCESS" in said_yes


def _on_a_terminal(folder: Path, answer: bytes) -> str:
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "flight_recorder.cli.app", "replay", "last"],
        cwd=folder,
        env={**clean_environment(), "TERM": "dumb"},
        stdin=child,
        stdout=child,
        stderr=child,
    )
    os.close(child)
    os.write(parent, answer)
    output = b""
    while True:
        try:
            chunk = os.read(parent, 4096)
        except OSError:  # the other end is closed
            break
        if not chunk:
            break
        output += chunk
    os.close(parent)
    process.wait(timeout=30)
    return output.decode()


def test_a_program_that_goes_on_and_fails_after_the_session_has_failed(project: Project) -> None:
    project.write("program.py", STEPS + "import sys\nprint(fr.run(main, 3))\nsys.exit(5)\n")
    project.record()
    project.edit("program.py", "BAD = 6", "BAD = 7")

    replay = project.command("replay", "last", "--yes")

    assert replay.status == 1
    assert "SUCCESS\nFinal result: 6\n" in replay.stdout
    assert "exited with status 5" in replay.stdout


def test_ctrl_c_ends_a_replay_and_leaves_a_session_that_can_be_replayed(project: Project) -> None:
    project.write(
        "program.py",
        """
        import sys
        import time

        @fr.register("wait")
        def wait():
            if SECONDS:
                print("waiting", flush=True)
            time.sleep(SECONDS)
            return 1 / (1 - SECONDS / 30)

        SECONDS = 30
        if "now" in sys.argv:
            SECONDS = 0
        fr.run(wait)
        """,
    )
    first = subprocess.Popen(
        [sys.executable, "program.py"], cwd=project.folder, stdout=subprocess.PIPE, env=clean_environment()
    )
    _interrupt(first)
    replay = subprocess.Popen(
        [sys.executable, "-m", "flight_recorder.cli.app", "replay", "last", "--yes"],
        cwd=project.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env=clean_environment(),
    )
    _interrupt(replay, is_group=True)

    assert [session["status"] for session in project.sessions()] == ["failed", "failed"]
    project.edit("program.py", "SECONDS = 30", "SECONDS = 0")
    assert project.replay().json["result"] == 1.0


def _interrupt(process: "subprocess.Popen[bytes]", *, is_group: bool = False) -> None:
    """Press Ctrl-C when the program says that it is waiting."""
    assert process.stdout is not None
    for line in process.stdout:
        if line == b"waiting\n":
            break
    if is_group:
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode in (1, 130, -signal.SIGINT)


def test_a_script_recorded_from_another_folder_is_replayed_from_there(project: Project) -> None:
    reads = "import pathlib\nprint(pathlib.Path('note.txt').read_text())\nfr.run(main, 3)\n"
    project.write("deep/program.py", STEPS + reads)
    (project.folder / "note.txt").write_text("from the working directory")
    assert project.record("deep/program.py").status == 1
    project.edit("deep/program.py", "BAD = 6", "BAD = 7")

    replay = project.command("replay", "last", "--yes", "--json", cwd=project.folder / "deep")

    assert replay.json["result"] == 6
    assert "from the working directory" in replay.stderr


def test_a_fix_of_the_same_size_saved_in_the_same_second_is_not_passed_over(project: Project) -> None:
    project.write("limits.py", "BAD = 6\n", prelude=False)
    project.write("program.py", STEPS.replace("BAD = 6", "from limits import BAD") + "fr.run(main, 3)\n")
    project.record()
    stamp = (project.folder / "limits.py").stat()
    project.edit("limits.py", "BAD = 6", "BAD = 7")
    os.utime(project.folder / "limits.py", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))

    assert project.replay().json["result"] == 6
