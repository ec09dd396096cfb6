"""A registered function returns, raises, awaits and looks exactly as the bare one."""

import _thread
import asyncio
import contextvars
import gc
import inspect
import pickle
import sys
import threading
import warnings
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich import get_console

from flight_recorder import FlightRecorder
from flight_recorder.model.session import Session, Status

outside = FlightRecorder()


@outside.register("module.step")
def module_step(a: int, b: str = "x") -> str:
    """The doc."""
    return b * a


def test_signature_name_doc_and_module_are_the_functions_own() -> None:
    assert str(inspect.signature(module_step)) == "(a: int, b: str = 'x') -> str"
    assert module_step.__name__ == "module_step"
    assert module_step.__qualname__ == "module_step"
    assert module_step.__doc__ == "The doc."
    assert module_step.__module__ == __name__


def test_a_registered_function_pickles_by_name() -> None:
    assert pickle.loads(pickle.dumps(module_step)) is module_step


def test_the_kind_of_function_is_kept(fr: FlightRecorder) -> None:
    @fr.register
    async def coroutine() -> None: ...

    @fr.register
    def generator() -> Iterator[int]:
        yield 1

    @fr.register
    async def stream() -> AsyncIterator[int]:
        yield 1

    assert inspect.iscoroutinefunction(coroutine)
    assert inspect.isgeneratorfunction(generator)
    assert inspect.isasyncgenfunction(stream)


def test_methods_classmethods_and_staticmethods_bind_as_usual(fr: FlightRecorder) -> None:
    class Shop:
        name = "shop"

        @fr.register("method")
        def method(self, n: int) -> tuple[object, int]:
            return self, n

        @fr.register("above")
        @classmethod
        def above(cls) -> type:
            return cls

        @classmethod
        @fr.register("below")
        def below(cls) -> type:
            return cls

        @fr.register("static")
        @staticmethod
        def static(n: int) -> int:
            return n

    class Sub(Shop): ...

    shop = Sub()
    assert shop.method(1) == (shop, 1)
    assert (Sub.above(), shop.above(), Sub.below(), shop.below()) == (Sub,) * 4
    assert (Shop.static(1), shop.static(2)) == (1, 2)
    assert fr.run(shop.method, 3) == (shop, 3)


def test_run_returns_what_the_entry_returns_itself(fr: FlightRecorder) -> None:
    value = object()

    assert fr.run(lambda: value) is value


def test_run_raises_what_the_entry_raises_itself(fr: FlightRecorder) -> None:
    error = LookupError("x")

    @fr.register("fails")
    def fails() -> None:
        raise error

    with pytest.raises(LookupError) as caught:
        fr.run(fails)
    assert caught.value is error
    assert not hasattr(error, "__notes__")


def test_run_of_a_coroutine_function_gives_a_coroutine(fr: FlightRecorder) -> None:
    @fr.register("later")
    async def later(n: int) -> int:
        await asyncio.sleep(0)
        return n

    coroutine = fr.run(later, 3)
    assert inspect.iscoroutine(coroutine)
    assert asyncio.run(coroutine) == 3


def test_outside_a_session_a_registered_function_just_runs(fr: FlightRecorder, home: Path) -> None:
    assert module_step(2) == "xx"
    assert not home.exists()


def test_wrong_arguments_raise_the_same_type_error(fr: FlightRecorder, last: Callable[[], Session]) -> None:
    @fr.register("step")
    def step(a: int) -> int:
        return a

    with pytest.raises(TypeError, match=r"step\(\) takes 1 positional argument but 2 were given"):
        fr.run(step, 1, 2)  # type: ignore[call-arg]
    root = last().root
    assert root is not None
    assert list(root.inputs) == ["*args", "**kwargs"]


def test_no_reference_to_arguments_or_results_is_kept(fr: FlightRecorder) -> None:
    class Thing: ...

    @fr.register("step")
    def step(thing: Thing) -> Thing:
        return Thing()

    kept: list[weakref.ref[Any]] = []

    def entry() -> None:
        argument = Thing()
        result = step(argument)
        kept.extend((weakref.ref(argument), weakref.ref(result)))

    fr.run(entry)
    gc.collect()
    assert [ref() for ref in kept] == [None, None]


def test_a_task_that_lives_on_keeps_nothing_that_its_step_was_given(fr: FlightRecorder) -> None:
    @fr.register("begins")
    async def begins(n: int, items: list[list[int]]) -> int:
        asyncio.get_running_loop().create_task(asyncio.sleep(60))  # its context has the step
        return n + len(items)

    @fr.register("entry")
    async def entry() -> list[int]:
        inner = [1]
        return [sys.getrefcount(inner), *[await begins(n, [inner]) for n in range(3)], sys.getrefcount(inner)]

    before, *_, after = asyncio.run(fr.run(entry))

    assert after == before


