"""Kinds of functions: what calling one gives. `inspect` tells too, and takes longer to load than registering does."""

from types import FunctionType

_IS_GENERATOR = 0x20  # CO_GENERATOR, and so on
_IS_COROUTINE = 0x80
_IS_ASYNC_GENERATOR = 0x200


def is_coroutine_function(function: object) -> bool:
    """Whether calling *function* gives a coroutine."""
    if _is_bare(function):
        return _has(function, _IS_COROUTINE)
    import inspect

    return inspect.iscoroutinefunction(function)


def is_generator_function(function: object) -> bool:
    """Whether calling *function* gives a generator."""
    if _is_bare(function):
        return _has(function, _IS_GENERATOR)
    import inspect

    return inspect.isgeneratorfunction(function)


def is_async_generator_function(function: object) -> bool:
    """Whether calling *function* gives an async generator."""
    if _is_bare(function):
        return _has(function, _IS_ASYNC_GENERATOR)
    import inspect

    return inspect.isasyncgenfunction(function)


def _is_bare(function: object) -> bool:
    """Whether nothing but its code tells what *function* is: no attribute marks it as something else."""
    return type(function) is FunctionType and not function.__dict__


def _has(function: object, flag: int) -> bool:
    assert type(function) is FunctionType  # the caller has looked
    return bool(function.__code__.co_flags & flag)
