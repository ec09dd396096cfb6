"""Cases: a program, edits and replays, from choices."""

from tests.laws.choices import Choices
from tests.laws.edits import edit, some_edits
from tests.laws.features import ALL, drawn
from tests.laws.model import Feature
from tests.laws.programs import program
from tests.laws.trial import Case, Move


def drawn_case(choices: Choices, allowed: frozenset[Feature] = ALL) -> Case:
    """Return a case with some of the *allowed* features."""
    return case(choices, drawn(choices, allowed))


def case(choices: Choices, features: frozenset[Feature]) -> Case:
    """Return a case. Programs are numbered: 0 as recorded, 1 edited, 2 edited again."""
    first = program(choices, features)
    edits = some_edits(first, choices)
    second = edits[-1].program if edits else first
    last = edit(second, choices)
    forced = choices.one_of([one.id for one in first.definitions if one.is_step and not one.is_protected][::-1])
    more = (
        (Move("convergence", 1, 1),),
        (Move("identity", 0, 0),),
        (Move("forced", 1, 1, frozenset({forced})),),
        (Move("path independence", 2, 1), Move("path independence", 2, 0)),
        (Move("convergence", 1, 1), Move("identity", 0, 0), Move("path independence", 2, 1)),
    )
    moves = (Move("from scratch", 1, 0), *choices.one_of(more))
    schedule = choices.below(1_000_000) if Feature.ASYNC in features and choices.chance(60) else None
    return Case((first, second, last.program), (*edits, last), moves, schedule)
