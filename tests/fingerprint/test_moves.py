"""A function that is moved to another module is the same function, unless what it names is something else there."""

from pathlib import Path

import pytest

from tests.fingerprint.made_projects import take

STEP = """
from flight_recorder import FlightRecorder
from first import clean
from second import rate
fr = FlightRecorder()

@fr.register("step")
def step(n):
    return clean(rate(n))
"""
CLEAN = "def clean(n, least={}):\n    return cut(n, TABLE, LIMIT) + Price(n).net\n"
RATE = "def rate(n):\n    return n * LIMIT\n"
COMMON = """
LIMIT = 10
TABLE = {"a": [1]}
class Price:
    def __init__(self, n):
        self.net = n
def cut(n, table, limit):
    return min(n, limit) + len(table)
"""
OTHER = COMMON.replace("10", "11")
FROM = "from {} import LIMIT, TABLE, Price, cut\n"


def files(first: str, second: str, third: str = "", step: str = STEP) -> dict[str, str]:
    return {
        "steps.py": step,
        "first.py": first,
        "second.py": second,
        "third.py": third,
        "common.py": COMMON,
        "other.py": OTHER,
    }


USES = FROM.format("common")
BEFORE = files(USES + CLEAN.format(3), USES + RATE)

SAME = {
    "a helper that names globals": files("from third import clean\n", USES + RATE, USES + CLEAN.format(3)),
    "a helper, with its import": files(
        "", USES + RATE, USES + CLEAN.format(3), STEP.replace("from first import clean", "from third import clean")
    ),
    "both, to one module": files(
        "from third import clean\n", "from third import rate\n", USES + CLEAN.format(3) + RATE
    ),
    "the step": {
        **BEFORE,
        "steps.py": "from entry import step\n",
        "entry.py": STEP,
    },
}
CHANGED = {
    "what it names is another thing there": files(
        "from third import clean\n", USES + RATE, FROM.format("other") + CLEAN.format(3)
    ),
    "another default": files("from third import clean\n", USES + RATE, USES + CLEAN.format(4)),
    "only one of two reads what is new": files(FROM.format("other") + CLEAN.format(3), USES + RATE),
    "the other of two": files(USES + CLEAN.format(3), FROM.format("other") + RATE),
}


@pytest.mark.parametrize("what", SAME)
def test_a_move_changes_nothing(tmp_path: Path, what: str) -> None:
    assert take(tmp_path, BEFORE).equals(take(tmp_path, SAME[what]))


@pytest.mark.parametrize("what", CHANGED)
def test_a_move_to_other_names_is_a_change(tmp_path: Path, what: str) -> None:
    assert not take(tmp_path, BEFORE).equals(take(tmp_path, CHANGED[what]))


def test_two_functions_of_one_name_and_text_are_told_apart_by_what_they_name(tmp_path: Path) -> None:
    both = {"first.py": "LIMIT = 1\n" + RATE, "second.py": "LIMIT = 2\n" + RATE}
    step = """
from flight_recorder import FlightRecorder
from uses_{} import one
from uses_{} import other
fr = FlightRecorder()

@fr.register("step")
def step(n):
    return one(n) - other(n)
"""
    uses = "from {} import rate\ndef {}(n):\n    return rate(n)\n"

    def program(one: str, other: str) -> dict[str, str]:
        users = {"uses_a.py": uses.format(one, "one"), "uses_b.py": uses.format(other, "other")}
        return {**both, **users, "steps.py": step.format("a", "b")}

    assert not take(tmp_path, program("first", "second")).equals(take(tmp_path, program("second", "first")))
    assert not take(tmp_path, program("first", "second")).equals(take(tmp_path, program("first", "first")))


