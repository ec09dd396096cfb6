"""DBOS: steps and workflows with a SQLite system database; to resume is `DBOS.fork_workflow`.

Set up after https://docs.dbos.dev/python/programming-guide (a workflow of steps; SQLite is the default database) and
https://docs.dbos.dev/python/tutorials/workflow-management#forking-workflows, which names two ways to choose the step
to fork from: after an outage the step that failed, after a bug fix the one with the bug. CONFORMANCE_FORK says which.
"""

import functools
import inspect
import os
import sqlite3
import sys

import world

if sqlite3.sqlite_version_info < (3, 42):  # the schema that DBOS makes needs unixepoch('subsec')
    import pysqlite3

    sys.modules["sqlite3"] = pysqlite3

from dbos import DBOS, DBOSConfig, SetWorkflowID

RUN = "the-run"
FORK = os.environ.get("CONFORMANCE_FORK", "")  # "" for the step that failed, else NAME or NAME#2 of a recorded step


def step(function=None, *, attempts=1, once=False):
    """https://docs.dbos.dev/python/tutorials/step-tutorial#configurable-retries"""
    if function is None:
        return functools.partial(step, attempts=attempts, once=once)
    if attempts == 1:
        return DBOS.step()(function)
    return DBOS.step(retries_allowed=True, max_attempts=attempts, interval_seconds=0.01)(function)


def pipeline(function):
    """The pipeline is a workflow."""
    return DBOS.workflow()(function)


def branch(function):
    """A sequence of steps beside others is a child workflow:

    https://docs.dbos.dev/python/tutorials/workflow-tutorial#running-async-steps-in-parallel
    """
    return DBOS.workflow()(function)


def in_threads(function, items):
    """Child workflows, started in order; then their results."""
    handles = [DBOS.start_workflow(function, item) for item in items]
    return [handle.get_result() for handle in handles]


async def in_tasks(function, items):
    """Child workflows, started in order; then their results."""
    handles = [await DBOS.start_workflow_async(function, item) for item in items]
    return [await handle.get_result() for handle in handles]


def _launch():
    config: DBOSConfig = {
        "name": "conformance",
        "system_database_url": f"sqlite:///{world.FOLDER}/dbos.sqlite",
        "run_admin_server": False,
    }
    DBOS(config=config)
    DBOS.launch()


def record(main, argument):
    """Run the program as a workflow with an id."""
    _launch()

    async def run_async():
        with SetWorkflowID(RUN):
            return await main(argument)

    def run():
        with SetWorkflowID(RUN):
            return main(argument)

    world.conclude(functools.partial(world.call, run_async if inspect.iscoroutinefunction(main) else run))
    DBOS.destroy()


def resume(main, argument):
    """Fork the recorded workflow onto the version of the code that is here now."""
    _launch()
    fork = functools.partial(DBOS.fork_workflow, RUN, _start(), application_version=DBOS.application_version)
    world.conclude(lambda: fork().get_result())
    DBOS.destroy()


def _start():
    """Return the number of the recorded step to fork from."""
    steps = DBOS.list_workflow_steps(RUN)
    if FORK:
        name, _, occurrence = FORK.partition("#")
        named = [step for step in steps if step["function_name"].split(".")[-1] == name]
        return named[int(occurrence or 1) - 1]["function_id"]
    return max(step["function_id"] for step in steps if step["error"])
