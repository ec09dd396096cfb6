"""Where nothing decides between the first suspects, what would."""

from flight_recorder.diagnose.diagnosis import Confidence, Diagnosis, diagnose
from flight_recorder.model.session import Session
from flight_recorder.store.database import open_store
from flight_recorder.store.load import load_session
from flight_recorder.store.sessions import list_sessions
from tests.diagnose.conftest import Diagnose, Record

TWO = """
import os

def scaled(n):
    return n * 7

@fr.register("left")
def left(n):
    return n * 7{left}

@fr.register("right")
def right(n):
    return {right}

@fr.register("compare")
def compare(one, other):
    if one != other:
        raise ValueError(f"{{one}} and {{other}}")
    return one

@fr.register("main")
def main(n):
    return compare(left(n), right(n))

{runs}
"""


def two(*, left: str = "", right: str = "n * 7 + 1", runs: str = "fr.run(main, 6)") -> str:
    return TWO.format(left=left, right=right, runs=runs)


def unsure(diagnosis: Diagnosis) -> tuple[str, ...]:
    assert diagnosis.root_cause is not None
    assert diagnosis.root_cause.confidence is Confidence.UNSURE
    return diagnosis.undecided


def test_without_an_earlier_run_one_is_asked_for(diagnosed: Diagnose) -> None:
    assert "a recorded run of main that succeeds: there is none before this one to compare with" in unsure(
        diagnosed(two())
    )


def test_where_the_earlier_runs_had_other_inputs_one_with_these_is_asked_for(
    recorded: Record, tmp_path: object
) -> None:
    session = recorded(two(right="n * 7 if n < 5 else n * 7 + 1", runs="fr.run(main, 2)\nfr.run(main, 6)"))

    diagnosis = diagnose(session, _others(session, tmp_path))

    assert (
        "a run of main with these inputs that succeeds: the earlier ones that did had others" in diagnosis.undecided
    )


def test_a_helper_that_is_no_step_is_asked_for_and_only_there(diagnosed: Diagnose) -> None:
    told = unsure(diagnosed(two(right="scaled(n) + 1")))

    assert [each for each in told if "@fr.register" in each] == [
        "what scaled did in right: with @fr.register it is recorded too"
    ]


NONES = """
@fr.register("left")
def left(n){left}:
    return {{1: 5}}.get(n)

@fr.register("right")
def right(n){right}:
    return {{1: 6}}.get(n)

@fr.register("add")
def add(one, other):
    return one + other

@fr.register("main")
def main(n):
    return add(left(n), right(n))

fr.run(main, 2)
"""


def test_a_step_that_returned_none_and_declares_nothing_is_asked_for_its_type(diagnosed: Diagnose) -> None:
    told = unsure(diagnosed(NONES.format(left="", right="")))

    assert [each for each in told if each.startswith("a return type on ")] == [
        "a return type on right: nothing says whether it may return None",
        "a return type on left: nothing says whether it may return None",
    ]


def test_a_result_of_which_any_part_can_be_wrong_is_asked_for_the_part(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        @fr.register("read")
        def read(n):
            return n * 2

        @fr.register("main")
        def main(n):
            return {"a": read(n), "b": read(n + 1)}

        fr.run(main, 4, expect=lambda r: sorted(r) == ["c"])
        """
    )

    assert unsure(diagnosis)[0] == (
        "which part of result is wrong: an expect= that looks at it, or --wrong \"result['a']\""
    )


def _others(session: Session, folder: object) -> list[Session]:
    with open_store(folder / "home", create=False) as store:  # type: ignore[operator]
        return [load_session(store, each.id) for each in list_sessions(store, 9) if each.id != session.id]
