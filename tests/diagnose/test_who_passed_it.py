"""The caller is blamed for what it passed wrongly, left out or wrote down, and not the steps that it calls."""

import pytest

from flight_recorder.diagnose.diagnosis import Confidence, Diagnosis
from tests.diagnose.conftest import Diagnose

STEPS = """
@fr.register("find")
def find(name):
    return {{"name": name, "count": 2}}

@fr.register("measure")
def measure(name):
    return 2.5

@fr.register("scale")
def scale(value, found):
    return [value * 1.5, found["count"] + 1]

@fr.register("main")
def main(name):
    found = find(name)
    value = measure(name)
    return scale({})

fr.run(main, "ann")
"""


def blamed(diagnosis: Diagnosis) -> str:
    assert diagnosis.root_cause is not None
    return diagnosis.root_cause.name


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        ("found, value", "it passes 'found' for 'value' and 'value' for 'found' to scale"),
        ("found, found", "it passes 'found' for 'value' to scale"),
        ("value, {'name': found['name']}", "it leaves out 'count', which find returned"),
        ("None, found", "its own code wrote the value down"),
    ],
)
def test_a_wrong_argument_is_the_callers(diagnosed: Diagnose, passed: str, said: str) -> None:
    diagnosis = diagnosed(STEPS.format(passed))

    assert blamed(diagnosis) == "main"
    assert said in [each.text for each in diagnosis.candidates[0].evidence]


def test_the_same_variable_for_two_parameters_is_no_fault_by_itself(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        @fr.register("find")
        def find(name):
            return None

        @fr.register("join")
        def join(first, second, rest):
            return first + second + rest["text"]

        @fr.register("main")
        def main(name):
            first = "a"
            return join(first, first, find(name))

        fr.run(main, "ann")
        """
    )

    assert blamed(diagnosis) == "find"


def test_a_step_that_an_earlier_one_fed_is_never_strong_for_finding_nothing(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        USERS = {"ann": {"name": "Ann"}}

        @fr.register("read")
        def read(line):
            return line[1:]

        @fr.register("find")
        def find(name):
            return USERS.get(name)

        @fr.register("greet")
        def greet(user):
            return user["name"]

        @fr.register("main")
        def main(line):
            return greet(find(read(line)))

        fr.run(main, "ann")
        """
    )

    assert diagnosis.root_cause is not None
    assert diagnosis.root_cause.confidence is not Confidence.STRONG
    assert "read" in [candidate.name for candidate in diagnosis.candidates[:3]]


def test_a_function_with_a_way_to_its_end_that_returns_nothing_is_strong(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        @fr.register("read")
        def read(line):
            return len(line)

        @fr.register("size")
        def size(count):
            if count > 100:
                return "large"

        @fr.register("label")
        def label(word):
            return word.upper()

        @fr.register("main")
        def main(line):
            return label(size(read(line)))

        fr.run(main, "ann")
        """
    )

    assert diagnosis.root_cause is not None
    assert (diagnosis.root_cause.name, diagnosis.root_cause.confidence) == ("size", Confidence.STRONG)
