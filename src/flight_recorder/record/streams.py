"""Streams: generators, sync and async, whose items are written down as they pass, or given from the recording.

The step lasts from the first item asked for to the last one given, or to an early close. Its body runs with the
step as the running one, the consumer's code between two items does not. The consumer holds a real generator.
"""

import sys
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Iterator
from functools import partial
from opcode import opmap
from types import AsyncGeneratorType, GeneratorType
from typing import Any

from flight_recorder.record.answering import Again, ServedTaking
from flight_recorder.record.context import scope_here
from flight_recorder.record.open_step import OpenStep
from flight_recorder.record.registry import Registered
from flight_recorder.record.taking import END, RecordedTaking, Taking

Begin = Callable[[tuple[Any, ...], dict[str, Any]], Taking]
"""What begins to take, with the arguments of the call, when the first item is asked for."""


def wrap_generator(step: Registered) -> Callable[..., Any]:
    """Return the wrapper of a generator function."""
    return _generator(partial(_begin, step, is_async=False))


def wrap_async_generator(step: Registered) -> Callable[..., Any]:
    """Return the wrapper of an async generator function."""
    return _async_generator(partial(_begin, step, is_async=True))


def is_new_generator(value: "GeneratorType[Any, Any, Any] | AsyncGeneratorType[Any, Any]") -> bool:
    """Whether nothing was taken yet from the generator *value*, sync or async."""
    if isinstance(value, GeneratorType):
        return value.gi_frame is not None and not value.gi_running and not value.gi_suspended
    if value.ag_frame is None or value.ag_running:
        return False
    if sys.version_info >= (3, 12):
        return not value.ag_suspended
    # What Python 3.11 ran last in a generator that has not begun is the instruction that made it.
    frame = value.ag_frame
    return frame.f_code.co_code[frame.f_lasti] == opmap["RETURN_GENERATOR"]


def stream_of(opened: OpenStep, made: Any) -> Any:
    """Return what the consumer holds in place of *made*, a new generator that the step *opened* returns."""
    is_async = type(made) is AsyncGeneratorType
    taking = RecordedTaking(opened, made, is_async=is_async)
    generator = _over(taking)
    generator.__name__, generator.__qualname__ = made.__name__, made.__qualname__
    taking.watch(generator)
    return generator


def served_stream(opened: OpenStep, again: Again) -> Any:
    """Return a generator that gives what was recorded of *opened*, whose function returned a generator then."""
    assert opened.playback is not None  # the verdict was to serve a stream
    taking = ServedTaking(opened, opened.playback, again, is_async=opened.playback.stream.is_async)
    generator = _over(taking)
    taking.watch(generator)
    return generator


def _over(taking: RecordedTaking) -> Any:
    return (_async_generator if taking.is_async else _generator)(lambda _args, _kwargs: taking)()


def _generator(begin: Begin) -> Callable[..., Any]:
    def wrapper(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        taking = begin(args, kwargs)
        del args, kwargs
        while True:
            passing = [taking.resume()]  # emptied before the consumer has it: nothing here keeps the item
            if passing[0] is END:
                return taking.result()
            try:
                taking.sent = yield passing.pop()
            except BaseException as error:  # noqa: BLE001 - what the consumer throws in is the body's to deal with
                taking.thrown = error

    return wrapper


def _async_generator(begin: Begin) -> Callable[..., Any]:
    async def wrapper(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        taking = begin(args, kwargs)
        del args, kwargs
        while True:
            passing = [await taking.aresume()]  # as above
            if passing[0] is END:
                return
            try:
                taking.sent = yield passing.pop()
            except BaseException as error:  # noqa: BLE001 - what the consumer throws in is the body's to deal with
                taking.thrown = error

    return wrapper


def _begin(step: Registered, args: tuple[Any, ...], kwargs: dict[str, Any], *, is_async: bool) -> Taking:
    caller = scope_here()
    opened = None if caller is None else caller.recording.begin(step, caller, args, kwargs)
    again = partial(step.function, *args, **kwargs)
    if opened is None:
        return Taking(again())
    if opened.playback is not None:
        return ServedTaking(opened, opened.playback, again, is_async=is_async)
    opened.heat = step.heat  # where it was recorded quickly, too: it may give what is not recorded so
    if opened.served:
        return Taking((_alisted if is_async else _listed)(opened.items()))
    try:
        inner = again()
    except BaseException as error:
        opened.raised(error)
        raise
    return RecordedTaking(opened, inner, is_async=is_async)


def _listed(items: Iterable[Any]) -> Iterator[Any]:
    yield from items


async def _alisted(items: Iterable[Any]) -> AsyncIterator[Any]:
    for item in items:
        yield item
