"""Flight Recorder: `@fr.register`, `fr.run`, `flight-recorder replay last`, as its README says."""

import asyncio
import functools
import inspect
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import world

from flight_recorder import FlightRecorder

fr = FlightRecorder()


def step(function=None, *, attempts=1, once=False):
    """A step is a registered function. Retries are the user's own loop: each attempt is a step."""
    if function is None:
        return functools.partial(step, attempts=attempts, once=once)
    registered = fr.register(replayable=not once)(function)
    return world.with_retries(registered, attempts) if attempts > 1 else registered


def pipeline(function):
    """The pipeline is an ordinary function, given to `fr.run`."""
    return function


def branch(function):
    """A branch is a step that calls steps."""
    return fr.register()(function)


def in_threads(function, items):
    """An ordinary thread pool."""
    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(function, items))


async def in_tasks(function, items):
    """An ordinary gather."""
    return await asyncio.gather(*(function(item) for item in items))


def record(main, argument):
    """Run the program as a session. A replay starts the program again, and comes here too."""
    if inspect.iscoroutinefunction(main):
        world.conclude(lambda: asyncio.run(fr.run(main, argument)))
    else:
        world.conclude(lambda: fr.run(main, argument))


def resume(main, argument):
    """`flight-recorder replay last --yes`"""
    subprocess.run([sys.executable, "-m", "flight_recorder.cli.app", "replay", "last", "--yes"], check=False)
