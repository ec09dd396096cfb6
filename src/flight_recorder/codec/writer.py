"""Writer: one pass over an object, from which its node and its form come out. Pure.

The first pass expects a value like most: no cycle, no lone surrogate, nothing deeper or larger than the limits, and
keeps no record of what it has seen. A pass that meets the unexpected gives up with Restart, and a second one, which
marks what it meets again instead of expanding it, is linear in what the object holds.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType, WrapperDescriptorType
from typing import Any

import msgspec

from flight_recorder.codec.bare import find_in_class, module_of
from flight_recorder.codec.naming import clean, is_found, name_of, reference
from flight_recorder.codec.settings import MAX_REPR_CHARS, CaptureSettings
from flight_recorder.codec.shapes import Shape, recall_shape, shape_of
from flight_recorder.codec.tags import AGAIN, CUT, OPAQUE, TAG, Node
from flight_recorder.interrupted import was_interrupted

Encoder = Callable[[Any, "Writer"], Node]

to_bytes = msgspec.json.Encoder().encode

_ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]+")


# C code whose repr asks for that of any object that it was given.
_SHOW_WHAT_THEY_HOLD = ("itertools", "operator", "_contextvars", "_asyncio", "_ctypes", "ctypes", "collections")
_HOLDERS: tuple[type, ...] = (MappingProxyType, type({}.keys()), type({}.values()), type({}.items()))


class Restart(Exception):  # noqa: N818  # a signal between passes, never seen outside
    """This pass cannot finish; the next one must keep record of what it has seen."""


class Adapters(msgspec.Struct, frozen=True):
    """How each type becomes a node.

    *encoders* are by id of the exact type: to hash a class may run code of its metaclass. *contents* read the builtin
    part of an instance of a subclass. *other* takes every instance that has no encoder.
    """

    encoders: Mapping[int, Encoder]
    contents: Mapping[type, Encoder]
    other: Encoder
    readable: frozenset[int]  # the ids of the builtin bases whose content can be read


class Writer:
    """The state of one pass: what is known of the value's form so far, and what is left of the limits."""

    __slots__ = (
        "_references",
        "_seen",
        "adapters",
        "chosen",
        "depth",
        "encoders",
        "in_set",
        "is_careful",
        "is_comparable",
        "is_opaque",
        "is_redacted",
        "is_sharing",
        "left",
        "max_depth",
        "met",
        "objects",
        "other",
        "settings",
    )

    def __init__(self, adapters: Adapters, settings: CaptureSettings) -> None:
        """Begin a pass."""
        self.adapters = adapters
        self.encoders = adapters.encoders  # read for every part: one look-up less
        self.other = adapters.other
        self.settings = settings
        self.max_depth = settings.max_depth
        self.left = settings.max_size
        self.objects = settings.max_objects
        self.depth = 0
        self.in_set = 0
        self.is_opaque = False
        self.is_redacted = False
        self.is_comparable = True
        self.is_careful = False  # text may hold lone surrogates
        self.is_sharing = False  # what is met again is marked, not expanded
        self._seen: dict[int, tuple[int, bool, object]] = {}
        self._references: dict[int, tuple[Node, bool]] = {}
        # Every part that is no plain scalar, with its node; parts of those first. Members of sets have no order.
        self.met: list[tuple[object, Node]] | None = None
        self.chosen: dict[int, Encoder] = {}  # of the classes of instances met in this pass, by id

    def shape(self, cls: type) -> Shape:
        """Return the shape of *cls*."""
        _, is_found = self.refer(cls)
        return (recall_shape if is_found else shape_of)(cls, self.adapters.readable)

    def refer(self, cls: type) -> tuple[Node, bool]:
        """Return what names *cls* in a node, and whether that leads back to it; worked out once a pass."""
        known = self._references.get(id(cls))
        if known is None:
            known = self._references[id(cls)] = (reference(cls), is_found(cls))
        return known

    def not_exact(self, *, is_comparable: bool = True) -> None:
        """Note that the value cannot be rebuilt and, unless *is_comparable*, that equal bytes would prove nothing."""
        self.is_opaque = True
        if not is_comparable:
            self.is_comparable = False

    def cut(self, value: object, why: str) -> Node:
        """Return the marker for what lies beyond a limit, or ask for a pass that can keep within it."""
        if not self.is_sharing:
            raise Restart
        self.not_exact(is_comparable=False)
        return {TAG: CUT, "t": name_of(type(value)), "why": why}

    def sized(self, node: Node, value: object, before: int) -> Node:
        """Return *node* when the size that was left *before* its *value* was encoded sufficed; else its marker."""
        if self.left >= 0:
            return node
        node = self.cut(value, "size")
        self.left = before  # what is cut takes no room from what follows
        return node

    def seen(self, value: object) -> Node | None:
        """Return the marker for *value* when this pass has met it before; else remember it and return None.

        The marker holds the number of the first meeting. Inside sets that number depends on the order of hashes.
        """
        known = self._seen.get(id(value))
        if known is None:
            self._seen[id(value)] = (len(self._seen), self.in_set > 0, value)
            return None
        number, was_in_set, _ = known
        self.not_exact(is_comparable=not (was_in_set or self.in_set))
        return {TAG: AGAIN, "t": name_of(type(value)), "n": number}

    def opaque(self, value: object) -> Node:
        """Return the marker for a value that can only be looked at: by its name, else by its repr in C."""
        node: Node = {TAG: OPAQUE, "t": name_of(type(value))}
        made = None if self.settings.name_opaque is None else self.settings.name_opaque(value)
        if made is not None:
            self.not_exact()
            node["made"] = made
            return node
        self.not_exact(is_comparable=False)
        text = contained_repr(value)
        if text is not None:
            node["r"] = text
        return node


def encode(value: object, w: Writer) -> Node:
    """Return the node of *value*, and note in *w* what it means for the form of the whole."""
    return (w.encoders.get(id(type(value))) or w.other)(value, w)


def _shows_itself(cls: type) -> bool:
    """Whether the repr of an instance of *cls* is C code, which asks nothing that the instance holds."""
    asked = (find_in_class(cls, name) for name in ("__repr__", "__getattribute__"))
    if any(found is None or type(found[1]) is not WrapperDescriptorType for found in asked):
        return False
    if find_in_class(cls, "__getattr__") is not None or module_of(cls) in _SHOW_WHAT_THEY_HOLD:
        return False
    return not any(cls is holder for holder in _HOLDERS)


def contained_repr(value: object) -> str | None:
    """Return the repr of *value*, cut, without addresses; None when it raised, or is not asked for.

    A repr that is Python code may wait for a lock, or build a gigabyte: it is not asked for. Addresses are left out:
    they differ in every process.
    """
    if not _shows_itself(type(value)):
        return None
    try:
        text = repr(value)
        text = str.__getitem__(text, slice(0, MAX_REPR_CHARS + 1))  # a plain str, whatever __repr__ returned
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as trouble:  # the program's own code, whose errors must not reach its caller from here
        if type(trouble) is not RecursionError and was_interrupted(trouble):
            raise
        return None
    if len(text) > MAX_REPR_CHARS:
        text = text[: MAX_REPR_CHARS - 1] + "…"
    return clean(_ADDRESS.sub("", text))
