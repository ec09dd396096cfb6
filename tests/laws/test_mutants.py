"""A few broken engines: the suite finds each of them out within seconds. `make laws` tries all."""

import multiprocessing

import pytest

from tests.laws.hunts import hunt
from tests.laws.mutants import MUTANTS
from tests.laws.processes import Servers

SOON = (
    "inputs are not compared",
    "the n-th call of a name answers the n-th",
    "lineage is dropped",
    "tasks are numbered as they come to run",
    "code is not compared",
    "nothing is served",
    "the failure that ended the session is served",
    "served steps leave their subtrees behind",
    "the plan says that nothing runs",
    "what is one object is not seen",
    "changes of arguments are not put back",
    "a stream that was left early never answers",
)


@pytest.mark.parametrize("mutant", SOON)
def test_a_broken_engine_is_found_out(servers: Servers, mutant: str) -> None:
    assert hunt(mutant, most=40, enough=1, servers=servers).kills == 1


def apply_one(mutant: str) -> str:
    """Break the engine of this process, and return *mutant*."""
    MUTANTS[mutant].apply()
    return mutant


def test_every_mutant_breaks_what_is_there() -> None:
    with multiprocessing.get_context("forkserver").Pool(1, maxtasksperchild=1) as pool:
        assert pool.map(apply_one, MUTANTS, chunksize=1) == list(MUTANTS)


def test_there_are_mutants_of_every_part() -> None:
    assert len(MUTANTS) >= 50
