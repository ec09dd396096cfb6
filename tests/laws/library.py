"""Library: the constants, helpers, classes and tables that the steps of a program use."""

from tests.laws.model import (
    Assign,
    Block,
    Const,
    Definition,
    Expr,
    Feature,
    Lines,
    Local,
    Name,
    Op,
    Param,
    Role,
    Type,
)
from tests.laws.writing import Source, Writing


class Library:
    """Adds to a program what its steps use."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._helpers: list[str] = []
        self._classes: list[str] = []

    def write(self) -> None:
        """Add some things of random kinds."""
        writing = self._writing
        if not writing.has(Feature.HELPERS):
            return
        kinds = [self._number, self._helper, self._helper, self._config, self._text]
        if writing.has(Feature.CLASSES):
            kinds += [self._enum, self._class, self._class, self._subclass]
        if writing.has(Feature.CLOSURES):
            kinds += [self._closure, self._partial, self._table, self._methods_table]
        if writing.has(Feature.DECORATORS):
            kinds += [self._decorator, self._decorator]
        for _ in range(writing.choices.between(0, 6)):
            writing.maybe_next_module()
            writing.choices.one_of(kinds)()

    def _add(self, id: str, role: Role, *body: Assign | Lines | Block, params: tuple[Param, ...] = ()) -> str:
        self._writing.add(Definition(id, role, self._writing.module, body, params))
        return id

    def _source(self, text: str, *names: Expr) -> None:
        self._writing.sources.append(Source(text, names))

    def _number(self) -> None:
        id = self._writing.new("LIMIT")
        self._add(id, Role.CONSTANT, Assign(id, Type.INT, self._writing.constant()))
        self._source("({} + {})", Name(id))

    def _text(self) -> None:
        id = self._writing.new("PROMPT")
        self._add(id, Role.CONSTANT, Assign(id, Type.STR, Op("'abc' * {}", (self._writing.constant(),))))
        self._source("({} + len({}))", Name(id))

    def _config(self) -> None:
        id = self._writing.new("CONFIG")
        value = Op("{{'low': {}, 'all': [{}, {}]}}", tuple(self._writing.constant() for _ in range(3)))
        self._add(id, Role.CONSTANT, Assign(id, Type.DICT, value))
        self._source("({} + {}['low'])", Name(id))
        self._source("({} + sum({}['all']))", Name(id))

    def _helper(self) -> None:
        writing = self._writing
        id = writing.new("h")
        default = writing.choices.between(1, 9) if writing.choices.chance(50) else None
        params = (Param("a", Type.INT), Param("b", Type.INT, default)) if default else (Param("a", Type.INT),)
        variables = {param.name: param.type for param in params}
        body: list[Assign | Lines | Block] = []
        if writing.choices.chance(40):
            head = Op("if {} > {}:", (Local("a"), writing.constant()))
            body.append(Block(head, (Lines(("return {}",), (writing.bounded(variables),)),)))
        body.append(Lines(("return {}",), (writing.bounded(variables),)))
        decorators = (writing.choices.one_of(writing.decorators),) if self._decorates() else ()
        writing.add(Definition(id, Role.HELPER, writing.module, tuple(body), params, decorators=decorators))
        self._helpers.append(id)
        self._source("{1}({0})", Name(id))

    def _decorates(self) -> bool:
        return bool(self._writing.decorators) and self._writing.choices.chance(30)

    def _some_helper(self) -> Name:
        if not self._helpers:
            self._helper()
        return Name(self._writing.choices.one_of(self._helpers))

    def _table(self) -> None:
        one, other = self._some_helper(), self._some_helper()
        id = self._writing.new("TABLE")
        self._add(id, Role.TEXT, Lines((f"{id} = [{{}}, {{}}]",), (one, other)))
        self._source("{1}[{0} % 2](2)", Name(id))

    def _methods_table(self) -> None:
        one = self._some_helper()
        id = self._writing.new("BY_NAME")
        self._add(id, Role.TEXT, Lines((f"{id} = {{{{'one': {{}}, 'two': lambda n: n + {{}}}}}}",), (one, Const(3))))
        self._source("{1}['two']({0})", Name(id))

    def _closure(self) -> None:
        maker, id = self._writing.new("make"), self._writing.new("add")
        inner = ("    def inner(n):", "        return n * k + {}", "    return inner")
        self._add(maker, Role.TEXT, Lines((f"def {maker}(k):", *inner), (self._writing.constant(),)))
        self._add(id, Role.TEXT, Lines((f"{id} = {{}}({{}})",), (Name(maker), self._writing.constant())))
        self._source("{1}({0})", Name(id))

    def _partial(self) -> None:
        writing = self._writing
        base, id = writing.new("h"), writing.new("part")
        params = (Param("a", Type.INT), Param("b", Type.INT))
        body = Lines(("return {}",), (Op("({} * {} + {}) % 97", (Local("a"), Local("b"), writing.constant())),))
        writing.add(Definition(base, Role.HELPER, writing.module, (body,), params))
        self._add(id, Role.TEXT, Lines((f"{id} = functools.partial({{}}, {{}})",), (Name(base), writing.constant())))
        self._source("{1}({0})", Name(id))

    def _enum(self) -> None:
        id = self._writing.new("Colour")
        values = (self._writing.constant(), Op("{} + 10", (self._writing.constant(),)))
        lines = (f"class {id}(enum.Enum):", "    RED = {}", "    BLUE = {}")
        self._add(id, Role.TEXT, Lines(lines, values))
        self._source("list({1})[{0} % 2].value", Name(id))

    def _class(self) -> None:
        id = self._writing.new("Tariff")
        lines = (
            f"class {id}:",
            "    unit = {}",
            "    def __init__(self, n):",
            "        self.n = n",
            "    def price(self, n):",
            "        return ({} + self.n + self.unit) % 97",
        )
        number = self._writing.number({"n": Type.INT}, 1)
        self._add(id, Role.TEXT, Lines(lines, (self._writing.constant(), number)))
        self._classes.append(id)
        self._source("{1}(2).price({0})", Name(id))
        self._source("({1}(2).unit + {0})", Name(id))

    def _subclass(self) -> None:
        if not self._classes:
            self._class()
        base = self._writing.choices.one_of(self._classes)
        id = self._writing.new("Special")
        lines = (f"class {id}({{}}):", "    def price(self, n):", "        return super().price(n) + {}")
        self._add(id, Role.TEXT, Lines(lines, (Name(base), self._writing.constant())))
        self._source("{1}(3).price({0})", Name(id))

    def _decorator(self) -> None:
        id = self._writing.new("deco")
        lines = (
            f"def {id}(function):",
            "    @functools.wraps(function)",
            "    def wrapper(*args, **kwargs):",
            "        return (function(*args, **kwargs) + {}) % 97",
            "    return wrapper",
        )
        self._add(id, Role.TEXT, Lines(lines, (self._writing.constant(),)))
        self._writing.decorators.append(id)
