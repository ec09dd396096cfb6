"""What a consumer gets of a recorded stream in a replay, in real processes."""

import pytest

from tests.kit import Project
from tests.replay.stream_programs import said, write

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
