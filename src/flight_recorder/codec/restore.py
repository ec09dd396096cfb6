"""Restore: the outcome of a recorded call, among the objects that the program holds now.

What the call gave back is built anew, but for the parts that were objects of its caller's: those are the caller's own
objects again, and get the content that they had when the call ended. All is built before anything is changed, so that
trouble leaves every object as it was. Like decoding, this runs none of the program's code but hashing.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any, Final

import msgspec

from flight_recorder.codec import tags
from flight_recorder.codec.capture import ADAPTERS, Parts
from flight_recorder.codec.classes import build_state
from flight_recorder.codec.decode import BUILDERS
from flight_recorder.codec.identity import nodes_of, telling_parts
from flight_recorder.codec.naming import find_loaded_type, name_of
from flight_recorder.codec.reader import Reader, build
from flight_recorder.codec.refill import Refill, fill_of
from flight_recorder.codec.shapes import read_slots, shape_of
from flight_recorder.codec.state import read_attributes
from flight_recorder.codec.tags import TAG, Node
from flight_recorder.codec.tree import parse
from flight_recorder.codec.writer import to_bytes
from flight_recorder.errors import NotRebuildableError
from flight_recorder.model.step import Pairs
from flight_recorder.model.value import Value

_LIVE: Final = "live"  # an object of the caller's, by the number of the input part
_FIRST: Final = "first"  # a node that others refer to, by its number
_SAME: Final = "same"  # the object of such a node


Look = Callable[[Node], tuple[object, Node] | None]
"""Gives the object that looks like a node, with what it looks like now, or None."""

_NONE: Final[Mapping[int, Look]] = {}


class Restored(msgspec.Struct, frozen=True):
    """What `restore` gives: an object for each value, and what puts the caller's into their state after the call."""

    values: tuple[Any, ...]
    put_back: Callable[[], None]


def restore(
    outcome: Sequence[Value], shared: Pairs, inputs: Sequence[Parts], kept: Mapping[int, Look] = _NONE
) -> Restored:
    """Return the objects of *outcome*, where those of the caller's are the parts of *inputs* that they were.

    *kept* gives, by number of a node, the objects that the program keeps elsewhere, where they still look like that.

    Changes nothing until `put_back` is called. Raises NotRebuildableError when some part has no exact object and is
    none of the caller's, or when one of the caller's cannot be given the state that was recorded.
    """
    try:
        return _Restorer(shared, inputs, kept).restore([parse(value.data) for value in outcome])
    except NotRebuildableError:
        raise
    except Exception as error:  # a recording can be damaged, and objects can be of any kind
        raise NotRebuildableError(
            f"the recorded outcome cannot be rebuilt: {type(error).__name__}: {error}"
        ) from error


