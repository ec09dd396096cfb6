"""Prefect: tasks with persisted results and the DEFAULT cache policy; to resume is `prefect flow-run retry`.

Set up after https://docs.prefect.io/v3/how-to-guides/workflows/cache-workflow-steps (persist_result=True; the policy
is then DEFAULT = INPUTS + TASK_SOURCE + RUN_ID) and https://docs.prefect.io/v3/how-to-guides/workflows/retry-flow-runs
(a local run is retried with its id and an entrypoint). The server is the ephemeral one that it starts when none is
configured.
"""

import asyncio
import contextlib
import functools
import inspect
import subprocess
import sys

import world
from prefect import flow, task
from prefect.cache_policies import DEFAULT, INPUTS, RUN_ID
from prefect.client.orchestration import get_client
from prefect.flow_engine import run_flow
from prefect.runtime import flow_run
from prefect.states import Scheduled

FLOW_RUN = world.FOLDER / "flow_run_id"


def step(function=None, *, attempts=1, once=False):
    """A step is a task: https://docs.prefect.io/v3/how-to-guides/workflows/retries

    What must not happen twice leaves its source out of the key: https://docs.prefect.io/v3/concepts/caching#cache-policies
    """
    if function is None:
        return functools.partial(step, attempts=attempts, once=once)
    policy = INPUTS + RUN_ID if once else DEFAULT
    return task(persist_result=True, cache_policy=policy, retries=attempts - 1, retry_delay_seconds=0.01)(function)


def pipeline(function):
    """The pipeline is a flow. How it ended is noted inside of it, since a retry runs in another process."""
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def noted(region):
            with _noting() as note:
                note(await function(region))

    else:

        @functools.wraps(function)
        def noted(region):
            with _noting() as note:
                note(function(region))

    return flow(noted)


@contextlib.contextmanager
def _noting():
    FLOW_RUN.write_text(str(flow_run.id))
    try:
        yield lambda value: world.note({"value": world.describe(value)})
    except Exception as error:
        world.note(world.told(error))
        raise


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
        asyncio.run(main(argument)) if main.isasync else main(argument)
    except Exception as error:
        if not world.OUTCOME.exists():
            world.note(world.told(error))
        raise


def resume(main, argument):
    """Retry the flow run, with the code that is here now."""
    if main.isasync:
        asyncio.run(_retry_async(main, argument))
        return
    retry = [sys.executable, "-m", "prefect", "flow-run", "retry", FLOW_RUN.read_text()]
    subprocess.run([*retry, "--entrypoint", "program.py:main"], check=False)


async def _retry_async(main, argument):
    """Do what the command does, and await it: in 3.8 the command drops the coroutine of an async flow."""
    async with get_client() as client:
        await client.set_flow_run_state(FLOW_RUN.read_text(), Scheduled(), force=True)
        run = await client.read_flow_run(FLOW_RUN.read_text())
    await run_flow(main, flow_run=run, parameters={"region": argument}, return_type="state")
