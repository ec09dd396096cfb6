"""Functions that are called very often: their first calls are steps, the others cost next to nothing."""

import pytest

from flight_recorder.config import load_config
from tests.kit import Project

PROGRAM = """
import time

def price(n):
    if n == {failing}:
        raise ValueError("no price for " + str(n))
    return n * 3 % 7

def slow(n):
    time.sleep(0.002)
    return n

def total(n):
    return sum(price(each) for each in range(n))

def others():
    return price(2)

def main():
    for n in range({slow}):
        slow(n)
    return total({calls}), others()

if __name__ == "__main__":
    print(main())
"""


def write(project: Project, *, calls: int = 0, slow: int = 0, failing: int = -1) -> None:
    project.write("program.py", PROGRAM.format(calls=calls, slow=slow, failing=failing), prelude=False)


def steps_of(project: Project, name: str) -> list[dict[str, object]]:
    return [step for step in project.show()["steps"] if step["name"] == f"program:{name}"]


def test_the_first_calls_are_steps_and_the_others_are_counted(project: Project) -> None:
    write(project, calls=5_000)

    ran = project.command("run", "program.py")

    shown = project.show()
    assert ran.stdout == f"({sum(n * 3 % 7 for n in range(5_000))}, 6)\n"
    assert len(steps_of(project, "price")) == 1_100
    assert [(one["name"], one["calls"]) for one in shown["hot"]] == [("program:price", 5_001 - 1_100)]
    assert "Hot: program:price, at least 3,901 calls more, in " in project.command("show", "last").stdout


def test_a_function_that_takes_its_time_stays_a_step(project: Project) -> None:
    write(project, slow=1_200)

    project.command("run", "program.py")

    assert len(steps_of(project, "slow")) == 1_200


def test_a_call_that_fails_is_recorded_with_its_inputs(project: Project) -> None:
    write(project, calls=5_000, failing=4_000)

    assert project.command("run", "program.py").status == 1

    failed = steps_of(project, "price")[-1]
    assert (failed["status"], failed["inputs"]) == ("failed", {"n": 4_000})
    assert project.command("debug", "last", "--json").json["failure"]["name"] == "program:price"


def test_one_that_fails_after_all_counting_is_in_its_callers_failure(project: Project) -> None:
    write(project, calls=100_000, failing=90_000)

    ran = project.command("run", "program.py")

    assert ran.status == 1
    assert "no price for 90000" in project.command("show", "last").stdout


@pytest.mark.parametrize("calls", [5_000, 60_000])
def test_its_code_counts_for_whoever_calls_it(project: Project, calls: int) -> None:
    write(project, calls=calls)
    project.command("run", "program.py")

    unchanged = project.replay()
    project.edit("program.py", "n * 3 % 7", "n * 5 % 7")
    changed = project.replay()

    decisions = {step["name"]: step["decision"] for step in unchanged.json["steps"]}
    assert decisions["program:main"] == "cached"
    assert changed.stderr == f"({sum(n * 5 % 7 for n in range(calls))}, 3)\n"
    assert [step["decision"] for step in changed.json["steps"] if step["name"] == "program:others"] == ["rerun"]


def test_each_traced_block_counts_anew(project: Project) -> None:
    project.write(
        "program.py",
        """
        def tick(n):
            return n

        for _ in range(2):
            with fr.trace():
                for n in range(30_000):
                    tick(n)
        """,
    )
    project.record()

    for session in project.sessions():
        assert session["steps"] == 1_101
    assert project.show()["hot"][0]["calls"] >= 20_000


