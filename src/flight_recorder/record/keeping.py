"""Keeping: objects that the program holds in globals, closure cells and classes, and that steps give away.

A step that returns such an object returns that object, not one that looks like it: who changes it changes the global.
So an outcome says which of its parts the program keeps, and serving it gives those.
"""

from collections.abc import Iterable, Sequence
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType

from flight_recorder.codec.capture import CaptureSettings, Parts, capture_parts
from flight_recorder.codec.identity import nodes_of, telling_parts
from flight_recorder.codec.survey import Plain
from flight_recorder.codec.tags import Node
from flight_recorder.codec.writer import to_bytes
from flight_recorder.errors import NotRebuildableError
from flight_recorder.fingerprint.places import Place
from flight_recorder.model.step import Kept
from flight_recorder.model.value import Value

Part = tuple[object, Node]

MAX_PARTS = 10_000  # of one place; of a larger one only the whole is known
_WITHOUT_PARTS = (
    type(None), bool, int, float, complex, str, bytes,
    type, ModuleType, FunctionType, BuiltinFunctionType, MethodType,
)  # fmt: skip


class Keeper:
    """What is in the places that the steps of a session name."""

    def __init__(self, settings: CaptureSettings) -> None:
        self._settings = settings
        self._places: dict[str, Place] = {}
        self._at_first: dict[str, Value | None] = {}  # what was in each place when it was first looked at
        # By id of a part: its place, and its number there. None until they are looked for, anew when there are more.
        self.known: dict[int, tuple[str, int]] | None = None

    def add(self, places: Iterable[Place]) -> None:
        """Take these *places* in as well."""
        for place in places:
            name = _name_of(place)
            if name not in self._places:
                self._places[name], self.known = place, None

    def kept(self, outcome: Sequence[Parts]) -> Kept:
        """Return (number of a node, name of a place, number of a part in it) for each part that the program keeps."""
        met = telling_parts(outcome)
        known = self._look() if met else {}
        places = {id(node): (part, known[id(part)]) for part, node in met if id(part) in known}
        now: dict[str, Sequence[Part]] = {}  # each place is looked at once, however many of its parts were met
        found = {node: at for node, (part, at) in places.items() if self._is_at(part, at, now)}
        if not found:
            return ()
        nodes = enumerate(nodes_of(one.root for one in outcome))
        return tuple((number, *found[id(node)]) for number, node in nodes if id(node) in found)

    def may_keep(self, plain: Plain) -> bool:
        """Whether one of the containers in *plain* may be one that the program keeps."""
        return plain.is_among(self._look())

    def live(self, name: str, number: int, recorded: Node) -> Part | None:
        """Return the part of that *number* in the place *name*, with its node, if it looks as it was *recorded*.

        None where the place is as it was at first: then a step that is served changed it in the recording, and only
        a copy of the part looks as it has to. Raises NotRebuildableError where a step that ran has changed it.
        """
        self._look()
        place = self._places.get(name)
        value, parts = (None, ()) if place is None else self._captured(place)
        if number < len(parts) and to_bytes(parts[number][1]) == to_bytes(recorded):
            return parts[number]
        if value == self._at_first.get(name):
            return None
        raise NotRebuildableError(f"it gave a part of {name}, which looks different now")

    def _look(self) -> dict[int, tuple[str, int]]:
        if self.known is None:
            known: dict[int, tuple[str, int]] = {}
            looked_at: set[str] = set()
            while waiting := self._places.keys() - looked_at:  # a function that is looked at may bring places with it
                for name in sorted(waiting):
                    value, parts = self._captured(self._places[name])
                    self._at_first.setdefault(name, value)
                    for number, (part, _) in enumerate(parts):
                        known.setdefault(id(part), (name, number))
                looked_at |= waiting
            self.known = known
        return self.known

    def _captured(self, place: Place) -> tuple[Value | None, Sequence[Part]]:
        """Return what is in *place*, and those of its parts whose identity matters, the whole last."""
        found = place.read()
        if isinstance(found, _WITHOUT_PARTS):
            return None, ()
        value, met = capture_parts(found, self._settings)
        parts = telling_parts([met])
        return value, parts if len(parts) <= MAX_PARTS else parts[-1:]

    def _is_at(self, part: object, at: tuple[str, int], now: dict[str, Sequence[Part]]) -> bool:
        """Whether *part* is there now: objects that are gone lend their ids to others. *now* is added to."""
        name, number = at
        if name not in now:
            now[name] = self._captured(self._places[name])[1]
        return number < len(now[name]) and now[name][number][0] is part


def _name_of(place: Place) -> str:
    """Return what *place* is called in any process: `shop.CACHE`, `closure make.<locals>.step.total`."""
    holder = place.holder
    return f"{holder.get('__name__')}.{place.name}" if isinstance(holder, dict) else place.label
