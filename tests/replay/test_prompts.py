"""Programs without a file: python -c, standard input, a prompt. Their entry is called; else they are refused."""

import os
import pty
import subprocess
import sys

import pytest

from tests.kit import Project, Ran, clean_environment

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
def main(n, *more, plus=0):
    return check(double(n)) + sum(more) + plus

BAD = 6
"""

CALL = "import steps; steps.fr.run(steps.main, 3, 20, 30, plus=100)"


def _by_command(project: Project, code: str) -> Ran:
    return project.python("-c", code)


def _by_input(project: Project, code: str) -> Ran:
    return project.run([sys.executable, "-"], stdin=code + "\n")


def _at_a_prompt(project: Project, code: str, *arguments: str) -> Ran:
    """Type *code* at the prompt of an interactive Python on a terminal."""
    (project.folder / "ran.log").unlink(missing_ok=True)
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-i", *arguments],
        cwd=project.folder,
        env={**clean_environment(), "TERM": "dumb", "PYTHON_HISTORY": str(project.folder / "history")},
        stdin=child,
        stdout=child,
        stderr=child,
    )
    os.close(child)
    os.write(parent, f"{code}\nexit()\n".encode())
    said = b""
    while True:
        try:
            chunk = os.read(parent, 4096)
        except OSError:  # the other end is closed
            break
        if not chunk:
            break
        said += chunk
    os.close(parent)
    status = process.wait(timeout=30)
    return Ran(status, said.decode(), "")


@pytest.mark.parametrize("start", [_by_command, _by_input, _at_a_prompt], ids=["-c", "input", "prompt"])
def test_an_entry_of_a_module_is_called_with_its_recorded_inputs(project: Project, start: object) -> None:
    project.write("steps.py", STEPS)
    start(project, CALL)  # type: ignore[operator]
    assert [session["status"] for session in project.sessions()] == ["failed"]
    project.edit("steps.py", "BAD = 6", "BAD = 7")

    replay = project.replay()

    assert (replay.status, replay.json["result"]) == (0, 156)
    assert replay.ran == ["check 6"]


@pytest.mark.parametrize(
    ("start", "word"),
    [(_by_command, "python -c"), (_by_input, "standard input"), (_at_a_prompt, "a prompt")],
    ids=["-c", "input", "prompt"],
)
def test_an_entry_that_was_defined_there_is_refused_with_the_reason(
    project: Project, start: object, word: str
) -> None:
    project.write("steps.py", STEPS)
    start(project, "import steps\ndef entry():\n    return steps.main(3)\n\nsteps.fr.run(entry)")  # type: ignore[operator]

    replay = project.command("replay", "last", "--yes")

    assert replay.status == 2
    assert "cannot be started again" in replay.stderr
    assert word in replay.stderr
    assert ":entry' was defined there" in replay.stderr
    assert "Put the program into a file" in replay.stderr


def test_what_is_called_at_the_prompt_after_a_script_is_called_again(project: Project) -> None:
    project.write("steps.py", STEPS)
    project.write("program.py", "import steps\nprint('set up')\n", prelude=False)
    _at_a_prompt(project, CALL, "program.py")
    project.edit("steps.py", "BAD = 6", "BAD = 7")

    assert project.replay().ran == ["check 6"]


def test_an_input_that_cannot_be_rebuilt_is_named(project: Project) -> None:
    project.write("steps.py", STEPS.replace("def main(n, *more, plus=0)", "def main(n, file, more=(), plus=0)"))
    project.python("-c", "import steps, sys; steps.fr.run(steps.main, 3, sys.stdout)")

    replay = project.command("replay", "last", "--yes")

    assert replay.status == 2
    assert "'file' cannot be rebuilt from the recording" in replay.stderr
    assert "Give fr.run plain data" in replay.stderr


@pytest.mark.parametrize(
    ("signature", "what"),
    [
        ("def main(*more, plus=0):\n    n = 3", "no parameter 'n' any more"),
        ("def main(n, new, *more, plus=0):", "new parameter 'new' without a default"),
        ("def main2(n, *more, plus=0):", ""),
    ],
)
def test_an_entry_that_takes_something_else_now_is_refused(project: Project, signature: str, what: str) -> None:
    project.write("steps.py", STEPS)
    project.python("-c", CALL)
    project.edit("steps.py", "def main(n, *more, plus=0):", signature)

    replay = project.command("replay", "last", "--yes")

    assert replay.status == (2 if what else 1)
    assert what in replay.stderr


def test_an_entry_that_is_gone_is_refused(project: Project) -> None:
    project.write("steps.py", STEPS)
    project.python("-c", CALL)
    project.edit("steps.py", '@fr.register("main")\ndef main(', "def another(")

    replay = project.command("replay", "last", "--yes")

    assert replay.status == 2
    assert "'main' is not there any more" in replay.stderr


def test_an_async_entry_is_awaited(project: Project) -> None:
    project.write("steps.py", STEPS + "\nasync def later(n):\n    return main(n)\n")
    project.python("-c", "import asyncio, steps; asyncio.run(steps.fr.run(steps.later, 3))")
    project.edit("steps.py", "BAD = 6", "BAD = 7")

    replay = project.replay()

    assert (replay.json["result"], replay.ran) == (6, ["check 6"])


def test_a_method_is_called_on_what_it_was_called_on(project: Project) -> None:
    project.write(
        "steps.py",
        STEPS
        + """
from dataclasses import dataclass

@dataclass
class Order:
    place: str

    def order(self, n):
        return f"{self.place} {main(n)}"
""",
    )
    project.python("-c", "import steps; steps.fr.run(steps.Order('north').order, 3)")
    project.edit("steps.py", "BAD = 6", "BAD = 7")

    replay = project.replay()

    assert (replay.json["result"], replay.ran) == ("north 6", ["check 6"])


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_session_of_a_child_process_is_replayed_by_calling_its_entry(project: Project, method: str) -> None:
    guarded = f"""
if __name__ == "__main__":
    import multiprocessing
    ran("parent")
    with multiprocessing.get_context({method!r}).Pool(2) as pool:
        print(pool.map(work, [1, 3]))
"""
    project.write("program.py", STEPS + "\ndef work(n):\n    return fr.run(main, n)\n" + guarded)
    project.record()
    failed = next(session["id"] for session in project.sessions() if session["status"] == "failed")
    project.edit("program.py", "BAD = 6", "BAD = 7")

    replay = project.replay(session=failed)

    assert replay.ran == ["check 6"]
    assert replay.json["result"] == 6
