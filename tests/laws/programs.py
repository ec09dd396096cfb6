"""Programs: random ones, as models. The first choices are the simplest, so that failures shrink to small programs."""

from dataclasses import replace

from tests.laws.choices import Choices
from tests.laws.composites import composite, entry
from tests.laws.leaves import leaf
from tests.laws.library import Library
from tests.laws.model import Feature, Program, references
from tests.laws.writing import Writing

FAILURES = (
    "raise RuntimeError('not done yet')",
    "raise ValueError('not a value')",
    "[].pop()",
    "assert not 'x', 'this is wrong'",
)


def program(choices: Choices, features: frozenset[Feature]) -> Program:
    """Return a program that has, at most, these *features*."""
    modules = choices.between(1, 4) if Feature.MODULES in features else 1
    writing = Writing(choices, features, modules)
    Library(writing).write()
    for _ in range(choices.between(1, 9)):
        writing.maybe_next_module()
        is_composite = writing.has(Feature.COMPOSITES) and writing.steps() and choices.chance(40)
        (composite if is_composite else leaf)(writing)
    writing.module = modules - 1
    entry(writing)
    made = Program(
        definitions=tuple(writing.definitions),
        modules=modules,
        argument=choices.between(1, 9),
        imports=tuple(choices.chance(50) for _ in range(modules)),
        features=features,
    )
    return _with_a_broken_step(made, writing)


def _with_a_broken_step(made: Program, writing: Writing) -> Program:
    """Most programs have a step that fails, for an edit to mend."""
    called = _reachable(made)
    safe = [
        step.id
        for step in writing.steps()
        if step.id in called - writing.unsafe and not (step.is_protected or step.is_whole)
    ]
    if not safe or not writing.choices.chance(75):
        return made
    broken = writing.choices.one_of(safe[::-1])
    failure = writing.choices.one_of(FAILURES)
    return replace(
        made,
        definitions=tuple(replace(one, fails=failure) if one.id == broken else one for one in made.definitions),
    )


def _reachable(made: Program) -> set[str]:
    found: set[str] = set()
    waiting = [made.entry.id]
    while waiting:
        id = waiting.pop()
        if id not in found:
            found.add(id)
            waiting += references(made[id])
    return found
