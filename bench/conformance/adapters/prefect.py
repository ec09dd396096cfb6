"""Prefect: tasks with persisted results and the DEFAULT cache policy; to resume is `prefect flow-run retry`.

Set up after https://docs.prefect.io/v3/how-to-guides/workflows/cache-workflow-steps (persist_result=True; the policy
is then DEFAULT = INPUTS + TASK_SOURCE + RUN_ID) and https://docs.prefect.io/v3/how-to-guides/workflows/retry-flow-runs
(a local run is retried with its id and an entrypoint). The server is the ephemeral one that it starts when none is
configured.
"""

import asyncio
import functools
import inspect
import subprocess
import sys

import world
from prefect import flow, task
from prefect.runtime import flow_run

RUN_ID = world.FOLDER / "flow_run_id"


def step(function=None, *, attempts=1, once=False):
    """A step is a task: https://docs.prefect.io/v3/how-to-guides/workflows/retries"""
    if function is None:
        return functools.partial(step, attempts=attempts, once=once)
    return task(persist_result=True, retries=attempts - 1, retry_delay_seconds=0.01)(function)


def pipeline(function):
    """The pipeline is a flow. How it ended is noted inside of it: a retry runs in the command's process."""
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def noted(region):
            RUN_ID.write_text(str(flow_run.id))
            try:
                value = await function(region)
            except Exception as error:
                world.note(world.told(error))
                raise
            world.note({"value": world.describe(value)})
            return value

    else:

        @functools.wraps(function)
        def noted(region):
            RUN_ID.write_text(str(flow_run.id))
            try:
                value = function(region)
            except Exception as error:
                world.note(world.told(error))
                raise
            world.note({"value": world.describe(value)})
            return value

    return flow(noted)


def branch(function):
    """A branch is a task that calls tasks: https://docs.prefect.io/v3/concepts/tasks#nested-tasks"""
    return task(persist_result=True)(function)


def in_threads(function, items):
    """https://docs.prefect.io/v3/how-to-guides/workflows/run-work-concurrently"""
    futures = [function.submit(item) for item in items]
    return [future.result() for future in futures]


async def in_tasks(function, items):
    """An ordinary gather of async tasks."""
    return await asyncio.gather(*(function(item) for item in items))


def record(main, argument):
    """Run the flow."""
    try:
        world.call(main, argument)
    except Exception as error:
        if not world.OUTCOME.exists():
            world.note(world.told(error))
        raise


def resume(main, argument):
    """Retry the flow run, with the code that is here now."""
    retry = [sys.executable, "-m", "prefect", "flow-run", "retry", RUN_ID.read_text()]
    subprocess.run([*retry, "--entrypoint", "program.py:main"], check=False)
