"""A registered generator gives, takes and ends exactly as the bare one, and what passes is written as it passes."""

import asyncio
import gc
import inspect
import sys
import threading
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flight_recorder import FlightRecorder
from flight_recorder.model.session import Session
from flight_recorder.model.step import Closed, Raised, Returned, Step
from flight_recorder.model.stream import Changed, Exchange, Item, Sent, Thrown, Tied
from tests.record.bodies import OPERATIONS, Body, Operation, agenerate, arun, bodies, generate, run

Load = Callable[[], Session]
LAW = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def step_named(session: Session, name: str) -> Step:
    (found,) = [step for step in session.steps.values() if step.name == name]
    return found


def passed(step: Step) -> list[str]:
    assert step.stream is not None
    return [told(exchange) for exchange in step.stream.exchanges]


def told(exchange: Exchange) -> str:
    match exchange:
        case Item(value=value):
            return f"gave {value.data.decode()}"
        case Changed(value=value):
            return f"became {value.data.decode()}"
        case Sent(value=value):
            return f"sent {value.data.decode()}"
        case Thrown(failure=failure):
            return f"thrown {failure.type}"
        case Tied(why=why):
            return f"tied: {why}"


def test_what_passes_through_a_generator_is_recorded_item_by_item(fr: FlightRecorder, last: Load) -> None:
    @fr.register("talk")
    def talk() -> Any:
        got = yield 1
        try:
            yield got
        except KeyError:
            yield "caught"
        return "end"

    def entry() -> None:
        stream = talk()
        next(stream), stream.send("two"), stream.throw(KeyError("x"))
        with pytest.raises(StopIteration, match="end"):
            next(stream)

    fr.run(entry)
    step = step_named(last(), "talk")
    assert passed(step) == ["gave 1", 'sent "two"', 'gave "two"', "thrown KeyError", 'gave "caught"']
    assert isinstance(step.outcome, Returned)
    assert step.outcome.value.data == b'"end"'


def test_what_passes_through_an_async_generator_is_recorded_item_by_item(fr: FlightRecorder, last: Load) -> None:
    @fr.register("talk")
    async def talk() -> AsyncIterator[Any]:
        got = yield 1
        await asyncio.sleep(0)
        try:
            yield got
        except KeyError:
            yield "caught"

    async def entry() -> None:
        stream: Any = talk()
        await anext(stream), await stream.asend("two"), await stream.athrow(KeyError("x"))
        with pytest.raises(StopAsyncIteration):
            await anext(stream)

    asyncio.run(fr.run(entry))
    step = step_named(last(), "talk")
    assert passed(step) == ["gave 1", 'sent "two"', 'gave "two"', "thrown KeyError", 'gave "caught"']
    assert isinstance(step.outcome, Returned)


def count_to(n: int) -> Iterator[int]:
    yield from range(n)


@pytest.mark.parametrize("leave", ["break", "close", "forget", "keep"])
def test_a_stream_that_is_not_taken_to_its_end_was_closed(fr: FlightRecorder, last: Load, leave: str) -> None:
    count = fr.register("count")(count_to)
    kept = []

    def entry() -> None:
        stream = count(9)
        for item in stream:
            if item == 1:
                break
        if leave == "close":
            stream.close()
        if leave == "keep":
            kept.append(stream)

    fr.run(entry)
    step = step_named(last(), "count")
    assert passed(step) == ["gave 0", "gave 1"]
    assert step.outcome == Closed(was_left=leave == "keep")
    assert [next(stream) for stream in kept] == ([2] if leave == "keep" else [])


