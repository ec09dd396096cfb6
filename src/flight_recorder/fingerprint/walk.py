"""Walk: from a function to what it names, what that names, and so on, breadth first. Runs none of that code."""

from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from types import FunctionType

from flight_recorder.fingerprint.aliases import Aliases
from flight_recorder.fingerprint.attributes import ABSENT
from flight_recorder.fingerprint.code import digest_of_text
from flight_recorder.fingerprint.constants import PLAIN
from flight_recorder.fingerprint.examine import Examiner
from flight_recorder.fingerprint.made import home_in_function
from flight_recorder.fingerprint.names import has_own_name, label_of
from flight_recorder.fingerprint.node import Definition, Node
from flight_recorder.fingerprint.resolve import Around, Edge, StepName
from flight_recorder.fingerprint.unloaded import Unloaded
from flight_recorder.model.fingerprint import Part, PartKind

MAX_OBJECTS = 20_000  # in one walk


class Walk:
    """One walk, from one function. Collects parts, and the names of the steps where it stopped."""

    def __init__(self, examiner: Examiner, step_name: StepName, around: Around) -> None:
        self.steps: list[str] = []
        self.functions: list[FunctionType] = []  # of the project, as they are reached
        self.files: list[str] = []  # of modules that are not loaded yet
        self.source: Definition | None = None
        self._parts: dict[Part, None] = {}  # each once, in the order in which it was reached
        self._defined: dict[int, tuple[str, Definition]] = {}  # by the identity of the function or class
        self._root_name = ""
        self._examiner = examiner
        self._step_name = step_name
        self._around = around
        self._bound: set[int] = set()  # steps whose variables were visited
        self._references: dict[tuple[str, str], None] = {}  # what names stand for
        self._aliases = Aliases()
        self._labels: dict[int, str] = {}
        self._values: set[int] = set()  # what is not only called: who gets it may look into it
        self._waiting: deque[tuple[Edge, str]] = deque()

    def begin(self, function: object, name: str) -> None:
        """Walk from *function*, which is called *name*, to the end."""
        if issubclass(type(function), FunctionType):
            self._root_name = self._labels[id(function)] = name
            self.functions.append(function)  # type: ignore[arg-type]
            self._take(id(function), name, self._examiner.root(function, name))  # type: ignore[arg-type]
        else:
            self._visit(Edge(function, name))
        self._go_on(name)

    def begin_at(self, obj: object, name: str, node: Node) -> None:
        """Walk from *obj*, which is called *name* and counts as *node*, to the end."""
        self._root_name = self._labels[id(obj)] = name
        self._take(id(obj), name, node)
        self._go_on(name)

    def _go_on(self, name: str) -> None:
        while self._waiting:
            edge, label = self._waiting.popleft()
            if len(self._labels) > MAX_OBJECTS:
                self.unknown(name, f"reaches more than {MAX_OBJECTS} objects")
                break
            node = self._examiner.node(edge, label)
            if node.definition is not None and type(edge.obj) is FunctionType:
                self.functions.append(edge.obj)
            if type(edge.obj) is Unloaded:
                self.files.append(edge.obj.file)
            self._take(id(edge.obj), label, node)

    def unknown(self, name: str, why: str) -> None:
        """Note that something cannot be examined."""
        self._parts[Part(PartKind.UNKNOWN, name, "", preview=why)] = None

    def parts(self) -> list[Part]:
        """Return every part, with docstrings and annotations where something reached may read them."""
        uses_library = any(part.kind is PartKind.LIBRARY for part in self._parts)
        definitions = [definition for _, definition in self._defined.values()]
        reads_docstrings = any(one.reads_docstrings for one in definitions)
        reads_annotations = any(one.reads_annotations for one in definitions)
        parts = []
        for key, (label, one) in self._defined.items():
            is_given_away = uses_library and key in self._values  # a tool: its docstring is a part of the prompt
            shown = [one.digest]
            if reads_docstrings or is_given_away or one.shows_docstring:
                shown.append(one.docstring)
            if reads_annotations or is_given_away or one.shows_annotations:
                shown.append(one.annotations)
            kind = PartKind.CODE if one.kind is PartKind.HELPER and label == self._root_name else one.kind
            digest = one.digest if len(shown) == 1 else digest_of_text("\n".join(shown))
            parts.append(Part(kind, label, digest, one.place))
        return [*parts, *self._parts, *(self._reference(name, target) for name, target in self._references)]

    def digest_of(self, parts: Iterable[Part]) -> str:
        """Return the digest of *parts*, which are those of this walk or made of them."""
        lines = {f"{part.kind} {name} {part.digest}" for part in parts for name in self._aliases.of(part.name)}
        return digest_of_text("\n".join(sorted(lines)))

    def _reference(self, name: str, target: str) -> Part:
        """Return what a name stands for: two functions that change places are a change too."""
        if target.startswith("step "):
            return Part(PartKind.CONSTANT, name, digest_of_text(target), preview=target)
        digest = digest_of_text(self._aliases.of(target)[0])
        return Part(PartKind.CONSTANT, name, digest, preview=target.rpartition(":")[2])

    def _visit_variables(self, step: object, told: str) -> None:
        """Visit what is bound to *step* and is among the inputs of its calls: whoever names it chose that."""
        function = None if id(step) in self._bound else self._around(step)
        self._bound.add(id(step))
        if function is None:
            return
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            with suppress(ValueError):  # not filled yet
                self._visit(Edge(cell.cell_contents, f"{told}.{name}", home_in_function(function, name)))

    def _take(self, key: int, label: str, node: Node) -> None:
        self._parts.update(dict.fromkeys(node.parts))
        if node.definition is not None:
            self._defined[key] = (label, node.definition)
            if node.definition.is_movable:
                self._aliases.own(label)
            if label == self._root_name and node.definition.text:
                self.source = node.definition  # the last: what is wrapped comes after what wraps it
        for edge in node.edges:
            self._visit(edge, label, node.definition)

    def _visit(self, edge: Edge, holder: str = "", holding: Definition | None = None) -> None:
        obj, name = edge.obj, edge.name
        step = self._step_name(obj)
        told = name if holding is None else self._aliases.told(name, holder, holding.names_in, holding.wrapper)
        if step is not None:
            self.steps.append(step)
            self._references[told, f"step {step}"] = None
            self._visit_variables(obj, told)
            return
        if type(obj) in PLAIN or obj is ABSENT:
            self._aliases.use(name, told)
            self._parts.update(dict.fromkeys(self._examiner.node(edge, name).parts))
            return
        if edge.is_value:
            self._values.add(id(obj))
        label = self._labels.get(id(obj))
        is_new = label is None
        if label is None:
            label = self._labels[id(obj)] = label_of(obj, name)
            self._waiting.append((edge, label))
        if is_new and not has_own_name(obj):
            self._aliases.use(name, told)
        elif told not in self._aliases.of(label) and label not in (told, holder) and type(obj) is not Unloaded:
            self._references[told, label] = None
