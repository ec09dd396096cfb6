"""No tool: what a run from scratch gives. Every other column is compared with this one."""

import asyncio
import functools
from concurrent.futures import ThreadPoolExecutor

import world


def step(function=None, *, attempts=1, once=False):
    """A step is a function."""
    if function is None:
        return functools.partial(step, attempts=attempts, once=once)
    return world.with_retries(function, attempts) if attempts > 1 else function


def pipeline(function):
    """The pipeline is a function."""
    return function


def branch(function):
    """A branch is a function."""
    return function


def in_threads(function, items):
    """Call *function* with each item, at the same time; the results in the order of the items."""
    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(function, items))


async def in_tasks(function, items):
    """Await *function* with each item, at the same time; the results in the order of the items."""
    return await asyncio.gather(*(function(item) for item in items))


def record(main, argument):
    """Run the program."""
    world.conclude(lambda: world.call(main, argument))


resume = record
