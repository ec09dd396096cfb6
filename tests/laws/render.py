"""Render: a model to real Python files; and to the canonical text of each definition, which edits are judged by."""

from dataclasses import replace
from functools import cache
from hashlib import blake2b
from typing import NamedTuple

from tests.laws.impure_leaves import LOG
from tests.laws.model import (
    Assign,
    Block,
    Call,
    Const,
    Cosmetics,
    Definition,
    Expr,
    Lines,
    Local,
    Name,
    Op,
    Program,
    Role,
    Stmt,
    references,
)
from tests.laws.trace import About

SCRIPT = "program.py"
TAKEN_FROM_KIT = "Handle, Plain, Record, answer, counted, effect, fr, ran, spend"


def module_name(program: Program, module: int) -> str:
    """Return what module number *module* is imported as."""
    return f"m{module}" if module < program.modules - 1 else "program"


class Files(NamedTuple):
    """The text of each file of a program, by its name."""

    texts: dict[str, str]


def render(program: Program, *, is_undecorated: bool = False) -> Files:
    """Return the files of *program*, all but `kit.py`; steps that need no option may have no decorator."""
    texts = {}
    for module in range(program.modules):
        writer = Writer(program, module, is_undecorated=is_undecorated)
        texts[f"{module_name(program, module)}.py"] = writer.text()
    return Files(texts)


