"""Cases: a program, edits and replays, from choices."""

from tests.laws.choices import Choices
from tests.laws.edits import edit, some_edits
from tests.laws.model import Feature
from tests.laws.programs import program
from tests.laws.trial import Case, Move


def case(choices: Choices, features: frozenset[Feature]) -> Case:
    """Return a case. Programs are numbered: 0 as recorded, 1 edited, 2 edited again."""
    first = program(choices, features)
    edits = some_edits(first, choices)
    second = edits[-1].program if edits else first
    last = edit(second, choices)
    more = (
        (Move("convergence", 1, 1),),
        (Move("identity", 0, 0),),
        (Move("path independence", 2, 1), Move("path independence", 2, 0)),
        (Move("convergence", 1, 1), Move("identity", 0, 0), Move("path independence", 2, 1)),
    )
    moves = (Move("from scratch", 1, 0), *choices.one_of(more))
    return Case((first, second, last.program), (*edits, last), moves)