def test_what_a_body_does_when_it_is_told_to_close_is_recorded(fr: FlightRecorder, last: Load) -> None:
    @fr.register("returns")
    def returns() -> Any:
        try:
            yield 1
        except GeneratorExit:
            return "bye"

    @fr.register("raises")
    def raises() -> Any:
        try:
            yield 1
        finally:
            raise LookupError("no")

    @fr.register("refuses")
    def refuses() -> Any:
        try:
            yield 1
        except GeneratorExit:
            yield 2

    def entry() -> list[object]:
        streams = returns(), raises(), refuses()
        for stream in streams:
            next(stream)
        closed = [streams[0].close()]
        with pytest.raises(LookupError, match="no"):
            streams[1].close()
        with pytest.raises(RuntimeError, match="generator ignored GeneratorExit"):
            streams[2].close()
        return closed

    assert fr.run(entry) == (["bye"] if sys.version_info >= (3, 13) else [None])
    session = last()
    outcome = step_named(session, "returns").outcome
    assert isinstance(outcome, Closed)
    assert outcome.value is not None
    assert outcome.value.data == b'"bye"'
    assert passed(step_named(session, "raises")) == ["gave 1", "thrown GeneratorExit"]
    assert isinstance(step_named(session, "raises").outcome, Raised)
    assert passed(step_named(session, "refuses")) == ["gave 1", "thrown GeneratorExit", "gave 2"]
    assert isinstance(step_named(session, "refuses").outcome, Closed)  # by then nobody holds it any more


def test_an_item_is_recorded_as_it_was_given(fr: FlightRecorder, last: Load) -> None:
    @fr.register("rows")
    def rows() -> Iterator[list[int]]:
        yield [1]
        yield [2]

    def entry() -> None:
        for row in rows():
            row.append(9)

    fr.run(entry)
    assert passed(step_named(last(), "rows")) == ["gave [1]", "became [1,9]", "gave [2]", "became [2,9]"]


def test_a_step_in_the_body_is_under_the_stream_and_one_of_the_consumer_is_not(
    fr: FlightRecorder, last: Load
) -> None:
    @fr.register("inner")
    def inner(who: str) -> str:
        return who

    @fr.register("outer")
    def outer() -> Iterator[str]:
        try:
            yield inner("body")
            yield inner("body")
        finally:
            inner("cleanup")

    def entry() -> None:
        for _ in outer():
            inner("consumer")
        stream = outer()
        next(stream)
        del stream
        inner("after")

    fr.run(entry)
    session = last()
    callers = {
        (step.inputs["who"].data.decode(), session.steps[step.parent or 0].name)
        for step in session.steps.values()
        if step.name == "inner"
    }
    assert callers == {
        ('"body"', "outer"),
        ('"cleanup"', "outer"),
        ('"consumer"', session.entry),
        ('"after"', session.entry),
    }


def test_a_generator_that_a_step_returns_is_its_stream(fr: FlightRecorder, last: Load) -> None:
    @fr.register("inner")
    def inner(word: str) -> str:
        return word.upper()

    @fr.register("ask")
    def ask(prompt: str) -> Iterator[str]:
        return (inner(word) for word in prompt.split())

    def entry() -> list[str]:
        words = ask("a b")
        assert inspect.isgenerator(words)
        assert words.__name__ == "<genexpr>"
        return list(words)

    assert fr.run(entry) == ["A", "B"]
    session = last()
    step = step_named(session, "ask")
    assert passed(step) == ['gave "A"', 'gave "B"']
    assert [session.steps[child].name for child in step.children] == ["inner", "inner"]


@pytest.mark.parametrize("is_async_step", [False, True])
def test_an_async_generator_that_a_step_returns_is_its_stream(
    fr: FlightRecorder, last: Load, is_async_step: bool
) -> None:
    async def words() -> AsyncIterator[str]:
        for word in ("a", "b"):
            await asyncio.sleep(0)
            yield word

    @fr.register("ask")
    def ask() -> AsyncIterator[str]:
        return words()

    @fr.register("aask")
    async def aask() -> AsyncIterator[str]:
        return words()

    async def entry() -> list[str]:
        stream = await aask() if is_async_step else ask()
        assert inspect.isasyncgen(stream)
        return [word async for word in stream]

    assert asyncio.run(fr.run(entry)) == ["a", "b"]
    step = step_named(last(), "aask" if is_async_step else "ask")
    assert passed(step) == ['gave "a"', 'gave "b"']
    assert step.stream is not None
    assert step.stream.is_async


