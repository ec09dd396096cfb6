"""What a consumer gets of a recorded stream in a replay, and when the stream runs again, in real processes."""

import os
import signal
import textwrap

import pytest

from tests.kit import Project, Ran

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

# What an entry does with streams.
BODIES = {
    "all items": """
        def body():
            stream = count(3)
            seen(*stream)
            seen(type(stream).__name__, stream.__name__, next(stream, "no more"))
    """,
    "what it returned": """
        def body():
            def inner():
                seen((yield from count(2)))
            seen(*inner())
    """,
    "no items": """
        def body():
            seen(*count(0))
    """,
    "an early break": """
        def body():
            for item in count(5):
                seen(item)
                if item == [1]:
                    break
    """,
    "an early close": """
        def body():
            stream = count(5)
            seen(next(stream), stream.close(), next(stream, "closed"))
    """,
    "one that is left open": """
        kept = []

        def body():
            kept.append(count(5))
            seen(next(kept[0]))
    """,
    "send, throw and close": """
        def body():
            with closing(talk()) as stream:
                seen(next(stream), stream.send("a"), stream.send(("b", 1)), stream.throw(KeyError("c")), next(stream))
    """,
    "a throw that goes through": """
        def body():
            stream = talk()
            next(stream)
            error = LookupError("out")
            try:
                stream.throw(error)
            except LookupError as caught:
                seen(caught is error, repr(caught), caught.__context__)
    """,
    "an exception in mid-stream": """
        @fr.register("broken")
        def broken():
            ran("broken")
            yield 1
            raise OSError(5, "no more", "file.txt")

        def body():
            try:
                for item in broken():
                    seen(item)
            except OSError as error:
                seen(repr(error), error.filename)
    """,
    "asend, athrow and aclose": """
        def body():
            async def consume():
                async with aclosing(ticks(9)) as stream:
                    seen(type(stream).__name__, await anext(stream), await stream.asend("a"))
                    seen(await stream.athrow(KeyError("b")), await anext(stream))
                seen(await anext(stream, "closed"))
            asyncio.run(consume())
    """,
    "an async comprehension": """
        def body():
            async def consume():
                seen([item async for item in ticks(3)])
            asyncio.run(consume())
    """,
    "tasks that take in turn": """
        def body():
            async def take(n):
                return [item async for item in ticks(n)]
            async def consume():
                seen(*await asyncio.gather(take(2), take(4), take(3), take(2)))
            asyncio.run(consume())
    """,
    "one stream that two tasks take from": """
        def body():
            async def take(stream, times):
                return [await anext(stream) for _ in range(times)]
            async def consume():
                stream = ticks(5)
                first = await asyncio.create_task(take(stream, 2))
                seen(first, await asyncio.create_task(take(stream, 3)))
            asyncio.run(consume())
    """,
    "a returned generator": """
        @fr.register("ask")
        def ask(prompt):
            ran("ask")
            return (word.upper() for word in prompt.split())

        def body():
            seen(*ask("to be"))
    """,
    "a returned generator that is not taken to its end": """
        @fr.register("ask")
        def ask(prompt):
            ran("ask")
            return (word.upper() for word in prompt.split())

        def body():
            ask("nobody takes")
            seen(next(ask("to be")))
    """,
    "an async generator that a coroutine function returns": """
        @fr.register("ask")
        async def ask(prompt):
            ran("ask")
            async def words():
                for word in prompt.split():
                    await asyncio.sleep(0)
                    yield word.upper()
            return words()

        def body():
            async def consume():
                seen([word async for word in await ask("to be")])
            asyncio.run(consume())
    """,
    "steps in a body": """
        def body():
            seen(*nested(2))
            seen(small(0))
    """,
    "a stream in a stream": """
        @fr.register("doubled")
        def doubled(n):
            ran("doubled")
            for item in count(n):
                yield item * 2

        def body():
            seen(*doubled(3))
    """,
    "items that are the caller's objects": """
        @fr.register("rows")
        def rows(page):
            ran("rows")
            for row in page["rows"]:
                yield row

        def body():
            page = {"rows": [{"n": 1}, {"n": 2}]}
            seen([one is other for one, other in zip(rows(page), page["rows"])])
    """,
    "equal streams that gave different items": """
        @fr.register("drawn")
        def drawn():
            ran("drawn")
            yield os.urandom(4).hex()
            yield os.urandom(4).hex()

        def body():
            seen(*drawn(), *drawn())
    """,
}


