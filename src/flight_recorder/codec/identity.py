"""Identity: which parts of the values of one call are the same object. Pure.

A tree of nodes says what a value looks like, not whether two of its parts are one list. That is kept beside it, as
pairs of numbers, and only where something is shared. Parts of the inputs are numbered as capturing meets them; nodes
of an outcome are numbered as they stand in its JSON, arrays and objects alone, from the outside in.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from flight_recorder.codec import tags
from flight_recorder.codec.capture import Parts
from flight_recorder.codec.tags import TAG, Node
from flight_recorder.model.step import Pairs

# Whose identity can be told apart by anything but `is`: what can be changed, and what cannot be made again.
_TELLING: Final = frozenset({
    tags.DICT, tags.SET, tags.BYTEARRAY, tags.ORDERED_DICT, tags.DEFAULT_DICT, tags.COUNTER, tags.DEQUE,
    tags.NAMESPACE, tags.DATACLASS, tags.MODEL, tags.EXCEPTION, tags.OBJECT, tags.OPAQUE, tags.AGAIN, tags.CALLABLE,
})  # fmt: skip


def is_telling(node: Node) -> bool:
    """Whether it matters which object stands behind *node*, beyond what it looks like."""
    return type(node) is list or (type(node) is dict and node.get(TAG, tags.DICT) in _TELLING)


def telling_parts(parts: Iterable[Parts]) -> list[tuple[object, Node]]:
    """Return the parts whose identity matters, with their nodes, in the order that numbers them."""
    return [(part, node) for one in parts for part, node in one.met if is_telling(node)]


def ids_of(parts: Parts) -> list[int]:
    """Return the ids of the parts whose identity matters, in the order that numbers them."""
    return [id(part) for part, node in parts.met if is_telling(node)]


def without_identity(parts: Parts) -> Parts:
    """Return *parts* as those of a value whose parts are nobody else's."""
    return Parts(parts.root)


def shared_inputs(ids: Sequence[int]) -> Pairs:
    """Return (number, number of the first) for each input part that is the same object as an earlier one."""
    if len(set(ids)) == len(ids):
        return ()
    first: dict[int, int] = {}
    return tuple((number, at) for number, id in enumerate(ids) if (at := first.setdefault(id, number)) != number)


def shared_outcome(ids: Sequence[int], outcome: Sequence[Parts]) -> Pairs:
    """Return (number of a node, what it is) for each node of *outcome* that stands for a known object.

    That is the number of a part of the inputs, whose *ids* these are; or, below zero, `~number` of an earlier node
    of the outcome.
    """
    met = telling_parts(outcome)
    seen = {id(part) for part, _ in met}
    if len(seen) == len(met) and seen.isdisjoint(ids):
        return ()
    inputs = {id: number for number, id in reversed(list(enumerate(ids)))}
    objects = {id(node): part for part, node in met}
    first: dict[int, int] = {}
    pairs = []
    for number, node in enumerate(nodes_of(one.root for one in outcome)):
        part = objects.get(id(node), _NOTHING)
        if part is _NOTHING:
            continue
        known = inputs.get(id(part))
        if known is not None:
            pairs.append((number, known))
        elif (at := first.setdefault(id(part), number)) != number:
            pairs.append((number, ~at))
    return tuple(pairs)


def nodes_of(roots: Iterable[Node]) -> list[Node]:
    """Return every array and object of the trees by its number: a node before what it holds, in JSON's order."""
    found: list[Node] = []
    for root in roots:
        waiting = [root] if type(root) is dict or type(root) is list else []
        while waiting:
            node = waiting.pop()
            found.append(node)
            inner = node.values() if type(node) is dict else node
            waiting += [one for one in inner if type(one) is dict or type(one) is list][::-1]
    return found


_NOTHING: Final = object()
