"""What counts when steps run in an experiment."""

import pytest

from flight_recorder.model.fingerprint import Fingerprint, Part, PartKind
from flight_recorder.model.judgement import Decision, Judgement
from flight_recorder.model.step import Call, Kind
from flight_recorder.plan.budget import Budget, way_out

BUDGET = Budget(3, may_leave=False, failing=4, callers=frozenset({1, 2}))
PLAIN = Fingerprint("m:f", "d", source="def f():\n    return socketed(1)\n")
CLIENT = Fingerprint("m:f", "d", (Part(PartKind.LIBRARY, "OpenAI", "d"),))


def call(parent: int | None = 1, kind: Kind = Kind.FUNCTION, name: str = "f") -> Call:
    return Call(name, "m:f", parent, {}, kind=kind)


def rerun(twin: int | None) -> Judgement:
    return Judgement(Decision.RERUN, twin=twin)


def test_the_failing_step_its_callers_and_the_entry_are_free() -> None:
    assert [BUDGET.covers(call(), rerun(twin), PLAIN) for twin in (1, 2, 4)] == [True] * 3
    assert BUDGET.covers(call(None), rerun(None), PLAIN)


def test_every_other_step_counts() -> None:
    assert [BUDGET.covers(call(), rerun(twin), PLAIN) for twin in (3, None)] == [False] * 2


def test_what_leaves_the_program_counts_even_when_it_is_what_failed_and_a_caller_does_not() -> None:
    assert not BUDGET.covers(call(), rerun(4), CLIENT)
    assert BUDGET.covers(call(), rerun(2), CLIENT)


@pytest.mark.parametrize(
    ("kind", "fingerprint", "way"),
    [
        (Kind.FUNCTION, PLAIN, ""),
        (Kind.FUNCTION, None, ""),
        (Kind.FUNCTION, CLIENT, "OpenAI"),
        (Kind.FUNCTION, Fingerprint("m:f", "d", (Part(PartKind.LIBRARY, "numpy", "d"),)), ""),
        (Kind.FUNCTION, Fingerprint("m:f", "d", source="    with urlopen(url) as page:"), "urlopen"),
    ],
)
def test_it_is_told_from_the_kind_the_libraries_and_the_text(
    kind: Kind, fingerprint: Fingerprint | None, way: str
) -> None:
    assert way_out(call(kind=kind), fingerprint) == way


def test_a_request_leaves_the_program_and_a_random_number_does_not() -> None:
    request = call(kind=Kind.BOUNDARY, name="GET https://example.com/")
    number = call(kind=Kind.BOUNDARY, name="random.random")

    assert way_out(request, None) == "it is a request"
    assert way_out(number, None) == ""
    assert not BUDGET.covers(request, rerun(None), None)
    assert BUDGET.covers(number, rerun(None), None)