class _Restorer:
    def __init__(self, shared: Pairs, inputs: Sequence[Parts], kept: Mapping[int, Look]) -> None:
        self.shared = shared
        self.kept = kept
        self.live = telling_parts(inputs)
        self.given = len(self.live)  # how many of them are parts of the inputs
        self.made: dict[int, object] = {}
        self.known: list[tuple[Node, int]] = []  # nodes with what they stand for, in their order
        self.targets: dict[int, int] = {}  # the same by id of the node
        self.numbers: dict[int, int] = {}  # by id of a node that another refers to: its number
        builders = {**BUILDERS, _LIVE: self._live_object, _FIRST: self._build_first, _SAME: self._same}
        self.reader = Reader(builders, find_loaded_type, ADAPTERS.readable)

    def restore(self, trees: list[Node]) -> Restored:
        """Build everything in *trees*."""
        self._find_targets(nodes_of(trees))
        changes = self._changes()
        values = tuple(build(self._linked(tree), self.reader) for tree in trees)

        def put_back() -> None:
            for change in changes:
                change()

        return Restored(values, put_back)

    def _find_targets(self, nodes: list[Node]) -> None:
        shared = dict(self.shared)
        wanted = {~target for target in shared.values() if target < 0}
        kept: dict[int, int] = {}  # by number of a node: that of the live object
        for number in sorted({*shared, *self.kept, *wanted}):
            node = nodes[number]
            if number in shared:
                self._stands_for(node, kept.get(~shared[number], shared[number]))
            elif number in self.kept and (part := self.kept[number](node)) is not None:
                kept[number] = len(self.live)
                self._stands_for(node, kept[number])
                self.live.append(part)
            elif number in wanted:
                self.numbers[id(node)] = number

    def _stands_for(self, node: Node, target: int) -> None:
        self.known.append((node, target))
        self.targets[id(node)] = target

    def _changes(self) -> list[Callable[[], None]]:
        """Return what gives each of the caller's objects that are shown its recorded content, the first time."""
        changes = []
        done: set[int] = set()
        for node, target in self.known:
            if target < 0 or target in done:
                continue
            done.add(target)
            if target >= self.given:  # of what the program keeps it is known that it looks as it did
                continue
            obj, before = self.live[target]
            if to_bytes(before) != to_bytes(node) or not self._holds_only_known(node):
                changes.append(self._change(obj, node))
        return changes

    def _holds_only_known(self, node: Node) -> bool:
        return all(
            id(one) in self.targets or (type(one) is dict and TAG in one) for one in islice(nodes_of([node]), 1, None)
        )

    def _linked(self, node: Node, *, is_content: bool = False) -> Node:
        """Return *node* with references in the place of the nodes that stand for a known object."""
        if not isinstance(node, dict | list):
            return node
        target = None if is_content else self.targets.get(id(node))
        if target is not None:
            return {TAG: _LIVE, "n": target} if target >= 0 else {TAG: _SAME, "n": ~target}
        linked: Node
        if isinstance(node, list):
            linked = [self._linked(one) for one in node]
        else:
            linked = {key: self._linked(one) for key, one in node.items()}
        number = self.numbers.get(id(node))
        return linked if number is None else {TAG: _FIRST, "n": number, "v": linked}

    def _live_object(self, node: Node, _r: Reader) -> object:
        return self.live[node["n"]][0]

    def _build_first(self, node: Node, r: Reader) -> object:
        made = self.made[node["n"]] = build(node["v"], r)
        return made

    def _same(self, node: Node, _r: Reader) -> object:
        return self.made[node["n"]]

    def _change(self, obj: Any, node: Node) -> Callable[[], None]:
        """Return what gives *obj* the content of *node*."""
        content = self._linked(node, is_content=True)
        tag = content.get(TAG, tags.DICT) if type(content) is dict else "list"
        if tag in (tags.OPAQUE, tags.CALLABLE, tags.AGAIN, tags.EXCEPTION):
            raise NotRebuildableError(f"a {name_of(type(obj))} was changed, whose state is not kept")
        if tag == tags.OBJECT:
            return self._change_of_instance(obj, content)
        fresh: Any = build(content, self.reader)
        if type(fresh) is not type(obj):
            raise NotRebuildableError(f"a {name_of(type(obj))} stands where a {name_of(type(fresh))} was recorded")
        if tag in (tags.DATACLASS, tags.MODEL, tags.NAMESPACE):
            shape = shape_of(type(obj), ADAPTERS.readable)
            return Refill(obj, shape, read_attributes(shape, fresh) | read_slots(shape, fresh))
        return fill_of(obj, fresh)

    def _change_of_instance(self, obj: Any, content: Node) -> Callable[[], None]:
        if name_of(type(obj)) != content["t"]:
            raise NotRebuildableError(f"a {name_of(type(obj))} stands where a {content['t']} was recorded")
        shape = shape_of(type(obj), ADAPTERS.readable)
        refill = Refill(obj, shape, build_state(content, "v", self.reader))
        if "b" not in content:
            return refill
        fill = fill_of(obj, build(content["b"], self.reader))

        def change() -> None:
            fill()
            refill()

        return change
