"""What people write every day: each program fails at its end, is edited, and is replayed, in real processes.

What it shows must be what the edited program shows from scratch, and only what the edit touches may run.
"""

from dataclasses import dataclass

import pytest

from tests.kit import Project

HEAD = """
@fr.register("deliver")
def deliver(value):
    ran("deliver")
    raise ConnectionError("the service is down")
"""
MENDED = ('raise ConnectionError("the service is down")', "return value")


@dataclass(frozen=True)
class Everyday:
    """A program, an edit beside the mended last step, and which steps the replay must run, in their order."""

    program: str
    runs: tuple[str, ...] = ("deliver",)
    edit: tuple[str, str] | None = None


PROGRAMS = {
    "models of pydantic": Everyday("""
        from pydantic import BaseModel, Field

        class Lead(BaseModel):
            name: str
            tags: list[str] = Field(default_factory=list)
            score: float | None = None

        @fr.register("load")
        def load(name):
            ran("load")
            return Lead(name=name)

        @fr.register("tag")
        def tag(lead):
            ran("tag")
            lead.tags.append("new")
            return lead

        @fr.register("main")
        def main():
            lead = load("Ann")
            print("|", tag(lead) is lead, lead)
            deliver(lead.name)
    """),
    "functions and methods that become steps all at once": Everyday(
        """
        import sys

        class Crm:
            def load(self, name):
                ran("load")
                return {"name": name, "score": 3}

        def rate(lead):
            ran("rate")
            return lead["score"] * 2

        fr.register_class(Crm)
        fr.register_module(sys.modules[__name__], include=["rate"])

        @fr.register("main")
        def main():
            lead = Crm().load("Ann")
            print("|", lead, rate(lead))
            deliver(1)
        """,
        runs=("deliver", "rate"),
        edit=('lead["score"] * 2', 'lead["score"] * 5'),
    ),
    "two steps of one name that a function makes": Everyday(
        """
        def make(factor):
            @fr.register("times")
            def times(n):
                ran(f"times {factor}")
                return n * factor
            return times

        double, triple = make(2), make(3)

        @fr.register("main")
        def main():
            print("|", double(5), triple(5))
            deliver(1)
        """,
        edit=("double(5), triple(5)", "triple(5), double(5)"),
    ),
    "steps of one name, one of which is edited": Everyday(
        """
        def make(factor):
            @fr.register("times")
            def times(n):
                ran(f"times {factor}")
                return n * factor
            return times

        double, triple = make(2), make(3)

        @fr.register("main")
        def main():
            print("|", double(5), triple(5), double(6), triple(6))
            deliver(1)
        """,
        runs=("times 4", "times 4", "deliver"),
        edit=("make(3)", "make(4)"),
    ),
    "steps of one name that the entry registers": Everyday(
        """
        @fr.register("main")
        def main():
            tools = {}
            for factor in (2, 3):
                @fr.register("tool")
                def tool(n, factor=factor):
                    ran(f"tool {factor}")
                    return n * factor
                tools[factor] = tool
            print("|", tools[3](5), tools[2](5))
            deliver(1)
        """,
        edit=("tools[3](5), tools[2](5)", "tools[2](5), tools[3](5)"),
    ),
    "a second function under the name of a recorded one": Everyday(
        """
        @fr.register("ask")
        def ask(n):
            ran("ask")
            return n * 2

        # here

        @fr.register("main")
        def main():
            print("|", ask(5))
            deliver(1)
        """,
        runs=("other", "deliver"),
        edit=(
            "# here",
            """old = ask

        @fr.register("ask")
        def other(n):
            ran("other")
            return n * 3

        ask = other""",
        ),
    ),
    "a retry by a decorator": Everyday("""
        import functools
        tries = 0

        def retry(function):
            @functools.wraps(function)
            def wrapper(*args):
                for _ in range(3):
                    try:
                        return function(*args)
                    except TimeoutError as error:
                        last = error
                raise last
            return wrapper

        @retry
        @fr.register("flaky")
        def flaky(n):
            global tries
            ran("flaky")
            tries += 1
            if tries < 3:
                raise TimeoutError(tries)
            return n * 2

        @fr.register("main")
        def main():
            print("|", flaky(3), tries)
            deliver(1)
    """),
    "a state that steps fill": Everyday(
        """
        @fr.register("turn")
        def turn(state):
            ran("turn")
            state["turns"] += 1
            state["log"].append(f"turn {state['turns']}")
            return state["turns"] < 3

        @fr.register("main")
        def main():
            state = {"turns": 0, "log": []}
            while turn(state):
                pass
            print("|", state)
            deliver(state["turns"])
        """
    ),
    "an agent with a memory": Everyday("""
        class Agent:
            def __init__(self, name):
                self.name, self.memory = name, []

            @fr.register("think")
            def think(self, thought):
                ran("think")
                self.memory.append(thought)
                return f"{self.name} thinks {len(self.memory)}"

        @fr.register("main")
        def main():
            agent = Agent("Ann")
            print("|", agent.think("a"), agent.think("b"), agent.memory)
            deliver(1)
    """),
    "a cache in front of a helper": Everyday(
        """
        import functools

        @functools.lru_cache
        def rate(country):
            return {"no": 2, "se": 3}[country]

        @fr.register("price")
        def price(country):
            ran("price")
            return rate(country) * 10

        @fr.register("main")
        def main():
            print("|", price("no"), price("se"))
            deliver(1)
        """,
        runs=("price", "price", "deliver"),
        edit=('"se": 3', '"se": 4'),
    ),
    "functions in a table": Everyday(
        """
        import functools

        def times(factor, n):
            return factor * n

        TOOLS = {"triple": functools.partial(times, 3), "negate": lambda n: -n}

        @fr.register("use")
        def use(tool, n):
            ran(f"use {tool}")
            return TOOLS[tool](n)

        @fr.register("main")
        def main():
            print("|", use("triple", 2), use("negate", 2))
            deliver(1)
        """,
        runs=("use triple", "use negate", "deliver"),
        edit=("times, 3", "times, 4"),
    ),
    "a fan-out of fan-outs": Everyday(
        """
        import asyncio

        @fr.register("leaf")
        async def leaf(n):
            ran(f"leaf {n}")
            await asyncio.sleep(0.001 * (n % 3))
            return n

        @fr.register("middle")
        async def middle(n):
            return sum(await asyncio.gather(*(leaf(10 * n + i) for i in range(3))))

        async def all_of_them():
            return await asyncio.gather(*(middle(n) for n in range(3)))

        @fr.register("main")
        def main():
            print("|", asyncio.run(all_of_them()))
            deliver(1)
        """,
        runs=("leaf 23", "deliver"),
        edit=("10 * n + i)", "10 * n + i + (n == 2))"),
    ),
    "an error with a cause, handled": Everyday("""
        class Refused(Exception):
            def __init__(self, who, why):
                super().__init__(f"{who}: {why}")
                self.why = why

        @fr.register("ask")
        def ask(n):
            ran("ask")
            try:
                return 1 / n
            except ZeroDivisionError as error:
                raise Refused("model", "no zeros") from error

        @fr.register("main")
        def main():
            for n in (0, 0, 2):
                try:
                    print("|", ask(n))
                except Refused as error:
                    print("|", error, error.why, repr(error.__cause__))
            deliver(1)
    """),
}


@pytest.mark.parametrize("what", PROGRAMS)
def test_a_replay_shows_what_a_new_run_would_and_runs_what_the_edit_touches(project: Project, what: str) -> None:
    everyday = PROGRAMS[what]
    project.write("program.py", HEAD, prelude=True)
    with (project.folder / "program.py").open("a") as file:
        file.write(_dedented(everyday.program) + '\n\nif __name__ == "__main__":\n    fr.run(main)\n')
    project.record()
    old, new = everyday.edit or ("", "")
    if old:
        project.edit("program.py", _dedented(old), _dedented(new))
    project.edit("program.py", *MENDED)

    replayed = project.replay()
    scratch = project.record()

    assert replayed.json["status"] == "success"
    assert _said(replayed.stderr) == _said(scratch.stdout) != []
    assert sorted(replayed.ran) == sorted(everyday.runs)


def _dedented(text: str) -> str:
    """Return *text* without the eight blanks that a program stands behind here."""
    return text.replace("\n        ", "\n")


def _said(output: str) -> list[str]:
    return [line for line in output.splitlines() if line.startswith("|")]
