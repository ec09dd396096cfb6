"""Hunts: how soon the suite finds a broken engine out."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count

from tests.laws.cases import case
from tests.laws.choices import random_choices
from tests.laws.fan_outs import fan_out, problems
from tests.laws.mutants import MUTANTS, Mutant
from tests.laws.processes import Servers
from tests.laws.trial import tried
from tests.laws.workers import servers_here

ENOUGH = 3  # kills: one may be luck


@dataclass(frozen=True, slots=True)
class Hunt:
    """What came of running the suite on a mutant: *kills* of *tried* programs had a problem, of these kinds."""

    mutant: str
    kills: int
    tried: int
    kinds: frozenset[str]


def hunt(mutant: str, most: int = 400, enough: int = ENOUGH, servers: Servers | None = None) -> Hunt:
    """Return how many programs it took to kill *mutant* as often as is *enough*, of *most* programs at the most."""
    kills = 0
    kinds: set[str] = set()
    for number, found in enumerate(_found(MUTANTS[mutant], mutant, servers or servers_here()), 1):
        kills += bool(found)
        kinds |= found
        if kills == enough or number == most:
            return Hunt(mutant, kills, number, frozenset(kinds))
    raise AssertionError("there is always one more program")


def _found(mutant: Mutant, name: str, servers: Servers) -> Iterator[set[str]]:
    """Yield for one program after the other what kinds of problem it has."""
    for number in count(1):
        choices = random_choices(number)
        if mutant.is_of_schedules:
            one = replace(fan_out(choices), **mutant.fan_out)
            yield {"wrong"} if problems(one, servers, name) else set()
        else:
            drawn = case(choices, mutant.features, mutant.edit)
            yield {problem.kind for problem in tried(drawn, servers, name).problems}
