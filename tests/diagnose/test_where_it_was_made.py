"""A bad value is followed to who made it: through state, wrappings, futures and helpers, or into the failing step."""

import pytest

from flight_recorder.diagnose.diagnosis import Diagnosis
from tests.diagnose.conftest import Diagnose


def blamed(diagnosis: Diagnosis) -> str:
    assert diagnosis.root_cause is not None
    return diagnosis.root_cause.name


def test_a_global_is_followed_to_the_step_that_wrote_it(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        RATES = {"eur": 1.0}

        @fr.register("use")
        def use(country):
            RATES["local"] = {"de": 1.2}.get(country)
            return country

        @fr.register("load")
        def load(number):
            return 40.0

        @fr.register("convert")
        def convert(amount):
            return amount * RATES["local"]

        @fr.register("main")
        def main(country):
            use(country)
            return convert(load(3))

        fr.run(main, "fr")
        """
    )

    assert blamed(diagnosis) == "use"
    assert "it changed 'global RATES': now None" in [each.text for each in diagnosis.candidates[0].evidence]


def test_an_attribute_of_an_object_is_followed_to_the_step_that_set_it(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        class Ledger:
            def __init__(self):
                self.income = 7

            @fr.register("load")
            def load(self, rows):
                self.income = sum(row for row in rows if row > 100)
                return len(rows)

            @fr.register("ratio")
            def ratio(self, costs):
                return costs / self.income

        @fr.register("costs")
        def costs(month):
            return 40

        @fr.register("main")
        def main(month):
            ledger = Ledger()
            ledger.load([40, 60])
            return ledger.ratio(costs(month))

        fr.run(main, "May")
        """
    )

    assert blamed(diagnosis) == "load"


def test_who_took_a_key_out_of_a_shared_record_is_blamed_not_who_made_it_nor_who_changed_it_elsewhere(
    diagnosed: Diagnose,
) -> None:
    diagnosis = diagnosed(
        """
        @fr.register("make")
        def make(name):
            return {"name": name, "mail": "a@example.org"}

        @fr.register("redact")
        def redact(user):
            user.pop("mail")
            return len(user)

        @fr.register("count")
        def count(user):
            user["seen"] = 1
            return 1

        @fr.register("notify")
        def notify(user):
            return user["mail"]

        @fr.register("main")
        def main(name):
            user = make(name)
            redact(user)
            count(user)
            return notify(user)

        fr.run(main, "ann")
        """
    )

    assert blamed(diagnosis) == "redact"


def test_a_step_that_raised_and_left_a_bad_state_behind_is_blamed(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        STATE = {"rate": 1.5}

        @fr.register("refresh")
        def refresh(source):
            STATE["rate"] = None
            if len(source) < 9:
                raise ConnectionError("no answer")
            STATE["rate"] = 2.5

        @fr.register("convert")
        def convert(amount):
            return amount * STATE["rate"]

        @fr.register("main")
        def main(source):
            try:
                refresh(source)
            except ConnectionError:
                pass
            return convert(40.0)

        fr.run(main, "bank")
        """
    )

    assert blamed(diagnosis) == "refresh"


CARRIED = {
    "a tuple": "(value, 7)",
    "a dict in a dict": '{"body": {"inner": value}}',
    "a list": "[value]",
    "a helper's result": "same(value)",
}
REACHED = {
    "a tuple": "carried[0]",
    "a dict in a dict": 'carried["body"]["inner"]',
    "a list": "carried[-1]",
    "a helper's result": "carried",
}
CALLED = ["carry(found)", "pool.submit(carry, found).result()", "same(carry(found))"]


@pytest.mark.parametrize("wrapping", CARRIED)
@pytest.mark.parametrize("call", CALLED)
@pytest.mark.parametrize("value", ["0", "None", "'seven'"])
def test_who_only_took_a_value_on_is_not_blamed(diagnosed: Diagnose, wrapping: str, call: str, value: str) -> None:
    diagnosis = diagnosed(
        f"""
        from concurrent.futures import ThreadPoolExecutor
        pool = ThreadPoolExecutor(1)

        def same(value):
            return value

        @fr.register("find")
        def find(name) -> float:
            return {value}

        @fr.register("carry")
        def carry(value):
            return {CARRIED[wrapping]}

        @fr.register("divide")
        def divide(carried):
            return 1 / {REACHED[wrapping]}

        @fr.register("main")
        def main(name):
            found = find(name)
            carried = {call}
            return divide(carried)

        fr.run(main, "ann")
        """
    )

    assert blamed(diagnosis) == "find"


LOCAL = {
    "values[len(values)]": "[3, 4]",
    "10 / (values[0] - values[0])": "[3, 4]",
    "values.push(5)": "[3, 4]",
    "values.name": '{"name": "ann"}',
    "values + 1": '"large"',
}


@pytest.mark.parametrize("use", LOCAL)
def test_what_the_failing_step_did_to_a_sound_value_is_its_own_fault(diagnosed: Diagnose, use: str) -> None:
    diagnosis = diagnosed(
        f"""
        @fr.register("load")
        def load(name):
            return {LOCAL[use]}

        @fr.register("use")
        def use(values):
            return {use}

        @fr.register("main")
        def main(name):
            return use(load(name))

        fr.run(main, "ann")
        """
    )

    assert blamed(diagnosis) == "use"


def test_a_number_as_text_is_the_fault_of_who_gave_it(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        @fr.register("load")
        def load(name):
            return "12.5"

        @fr.register("use")
        def use(value):
            return value + 1

        @fr.register("main")
        def main(name):
            return use(load(name))

        fr.run(main, "ann")
        """
    )

    assert blamed(diagnosis) == "load"


def test_a_list_that_came_out_empty_is_the_fault_of_what_it_was_filtered_from(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        @fr.register("ask")
        def ask(text):
            return "A fair opening, and no mark."

        @fr.register("parse")
        def parse(reply):
            marks = [line for line in reply.splitlines() if line.startswith("MARK")]
            return marks[0]

        @fr.register("main")
        def main(text):
            return parse(ask(text))

        fr.run(main, "night")
        """
    )

    assert blamed(diagnosis) == "ask"


def test_an_earlier_failure_that_a_step_hid_is_followed_to_what_it_was_about(diagnosed: Diagnose) -> None:
    diagnosis = diagnosed(
        """
        @fr.register("header")
        def header(token):
            return {"Authorization": "Token " + token}

        @fr.register("get")
        def get(path, headers):
            if not headers["Authorization"].startswith("Bearer "):
                raise PermissionError("401")
            return {"balance": 3}

        @fr.register("retry")
        def retry(path, headers):
            for _ in range(3):
                try:
                    return get(path, headers)
                except PermissionError as error:
                    last = {"error": str(error)}
            return last

        @fr.register("check")
        def check(answer):
            return answer["balance"]

        @fr.register("main")
        def main(token):
            return check(retry("/a", header(token)))

        fr.run(main, "t0k")
        """
    )

    named = [candidate.name for candidate in diagnosis.candidates[:3]]
    assert {"retry", "header"} <= set(named)
    retry = next(candidate for candidate in diagnosis.candidates if candidate.name == "retry")
    assert [each.kind for each in retry.evidence].count("handled") == 1
