"""Writing: a program while it is being generated; what there is so far, and numbers made of that."""

from dataclasses import dataclass, field

from tests.laws.choices import Choices
from tests.laws.model import Call, Const, Definition, Expr, Feature, Local, Name, Op, Type
from tests.laws.values import made_of, number_of

Variables = dict[str, Type]


@dataclass(frozen=True, slots=True)
class Source:
    """A way to get a number from a number by means of the library: *text* takes the number, then *names*."""

    text: str
    names: tuple[Expr, ...]

    def of(self, number: Expr) -> Expr:
        """Return what it makes of *number*."""
        return Op(self.text, (number, *self.names))


@dataclass
class Writing:
    """What has been written so far. Modules are filled one after the other; none uses a later one."""

    choices: Choices
    features: frozenset[Feature]
    modules: int
    module: int = 0
    definitions: list[Definition] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    decorators: list[str] = field(default_factory=list)
    unsafe: set[str] = field(default_factory=set)  # steps that must not be the broken one
    once: set[str] = field(default_factory=set)  # steps that are called from one place, one call after the other
    state: list[Definition] = field(default_factory=list)  # globals that steps write
    used: set[str] = field(default_factory=set)  # those of them that have their place
    _numbers: dict[str, int] = field(default_factory=dict)

    def has(self, feature: Feature) -> bool:
        """Whether the program may have *feature*."""
        return feature in self.features

    def new(self, prefix: str) -> str:
        """Return a new name."""
        self._numbers[prefix] = self._numbers.get(prefix, -1) + 1
        return f"{prefix}{self._numbers[prefix]}"

    def add(self, definition: Definition) -> Definition:
        """Add *definition* to the present module."""
        self.definitions.append(definition)
        return definition

    def maybe_next_module(self) -> None:
        """Go on in the next module, by chance."""
        if self.module < self.modules - 1 and self.choices.chance(40):
            self.module += 1

    def steps(self) -> list[Definition]:
        """Return the steps so far."""
        return [one for one in self.definitions if one.is_step]

    def constant(self) -> Const:
        """Return a small constant."""
        return Const(self.choices.between(1, 9))

    def number(self, variables: Variables, depth: int = 2) -> Expr:
        """Return an expression of a number, of *variables* and the library."""
        kind = self.choices.below(4 if depth else 2)
        if kind == 0 and variables:
            name = self.choices.one_of(sorted(variables))
            return number_of(Local(name), variables[name])
        if kind <= 1:
            return self.constant()
        if kind == 2 or not self.sources:
            one, other = self.number(variables, depth - 1), self.number(variables, depth - 1)
            return Op(self.choices.one_of(("({} + {})", "({} * {})", "abs({} - {})", "max({}, {})")), (one, other))
        return self.choices.one_of(self.sources).of(self.number(variables, depth - 1))

    def bounded(self, variables: Variables) -> Expr:
        """Return a number below a bound that is small at times: then other inputs often give the same."""
        bound = Const(self.choices.one_of((97, 3, 7)))
        return Op("({} + {}) % {}", (self.number(variables), self.constant(), bound))

    def value(self, type: Type, variables: Variables) -> Expr:
        """Return an expression of *type*: a variable, if there is one, or something new."""
        named = [name for name, kind in variables.items() if kind is type]
        if named and not self.choices.chance(25):
            return Local(self.choices.one_of(named[::-1]))
        return made_of(self.number(variables, 1), type)

    def call(self, step: Definition, variables: Variables, *, is_bare: bool = False) -> Call:
        """Return a call of *step* with arguments of *variables*."""
        args = tuple(
            self.value(param.type, variables)
            for param in step.params
            if param.default is None or self.choices.chance(30)
        )
        owner = Op("{}({})", (Name(step.owner), self.constant())) if step.owner else None
        return Call(step.id, args, owner, is_bare)
