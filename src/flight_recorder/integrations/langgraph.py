"""LangGraph: a function that is a node goes by the node's name."""

from collections.abc import Iterator
from functools import partial
from types import ModuleType
from typing import Any

from flight_recorder.record.following import Replace
from flight_recorder.record.naming import naming


def follow(module: ModuleType, replace: Replace) -> None:
    """Name the nodes of graphs that are put together from now on."""
    replace(module.StateGraph, "add_node", partial(naming, names=_names))


def _names(_graph: Any, node: Any, action: Any = None, **_options: Any) -> Iterator[tuple[Any, str]]:
    name = node if isinstance(node, str) else node.__name__
    yield (node if action is None else action), f"node://{name}"
