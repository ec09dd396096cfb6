"""Streams: the wrappers of generator functions, sync and async.

The step lasts from the first item asked for to the last one given, or to an early close. Its body runs with the
step as the running one, the consumer's code between two items does not. What a stream gave is not kept yet:
its outcome is opaque, so a replay runs it.
"""

from collections.abc import AsyncIterator, Callable, Generator
from functools import partial
from typing import Any

from flight_recorder.record.context import current, leave, scope_here
from flight_recorder.record.registry import Registered


def wrap_generator(step: Registered) -> Callable[..., Any]:
    """Return the wrapper of a generator function."""
    function = step.function

    def wrapper(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        caller = scope_here()
        opened = None if caller is None else caller.recording.begin(step, caller, args, kwargs)
        if opened is None:
            return (yield from function(*args, **kwargs))
        if opened.served:
            return (yield from opened.items())
        inner = function(*args, **kwargs)
        resume: Callable[[], Any] = partial(next, inner)
        while True:
            token = current.set(opened.scope)
            try:
                item = resume()
            except StopIteration as stop:
                opened.returned(inner)
                return stop.value
            except BaseException as error:
                opened.raised(error)
                raise
            finally:
                leave(token)
            try:
                sent = yield item
            except GeneratorExit:
                inner.close()
                opened.returned(inner)
                raise
            except BaseException as error:  # noqa: BLE001 - what the consumer throws in is the inner generator's
                resume = partial(inner.throw, error)
            else:
                resume = partial(inner.send, sent)

    return wrapper


def wrap_async_generator(step: Registered) -> Callable[..., Any]:
    """Return the wrapper of an async generator function."""
    function = step.function

    async def wrapper(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        caller = scope_here()
        opened = None if caller is None else caller.recording.begin(step, caller, args, kwargs)
        if opened is not None and opened.served:
            for item in opened.items():
                yield item
            return
        inner = function(*args, **kwargs)
        resume: Callable[[], Any] = partial(anext, inner)
        while True:
            token = current.set(opened.scope if opened else caller)
            try:
                item = await resume()
            except StopAsyncIteration:
                if opened:
                    opened.returned(inner)
                return
            except BaseException as error:
                if opened:
                    opened.raised(error)
                raise
            finally:
                leave(token)
            try:
                sent = yield item
            except GeneratorExit:
                await inner.aclose()
                if opened:
                    opened.returned(inner)
                raise
            except BaseException as error:  # noqa: BLE001 - what the consumer throws in is the inner generator's
                resume = partial(inner.athrow, error)
            else:
                resume = partial(inner.asend, sent)

    return wrapper
