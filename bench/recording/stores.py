"""Ways to record calls with tools that keep a store of their own: MLflow, DBOS, LangGraph, joblib, reeltime."""

import os
import sqlite3
import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, suppress
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, TypedDict

from bench.recording.payloads import Args
from bench.recording.way import Body, Function, Way


class Mlflow(Way):
    """`@mlflow.trace` with a SQLite store; traces are logged in the background, as by default."""

    packages: ClassVar[tuple[str, ...]] = ("mlflow",)
    most: ClassVar[dict[str, int]] = {"small": 200, "medium": 100, "large": 4}  # a trace is written when it is whole

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        import mlflow

        mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
        mlflow.create_experiment(
            "bench", artifact_location=(folder / "artifacts").as_uri()
        )  # else below the working directory
        mlflow.set_experiment("bench")
        self.mlflow = mlflow

    def wrap(self, function: Function) -> Function:
        """https://mlflow.org/docs/latest/genai/tracing/app-instrumentation/manual-tracing/"""
        return self.mlflow.trace(function)

    def session(self) -> AbstractContextManager[Any]:
        """A span above all."""
        return self.mlflow.start_span("main")

    def flush(self) -> None:
        """Wait for the traces that are being logged."""
        self.mlflow.flush_trace_async_logging()


class Dbos(Way):
    """`@DBOS.step` in a workflow, with a SQLite database. It keeps outputs: inputs come from running it again."""

    packages: ClassVar[tuple[str, ...]] = ("dbos",)

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        if sqlite3.sqlite_version_info < (3, 42):  # the schema that DBOS makes needs unixepoch('subsec')
            import pysqlite3

            sys.modules["sqlite3"] = pysqlite3
        from dbos import DBOS

        DBOS(
            config={
                "name": "bench",
                "system_database_url": f"sqlite:///{folder}/dbos.sqlite",
                "run_admin_server": False,
                "log_level": "ERROR",
            }
        )
        self.dbos = DBOS
        bodies: dict[int, Callable[[], Any]] = {}  # what a workflow is called with is kept, so it gets a number

        @DBOS.workflow(name="main")
        def main(number: int) -> None:
            bodies.pop(number)()

        @DBOS.workflow(name="main_async")
        async def main_async(number: int) -> None:
            await bodies.pop(number)()

        self.bodies, self.main, self.main_async = bodies, main, main_async
        DBOS.launch()

    def wrap(self, function: Function) -> Function:
        """https://docs.dbos.dev/python/tutorials/step-tutorial"""
        return self.dbos.step()(function)

    def inside(self, body: Body) -> None:
        """A workflow."""
        self.bodies[id(body)] = body
        self.main(id(body))

    async def inside_async(self, body: Callable[[], Any]) -> None:
        """A workflow."""
        self.bodies[id(body)] = body
        await self.main_async(id(body))

    def in_thread(self, body: Body) -> Body:
        """A workflow in each thread: the steps of one have to come in order."""
        return lambda: self.inside(body)

    def stop(self) -> None:
        """End its threads."""
        self.dbos.destroy()


class State(TypedDict, total=False):
    """What LangGraph keeps from node to node: the arguments of the next call, the result of the last one."""

    given: Any
    result: Any


class LangGraph(Way):
    """A node for each call, which leads to itself, with SqliteSaver; checkpoints are written as by default."""

    packages: ClassVar[tuple[str, ...]] = ("langgraph", "langgraph-checkpoint-sqlite")
    most: ClassVar[dict[str, int]] = {"small": 300, "medium": 200, "large": 6}
    is_in_caller: ClassVar[bool] = False

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        from langgraph.checkpoint.sqlite import SqliteSaver

        self.runs: dict[str, tuple[Function, Any]] = {}
        self._next_run = count(1).__next__
        self.connection = sqlite3.connect(folder / "graph.db", check_same_thread=False)
        self.graph = self._compiled(self._node, SqliteSaver(self.connection))

    def _compiled(self, node: Function, saver: Any) -> Any:
        from langgraph.graph import END, START, StateGraph

        graph = StateGraph(State)
        graph.add_node("step", node)
        graph.add_edge(START, "step")
        graph.add_conditional_edges("step", lambda state: "step" if state["given"] else END, ["step", END])
        return graph.compile(checkpointer=saver)

    def _node(self, state: State) -> State:
        step, calls = self._run()
        result = step(*state["given"])
        return {"given": next(calls, None), "result": result}

    async def _node_async(self, state: State) -> State:
        step, calls = self._run()
        result = await step(*state["given"])
        return {"given": next(calls, None), "result": result}

    def _run(self) -> tuple[Function, Any]:
        from langgraph.config import get_config

        return self.runs[get_config()["configurable"]["thread_id"]]

    def _config(self, step: Function, calls: Any) -> dict[str, Any]:
        run = str(self._next_run())
        self.runs[run] = step, calls
        return {"configurable": {"thread_id": run}, "recursion_limit": 1_000_000}

    async def inside_async(self, body: Callable[[], Any]) -> None:
        """The other saver, which belongs to the loop."""
        from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

        async with AsyncSqliteSaver.from_conn_string(str(self.folder / "async.db")) as saver:
            self.async_graph = self._compiled(self._node_async, saver)
            await body()

    def each(self, step: Function, calls: Iterable[Args]) -> None:
        """One run of the graph."""
        calls = iter(calls)
        self.graph.invoke({"given": next(calls)}, self._config(step, calls))

    async def each_async(self, step: Function, calls: Iterable[Args]) -> None:
        """One run of the graph."""
        calls = iter(calls)
        await self.async_graph.ainvoke({"given": next(calls)}, self._config(step, calls))

    def stop(self) -> None:
        """Close the database."""
        self.connection.close()


class Joblib(Way):
    """`Memory.cache`, never asked twice. No recorder: it keeps the output, a hash of the inputs, and their repr."""

    packages: ClassVar[tuple[str, ...]] = ("joblib",)
    most: ClassVar[dict[str, int]] = {"small": 200, "medium": 100, "large": 3}

    def wrap(self, function: Function) -> Function:
        """https://joblib.readthedocs.io/en/stable/memory.html"""
        from joblib import Memory

        return Memory(self.folder / "joblib", verbose=0).cache(function)


class Reeltime(Way):
    """`tape.wrap` while the tape is installed: a line of JSON for each call, values over 8 KB in files."""

    packages: ClassVar[tuple[str, ...]] = ("reeltime",)

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        import reeltime

        self.tape = reeltime
        os.chdir(folder)
        reeltime.install()

    def wrap(self, function: Function) -> Function:
        """Its README: a decorator for tools."""
        return self.tape.wrap(function, name=function.__name__)

    def stop(self) -> None:
        """Close the tape."""
        with suppress(self.tape.TapeStateError):
            self.tape.uninstall()
