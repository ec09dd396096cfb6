"""joblib.Memory: each step is `@memory.cache`d; to resume is to run again.

Set up after https://joblib.readthedocs.io/en/stable/memory.html
"""

import asyncio
import functools

import world
from joblib import Memory, Parallel, delayed

memory = Memory(world.FOLDER / "cache", verbose=0)


def step(function=None, *, attempts=1, once=False):
    """A step is a cached function. joblib has no retries: the user's own loop."""
    if function is None:
        return functools.partial(step, attempts=attempts, once=once)
    cached = memory.cache(function)
    return world.with_retries(cached, attempts) if attempts > 1 else cached


def pipeline(function):
    """The pipeline is an ordinary function."""
    return function


def branch(function):
    """A branch is an ordinary function: what it calls is cached."""
    return function


def in_threads(function, items):
    """joblib's own way: Parallel with the threading backend."""
    return Parallel(n_jobs=len(items), backend="threading")(delayed(function)(item) for item in items)


async def in_tasks(function, items):
    """An ordinary gather: Memory caches coroutine functions too."""
    return await asyncio.gather(*(function(item) for item in items))


def record(main, argument):
    """Run the program."""
    world.conclude(lambda: world.call(main, argument))


resume = record
