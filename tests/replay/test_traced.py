"""Programs with nothing changed in them: run, traced and replayed by the same rule as registered steps."""

import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from textwrap import indent

import pytest

from tests.kit import Project, clean_environment

SHOP = """
RATE = 3
CONTACTS = {"a@b.c": {"score": 10}}

def lookup(email):
    open("ran.log", "a").write("lookup\\n")
    return CONTACTS.get(email)

def score(contact):
    open("ran.log", "a").write("score\\n")
    return contact["score"] * RATE

def numbers(n):
    open("ran.log", "a").write("numbers\\n")
    for each in range(n):
        yield each

def adder(more):
    def add(n):
        return n + more
    return add

class Pipeline:
    def __init__(self, extra):
        self.extra = extra

    def go(self, email):
        open("ran.log", "a").write("go\\n")
        total = sum(sorted(numbers(4), key=lambda n: -n))
        return adder(self.extra)(score(lookup(email))) + total
"""

PROGRAM = """
import sys
from shop import Pipeline

def main(email):
    open("ran.log", "a").write("main\\n")
    return Pipeline(1).go(email)

if __name__ == "__main__":
    print(main(sys.argv[1]))
"""

TRACED = """
import sys
from flight_recorder import FlightRecorder
from shop import Pipeline

def main(email):
    open("ran.log", "a").write("main\\n")
    return Pipeline(1).go(email)

if __name__ == "__main__":
    with FlightRecorder().trace():
        print(main(sys.argv[1]))
"""

ALL = ["main", "go", "numbers", "lookup", "score"]


@pytest.fixture(params=["run", "trace"])
def failed(project: Project, request: pytest.FixtureRequest) -> Project:
    """A project whose program was recorded in both ways, and failed in `score`."""
    project.write("shop.py", SHOP, prelude=False)
    if request.param == "run":
        project.write("program.py", PROGRAM, prelude=False)
        recorded = project.command("run", "program.py", "nobody")
    else:
        project.write("program.py", TRACED, prelude=False)
        recorded = project.record("program.py", "nobody")
    assert recorded.ran == ALL, recorded.stderr
    assert (recorded.status, recorded.stdout) == (1, "")
    return project


def test_every_call_of_its_own_functions_is_a_step(failed: Project) -> None:
    steps = failed.show()["steps"]
    by_id = {step["step"]: step["name"] for step in steps}
    assert [(step["name"], by_id.get(step["parent"])) for step in steps[1:]] == [
        ("program:main", steps[0]["name"]),
        ("shop:Pipeline.go", "program:main"),
        ("shop:numbers", "shop:Pipeline.go"),
        *[("shop:Pipeline.go.<locals>.<lambda>", "shop:Pipeline.go")] * 4,
        ("shop:adder", "shop:Pipeline.go"),
        ("shop:lookup", "shop:Pipeline.go"),
        ("shop:score", "shop:Pipeline.go"),
    ]
    assert steps[1]["inputs"] == {"email": "nobody"}


def test_debug_names_the_cause(failed: Project) -> None:
    debugged = failed.command("debug", "last", "--json").json

    assert debugged["root_cause"]["name"] == "shop:lookup"
    assert debugged["failure"]["name"] == "shop:score"
    assert "flight-recorder replay last" in failed.command("debug", "last").stdout


def test_a_fix_runs_what_it_touches_and_the_rest_is_served(failed: Project) -> None:
    failed.edit("shop.py", "return CONTACTS.get(email)", 'return CONTACTS.get(email, {"score": 7})')

    planned = failed.command("replay", "last", "--dry-run")
    replayed = failed.command("replay", "last", "--yes")

    assert "Re-running: shop:lookup (root cause -- code changed)" in planned.stdout
    assert planned.ran == []
    assert (replayed.status, replayed.ran) == (0, ["main", "go", "lookup", "score"]), replayed.stderr
    assert "28\n" in replayed.stdout
    assert len(failed.sessions()) == 2  # the plan alone leaves nothing


def test_a_replay_of_the_replay_runs_nothing(failed: Project) -> None:
    failed.edit("shop.py", "return CONTACTS.get(email)", 'return CONTACTS.get(email, {"score": 7})')
    failed.replay()

    again = failed.replay()

    assert again.ran == []
    assert again.json["status"] == "success"
    assert {step["decision"] for step in again.json["steps"][1:]} == {"cached"}
    assert again.json["steps"][0]["reason"] == "no function"


def test_an_edit_of_a_constant_runs_the_steps_that_name_it(failed: Project) -> None:
    failed.edit("shop.py", "return CONTACTS.get(email)", 'return CONTACTS.get(email, {"score": 7})')
    failed.replay()
    failed.edit("shop.py", "RATE = 3", "RATE = 4")

    replayed = failed.replay()

    assert replayed.ran == ["main", "go", "score"]
    assert replayed.stderr == "35\n"


