"""Body: a composite while it is being written."""

from collections.abc import Callable

from tests.laws.model import Assign, Const, Definition, Expr, Local, Op, Param, Stmt, Type
from tests.laws.values import made_of, number_of
from tests.laws.writing import Writing


class Body:
    """The statements of a composite so far, its variables, and how many calls of steps it makes."""

    def __init__(self, writing: Writing, is_async: bool, limit: int, *, is_entry: bool = False) -> None:
        self.writing = writing
        self.is_entry = is_entry
        self.calls: list[str] = []
        self.is_async = is_async
        self.cost = 0
        self.raises = False
        self.is_impure = False
        self.params: tuple[Param, ...] = ()
        self.statements: list[Stmt] = []
        self.variables: dict[str, Type] = {}
        self._limit = limit

    def add(self, stmt: Stmt) -> None:
        """Add a statement."""
        self.statements.append(stmt)

    def name(self) -> str:
        """Return a new variable's name."""
        return self.writing.new("v")

    def assign(self, value: Expr, type: Type, name: str = "") -> str:
        """Add an assignment to *name*, or to a new variable; return which."""
        target = name or self.name()
        self.add(Assign(target, type, value))
        self.variables[target] = type
        return target

    def choose(
        self, times: int = 1, *, may_raise: bool = False, is_async: bool | None = None, is_leaf: bool = False
    ) -> Definition | None:
        """Return a step that can be called *times* times here, or None. Most often not one that raises.

        *is_async* is given for calls that are made at the same time as others.
        """
        steps = [step for step in self.writing.steps() if not step.is_special and self._fits(step, times)]
        if is_async is not None:
            steps = [step for step in steps if step.is_async is is_async and self._is_anytime(step)]
        steps = [step for step in steps if not (is_leaf and step.cost > 1)]
        if may_raise:
            steps = [step for step in steps if step.raises] or steps
        else:
            calm = [step for step in steps if not step.raises]
            steps = calm or (steps if self.writing.choices.chance(10) else [])
        return self._chosen(self.writing.choices.one_of(steps[::-1]), may_raise) if steps else None

    def _chosen(self, step: Definition, may_raise: bool) -> Definition:
        self.raises = self.raises or (step.raises and not may_raise)
        self.calls.append(step.id)
        self.is_impure = self.is_impure or step.is_impure
        if step.id in self.writing.once:
            self.writing.used.add(step.id)
        return step

    def _fits(self, step: Definition, times: int) -> bool:
        if step.id in self.writing.used or (step.is_counter and not self.is_entry):
            return False
        if times > 1 and step.id in self.writing.once:
            return False
        return self.cost + step.cost * min(times, 2) <= self._limit and (self.is_async or not step.is_async)

    def _is_anytime(self, step: Definition) -> bool:
        return not (step.is_counter or step.is_impure) and step.id not in self.writing.once

    def choose_of(self, wanted: Callable[[Definition], bool]) -> Definition | None:
        """Return a step of that kind which can be called here, or None."""
        steps = [step for step in self.writing.steps() if wanted(step) and self._fits(step, 1)]
        return self._chosen(self.writing.choices.one_of(steps[::-1]), may_raise=False) if steps else None

    def variable(self, type: Type) -> str:
        """Return a variable of *type*; a new one if need be."""
        names = [name for name, kind in self.variables.items() if kind is type]
        if names and not self.writing.choices.chance(25):
            return self.writing.choices.one_of(names[::-1])
        return self.assign(made_of(self.writing.number(self.variables, 1), type), type)

    def times(self, most: int, step: Definition) -> Const:
        """Return how often *step* is called in a loop, at most *most* times; the cost is counted."""
        room = max((self._limit - self.cost) // step.cost, 1)
        times = self.writing.choices.between(1, min(most, room))
        self.cost += times * step.cost
        return Const(times)

    def sum(self) -> Expr:
        """Return a number that every variable has a part in."""
        numbers = [number_of(Local(name), type) for name, type in self.variables.items()]
        total = numbers[0]
        for number in numbers[1:]:
            total = Op("{} * 3 + {}", (total, number))
        return total
