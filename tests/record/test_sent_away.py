"""What a program does with its functions and classes beside calling them: it sends them away, and lets go of them."""

import pytest

from tests.kit import Project

SENDS = """
import asyncio
import pickle
import subprocess
import sys

import cloudpickle

fr = None

def register(function):
    return fr.register(function) if fr is not None else function

{recorder}

@register
def twice(n):
    return 2 * n

@register
async def later(n):
    return n + 1

@register
def up_to(n):
    yield from range(n)

@register
async def later_up_to(n):
    for each in range(n):
        yield each

def adding(more):
    def add(n):
        return n + more
    return add

async def listed(n):
    return [each async for each in later_up_to(n)]

RECEIVES = "import pickle, sys; print(pickle.loads(sys.stdin.buffer.read())(3))"

def main():
    for one in (
        twice,
        lambda n: asyncio.run(later(n)),
        lambda n: list(up_to(n)),
        lambda n: asyncio.run(listed(n)),
        adding(7),
    ):
        one(1)
        sent = cloudpickle.dumps(one)
        got = subprocess.run([sys.executable, "-c", RECEIVES], input=sent, stdout=subprocess.PIPE, check=True)
        print(got.stdout.decode(), end="")

if __name__ == "__main__":
    {run}
"""


@pytest.mark.parametrize("way", ["registered", "traced", "run"])
def test_functions_of_a_script_are_sent_to_other_processes_by_value(project: Project, way: str) -> None:
    recorder = "" if way == "run" else "from flight_recorder import FlightRecorder\nfr = FlightRecorder()"
    run = (
        "with fr.trace():\n        main()" if way == "traced" else "fr.run(main)" if way == "registered" else "main()"
    )
    project.write("program.py", SENDS.format(recorder=recorder, run=run), prelude=False)

    ran = project.command("run", "program.py") if way == "run" else project.record()

    assert (ran.stdout, ran.stderr) == ("6\n4\n[0, 1, 2]\n[0, 1, 2]\n10\n", "")
    assert project.show()["steps"][1:]


def test_nothing_is_kept_of_what_a_function_was_made_around(project: Project) -> None:
    project.write(
        "program.py",
        """
        import gc
        import weakref

        def made(kind):
            def make():
                return kind()
            return make

        def once():
            class Kind:
                pass
            made(Kind)()
            return weakref.ref(Kind)

        kept = [once() for _ in range(3)]
        gc.collect()
        print([one() for one in kept])
        """,
        prelude=False,
    )

    assert project.command("run", "program.py").stdout == "[None, None, None]\n"
    assert [step["name"] for step in project.show()["steps"]].count("program:made.<locals>.make") == 3


def test_a_function_that_calls_itself_by_a_variable_is_collected_as_ever(project: Project) -> None:
    project.write(
        "program.py",
        """
        import gc
        import weakref

        class Large:
            pass

        def walk(depth):
            large = Large()

            def inner(left):
                return inner(left - 1) if left else large

            return weakref.ref(inner(depth))

        kept = [walk(2) for _ in range(3)]
        gc.collect()
        print([one() for one in kept])
        """,
        prelude=False,
    )

    assert project.command("run", "program.py").stdout == "[None, None, None]\n"
    inner = [step for step in project.show()["steps"] if step["name"] == "program:walk.<locals>.inner"]
    assert [step["inputs"]["left"] for step in inner] == [2, 1, 0] * 3
