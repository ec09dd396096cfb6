"""Node: what one object consists of, before it is known from where it was reached."""

import msgspec

from flight_recorder.fingerprint.resolve import Edge
from flight_recorder.model.fingerprint import Part, PartKind


class Definition(msgspec.Struct, frozen=True):
    """A function or class of the project.

    Its docstring and annotations count only where something may read them: *shows_docstring* and
    *shows_annotations* when what it is decorated with or derived from may, *reads_docstrings* and
    *reads_annotations* when it may read those of others. A function that *is_movable* may stand in another module.
    *names_in* is the module of the names in a function; *wrapper* is what its code is called where that has another
    name, as in what a decorator returns.
    """

    kind: PartKind
    digest: str
    place: str = ""
    docstring: str = ""
    annotations: str = ""
    shows_docstring: bool = False
    shows_annotations: bool = False
    reads_docstrings: bool = False
    reads_annotations: bool = False
    text: str = ""
    file: str = ""
    line: int = 0
    is_movable: bool = False
    names_in: str = ""
    wrapper: str = ""


class Node(msgspec.Struct, frozen=True):
    """One object: the parts that it has itself, and what it reaches."""

    parts: tuple[Part, ...] = ()
    edges: tuple[Edge, ...] = ()
    definition: Definition | None = None
