"""A wrong value is followed back like one that something failed on: through containers, attributes, JSON text."""

import textwrap
from pathlib import Path

import pytest

from bench.rootcause.case import CASES, Case, read_cases
from bench.rootcause.trial import try_case
from flight_recorder.cli.wrong import named_wrong
from flight_recorder.diagnose.diagnosis import Confidence, Diagnosis, diagnose
from tests.diagnose.conftest import Record


def of(recorded: Record, source: str, path: str) -> Diagnosis:
    session = recorded(textwrap.dedent(source))
    return diagnose(session, (), named_wrong(session, path))


def way(diagnosis: Diagnosis) -> list[tuple[str, str | None, str | None]]:
    return [
        (hop.name, hop.given and hop.given.where, hop.gave.where if hop.gave is not None else None)
        for hop in diagnosis.trail
    ]


def test_a_value_is_followed_through_json_text_in_a_fence_to_who_wrote_it(recorded: Record) -> None:
    diagnosis = of(
        recorded,
        """
        import json

        @fr.register("ask")
        def ask(prompt):
            return 'Here:\\n```json\\n{"offer": {"price": -3}}\\n```'

        @fr.register("clean")
        def clean(text):
            return text.split("```json\\n")[1].split("\\n```")[0]

        @fr.register("parse")
        def parse(text):
            return {"price": json.loads(text)["offer"]["price"]}

        @fr.register("main")
        def main(task):
            return json.dumps({"task": task, "price": parse(clean(ask(task)))["price"]})

        fr.run(main, "nuts")
        """,
        "result.price",
    )

    assert way(diagnosis) == [
        ("ask", None, "['offer']['price']"),
        ("clean", "text['offer']['price']", "['offer']['price']"),
        ("parse", "text['offer']['price']", "['price']"),
        ("main", None, "['price']"),
    ]
    assert diagnosis.root_cause is not None
    assert diagnosis.root_cause.name == "ask"
    assert {each.name for each in diagnosis.ruled_out} == {"clean", "parse", "main"}


def test_a_value_is_followed_through_attributes_and_what_a_step_changed(recorded: Record) -> None:
    diagnosis = of(
        recorded,
        """
        class Order:
            def __init__(self):
                self.total = 10.5

        @fr.register("open_order")
        def open_order():
            return Order()

        @fr.register("rebate")
        def rebate(order):
            order.total = order.total - 30.25

        @fr.register("bill")
        def bill(order):
            return {"sum": order.total}

        @fr.register("main")
        def main():
            order = open_order()
            rebate(order)
            return bill(order)

        fr.run(main)
        """,
        "result.sum",
    )

    assert diagnosis.root_cause is not None
    assert diagnosis.root_cause.name == "rebate"


def test_who_reckons_with_what_others_gave_is_not_blamed_as_surely_as_a_failing_step(recorded: Record) -> None:
    diagnosis = of(
        recorded,
        """
        @fr.register("net")
        def net(n):
            return 250.75

        @fr.register("rate")
        def rate(n):
            return 1.5

        @fr.register("main")
        def main(n):
            return {"sum": net(n) * rate(n)}

        fr.run(main, 1)
        """,
        "result.sum",
    )

    assert diagnosis.root_cause is not None
    assert diagnosis.root_cause.confidence is not Confidence.STRONG
    assert {each.name for each in diagnosis.candidates} == {"main", "net", "rate"}


def test_a_session_that_succeeded_is_blamed_on_nobody_unless_asked(recorded: Record) -> None:
    session = recorded('@fr.register("main")\ndef main():\n    return -1\n\nfr.run(main)\n')

    assert diagnose(session).root_cause is None
    assert diagnose(session, (), named_wrong(session, "result")).root_cause is not None


@pytest.mark.parametrize("case", list(read_cases(CASES / "wrong_result.py")), ids=lambda case: case.name)
def test_the_mended_program_of_a_wrong_result_is_blamed_on_nobody(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    mended = try_case(Case(case.name, case.category, case.title, (), "", case.fixed, case.fixed))

    assert (mended.problem, mended.alone.named) == ("", ())