class Writer:
    """Writes one module, the number *module*; without one, names are bare. With *is_canonical*, no cosmetics."""

    def __init__(
        self,
        program: Program,
        module: int | None = None,
        *,
        is_canonical: bool = False,
        is_undecorated: bool = False,
    ) -> None:
        self.program = program
        self.is_undecorated = is_undecorated
        self.module = module
        self.is_canonical = is_canonical
        self.by_id = {one.id: one for one in program.definitions}
        self.here: Definition | None = None  # what is being written

    def text(self) -> str:
        """Return the whole file."""
        own = [one for one in self.program.definitions if one.module == self.module]
        lines = [f"from kit import {TAKEN_FROM_KIT}", *self._imports(own), ""]
        is_script = self.module == self.program.modules - 1
        for one in own:
            if not one.owner:
                lines += ["", *self.definition(one)]
        if is_script:
            lines += ["", *self._start()]
        standard = ["asyncio", "contextlib", "dataclasses", "enum", "functools", "threading", "concurrent.futures"]
        body = "\n".join(lines)
        used = [f"import {name}" for name in standard if f"{name}." in body]
        return "\n".join([*used, body, ""])

    def _imports(self, own: list[Definition]) -> list[str]:
        wanted: dict[int, set[str]] = {}
        for one in own:
            for id in references(one):
                target = self._top(self.by_id[id])
                if target.module != self.module:
                    wanted.setdefault(target.module, set()).add(target.id)
        lines = []
        for module, ids in sorted(wanted.items()):
            if self.program.imports[self.module]:
                lines.append(f"from {module_name(self.program, module)} import {', '.join(sorted(ids))}")
            else:
                lines.append(f"import {module_name(self.program, module)}")
        return lines

    def _start(self) -> list[str]:
        entry = self.program.entry
        call = f"fr.run({entry.id}, {self.program.argument})"
        if entry.is_async:
            call = f"asyncio.run({call})"
        return ['if __name__ == "__main__":', f'    print("result", {call})']

    def definition(self, one: Definition) -> list[str]:
        """Return the lines of one definition, the members of a class included."""
        self.here = one
        cosmetics = Cosmetics() if self.is_canonical else one.cosmetics
        comment = [f"# {cosmetics.comment}"] if cosmetics.comment else []
        if one.role in (Role.CONSTANT, Role.TEXT) or one.is_whole:
            lines = comment + self._statements(one.body, cosmetics)
        else:
            lines = self._function(one, cosmetics, comment)
        if self.is_canonical:
            return lines
        for member in self.program.definitions:
            if member.owner == one.id:
                lines += ["", *("    " + line for line in self.definition(member))]
        return lines

    def _function(self, one: Definition, cosmetics: Cosmetics, comment: list[str]) -> list[str]:
        head = ["self"] if one.owner else []
        head += [
            f"{param.name}: {param.type}" + ("" if param.default is None else f" = {param.default!r}")
            for param in one.params
        ]
        lines = []
        if one.is_step:
            options = [f'"{one.id}"']
            options += ["replayable=False"] if one.is_protected else []
            options += [f"ignore={one.ignored!r}"] if one.ignored else []
            if len(options) > 1 or not self.is_undecorated:
                lines.append(f"@fr.register({', '.join(options)})")
        lines += [f"@{self._name(id)}" for id in one.decorators]
        lines.append(f"{'async ' if one.is_async else ''}def {one.id}({', '.join(head)}):")
        body = [f'"""{cosmetics.docstring}"""'] if cosmetics.docstring else []
        body += comment
        if one.is_step:
            body.append(f'ran("{one.id}")')
        if one.fails:
            body.append(one.fails)
        body += self._statements(one.body, cosmetics)
        return lines + ["    " + line for line in body]

    def _statements(self, body: tuple[Stmt, ...], cosmetics: Cosmetics) -> list[str]:
        lines: list[str] = []
        for stmt in body:
            lines += self._statement(stmt, cosmetics)
            if cosmetics.is_spaced:
                lines.append("")
        return lines or ["pass"]

    def _statement(self, stmt: Stmt, cosmetics: Cosmetics) -> list[str]:
        match stmt:
            case Assign():
                value = self.expr(stmt.value)
                return [f"{stmt.target} = ({value})" if cosmetics.is_spaced else f"{stmt.target} = {value}"]
            case Lines():
                args = iter(self.expr(arg) for arg in stmt.args)
                return [_filled(line, args) for line in stmt.text]
            case Block():
                lines = [self.expr(stmt.head)]
                lines += ["    " + line for line in self._statements(stmt.body, cosmetics)]
                for head, body in stmt.rest:
                    lines += [head, *("    " + line for line in self._statements(body, cosmetics))]
                return lines

    def expr(self, expr: Expr) -> str:
        """Return *expr* as it stands in the file."""
        match expr:
            case Const(value=value):
                return repr(value)
            case Local(name=name):
                return name
            case Name(id=id):
                return self._name(id)
            case Op(text=text, args=args):
                return text.format(*(self.expr(arg) for arg in args))
            case Call():
                return self._call(expr)

    def _call(self, call: Call) -> str:
        target = self.by_id[call.id]
        name = f"{self.expr(call.owner)}.{call.id}" if call.owner is not None else self._name(call.id)
        text = f"{name}({', '.join(self.expr(arg) for arg in call.args)})"
        return f"(await {text})" if target.is_async and not target.is_stream and not call.is_bare else text

    def _name(self, id: str) -> str:
        target = self.by_id[id]
        if target.owner:
            is_own = self.here is not None and self.here.owner == target.owner
            return f"self.{id}" if is_own else f"{self._name(target.owner)}.{id}"
        if self.module is None or target.module == self.module or self.program.imports[self.module]:
            return id
        return f"{module_name(self.program, target.module)}.{id}"

    def _top(self, one: Definition) -> Definition:
        return self.by_id[one.owner] if one.owner else one


def _filled(line: str, args: "object") -> str:
    """Put the next expressions into the `{}` of *line*; `{{` stays a bracket."""
    parts = line.split("{}")
    filled = [part for pair in zip(parts, [next(args) for _ in parts[1:]] + [""], strict=True) for part in pair]  # type: ignore[call-overload]
    return "".join(filled).replace("{{", "{").replace("}}", "}")


# --- what the steps of a program consist of ---


class Version(NamedTuple):
    """What a step or a helper consists of, as digests: *needed* is what it does, *written* how that is written."""

    needed: str
    written: str