def test_what_is_decorated_is_moved_to_where_its_decorator_is_and_both_are_told_apart(tmp_path: Path) -> None:
    deco = """import functools
LIMIT = {}
def decorated(function):
    @functools.wraps(function)
    def wrapper(n):
        return function(n) + LIMIT
    return wrapper
"""
    rate = "@decorated\ndef rate(n):\n    return n * {}\n"
    imports = "from third import decorated\n"

    def program(of_decorator: int, of_function: int) -> dict[str, str]:
        second = f"{imports}LIMIT = {of_function}\n{rate.format('LIMIT')}"
        return files(USES + CLEAN.format(3), second, deco.format(of_decorator))

    before = files(USES + CLEAN.format(3), imports + rate.format(2), deco.format(1))
    moved = files(USES + CLEAN.format(3), "from third import rate\n", deco.format(1) + rate.format(2))
    assert take(tmp_path, before).equals(take(tmp_path, moved))
    assert not take(tmp_path, program(1, 2)).equals(take(tmp_path, program(2, 1)))


USERS = {
    "a method": """class Uses:
    def __init__(self, n):
        self.n = rate(n)
def clean(n):
    return Uses(n).n
""",
    "a method of a class made in a function": """def clean(n):
    class Uses:
        def of(self, n):
            return rate(n)
    return Uses().of(n)
""",
    "a lambda in a table": "TABLE = {'by rate': lambda n: rate(n)}\ndef clean(n):\n    return TABLE['by rate'](n)\n",
    "a partial of a lambda": (
        "import functools\nPART = functools.partial(lambda n, m: rate(n), m=1)\ndef clean(n):\n    return PART(n)\n"
    ),
    "a wrapper": """import functools
def rated(function):
    @functools.wraps(function)
    def wrapper(n):
        return rate(function(n))
    return wrapper
@rated
def clean(n):
    return n
""",
    "a function made in a function": """def made():
    def inner(n):
        return rate(n)
    return inner
clean = made()
""",
}


def test_a_helper_may_be_moved_to_the_module_of_a_closure_that_it_calls(tmp_path: Path) -> None:
    first = """class Rate:
    unit = 9
    def price(self, n):
        return n + self.unit
def made(k):
    def inner(n):
        return n * k
    return inner
add = made({})
"""
    clean = "def clean(n, least=6):\n    return add(n) + Rate().unit\n"
    names = "from first import Rate, add\n"
    step = STEP.replace("from second import rate\n", "from first import Rate\n").replace("rate(n)", "Rate().unit")
    away = {"steps.py": step.replace("first import clean", "second import clean"), "second.py": names + clean}

    before = take(tmp_path, {**away, "first.py": first.format(4)})
    assert before.equals(take(tmp_path, {"steps.py": step, "first.py": first.format(4) + clean}))
    assert not before.equals(take(tmp_path, {"steps.py": step, "first.py": first.format(5) + clean}))


def test_a_name_that_only_begins_like_its_holder_is_no_part_of_it(tmp_path: Path) -> None:
    step = STEP.replace("from second import rate\n", "").replace("rate(n)", "n")
    both = "def clean(n):\n    return clean_all(n)\n", "def clean_all(n):\n    return n\n"
    before = {"steps.py": step, "first.py": "".join(both), "second.py": ""}
    moved = {**before, "first.py": f"from second import clean_all\n{both[0]}", "second.py": both[1]}

    assert take(tmp_path, before).equals(take(tmp_path, moved))


@pytest.mark.parametrize("what", USERS)
def test_a_helper_may_be_moved_whatever_names_it(tmp_path: Path, what: str) -> None:
    rate = "LIMIT = {}\n" + RATE
    step = STEP.replace("from second import rate\n", "").replace("rate(n)", "n")

    def program(first: str, second: str) -> dict[str, str]:
        return {"steps.py": step, "first.py": first + USERS[what], "second.py": second}

    before = take(tmp_path, program(rate.format(3), ""))
    moved = program("from second import rate\n", rate.format(3))
    assert before.equals(take(tmp_path, moved))
    assert not before.equals(take(tmp_path, {**moved, "second.py": rate.format(4)}))


def test_a_class_that_is_moved_is_another_class(tmp_path: Path) -> None:
    step = STEP.replace("return clean(rate(n))", "return Price(n)")
    before = {**BEFORE, "steps.py": step.replace("from first import clean", "from common import Price")}
    after = {**BEFORE, "steps.py": step.replace("from first import clean", "from other import Price")}

    assert not take(tmp_path, before).equals(take(tmp_path, after))
