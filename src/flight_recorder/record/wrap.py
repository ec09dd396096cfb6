"""Wrap: the function that stands in for a registered one. It returns, raises and awaits exactly as the bare one.

A program may send functions of its script to other processes by value, as joblib does: so a wrapper names nothing and
holds nothing that cannot be pickled. Context variables are found through their module.
"""

import functools
from collections.abc import Callable
from types import AsyncGeneratorType, GeneratorType, ModuleType
from typing import TYPE_CHECKING, Any

from flight_recorder.record import context
from flight_recorder.record.kinds import (
    is_async_generator_function,
    is_coroutine_function,
    is_generator_function,
)
from flight_recorder.record.registry import STEP_ATTRIBUTE, Registered
from flight_recorder.record.unseen import SEEN, unseen

if TYPE_CHECKING:
    from flight_recorder.record.open_step import OpenStep


def wrap(step: Registered) -> Callable[..., Any]:
    """Return the wrapper of *step*: of the same kind (sync, async, generator) and with the same signature."""
    function = step.function
    wrapper: Callable[..., Any]
    if is_async_generator_function(function):
        wrapper = streams().wrap_async_generator(step)
    elif is_generator_function(function):
        wrapper = streams().wrap_generator(step)
    elif is_coroutine_function(function):
        wrapper = _wrap_async(step)
    else:
        wrapper = _wrap_sync(step)
    functools.update_wrapper(wrapper, function)
    wrapper.__code__ = unseen(wrapper.__code__)
    setattr(wrapper, STEP_ATTRIBUTE, step)
    return wrapper


def streams() -> ModuleType:
    """Return the module of that name, loaded late: a program that imports us may record nothing, or no stream."""
    from flight_recorder.record import streams

    return streams


def _wrap_sync(step: Registered) -> Callable[..., Any]:
    function = step.function

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        failed: list[BaseException] | None = None
        value = None
        caller = context.current.get() or (context.scope_here() if context.inheriting else None)
        opened = None if caller is None else caller.recording.begin(step, caller, args, kwargs)
        if opened is None:
            try:
                value = function(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001  # raised below
                failed = [error]
        elif not opened.served:
            token = context.current.set(opened)
            try:
                value = function(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001  # raised below
                opened.raised(error)
                failed = [error]
            finally:
                try:  # noqa: SIM105  # as `leave`, written out
                    context.current.reset(token)
                except ValueError:
                    pass
        SEEN  # noqa: B018  # from here on the frame is: what is raised below is raised in it
        if opened is not None:
            if opened.served:  # from the beginning or, after an audit, now
                return _answer(opened, functools.partial(function, *args, **kwargs))
            if failed is None:
                if (type(value) is GeneratorType or type(value) is AsyncGeneratorType) and _is_stream(
                    opened, value, args, kwargs
                ):
                    return streams().stream_of(opened, value)
                opened.recording.returned(opened, value)
                if opened.served:
                    return opened.result()
        if failed is not None:  # a list, from which it is taken: a variable would hold it, and it holds this frame
            __tracebackhide__ = True  # what pytest shows of a failure has no use for this frame
            raise failed.pop()
        return value

    return wrapper


def _wrap_async(step: Registered) -> Callable[..., Any]:
    function = step.function

    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        caller = context.current.get() or context.scope_here()
        opened = None if caller is None else caller.recording.begin(step, caller, args, kwargs)
        if opened is None:
            return await function(*args, **kwargs)
        if opened.served:
            return _answer(opened, functools.partial(function, *args, **kwargs))
        token = context.current.set(opened)
        try:
            value = await function(*args, **kwargs)
        except BaseException as error:
            opened.raised(error)
            if not opened.served:
                raise
        finally:
            try:  # noqa: SIM105  # as `leave`, written out
                context.current.reset(token)
            except ValueError:
                pass
        if opened.served:  # after an audit: here, so that what is raised has no context
            return opened.result()
        if (type(value) is GeneratorType or type(value) is AsyncGeneratorType) and _is_stream(
            opened, value, args, kwargs
        ):
            return streams().stream_of(opened, value)
        opened.recording.returned(opened, value)
        return opened.result() if opened.served else value

    return wrapper


def _answer(opened: "OpenStep", again: Callable[[], Any]) -> Any:
    """Return what was recorded of the step *opened*, which is served; or raise that."""
    return opened.result() if opened.playback is None else streams().served_stream(opened, again)


def _is_stream(opened: "OpenStep", value: Any, args: tuple[object, ...], kwargs: dict[str, object]) -> bool:
    """Whether the generator *value* is taken as the stream of the step *opened*, which returned it.

    Not one that the step only handed back: its caller may look for that very object.
    """
    if not opened.can_stream or any(value is one for one in args) or any(value is one for one in kwargs.values()):
        return False
    return bool(streams().is_new_generator(value))