def test_an_edit_of_a_comment_runs_nothing(failed: Project) -> None:
    failed.edit("shop.py", "return CONTACTS.get(email)", 'return CONTACTS.get(email, {"score": 7})')
    failed.replay()
    failed.edit("shop.py", "return n + more", "return n + more  # and more")

    assert failed.replay().ran == []


def test_a_program_is_not_changed_by_being_run(project: Project) -> None:
    program = """
        import inspect, os, sys, threading, warnings
        import __main__

        def shown(a, /, b=2, *args, c, **more):
            "Its text."
            warnings.warn("from its caller", stacklevel=2)
            return sys._getframe(0).f_code.co_name

        async def awaited(): pass
        def taken(): yield

        print(sys.argv, sys.path[0] == os.path.dirname(os.path.abspath(__file__)), __name__, __main__.shown is shown)
        print(inspect.signature(shown), shown.__doc__, shown.__name__, shown.__module__, shown(1, c=3))
        print(inspect.iscoroutinefunction(awaited), inspect.isgeneratorfunction(taken), inspect.getsource(taken))
        print(sys.gettrace(), sys.getprofile(), sys.flags.optimize, sorted(vars(__main__)))
        def deep(n): return n and deep(n - 1)
        print(deep(800))
        sys.stderr.write("an error\\n")
        sys.exit(int(sys.argv[2]))
        """
    project.write("program.py", program, prelude=False)

    bare = project.record("program.py", "--limit", "3")
    recorded = project.command("run", "program.py", "--limit", "3")

    assert (recorded.status, recorded.stdout, recorded.stderr) == (bare.status, bare.stdout, bare.stderr)
    assert recorded.status == 3
    assert project.sessions()[0]["entry"] == "program.py"


def test_a_traceback_is_that_of_the_program(failed: Project) -> None:
    bare = failed.python("program.py", "nobody", env={"FLIGHT_RECORDER_DISABLED": "1"})

    recorded = failed.command("run", "program.py", "nobody")

    assert recorded.stderr.splitlines() == bare.stderr.splitlines()


def test_a_module_is_run_as_python_runs_it(project: Project) -> None:
    project.write("shop/__init__.py", "", prelude=False)
    project.write("shop/rates.py", "def rate(n):\n    return n * 2\n", prelude=False)
    project.write(
        "shop/nightly.py",
        """
        import sys
        from .rates import rate
        if __name__ == '__main__':
            print(rate(4), sys.argv, __spec__.name)
        """,
        prelude=False,
    )

    bare = project.python("-m", "shop.nightly", "-x")
    recorded = project.command("run", "-m", "shop.nightly", "-x")
    replayed = project.command("replay", "last", "--yes")

    assert (recorded.status, recorded.stdout, recorded.stderr) == (bare.status, bare.stdout, bare.stderr)
    assert [step["name"] for step in project.show()["steps"]] == ["shop.nightly", "shop.rates:rate"]
    assert bare.stdout in replayed.stdout
    assert "SUCCESS" in replayed.stdout


def test_registered_steps_stay_what_they_are(project: Project) -> None:
    project.write(
        "program.py",
        """
        @fr.register("send_email", replayable=False)
        def send(to):
            ran("send")
            return "sent"

        def main():
            ran("main")
            return send("a@b.c") + "!"

        print(fr.run(main))
        """,
    )
    recorded = project.command("run", "program.py")
    assert [step["name"] for step in project.show()["steps"]][:2] == ["program.py", "program:main"]
    project.edit("program.py", '"!"', '"?"')

    replayed = project.replay()

    assert recorded.ran == ["main", "send"]
    assert replayed.stderr == "sent?\n"
    assert [step["decision"] for step in replayed.json["steps"] if step["name"] == "send_email"] == ["protected"]


def test_modules_can_be_left_out(project: Project) -> None:
    project.write("shop.py", SHOP, prelude=False)
    project.write("program.py", PROGRAM, prelude=False)

    project.command("run", "--exclude", "shop", "program.py", "a@b.c")
    assert [step["name"] for step in project.show()["steps"]] == ["program.py", "program:main"]
    project.edit("shop.py", "RATE = 3", "RATE = 4")
    replayed = project.replay()

    assert replayed.ran == ["main", "go", "numbers", "lookup", "score"]
    assert replayed.stderr == "47\n"


