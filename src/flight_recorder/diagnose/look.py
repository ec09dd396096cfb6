"""Look: into a captured value, part by part, without rebuilding the object. Pure."""

import ast
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

from flight_recorder.codec.preview import preview, to_plain
from flight_recorder.codec.tags import CALLABLE, TAG
from flight_recorder.codec.tree import children, node_bytes, parse, type_of
from flight_recorder.diagnose.code import Key, Path
from flight_recorder.errors import UnreadableError
from flight_recorder.model.value import Value

FENCE = re.compile(r"```[\w-]*\s*\n(.*?)(?:\n\s*)?```", re.DOTALL)
MAX_JSON_CHARS = 200_000
MAX_NODES = 3_000  # of one value; what lies beyond is not looked at
SMALL = 100  # whole numbers up to this are everywhere: two of them being equal says little


@dataclass(frozen=True, slots=True)
class Part:
    """A captured value, or a part of one. *node* is what `codec.tree` gave."""

    node: object
    _data: bytes | None = field(default=None, compare=False, repr=False)

    @property
    def data(self) -> bytes:
        """Its canonical bytes: equal for equal parts."""
        if self._data is None:
            object.__setattr__(self, "_data", node_bytes(self.node))  # once: large values are compared often
        return self._data or b""

    @property
    def value(self) -> Value:
        """The part as a value of its own."""
        return Value(self.data)

    @property
    def is_none(self) -> bool:
        """Whether it is None."""
        return self.node is None

    @property
    def text(self) -> str | None:
        """The text, if it is a str."""
        return self.node if isinstance(self.node, str) else None

    @property
    def number(self) -> float | None:
        """The number, if it is one and no bool; NaN and infinities too."""
        if isinstance(self.node, int | float) and not isinstance(self.node, bool):
            return self.node
        if self.kind in ("int", "float"):
            try:
                return float(str(to_plain(self.value)))
            except (ValueError, OverflowError):
                return math.inf
        return None

    @property
    def kind(self) -> str:
        """The name of its type: NoneType, dict, str, Quote."""
        return type_of(self.node)

    @property
    def is_empty(self) -> bool:
        """Whether it is an empty text or container."""
        return self.node in ("", [], {}) or (self.kind in _CONTAINERS and not list(children(self.node)))

    @property
    def is_container(self) -> bool:
        """Whether it holds other values."""
        return isinstance(self.node, list | dict) and any(True for _ in children(self.node))

    @property
    def is_code(self) -> bool:
        """Whether it is a function, a class or a module: what no step works out."""
        return isinstance(self.node, dict) and self.node.get(TAG) == CALLABLE

    @property
    def is_telling(self) -> bool:
        """Whether an equal value elsewhere is probably this one: long text, numbers with many digits, containers."""
        if isinstance(self.node, str):
            return len(self.node) > 2
        if isinstance(self.node, bool) or self.node is None:
            return False
        if isinstance(self.node, int | float):
            return not float(self.node).is_integer() or abs(self.node) > SMALL
        return self.is_container

    @property
    def shown(self) -> str:
        """A short text of it for people."""
        return preview(self.value, 60)

    def keys(self) -> list[str]:
        """The keys or field names of a mapping or an object, as text."""
        return [key for step, _ in children(self.node) if isinstance(key := key_of(step), str)]

    def parts(self) -> Iterator[tuple[Key, "Part"]]:
        """Yield the parts right below this one, each with its key."""
        for step, node in children(self.node):
            yield key_of(step), Part(node)

    def at(self, path: Path) -> "Part | None":
        """The part at *path*, also inside a text that is JSON; None when it has none, or at "one of the items"."""
        part: Part | None = self
        for key in path:
            part = None if part is None or key is None else part._child(key)
        return part

    def spelled(self, path: Path) -> str:
        """Return *path* as Python would write it: keys in brackets, attributes of objects after a dot."""
        text, part = "", self
        for key in path:
            steps = {key_of(step): (step, node) for step, node in children(part.node)}
            step, node = steps.get(key, (f"[{'…' if key is None else repr(key)}]", None))
            text, part = text + step, Part(node)
        return text

    def _child(self, key: Key) -> "Part | None":
        if isinstance(self.node, str):
            inside = json_in(self.node)
            return inside._child(key) if inside is not None else None
        if isinstance(self.node, list) and isinstance(key, int):
            return Part(self.node[key]) if -len(self.node) <= key < len(self.node) else None
        found = list(children(self.node))
        if isinstance(key, int) and key < 0 and found and all(isinstance(key_of(step), int) for step, _ in found):
            key += len(found)
        return next((Part(node) for step, node in found if key_of(step) == key), None)

    def walk(self, path: Path = ()) -> Iterator[tuple[Path, "Part"]]:
        """Yield this part and all below it with their paths, outermost first."""
        waiting: list[tuple[Path, object]] = [(path, self.node)]
        for here, node in waiting:
            yield here, Part(node)
            if len(waiting) < MAX_NODES and isinstance(node, list | dict):
                room = MAX_NODES - len(waiting)
                waiting += [((*here, key_of(step)), child) for step, child in islice(children(node), room)]

    def places_of(self, wanted: "Part") -> list[Path]:
        """The paths at which an equal part stands."""
        data = wanted.data
        if data not in self.data:  # canonical bytes of a part stand in those of the whole as they are
            return []
        return [path for path, part in self.walk() if part.data == data]


_CONTAINERS = frozenset(
    {"list", "dict", "tuple", "set", "frozenset", "deque", "OrderedDict", "defaultdict", "Counter"}
)


@lru_cache(maxsize=256)
def json_in(text: str) -> Part | None:
    """The object or array that *text* is as JSON, alone or in a code fence; None when it is none."""
    fenced = FENCE.search(text)
    inside = (fenced[1] if fenced else text).strip()
    if not inside.startswith(("{", "[")) or len(inside) > MAX_JSON_CHARS:
        return None
    try:
        return Part(json.loads(inside))
    except (ValueError, RecursionError):
        return None


def part_of(value: Value) -> Part:
    """The whole of *value*."""
    return _parsed(value.data)


@lru_cache(maxsize=512)
def _parsed(data: bytes) -> Part:
    try:
        return Part(parse(data), data)
    except UnreadableError:  # a damaged value is no reason to explain nothing
        return Part(data.decode("utf-8", "replace"))


@lru_cache(maxsize=16_384)
def key_of(step: str) -> Key:
    """The key that a path step of `codec.tree` stands for: `['a']` and `.a` are "a", `[3]` is 3."""
    text = step[1:-1] if step.startswith("[") and step.endswith("]") else step.lstrip(".")
    try:
        key = ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return text
    return key if isinstance(key, str) or (isinstance(key, int) and not isinstance(key, bool)) else text