@cache
def versions(program: Program) -> dict[str, Version]:
    """Return the version of each step and helper: the text of all that it names, up to where other steps begin."""
    by_id = {one.id: one for one in program.definitions}
    writer = Writer(program, is_canonical=True)
    texts = {one.id: "\n".join(writer.definition(one)) for one in program.definitions}
    writers = [Writer(program, module, is_canonical=True) for module in range(program.modules)]
    written = {one.id: "\n".join(writers[one.module].definition(one)) for one in program.definitions}
    found = {}
    for step in program.definitions:
        if step.is_step or step.role is Role.HELPER:
            needed = [texts[id] for id in sorted(_closure(program, by_id, step, with_dead_code=False))]
            all_written = [written[id] for id in sorted(_closure(program, by_id, step))]
            found[step.id] = Version(_digest(needed), _digest(all_written))
    return found


@cache
def about(program: Program) -> About:
    """Return what a run from scratch of *program* is told of it."""
    by_id = {one.id: one for one in program.definitions}
    writer = Writer(program, is_canonical=True)
    texts = {one.id: "\n".join(writer.definition(one)) for one in program.definitions}
    closures = {one.id: _closure(program, by_id, one) for one in program.definitions}
    alive = {one.id: _closure(program, by_id, one, with_dead_code=False) for one in program.definitions}
    state = {one.id: module_name(program, one.module) for one in program.definitions if one.is_state}
    cells = {one.id for one in program.definitions if one.is_whole}  # steps that have variables of their own
    return About(
        versions={name: version.written for name, version in versions(program).items()},
        behaviours={
            one.id: _digest([texts[id] for id in sorted(closures[one.id])])
            for one in program.definitions
            if one.role is Role.HELPER
        },
        state={name: "__main__" if module == "program" else module for name, module in state.items()},
        touched={
            one.id: sorted(
                name
                for name in set().union(*(alive[id] for id in _steps_of(alive, by_id, one))) & (state.keys() | cells)
                if one is program.entry or not name.startswith(LOG)  # a log is only looked at by the entry
            )
            for one in program.definitions
            if one.is_step or one.role is Role.HELPER
        },
        callers=[
            one.id
            for one in program.definitions
            if one.is_step and any(by_id[name].is_step for id in closures[one.id] for name in references(by_id[id]))
        ],
    )


def _steps_of(closures: dict[str, set[str]], by_id: dict[str, Definition], step: Definition) -> set[str]:
    """Return *step* and the steps that it may call, or that these may call."""
    found: set[str] = set()
    waiting = {step.id}
    while waiting:
        found |= waiting
        named = {name for id in waiting for part in closures[id] for name in _named_alive(by_id[part])}
        waiting = {name for name in named if by_id[name].is_step} - found
    return found


def _named_alive(one: Definition) -> set[str]:
    """Return the ids of the definitions that *one* names in code that may run: not below a `raise`."""
    return references(replace(one, body=()) if one.fails.startswith("raise") else one)


def _closure(
    program: Program, by_id: dict[str, Definition], step: Definition, *, with_dead_code: bool = True
) -> set[str]:
    """Return the ids of all that *step* consists of. A class that is named brings its members and bases."""
    found: set[str] = set()
    waiting = [step.id]
    while waiting:
        id = waiting.pop()
        one = by_id[id]
        if id in found or (one.is_step and id != step.id):
            continue
        found.add(id)
        named = references(one) if with_dead_code else _named_alive(one)
        if one.owner and id == step.id:
            named.discard(one.owner)  # a method does not name its class
        waiting += named
        if one.role is Role.TEXT:
            waiting += [member.id for member in program.definitions if member.owner == id]
    return found


def _digest(texts: list[str]) -> str:
    return blake2b("\0".join(texts).encode(), digest_size=12).hexdigest()


def plain(program: Program) -> Program:
    """Return *program* without cosmetics."""
    return replace(program, definitions=tuple(replace(one, cosmetics=Cosmetics()) for one in program.definitions))
