"""Programs whose entry consumes streams, and what they say."""

import textwrap

from tests.kit import Project

HEAD = """
import asyncio
from contextlib import aclosing, closing

FAIL = True

def seen(*objects):
    print("|", *objects)

@fr.register("count")
def count(n):
    ran("count")
    for i in range(n):
        ran(f"item {i}")
        yield [i]
    return "end"

@fr.register("talk")
def talk():
    ran("talk")
    heard = []
    while len(heard) < 6:
        try:
            heard.append((yield list(heard)))
        except KeyError as error:
            heard.append(repr(error))
    return heard

@fr.register("ticks")
async def ticks(n):
    ran("ticks")
    heard = []
    for i in range(n):
        await asyncio.sleep(0)
        try:
            heard.append((yield [i, list(heard)]))
        except KeyError as error:
            heard.append(repr(error))

@fr.register("small")
def small(n):
    ran(f"small {n}")
    return n * 10

@fr.register("nested")
def nested(n):
    ran("nested")
    for i in range(n):
        yield small(i)
"""

TAIL = """

@fr.register("main")
def main():
    body()
    if FAIL:
        raise ValueError("to be mended")

if __name__ == "__main__":
    fr.run(main)
"""


def write(project: Project, body: str) -> None:
    project.write("program.py", HEAD + textwrap.dedent(body) + TAIL)


def said(output: str) -> list[str]:
    return [line for line in output.splitlines() if line.startswith("|")]


def fresh(project: Project) -> list[str]:
    """What the program says when nothing is recorded or served."""
    return said(project.record(env={"FLIGHT_RECORDER_DISABLED": "1"}).stdout)
