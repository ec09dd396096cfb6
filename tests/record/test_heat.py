"""Functions that are called very often: their first calls are steps, the others cost next to nothing."""

import pytest

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
