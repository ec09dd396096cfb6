"""LangGraph: a function that is a node goes by the node's name."""

from collections.abc import Iterator
from functools import partial
from types import ModuleType
from typing import Any

from flight_recorder.record.following import Replace
from flight_recorder.record.naming import Made, naming


def follow(module: ModuleType, replace: Replace) -> None:
    """Name the nodes of graphs that are put together from now on."""
    replace(module.StateGraph, "add_node", partial(naming, names=_names))


def made(module: ModuleType) -> Made:
    """Tell of the nodes of the graphs that are there."""
    return module.StateGraph, _nodes


def _nodes(graph: Any) -> Iterator[tuple[Any, str]]:
    for name, node in graph.nodes.items():
        for action in (getattr(node.runnable, "func", None), getattr(node.runnable, "afunc", None)):
            yield action, f"node://{name}"


def _names(_graph: Any, node: Any, action: Any = None, **_options: Any) -> Iterator[tuple[Any, str]]:
    name = node if isinstance(node, str) else node.__name__
    yield (node if action is None else action), f"node://{name}"