def write(project: Project, body: str) -> None:
    project.write("program.py", HEAD + textwrap.dedent(body) + TAIL)


def said(output: str) -> list[str]:
    return [line for line in output.splitlines() if line.startswith("|")]


@pytest.mark.parametrize("what", BODIES)
def test_a_stream_is_served_item_by_item(project: Project, what: str) -> None:
    write(project, BODIES[what])
    recorded = project.record()
    assert recorded.status == 1, recorded.stderr
    assert "Warning" not in recorded.stderr
    assert said(recorded.stdout)
    project.edit("program.py", "FAIL = True", "FAIL = False")

    replay = project.replay()
    assert replay.json["status"] == "success", replay.stderr
    assert said(replay.stderr) == said(recorded.stdout)
    assert replay.ran == []

    project.edit("program.py", "    body()\n    if", "    body()\n    body\n    if")
    again = project.replay()
    assert said(again.stderr) == said(recorded.stdout)
    assert again.ran == []


def fresh(project: Project) -> list[str]:
    """What the program says when nothing is recorded or served."""
    return said(project.record(env={"FLIGHT_RECORDER_DISABLED": "1"}).stdout)


def reasons(replay: Ran) -> list[tuple[str, str]]:
    """The steps that ran and why, but the entry."""
    return [(step["name"], step["reason"]) for step in replay.json["steps"][1:] if step["decision"] == "rerun"]


COUNTED = ["count", "item 0", "item 1", "item 2", "item 3", "item 4"]

