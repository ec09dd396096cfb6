"""Strategies: cases for Hypothesis, which draws each choice and makes a failing case smaller."""

import os
from collections.abc import Callable

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from tests.laws.cases import case
from tests.laws.choices import Choices
from tests.laws.model import Feature
from tests.laws.processes import Servers
from tests.laws.report import described
from tests.laws.trial import Case, tried

SHARE = float(os.environ.get("LAWS_SHARE", "1"))  # of the programs that are tried; `make laws` tries thousands


@st.composite
def cases(draw: Callable[[st.SearchStrategy[int]], int], features: frozenset[Feature]) -> Case:
    """Return a case whose programs have, at most, *features*."""
    return case(Choices(lambda n: draw(st.integers(0, n - 1))), features)


def check(
    servers: Servers, features: frozenset[Feature], pairs: int, made: Callable[[Case], Case] = lambda case: case
) -> None:
    """Try as many *pairs* of a program and its edits; raise AssertionError when a law does not hold for one.

    *made* is what is done with each before.
    """

    @settings(
        max_examples=round(pairs * SHARE),
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(cases(features))
    def laws_hold(one: Case) -> None:
        outcome = tried(made(one), servers)
        note(described(one))
        assert not outcome.problems, "\n".join(
            f"{problem.kind}, {problem.law}: {problem.text}" for problem in outcome.problems
        )

    laws_hold()
