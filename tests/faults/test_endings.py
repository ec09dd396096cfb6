"""However a program ends, or is disturbed on its way: recorded it ends as unrecorded, and its steps are there."""

import pytest

from tests.faults.endings import ENDINGS, STEP
from tests.faults.kit import Limits, Trial, finished

RUN = """
fr.run(main)
"""

TRACE = """
with fr.trace():
    main()
"""


TRACED = [
    one if number % 4 == 0 else pytest.param(*one.values, id=one.id, marks=[*one.marks, pytest.mark.only_long])
    for number, one in enumerate(ENDINGS)
]


@pytest.mark.parametrize(("source", "warnings"), ENDINGS)
def test_a_recorded_program_ends_as_unrecorded(trial: Trial, source: str, warnings: int) -> None:
    trial.endure(source + RUN, limits=Limits(seconds=20), warnings=warnings)

    session = trial.session()
    assert ten_of(session) == list(range(10))


def ten_of(session: dict[str, object]) -> list[object]:
    """Return the inputs of the steps that each program begins with."""
    return [inputs["n"] for inputs in finished(session, "step") if inputs["n"] in range(10)]


# A quarter of them in the short form: most of it is what it is without a trace.
@pytest.mark.parametrize(("source", "warnings"), TRACED)
def test_a_traced_program_ends_as_unrecorded(trial: Trial, source: str, warnings: int) -> None:
    trial.endure(source + TRACE, limits=Limits(seconds=20), warnings=warnings)

    session = trial.session()
    assert ten_of(session) == list(range(10))


@pytest.mark.parametrize("megabytes", [4, 16, 64])
@pytest.mark.fault(
    "MemoryError (RLIMIT_AS)", "the program meets it as unrecorded; a warning at most; its steps are there"
)
def test_a_program_that_runs_out_of_memory_goes_on_as_unrecorded(trial: Trial, megabytes: int) -> None:
    """It takes all that it may have, gives it back, and goes on; steps are called at every stage."""
    source = (
        STEP
        + """
    for n in range(10): step(n)
    held = []
    size = 1 << 24
    while size >= 1 << 12:
        try:
            held.append(bytearray(size))
        except MemoryError:
            size //= 2
    try:
        step("x" * 100)
    except MemoryError:
        pass
    held.clear()
    say("on", step("after")) """
    )
    trial.endure(source + RUN, limits=Limits(more_memory=megabytes << 20, seconds=20), warnings=1)

    assert ten_of(trial.session()) == list(range(10))