def test_a_generator_that_is_not_the_step_s_own_to_give_stays_the_object_that_it_is(
    fr: FlightRecorder, last: Load
) -> None:
    @fr.register("same")
    def same(stream: Iterator[int]) -> Iterator[int]:
        return stream

    begun = count_to(3)
    next(begun)

    @fr.register("going")
    def going() -> Iterator[int]:
        return begun

    def entry() -> None:
        stream = count_to(2)
        assert same(stream) is stream
        assert going() is begun

    fr.run(entry)
    session = last()
    assert step_named(session, "same").stream is None
    assert step_named(session, "going").stream is None


def test_a_returned_generator_that_nobody_takes_from_is_closed_when_it_is_gone(
    fr: FlightRecorder, last: Load
) -> None:
    ask = fr.register("ask")(lambda: (n for n in range(3)))
    kept: list[object] = []

    def entry() -> None:
        ask()
        kept.append(ask())

    fr.run(entry)
    steps = [step for step in last().steps.values() if step.name == "ask"]
    assert [step.outcome for step in steps] == [Closed(), Closed(was_left=True)]
    assert [passed(step) for step in steps] == [[], []]


def test_a_generator_that_is_never_begun_is_no_step(fr: FlightRecorder, last: Load) -> None:
    count = fr.register("count")(count_to)

    fr.run(lambda: count(3) and None)

    assert [step.name for step in last().steps.values()] == [last().entry]


def test_the_loop_closes_async_generators_that_were_dropped_or_are_left(fr: FlightRecorder, last: Load) -> None:
    closed = []

    @fr.register("inner")
    def inner() -> None: ...

    @fr.register("ticks")
    async def ticks(name: str) -> AsyncIterator[int]:
        try:
            yield 1
            yield 2
        finally:
            await asyncio.sleep(0)
            inner()
            closed.append(name)

    left = []

    async def entry() -> None:
        async for _ in ticks("dropped"):
            break
        gc.collect()
        await asyncio.sleep(0.01)
        stream = ticks("left")
        await anext(stream)
        left.append(stream)

    asyncio.run(fr.run(entry))
    session = last()
    assert closed == ["dropped", "left"]
    outcomes = [step.outcome for step in session.steps.values() if step.name == "ticks"]
    assert [isinstance(outcome, Closed) and outcome.was_left for outcome in outcomes] == [False, True]
    under = [session.steps[step.parent or 0].name for step in session.steps.values() if step.name == "inner"]
    assert under == ["ticks"]  # the session was over when the loop closed the other


def test_a_cancelled_stream_raised(fr: FlightRecorder, last: Load) -> None:
    @fr.register("slow")
    async def slow() -> AsyncIterator[int]:
        yield 1
        await asyncio.sleep(60)
        yield 2

    async def entry() -> None:
        async def take() -> list[int]:
            return [n async for n in slow()]

        with pytest.raises(TimeoutError):
            await asyncio.wait_for(take(), 0.01)

    asyncio.run(fr.run(entry))
    failure = step_named(last(), "slow").failure
    assert failure is not None
    assert failure.type_name == "CancelledError"


def test_streams_that_are_taken_in_turn_by_tasks_and_threads_keep_their_steps(fr: FlightRecorder, last: Load) -> None:
    @fr.register("inner")
    async def inner(n: int) -> int:
        await asyncio.sleep(0)
        return n

    @fr.register("ticks")
    async def ticks(start: int) -> AsyncIterator[int]:
        for n in range(start, start + 3):
            yield await inner(n)

    count = fr.register("count")(count_to)

    async def entry() -> None:
        async def take(start: int) -> list[int]:
            async with aclosing(ticks(start)) as stream:  # type: ignore[type-var]  # an async generator
                return [n async for n in stream]

        assert await asyncio.gather(take(0), take(10)) == [[0, 1, 2], [10, 11, 12]]
        stream = count(4)
        next(stream)
        thread = threading.Thread(target=lambda: next(stream))
        thread.start()
        thread.join()
        assert list(stream) == [2, 3]

    asyncio.run(fr.run(entry))
    session = last()
    for step in session.steps.values():
        if step.name == "ticks":
            assert step.stream is not None
            assert [session.steps[child].inputs["n"].data for child in step.children] == [
                item.value.data for item in step.stream.items
            ]
    assert passed(step_named(session, "count")) == [f"gave {n}" for n in range(4)]


