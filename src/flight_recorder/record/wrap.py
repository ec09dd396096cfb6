"""Wrap: the function that stands in for a registered one. It returns, raises and awaits exactly as the bare one."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

from flight_recorder.record.context import current, leave, scope_here
from flight_recorder.record.registry import STEP_ATTRIBUTE, Registered
from flight_recorder.record.streams import (
    is_new_generator,
    served_stream,
    stream_of,
    wrap_async_generator,
    wrap_generator,
)


def wrap(step: Registered) -> Callable[..., Any]:
    """Return the wrapper of *step*: of the same kind (sync, async, generator) and with the same signature."""
    function = step.function
    if inspect.isasyncgenfunction(function):
        wrapper = wrap_async_generator(step)
    elif inspect.isgeneratorfunction(function):
        wrapper = wrap_generator(step)
    elif inspect.iscoroutinefunction(function):
        wrapper = _wrap_async(step)
    else:
        wrapper = _wrap_sync(step)
    functools.update_wrapper(wrapper, function)
    setattr(wrapper, STEP_ATTRIBUTE, step)
    return wrapper


def _wrap_sync(step: Registered) -> Callable[..., Any]:
    function = step.function

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        caller = scope_here()
        opened = None if caller is None else caller.recording.begin(step, caller, args, kwargs)
        if opened is None:
            return function(*args, **kwargs)
        if opened.playback is not None:
            return served_stream(opened, functools.partial(function, *args, **kwargs))
        if opened.served:
            return opened.result()
        token = current.set(opened.scope)
        try:
            value = function(*args, **kwargs)
        except BaseException as error:
            opened.raised(error)
            if not opened.served:
                raise
        finally:
            leave(token)
        if opened.served:  # after an audit: here, so that what is raised has no context
            return opened.result()
        if is_new_generator(value) and opened.can_stream and not _is_argument(value, args, kwargs):
            return stream_of(opened, value)
        opened.returned(value)
        return opened.result() if opened.served else value

    return wrapper


def _wrap_async(step: Registered) -> Callable[..., Any]:
    function = step.function

    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        caller = scope_here()
        opened = None if caller is None else caller.recording.begin(step, caller, args, kwargs)
        if opened is None:
            return await function(*args, **kwargs)
        if opened.playback is not None:
            return served_stream(opened, functools.partial(function, *args, **kwargs))
        if opened.served:
            return opened.result()
        token = current.set(opened.scope)
        try:
            value = await function(*args, **kwargs)
        except BaseException as error:
            opened.raised(error)
            if not opened.served:
                raise
        finally:
            leave(token)
        if opened.served:  # after an audit: here, so that what is raised has no context
            return opened.result()
        if is_new_generator(value) and opened.can_stream and not _is_argument(value, args, kwargs):
            return stream_of(opened, value)
        opened.returned(value)
        return opened.result() if opened.served else value

    return wrapper


def _is_argument(value: object, args: tuple[object, ...], kwargs: dict[str, object]) -> bool:
    """Whether the step only handed back what it was given: its caller may look for that very object."""
    return any(value is one for one in args) or any(value is one for one in kwargs.values())