KINDS = {
    "coroutine": (
        "async def take(n):\n    return n",
        "async def all_of(calls):\n    return sum([await take(n) for n in range(calls)])",
        "asyncio.run(all_of({calls}))",
    ),
    "generator": (
        "def take(n):\n    yield n",
        "def all_of(calls):\n    return sum(item for n in range(calls) for item in take(n))",
        "all_of({calls})",
    ),
    "async generator": (
        "async def take(n):\n    yield n",
        "async def all_of(calls):\n    return sum([item for n in range(calls) async for item in take(n)])",
        "asyncio.run(all_of({calls}))",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_coroutines_and_generators_get_hot_as_well(project: Project, kind: str) -> None:
    taken, all_of, call = KINDS[kind]
    program = f"import asyncio\n\n{taken}\n\n{all_of}\n\nprint({call.format(calls=30_000)})\n"
    project.write("program.py", program, prelude=False)

    ran = project.command("run", "program.py")

    assert (ran.stdout, ran.stderr) == (f"{sum(range(30_000))}\n", "")
    assert len(steps_of(project, "take")) == 1_100
    assert [one["name"] for one in project.show()["hot"]] == ["program:take"]
    gives = "return n" if kind == "coroutine" else "yield n"
    project.edit("program.py", gives, f"{gives} + 1")
    assert project.replay().stderr == f"{sum(range(30_000)) + 30_000}\n"


@pytest.mark.parametrize("kind", ["coroutine", "generator"])
def test_one_of_them_that_fails_when_it_is_hot_is_recorded_with_its_inputs(project: Project, kind: str) -> None:
    taken, all_of, call = KINDS[kind]
    fails = taken.replace(":\n", ":\n    if n == 4_000:\n        raise ValueError(n)\n", 1)
    program = f"import asyncio\n\n{fails}\n\n{all_of}\n\nprint({call.format(calls=5_000)})\n"
    project.write("program.py", program, prelude=False)

    assert project.command("run", "program.py").status == 1

    failed = steps_of(project, "take")[-1]
    assert (failed["status"], failed["inputs"]) == ("failed", {"n": 4_000})
    assert project.command("debug", "last", "--json").json["failure"]["name"] == "program:take"


def test_a_replay_serves_all_that_was_recorded_however_quick_that_is(project: Project) -> None:
    write(project, slow=1_300)
    project.command("run", "program.py")

    project.edit("program.py", "return total(", "return 1 + total(")
    project.edit("program.py", "def slow(n):", "def slow(n):  # as it was")
    replayed = project.replay()

    decisions = [step["decision"] for step in replayed.json["steps"] if step["name"] == "program:slow"]
    assert decisions == ["cached"] * 1_300


TREE = """
class Node:
    def __init__(self, depth):
        self.children = [Node(depth - 1) for _ in range(8)] if depth else []

class Visitor:
    def __init__(self):
        self.seen = 0

    def visit(self, tree, node):
        self.seen += 1
        for child in node.children:
            self.visit(tree, child)
        return node

    def count(self, tree):
        self.visit(tree, tree)
        return self.seen + {more}

def main():
    return [Visitor().count(Node({depth})) for _ in range(2)]

print(main())
"""


def test_what_is_recorded_at_great_expense_for_nothing_is_hot_long_before(project: Project) -> None:
    project.write("program.py", TREE.format(more=0, depth=3), prelude=False)

    ran = project.command("run", "program.py")

    nodes = 1 + 8 + 64 + 512
    steps = project.show()["steps"]
    assert (ran.stdout, ran.stderr) == (f"{[nodes] * 2}\n", "")
    assert 0 < len([step for step in steps if step["name"] == "program:Visitor.visit"]) < nodes
    assert "program:Visitor.visit" in [one["name"] for one in project.show()["hot"]]
    project.edit("program.py", "self.seen + 0", "self.seen + 1")
    assert project.replay().stderr == f"{[nodes + 1] * 2}\n"


def test_the_limits_are_taken_from_the_environment(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    write(project, calls=5_000)
    project.command("run", "program.py", env={"FLIGHT_RECORDER_HOT_CALLS": "10"})
    assert len(steps_of(project, "price")) == 110

    monkeypatch.setenv("FLIGHT_RECORDER_SHARE", "0.5")
    monkeypatch.setenv("FLIGHT_RECORDER_HOT_CALLS", "many")
    config = load_config()
    assert (config.hot_calls, config.share) == (1_000, 0.5)


@pytest.mark.parametrize("parameters", ["*args", "**kwargs", "a=1", "*, a=1", "a=1, /", ""])
def test_a_hot_function_takes_what_it_took(project: Project, parameters: str) -> None:
    project.write(
        "program.py",
        f"def take({parameters}):\n    return sorted(locals())\n\n"
        "for _ in range(1_500):\n    last = take()\nprint(last)\n",
        prelude=False,
    )

    assert project.command("run", "program.py").stdout == project.python("program.py").stdout
    assert project.show()["hot"]
