"""When a recorded stream runs again because its consumer, or its code, has changed, in real processes."""

import pytest

from tests.kit import Project, Ran
from tests.replay.stream_programs import fresh, said, write


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
        ["nested"],  # closed where it was not: it could call a step then
        [("nested", "taken further")],
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
        [("nested", "taken further"), ("small", "input changed")],
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
    "a form that its consumer fills in, and that goes into a step then": (
        """
        @fr.register("order")
        def order():
            ran("order")
            form = {"lines": [1]}
            yield form
            small(form["lines"][-1])
            yield len(form["lines"])

        def body():
            stream = order()
            form = next(stream)
            form["lines"].append(7)
            form["by"] = "Ann"
            seen(next(stream))
        """,
        ("append(7)", "append(8)"),
        ["order", "small 8"],
        [("order", "taken further"), ("small", "input changed")],
    ),
    "what its consumer does not do to an item any more": (
        """
        @fr.register("order")
        def order():
            ran("order")
            form = {"lines": [1]}
            yield form
            yield len(form["lines"])

        def body():
            stream = order()
            lines = next(stream)["lines"]
            lines.append(7)
            seen(next(stream))
        """,
        ("lines.append(7)", "lines"),
        ["order"],
        [("order", "taken further")],
    ),
    "the same done to each item, and the last one left alone": (
        """
        def body():
            total = 0
            for row in count(4):
                row.append(1)
                if row[0] == 3:
                    row.clear()
                total += len(row)
            seen(total)
        """,
        ("total = 0", "total = 1"),
        [],
        [],
    ),
    "an async form that its consumer fills in": (
        """
        @fr.register("aorder")
        async def aorder():
            ran("aorder")
            form = {}
            answer = yield form
            yield [dict(form), answer]

        def body():
            async def consume():
                stream = aorder()
                (await anext(stream))["by"] = "Ann"
                seen(await stream.asend("sent"))
                await stream.aclose()
            asyncio.run(consume())
        """,
        ("Ann", "Bob"),
        ["aorder"],
        [("aorder", "taken further")],
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
        [("forms", "taken further")],
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


def test_a_stream_that_gives_other_items_than_its_consumer_holds_ends_the_replay(project: Project) -> None:
    body = """
        import random

        @fr.register("tokens")
        def tokens():
            ran("tokens")
            while True:
                yield random.random()

        def body():
            stream = tokens()
            next(stream)
            # then
    """
    write(project, body)
    project.record()
    project.edit("program.py", "# then", "next(stream)")

    held = project.command("replay", "last", "--yes")
    again = project.command("replay", "last~1", "--yes", "--from", "tokens")

    assert held.status == 3
    assert "HELD\nstream 'tokens': it gives other items than those that were taken already.\n" in held.stdout
    assert "Add --from tokens to run it from its beginning." in held.stdout
    assert "FAILED\nValueError: to be mended\n" in again.stdout
