"""LangGraph: a function that is a node goes by the node's name."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from flight_recorder.record.following import Replace
from flight_recorder.record.naming import name_step


def follow(module: ModuleType, replace: Replace) -> None:
    """Name the nodes of graphs that are put together from now on."""
    replace(module.StateGraph, "add_node", _add_node)


def _add_node(found: Callable[..., Any]) -> Callable[..., Any]:
    def add_node(self: Any, node: Any, action: Any = None, **options: Any) -> Any:
        before = set(self.nodes)
        graph = found(self, node, action, **options)
        for name in set(self.nodes) - before:
            name_step(node if action is None else action, f"node://{name}")
        return graph

    return add_node