# An entry, an edit of it, what runs then, and why.
EDITS = {
    "fewer items": (
        """
        def body():
            for item in count(5):
                seen(item)
                if item == [3]:
                    break
        """,
        ("[3]", "[1]"),
        [],
        [],
    ),
    "more items": (
        """
        def body():
            for item in count(5):
                seen(item)
                if item == [1]:
                    break
        """,
        ("[1]", "[3]"),
        COUNTED[:5],
        [("count", "taken further")],
    ),
    "to its end and not left open": (
        """
        kept = []

        def body():
            kept.append(count(5))
            seen(next(kept[0]))
            # then
        """,
        ("# then", "seen(*kept[0])"),
        COUNTED,
        [("count", "taken further")],
    ),
    "another value sent": (
        """
        def body():
            stream = talk()
            seen(next(stream), stream.send("a"), stream.send("b"), stream.send("c"))
        """,
        ('send("b")', 'send("B")'),
        ["talk"],
        [("talk", "taken further")],
    ),
    "thrown and not sent": (
        """
        def body():
            stream = talk()
            seen(next(stream), stream.send("a"), stream.send("b"))
        """,
        ('send("b")', 'throw(KeyError("b"))'),
        ["talk"],
        [("talk", "taken further")],
    ),
    "another exception thrown": (
        """
        def body():
            stream = talk()
            seen(next(stream), stream.throw(KeyError("a")), stream.send("b"))
        """,
        ('KeyError("a")', 'KeyError("A")'),
        ["talk"],
        [("talk", "taken further")],
    ),
    "asend and athrow": (
        """
        def body():
            async def consume():
                stream = ticks(9)
                seen(await anext(stream), await stream.asend("a"), await stream.athrow(KeyError("b")))
                await stream.aclose()
            asyncio.run(consume())
        """,
        ('KeyError("b")', 'KeyError("B")'),
        ["ticks"],
        [("ticks", "taken further")],
    ),
    "past an exception that is not thrown any more": (
        """
        def body():
            stream = talk()
            next(stream)
            try:
                stream.throw(LookupError("out"))
            except LookupError as error:
                seen(repr(error))
        """,
        ('stream.throw(LookupError("out"))', 'seen(stream.send("on"))'),
        ["talk"],
        [("talk", "taken further")],
    ),
    "steps in a body, fewer": (
        """
        def body():
            for item in nested(4):
                seen(item)
                if item == 20:
                    break
            seen(small(3))
        """,
        ("== 20", "== 0"),
        ["nested", "small 3"],
        [("nested", "taken further"), ("small", "new")],
    ),
    "steps in a body, more": (
        """
        def body():
            for item in nested(4):
                seen(item)
                if item == 10:
                    break
        """,
        ("== 10", "== 20"),
        ["nested", "small 2"],
        [("nested", "taken further"), ("small", "new")],
    ),
    "a returned generator, more": (
        """
        @fr.register("ask")
        def ask(prompt):
            ran("ask")
            return (word.upper() for word in prompt.split())

        def body():
            stream = ask("to be or not")
            seen(next(stream), next(stream))
            # then
        """,
        ("# then", "seen(*stream)"),
        ["ask"],
        [("ask", "taken further")],
    ),
    "an async generator that a coroutine function returns, more": (
        """
        @fr.register("ask")
        async def ask(prompt):
            ran("ask")
            async def words():
                for word in prompt.split():
                    yield word.upper()
            return words()

        def body():
            async def consume():
                async with aclosing(await ask("to be or not")) as stream:
                    seen(await anext(stream), await anext(stream))
                    # then
            asyncio.run(consume())
        """,
        ("# then", "seen([word async for word in stream])"),
        ["ask"],
        [("ask", "taken further")],
    ),
    "another stream": (
        """
        def body():
            seen(*count(2))
        """,
        ("count(2)", "count(3)"),
        COUNTED[:4],
        [("count", "input changed")],
    ),
    "what the body yields": (
        """
        @fr.register("mine")
        def mine():
            ran("mine")
            yield small(1)
            yield 2

        def body():
            seen(*mine())
        """,
        ("yield 2", "yield 3"),
        ["mine"],
        [("mine", "code changed")],
    ),
    "what a step under it gives": (
        """
        RATE = 2

        @fr.register("rate")
        def rate(n):
            ran("rate")
            return n * RATE

        @fr.register("mine")
        def mine():
            ran("mine")
            yield rate(1)
            yield rate(2)

        def body():
            seen(*mine())
        """,
        ("RATE = 2", "RATE = 3"),
        ["mine", "rate", "rate"],
        [("mine", "callee changed"), ("rate", "code changed"), ("rate", "code changed")],
    ),
    "a stream that is given to another step": (
        """
        @fr.register("total")
        def total(items):
            ran("total")
            return sum(item[0] for item in items)

        def body():
            seen(total(count(3)))
            pass
        """,
        ("pass", "seen()"),
        ["total"],
        [("total", "opaque input")],
    ),
    "a stream of dicts that its consumer changes": (
        """
        @fr.register("forms")
        def forms():
            ran("forms")
            form = {}
            yield form
            yield dict(form)

        def body():
            stream = forms()
            next(stream)["name"] = "Ann"
            seen(next(stream))
        """,
        ("Ann", "Bob"),
        ["forms"],
        [("forms", "opaque output")],
    ),
}


@pytest.mark.parametrize("what", EDITS)
def test_what_comes_of_a_stream_is_what_a_fresh_run_gives(project: Project, what: str) -> None:
    body, (old, new), ran, why = EDITS[what]
    write(project, body)
    project.record()
    project.edit("program.py", "FAIL = True", "FAIL = False")
    project.edit("program.py", old, new)
    expected = fresh(project)

    replay = project.replay()
    assert replay.json["status"] == "success", replay.stderr
    assert said(replay.stderr) == expected
    assert replay.ran == ran
    assert reasons(replay) == why

    project.edit("program.py", "    body()\n    if", "    body()\n    body\n    if")
    again = project.replay()
    assert said(again.stderr) == expected
    assert again.ran == [step for step in ran if step == "total"]  # which takes what cannot be compared