def test_no_reference_to_a_class_is_kept_of_which_a_step_was_given_the_namespace(fr: FlightRecorder) -> None:
    @fr.register("step")
    def step(names: dict[str, object]) -> None: ...

    def made() -> weakref.ref[Any]:
        class Thing: ...

        step(dict(vars(Thing)))  # with the descriptors of its `__dict__` and `__weakref__`
        return weakref.ref(Thing)

    def entry() -> object:
        thing = made()
        gc.collect()
        return thing()

    assert fr.run(entry) is None


def test_generators_pass_sent_values_thrown_errors_and_closing_on(
    fr: FlightRecorder, last: Callable[[], Session]
) -> None:
    events: list[object] = []

    @fr.register("inner")
    def inner(n: int) -> int:
        return n

    @fr.register("gen")
    def gen() -> Iterator[int]:
        try:
            while True:
                try:
                    events.append((yield inner(1)))
                except KeyError:
                    events.append("thrown")
        finally:
            events.append("closed")

    def entry() -> None:
        stream: Any = gen()
        assert next(stream) == 1
        assert stream.send("sent") == 1
        assert stream.throw(KeyError()) == 1
        inner(2)
        stream.close()

    fr.run(entry)
    assert events == ["sent", "thrown", "closed"]
    session = last()
    parents = [
        (step.name, session.steps[step.parent].name if step.parent else None) for step in session.steps.values()
    ]
    assert [parent for name, parent in parents if name == "inner"] == ["gen", "gen", "gen", session.entry]


def test_async_generators_run_through_to_their_end(fr: FlightRecorder, last: Callable[[], Session]) -> None:
    @fr.register("ticks")
    async def ticks(n: int) -> AsyncIterator[int]:
        for i in range(n):
            await asyncio.sleep(0)
            yield i

    async def entry() -> list[int]:
        return [i async for i in ticks(3)]

    assert asyncio.run(fr.run(entry)) == [0, 1, 2]
    assert [step.name for step in last().steps.values()][1:] == ["ticks"]


def test_what_a_library_keeps_is_no_input_of_a_step_that_is_given_a_function_of_it(
    fr: FlightRecorder, last: Callable[[], Session]
) -> None:
    @fr.register("step")
    def step(n: int, function: Callable[..., Any]) -> int:
        return n

    def entry() -> int:
        return step(1, get_console) + step(2, get_console)  # which sets a global

    fr.run(entry)
    assert [list(one.inputs) for one in last().steps.values()] == [[], ["n", "function"], ["n", "function"]]


def test_a_warning_that_means_the_caller_names_the_caller(fr: FlightRecorder) -> None:
    @fr.register("old")
    def old() -> None:
        warnings.warn("old", DeprecationWarning, stacklevel=2)

    @fr.register("later")
    async def later() -> None:
        warnings.warn("later", DeprecationWarning, stacklevel=2)

    async def entry() -> int:
        old()
        await later()
        return inspect.currentframe().f_lineno  # type: ignore[union-attr]

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        outside_a_session = asyncio.run(entry())
        within_one = asyncio.run(fr.run(entry))

    here = [(one.filename, one.lineno) for one in caught]
    assert here == [(__file__, line - back) for line in (outside_a_session, within_one) for back in (2, 1)]


def test_a_program_that_takes_a_function_away_from_sys_is_recorded_all_the_same(
    fr: FlightRecorder, last: Callable[[], Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    def helper(n: int) -> int:
        return n + 1

    @fr.register("step")
    def step(n: int) -> int:
        return helper(n)

    def entry() -> int:
        with monkeypatch.context() as patch:
            patch.delattr(sys, "_getframe")
            return step(1)

    assert fr.run(entry) == 2
    session = last()
    assert session.status is Status.SUCCESS
    assert [one.name for one in session.steps.values()] == [session.entry, "step"]


def test_a_step_that_is_called_by_no_python_is_recorded(fr: FlightRecorder, last: Callable[[], Session]) -> None:
    begun = threading.Event()

    @fr.register("first of its thread")
    def step(n: int) -> int:
        begun.set()
        return n

    def entry() -> None:
        _thread.start_new_thread(contextvars.copy_context().run, (step, 1))
        assert begun.wait(10)

    fr.run(entry)
    session = last()
    assert session.status is Status.SUCCESS
    assert [one.name for one in session.steps.values()] == [session.entry, "first of its thread"]
