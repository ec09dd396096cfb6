"""What is noted of the functions that a step enters, in real processes; and that it costs and leaves nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from flight_recorder.model.session import Session
from flight_recorder.store.database import open_store
from flight_recorder.store.drain import drain
from flight_recorder.store.load import load_session
from flight_recorder.store.sessions import list_sessions
from tests.kit import Project

pytestmark = pytest.mark.skipif(sys.version_info < (3, 12), reason="nothing reports the functions that are entered")

HANDLERS = """
import threading
import time

class Shown:
    def __repr__(self):
        return "shown"
    def key(self):
        return 1

def one(n):
    return n + 1

def two(n):
    return n + 2

def three(n):
    return one(n)

def slow(n):
    time.sleep(0.01)
    return n

async def later(n):
    return n

def deep(n):
    return deep(n - 1) if n else 0

class Given:
    def act(self, n):
        return two(n)

def many(n):
    for _ in range(10_000):
        one(n)
    return n
"""

HEAD = """
import asyncio
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

def get(name):
    return vars(sys.modules["handlers"])[name]

import handlers
del handlers
"""


def entered_in(project: Project, program: str) -> dict[str, list[list[str]]]:
    """Run *program*; return what each call of each step is said to have entered, by the name of the step."""
    session = session_of(project, program)
    found: dict[str, list[list[str]]] = {}
    for step in session.steps.values():
        keys = [key.removeprefix("entered ").rpartition(" ")[0].rpartition(":")[2] for key in step.entered]
        assert set(step.entered) <= session.fingerprints.keys()
        found.setdefault(step.name, []).append([key for key in keys if not key.endswith(")")])  # those are classes
    return found


def session_of(project: Project, program: str) -> Session:
    project.write("handlers.py", HANDLERS, prelude=False)
    project.write("program.py", HEAD + program + "\nprint(fr.run(main))\n")
    done = project.record()
    assert done.status == 0, done.stderr
    assert done.stderr == ""
    home = project.folder / ".flight-recorder"
    drain(home)
    with open_store(home, create=False) as store:
        return load_session(store, list_sessions(store, 1)[0].id)


def test_each_call_has_its_own(project: Project) -> None:
    found = entered_in(
        project,
        """
@fr.register("step")
def step(name):
    return get(name)(1)

@fr.register("main")
def main():
    return [step(name) for name in ("one", "two", "three", "one")]
""",
    )

    assert found == {"main": [[]], "step": [["one"], ["two"], ["one", "three"], ["one"]]}


def test_what_a_child_step_enters_is_the_childs(project: Project) -> None:
    found = entered_in(
        project,
        """
@fr.register("child")
def child():
    return get("one")(1)

@fr.register("main")
def main():
    child()
    return get("two")(1)
""",
    )

    assert found == {"main": [["two"]], "child": [["one"]]}


def test_what_the_recorder_calls_to_look_at_a_value_is_not_entered(project: Project) -> None:
    found = entered_in(
        project,
        """
@fr.register("child", key=lambda shown: shown.key())
def child(shown):
    return shown

@fr.register("main")
def main():
    return repr(child(get("Shown")())) and 1
""",
    )

    assert found == {"main": [["Shown.__repr__"]], "child": [[]]}


def test_threads_and_jobs_belong_to_the_step_that_started_them(project: Project) -> None:
    found = entered_in(
        project,
        """
@fr.register("step")
def step(name):
    thread = threading.Thread(target=lambda: get(name)(1))
    thread.start()
    thread.join()
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(get("slow"), 1).result()

@fr.register("main")
def main():
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(step, ["one", "two", "three", "one"]))
    return 1
""",
    )

    assert found["main"] == [[]]
    assert sorted(found["step"]) == [["one", "slow"], ["one", "slow"], ["one", "slow", "three"], ["slow", "two"]]


def test_tasks_that_take_turns_have_their_own(project: Project) -> None:
    found = entered_in(
        project,
        """
@fr.register("step")
async def step(name):
    for _ in range(200):
        get(name)(1)
        await asyncio.sleep(0)
        await get("later")(1)
    return name

@fr.register("main")
async def main():
    await asyncio.gather(*(step(name) for name in ("one", "two", "three")))
    await step("two")
    return get("one")(1)

run = fr.run
fr.run = lambda entry: asyncio.run(run(entry))
""",
    )

    assert found["main"] == [["one"]]
    assert sorted(found["step"]) == [["later", "one"], ["later", "one", "three"], ["later", "two"], ["later", "two"]]


HOT = """
from flight_recorder.record import entered

def reports(name):
    return entered.watch.known[id(get(name).__code__)].reports

def hot(function):
    for _ in range(100_000):
        function(1)

@fr.register("covered")
def covered():
    from handlers import one
    hot(one)
    return reports("one")

@fr.register("dynamic")
def dynamic():
    hot(get("two"))
    return reports("two")

@fr.register("again")
def again():
    return get("one")(1) + get("two")(1)