def test_what_a_wrong_call_raises_is_recorded(fr: FlightRecorder, last: Load) -> None:
    count = fr.register("count")(count_to)

    def entry() -> None:
        with pytest.raises(TypeError, match=r"count_to\(\) takes 1 positional argument but 2 were given"):
            next(count(1, 2))  # type: ignore[call-arg]

    fr.run(entry)
    assert isinstance(step_named(last(), "count").outcome, Raised)


def test_nothing_keeps_items_results_or_exceptions(fr: FlightRecorder) -> None:
    class Thing: ...

    class ThingError(Exception): ...

    @fr.register("things")
    def things() -> Any:
        try:
            yield Thing()
            yield Thing()
        except ThingError:
            yield Thing()
            raise ThingError("again") from None

    refs: list[weakref.ref[Any]] = []

    def entry() -> None:
        stream = things()
        item = next(stream)
        refs.append(weakref.ref(item))
        item = next(stream)
        refs.append(weakref.ref(item))
        assert refs[0]() is None  # as soon as the next one is there
        error = ThingError()
        refs.append(weakref.ref(error))
        item = stream.throw(error)
        del error, item
        try:
            next(stream)
        except ThingError as caught:
            refs.append(weakref.ref(caught))

    fr.run(entry)
    gc.collect()
    assert [ref() for ref in refs] == [None] * 4


def test_many_items_cost_the_same_each(fr: FlightRecorder, last: Load) -> None:
    count = fr.register("count")(count_to)

    assert fr.run(lambda: sum(count(20_000))) == sum(range(20_000))

    stream = step_named(last(), "count").stream
    assert stream is not None
    assert len(stream.items) == 20_000


@LAW
@given(body=bodies(), script=st.lists(OPERATIONS, max_size=8))
def test_any_script_of_operations_sees_the_same_of_a_recorded_generator(
    fr: FlightRecorder, body: Body, script: list[Operation]
) -> None:
    step, gives = fr.register("body")(generate), fr.register("gives")(lambda body: generate(body))
    bare = run(generate(body), script)
    outside = run(step(body), script)
    recorded = fr.run(lambda: run(step(body), script))
    returned = fr.run(lambda: run(gives(body), script))

    assert outside == bare
    assert recorded == bare
    assert returned == bare


@LAW
@given(body=bodies(), script=st.lists(OPERATIONS, max_size=8))
def test_any_script_of_operations_sees_the_same_of_a_recorded_async_generator(
    fr: FlightRecorder, body: Body, script: list[Operation]
) -> None:
    step, gives = fr.register("body")(agenerate), fr.register("gives")(lambda body: agenerate(body))

    async def recorded_run() -> list[object]:
        return await arun(step(body), script)

    async def returned_run() -> list[object]:
        return await arun(gives(body), script)

    bare = asyncio.run(arun(agenerate(body), script))
    assert asyncio.run(fr.run(recorded_run)) == bare
    assert asyncio.run(fr.run(returned_run)) == bare
    assert asyncio.run(recorded_run()) == bare


class Holder:
    def __init__(self, held: object) -> None:
        self.held = held


def test_a_stream_that_its_argument_leads_back_to_is_collected_after_its_session(fr: FlightRecorder) -> None:
    @fr.register("made")
    def made(n: int, items: list[Any]) -> Any:
        return (item for item in items)

    @fr.register("yields")
    def yields(n: int, items: list[Any]) -> Iterator[Any]:
        yield from items

    watched: list[weakref.ref[Holder]] = []

    @fr.register("main")
    def main() -> None:
        for n in range(6):
            items: list[Any] = [n, [n]]
            stream = (made if n % 2 else yields)(n, items)
            next(stream)
            items[1].append(Holder(stream))
            watched.append(weakref.ref(items[1][1]))

    fr.run(main)
    gc.collect()

    assert [ref() for ref in watched] == [None] * 6