def test_tasks_and_threads_are_followed(project: Project) -> None:
    project.write(
        "program.py",
        """
        import asyncio, threading, random

        async def ask(n):
            await asyncio.sleep(random.random() / 100)
            return n

        async def pair(n):
            return await asyncio.gather(ask(n), ask(n + 1))

        def work(n, into):
            into.append(n)

        async def main():
            pairs = await asyncio.gather(*(pair(n) for n in (1, 3)))
            into = []
            threads = [threading.Thread(target=work, args=(n, into)) for n in range(3)]
            for one in threads: one.start(); one.join()
            return pairs, into

        print(asyncio.run(main()))
        """,
        prelude=False,
    )
    recorded = project.command("run", "program.py")
    replayed = project.replay()

    assert recorded.stdout == replayed.stderr == "([[1, 2], [3, 4]], [0, 1, 2])\n"
    assert {step["decision"] for step in replayed.json["steps"][1:]} == {"cached"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "which program?"),
        (("nowhere.py",), "there is no file nowhere.py"),
        (("--inclde", "x", "program.py"), "there is no option --inclde; did you mean --include?"),
        (("-m",), "-m: expected one argument"),
    ],
)
def test_wrong_use_is_told(project: Project, words: tuple[str, ...], said: str) -> None:
    told = project.command("run", *words)

    assert told.status == 2
    assert said in told.stderr
    assert not (project.folder / ".flight-recorder").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_ends_the_program_as_it_would(project: Project) -> None:
    waiting = "import time\nprint('on', flush=True)\ntime.sleep(30)\n"
    project.write("program.py", waiting, prelude=False)
    project.write("registered.py", f"def main():\n{indent(waiting, '    ')}\nfr.run(main)")
    statuses = []
    command = str(Path(sys.executable).with_name("flight-recorder"))
    python = sys.executable
    for words in ([python, "program.py"], [command, "run", "program.py"], [python, "registered.py"]):
        process = subprocess.Popen(
            words,
            cwd=project.folder,
            env=clean_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "on\n"
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
        statuses.append((process.returncode, errors.splitlines()[-1]))

    assert statuses == [(-signal.SIGINT, "KeyboardInterrupt")] * 3
    assert [one["status"] for one in project.sessions()] == ["failed", "failed"]


def test_what_a_recorder_in_the_program_keeps_out_is_kept_out_from_then_on(project: Project) -> None:
    project.write(
        "program.py",
        """
        import re
        from flight_recorder import FlightRecorder

        def ask(number, badge):
            return {"ssn": number, "text": "badge " + badge}

        ask("first", "B-1")
        FlightRecorder(redact=["ssn", "number", re.compile("B-[0-9]+")])
        for number in range(3):
            ask("078-05-1120", "B-2345")
        """,
        prelude=False,
    )
    project.command("run", "program.py")

    shown = project.command("show", "last", "--json").stdout
    replayed = project.replay()

    assert "first" in shown
    assert "B-1" in shown
    assert "078-05-1120" not in shown
    assert "B-2345" not in shown
    for file in (project.folder / ".flight-recorder").rglob("*"):
        assert not file.is_file() or b"078-05-1120" not in file.read_bytes()
    assert [step["decision"] for step in replayed.json["steps"][1:]] == ["cached", "rerun", "rerun", "rerun"]


def test_child_processes_do_what_they_would(project: Project) -> None:
    project.write(
        "program.py",
        """
        import multiprocessing, sys
        from concurrent.futures import ProcessPoolExecutor

        def work(n):
            return n * 2

        def main(method):
            context = multiprocessing.get_context(method)
            with ProcessPoolExecutor(1, mp_context=context) as pool:
                print(method, list(pool.map(work, range(3))))

        if __name__ == "__main__":
            for method in sys.argv[1:]:
                main(method)
        """,
        prelude=False,
    )
    bare = project.record("program.py", "spawn", "fork")

    recorded = project.command("run", "program.py", "spawn", "fork")

    assert (recorded.status, recorded.stdout, recorded.stderr) == (0, bare.stdout, bare.stderr)


def test_tests_that_are_run_pass_and_fail_as_they_would(project: Project) -> None:
    project.write("shop.py", SHOP, prelude=False)
    project.write(
        "test_shop.py",
        """
        import pytest
        from shop import lookup, numbers

        @pytest.fixture
        def email():
            return "a@b.c"

        def test_found(email):
            assert lookup(email) == {"score": 10}

        @pytest.mark.parametrize("n", [1, 2])
        def test_numbers(n):
            assert list(numbers(n)) == [0]
        """,
        prelude=False,
    )
    words = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
    bare = project.python(*words)

    recorded = project.command("run", *words)

    def said(text: str) -> list[str]:
        return re.sub(r"in [0-9.]+s", "", text).splitlines()

    assert (recorded.status, said(recorded.stdout)) == (bare.status, said(bare.stdout))
    assert recorded.status == 1
    names = {step["name"] for step in project.show()["steps"]}
    assert {"shop:lookup", "shop:numbers"} <= names


def test_whoever_names_a_function_runs_again_when_other_variables_are_bound_to_it(project: Project) -> None:
    project.write(
        "program.py",
        """
        def scaled(by):
            def scale(n):
                return n * by if n else scale(1)
            return scale

        double = scaled(2)

        def total(n):
            return double(n) + 1

        print(total(0))
        """,
        prelude=False,
    )
    assert project.command("run", "program.py").stdout == "3\n"
    decisions = {step["name"]: step["decision"] for step in project.replay().json["steps"]}
    assert decisions["program:total"] == "cached"

    project.edit("program.py", "scaled(2)", "scaled(5)")

    assert project.replay().stderr == "6\n"
