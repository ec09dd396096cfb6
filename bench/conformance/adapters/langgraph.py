"""LangGraph, functional API: tasks and an entrypoint with a SQLite checkpointer; to resume is to
invoke the thread with None.

Set up after https://docs.langchain.com/oss/python/langgraph/functional-api and
https://docs.langchain.com/oss/python/langgraph/functional-api-tasks#resume-after-an-error
"""

import asyncio
import functools
import inspect
import sqlite3

import world
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.func import entrypoint, task
from langgraph.types import RetryPolicy

CHECKPOINTS = str(world.FOLDER / "checkpoints.sqlite")
CONFIG = {"configurable": {"thread_id": "the-run"}}


def step(function=None, *, attempts=1, once=False):
    """A step is a task; a call of it waits for its result."""
    if function is None:
        return functools.partial(step, attempts=attempts, once=once)
    policy = RetryPolicy(max_attempts=attempts, initial_interval=0.01) if attempts > 1 else None
    made = task(retry_policy=policy)(function)
    if inspect.iscoroutinefunction(function):
        return made

    @functools.wraps(function)
    def result_of(*arguments):
        return made(*arguments).result()

    return result_of


def pipeline(function):
    """The pipeline becomes an entrypoint in `record` and `resume`, where its checkpointer is open."""
    return function


def branch(function):
    """A branch is a task that calls tasks."""
    return task(function)


def in_threads(function, items):
    """Tasks run at the same time when they are called before the first result is asked for:

    https://docs.langchain.com/oss/python/langgraph/functional-api#execution
    """
    futures = [function(item) for item in items]
    return [future.result() for future in futures]


async def in_tasks(function, items):
    """An ordinary gather of tasks."""
    return await asyncio.gather(*(function(item) for item in items))


def record(main, argument):
    """Invoke the entrypoint on a thread."""
    world.conclude(lambda: _invoke(main, argument))


def resume(main, argument):
    """Invoke the same thread with None."""
    world.conclude(lambda: _invoke(main, None))


def _invoke(main, given):
    if inspect.iscoroutinefunction(main):
        return asyncio.run(_invoke_async(main, given))
    saver = SqliteSaver(sqlite3.connect(CHECKPOINTS, check_same_thread=False))
    return entrypoint(checkpointer=saver)(main).invoke(given, CONFIG)


async def _invoke_async(main, given):
    async with AsyncSqliteSaver.from_conn_string(CHECKPOINTS) as saver:
        return await entrypoint(checkpointer=saver)(main).ainvoke(given, CONFIG)