@fr.register("main")
def main():
    found = [covered(), dynamic(), again(), covered(), dynamic(), again()]
    get("two")(1)
    return found
"""


def test_the_reports_of_a_function_end_and_come_back_for_a_step_that_does_not_know_it(project: Project) -> None:
    session = session_of(project, HOT)

    assert [len(step.entered) for step in session.steps.values() if step.name == "again"] == [2, 2]
    assert [len(step.entered) for step in session.steps.values() if step.name == "dynamic"] == [1, 1]
    assert session.root is not None
    counted = eval(session.root.outcome.value.data)  # type: ignore[union-attr]
    assert max(counted[at] for at in (0, 1)) <= 30
    assert max(counted[at] for at in (3, 4)) <= 60  # brought back, they go on for longer


def test_a_hot_function_of_one_thread_is_not_missed_in_another(project: Project) -> None:
    session = session_of(
        project,
        """
@fr.register("hot")
def hot():
    function = get("one")
    for _ in range(300_000):
        function(1)

@fr.register("other")
def other():
    return get("one")(1)

@fr.register("main")
def main():
    sys.setswitchinterval(1e-6)
    with ThreadPoolExecutor(3) as pool:
        jobs = [pool.submit(hot), *(pool.submit(other) for _ in range(300)), pool.submit(hot)]
        return len([job.result() for job in jobs])
""",
    )

    assert all(len(step.entered) == 1 for step in session.steps.values() if step.name in ("other", "hot"))


def test_a_recursion_to_the_limit_raises_what_it_raises_without_us(project: Project) -> None:
    session = session_of(
        project,
        """
@fr.register("main")
def main():
    try:
        get("deep")(1_000_000)
    except RecursionError:
        return "too deep"
""",
    )

    assert session.root is not None
    assert session.root.outcome.value.data == b'"too deep"'  # type: ignore[union-attr]


def test_a_step_takes_few_bytes(project: Project) -> None:
    project.write("handlers.py", HANDLERS, prelude=False)
    project.write(
        "program.py",
        HEAD
        + """
@fr.register("step")
def step(n):
    return get("Given")().act(n)

@fr.register("main")
def main():
    for n in range(1000):
        step(n)

import os, glob
fr.run(main)
print(sum(os.path.getsize(name) for name in glob.glob(".flight-recorder/journal/*")))
""",
    )

    assert int(project.record().stdout) < 500 * 1000


OTHER_TOOLS = """
import sys
{before}
from flight_recorder import FlightRecorder
sys.path.insert(0, {folder!r})
fr = FlightRecorder(store={folder!r})
def the_helper(n):
    return n
@fr.register("main")
def main():
    return globals()["the_" + "helper"](1)
fr.run(main)
{after}
"""
TAKEN = "for number in {numbers}: sys.monitoring.use_tool_id(number, 'other')"


@pytest.mark.parametrize("numbers", ["range(6)", "(1, 2, 3, 4)", "(0, 1, 2)"])
def test_other_tools_keep_what_they_have(tmp_path: Path, numbers: str) -> None:
    """Where they leave too few numbers, what names tell has to do, and nothing is said of it."""
    before = TAKEN.format(numbers=numbers)
    after = f"""
assert [sys.monitoring.get_tool(number) for number in range(6)] == [
    "other" if number in {numbers} else None for number in range(6)
]
"""
    program = tmp_path / "program.py"
    program.write_text(OTHER_TOOLS.format(before=before, folder=str(tmp_path), after=after))

    done = subprocess.run([sys.executable, str(program)], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_another_tools_events_go_on(tmp_path: Path) -> None:
    before = """
seen = []
sys.monitoring.use_tool_id(3, "other")
sys.monitoring.register_callback(3, sys.monitoring.events.PY_START, lambda code, _: seen.append(code.co_name))
sys.monitoring.set_events(3, sys.monitoring.events.PY_START)
"""
    after = """
assert seen.count("the_helper") == 1
the_helper(1)
assert seen.count("the_helper") == 2
sys.monitoring.set_events(3, 0)
sys.monitoring.register_callback(3, sys.monitoring.events.PY_START, None)
"""
    program = tmp_path / "program.py"
    program.write_text(OTHER_TOOLS.format(before=before, folder=str(tmp_path), after=after))

    done = subprocess.run([sys.executable, str(program)], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_nothing_is_reported_when_no_session_is_open(tmp_path: Path) -> None:
    after = """
the_helper(1)
assert [sys.monitoring.get_tool(number) for number in range(6)] == [None] * 6
reports = []
for number in (3, 4):
    sys.monitoring.use_tool_id(number, "next")
    sys.monitoring.register_callback(number, sys.monitoring.events.PY_START, lambda *_: reports.append(1))
the_helper(1)
assert reports == []
assert [sys.monitoring.get_local_events(number, the_helper.__code__) for number in (3, 4)] == [0, 0]
"""
    program = tmp_path / "program.py"
    program.write_text(OTHER_TOOLS.format(before="", folder=str(tmp_path), after=after))

    done = subprocess.run([sys.executable, str(program)], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
