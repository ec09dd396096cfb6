"""Calls: which call in a function's text made which recorded step, and what it passed for a parameter. Pure."""

import ast

import msgspec

from flight_recorder.diagnose.code import Code, Path, code_of, constant_key, name_of_call
from flight_recorder.model.session import Session
from flight_recorder.model.step import Site, Step

_FOR_EACH = frozenset({"map", "imap", "starmap", "amap"})


class Passed(msgspec.Struct, frozen=True):
    """The expression that a caller passed for a parameter; *path* leads from it to the argument."""

    expression: ast.expr
    path: Path = ()


class Calls:
    """The calls of one recorded function, and the steps that they made."""

    def __init__(self, session: Session, caller: Step) -> None:
        self.code: Code | None = code_of(session, caller)
        self._of_step: dict[int, list[ast.Call]] = {}
        self._made: dict[ast.Call, list[Step]] = {}
        if self.code is not None:
            every = [node for node in ast.walk(self.code.body) if isinstance(node, ast.Call)]
            known: dict[tuple[str, Site | None], list[ast.Call]] = {}  # a loop makes many steps in one place
            for step in session.children(caller):
                place = (function_word(step), step.site)
                if place not in known:
                    known[place] = _calls_of(self.code, every, step)
                self._of_step[step.id] = known[place]
                for call in self._of_step[step.id]:
                    self._made.setdefault(call, []).append(step)

    def is_step(self, call: ast.Call) -> bool:
        """Whether *call* made a recorded step."""
        return call in self._made

    def steps(self, call: ast.Call) -> list[Step]:
        """The recorded steps that *call* made, in the order in which they began."""
        return self._made.get(call, [])

    def passed(self, step: Step, parameter: str) -> Passed | None:
        """What was passed to *step* for *parameter*; None when the text does not tell."""
        for call in self._of_step.get(step.id, []):
            found = _argument(call, step, parameter)
            if found is not None:
                return found
        return None

    def call(self, step: Step) -> ast.Call | None:
        """The call that made *step*, when it is the only one that can have."""
        calls = self._of_step.get(step.id, [])
        return calls[0] if len(calls) == 1 else None


def function_word(step: Step) -> str:
    """The last word of the function that *step* called: `count` for `shop.stock:Stock.count`."""
    return step.call.function.rpartition(":")[2].rpartition(".")[2]


def _calls_of(code: Code, every: list[ast.Call], step: Step) -> list[ast.Call]:
    word = function_word(step)
    named = [call for call in every if name_of_call(call) == word or _handed_on(call, word) is not None]
    named = named or [call for call in every if _is_through(call, word)]
    line = step.site.line if step.site is not None and step.site.file == code.file else None
    if line is None:
        return named
    there = code.calls_at(line)
    return [call for call in named if call in there] or named or _nameless(there)


def _nameless(calls: list[ast.Call]) -> list[ast.Call]:
    """The one of *calls* that can be of a function with another name: `tools[name](x)`, else the innermost."""
    looked_up = [call for call in calls if not isinstance(call.func, ast.Name | ast.Attribute)]
    innermost = [call for call in calls if not any(other in calls for other in ast.walk(call) if other is not call)]
    return next((found for found in (looked_up, innermost) if len(found) == 1), [])


def _handed_on(call: ast.Call, word: str) -> int | None:
    """The number of the argument of *call* that is the function itself: `pool.submit(fetch, url)`."""
    for index, argument in enumerate(call.args):
        if isinstance(argument, ast.Name | ast.Attribute) and _last_word(argument) == word:
            return index
    return None


def _argument_in_dict(call: ast.Call, parameter: str) -> Passed | None:
    """Return what the only argument of *call*, which takes all as one, has for *parameter*."""
    if len(call.args) != 1:
        return None
    given = call.args[0]
    if not isinstance(given, ast.Dict):
        return Passed(given, (parameter,))
    pairs = zip(given.keys, given.values, strict=True)
    named = (value for key, value in pairs if key is not None and constant_key(key) == parameter)
    return next((Passed(value) for value in named), None)


def _is_through(call: ast.Call, word: str) -> bool:
    """Whether *call* is one of a method of what goes by the function's name: `search.invoke({"query": query})`.

    So tools and tasks of frameworks are called, which a decorator has made of functions.
    """
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    return isinstance(owner, ast.Name | ast.Attribute) and _last_word(owner) == word


def _last_word(node: ast.Name | ast.Attribute) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr


def _argument(call: ast.Call, step: Step, parameter: str) -> Passed | None:
    for keyword in call.keywords:
        if keyword.arg == parameter:
            return Passed(keyword.value)
    names = list(step.inputs)
    if parameter not in names:
        return None
    word = function_word(step)
    if _is_through(call, word):
        return _argument_in_dict(call, parameter)
    is_direct = name_of_call(call) == word
    handed = None if is_direct else _handed_on(call, word)
    arguments = call.args if handed is None else call.args[handed + 1 :]
    callee = call.func if handed is None else call.args[handed]
    position = names.index(parameter)
    if names[0] in ("self", "cls") and isinstance(callee, ast.Attribute):
        if position == 0:
            return Passed(callee.value)
        position -= 1
    if position >= len(arguments) or any(isinstance(each, ast.Starred) for each in arguments[: position + 1]):
        return None
    return Passed(arguments[position], (None,) if handed is not None and name_of_call(call) in _FOR_EACH else ())
