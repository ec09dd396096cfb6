"""The laws of replay on random programs with nothing changed in them: every function is a step. docs/laws.md"""

import pytest

from tests.laws.features import SEQUENTIAL
from tests.laws.model import Feature
from tests.laws.pairs import traced_result_of, undecorated
from tests.laws.processes import Servers
from tests.laws.strategies import check

# What these programs have found: state that a function further down changes, functions that are made or found late.
# Protected steps that a program reaches for the first time.
FOUND = (13, 23, 29, 60, 65, 66, 1000, 1074, 1240)


def test_the_laws_hold_for_programs_without_decorators(servers: Servers) -> None:
    check(servers, SEQUENTIAL, 15, undecorated)


def test_the_laws_hold_for_tasks_and_threads_without_decorators(servers: Servers) -> None:
    check(servers, SEQUENTIAL | {Feature.ASYNC, Feature.THREADS}, 10, undecorated)


@pytest.mark.parametrize("number", FOUND)
def test_the_laws_hold_where_they_once_did_not(number: int) -> None:
    assert traced_result_of(number, shrinking=0).outcome.problems == []
