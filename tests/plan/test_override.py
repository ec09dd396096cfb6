"""What `--set` asks for: which step, which call, which part."""

import re
from typing import Any

import pytest
from msgspec import structs

from flight_recorder.codec.capture import capture
from flight_recorder.errors import FlightRecorderError, NotFoundError, UsageError
from flight_recorder.model.session import Session
from flight_recorder.plan.override import Override, answer_text, joined, override_of, read_spec
from tests.plan.made import call, session

SESSION = session(
    call("agent://crm/lookup", 1, {"score": 75, "tags": ["a"]}),
    call("agent://crm/lookup", 2, {"score": 60, "tags": []}),
    call("shop:Quote.price", 1, {"net": 1}),
    call("shop:Quote", 1, {"price": 2}),
    call("page#2", 1, 1),
    call("page", 1, 1),
    call("a=b", 1, 1),
    call("broken", 1, ValueError("no")),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('agent://crm/lookup={"score": 10}', ("agent://crm/lookup", 0, "", '{"score": 10}')),
        ("agent://crm/lookup#2=1", ("agent://crm/lookup", 2, "", "1")),
        ("agent://crm/lookup#1.tags[0]=1", ("agent://crm/lookup", 1, ".tags[0]", "1")),
        ("agent://crm/lookup['a=b'].x=1=2", ("agent://crm/lookup", 0, "['a=b'].x", "1=2")),
        ("shop:Quote.price=1", ("shop:Quote.price", 0, "", "1")),
        ("shop:Quote.price.net=1", ("shop:Quote.price", 0, ".net", "1")),
        ("shop:Quote.other=1", ("shop:Quote", 0, ".other", "1")),
        ("shop:Quote#1.price=1", ("shop:Quote", 1, ".price", "1")),
        ("page#2=1", ("page#2", 0, "", "1")),
        ("page#1=1", ("page", 1, "", "1")),
        ("a=b=1", ("a=b", 0, "", "1")),
        ("page=@file.json", ("page", 0, "", "@file.json")),
        ("page=line one\nline two", ("page", 0, "", "line one\nline two")),
    ],
)
def test_the_longest_name_that_the_session_knows_is_taken(text: str, expected: tuple[object, ...]) -> None:
    spec = read_spec(SESSION, text)

    assert (spec.name, spec.number, spec.path, spec.answer) == expected


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("page", UsageError, "--set wants STEP=JSON, not 'page'"),
        ("agent://crm/lokup=1", NotFoundError, "no step 'agent://crm/lokup' in session aaaaaaaa; did you mean"),
        ("agent://crm/lokup#2.score=1", NotFoundError, "did you mean 'agent://crm/lookup'?"),
        ("zzz=1", NotFoundError, "no step 'zzz' in session aaaaaaaa; it has: a=b, agent://crm/lookup, broken, main,"),
        ("page#0=1", UsageError, "--set page#0: the first call is #1"),
        ("page.a b=1", NotFoundError, "did you mean 'page'?"),
    ],
)
def test_what_names_no_step_is_told_in_one_line(text: str, kind: type[FlightRecorderError], message: str) -> None:
    with pytest.raises(kind, match=re.escape(message)) as raised:
        read_spec(SESSION, text)

    assert "\n" not in str(raised.value)


def answers(text: str, of: Session = SESSION) -> dict[int | None, Any]:
    """What an override answers, by step; None for any call."""
    spec = read_spec(of, text)
    override = override_of(of, spec, 10)
    found: dict[int | None, Any] = {id: value.data for id, value in override.of_steps.items()}
    return found if override.value is None else {**found, None: override.value.data}


def test_without_a_number_every_call_is_answered() -> None:
    assert answers("agent://crm/lookup=…") == {None: b"10"}
    assert answers("broken=…") == {None: b"10"}


def test_with_a_number_one_recorded_call_is_answered() -> None:
    assert answers("agent://crm/lookup#2=…") == {3: b"10"}


def test_a_part_is_replaced_in_what_each_call_gave() -> None:
    assert answers("agent://crm/lookup.score=…") == {
        2: capture({"score": 10, "tags": ["a"]}).data,
        3: capture({"score": 10, "tags": []}).data,
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("page#3=…", "--set page#3: page was called once in session aaaaaaaa"),
        ("agent://crm/lookup#3=…", "agent://crm/lookup was called twice in session aaaaaaaa"),
        (
            "agent://crm/lookup.tags[0]=…",
            "--set agent://crm/lookup.tags[0]: in call #2 of agent://crm/lookup, there is no .tags[0]; .tags is []",
        ),
        ("shop:Quote.cost=…", "--set shop:Quote.cost: there is no .cost; the recorded output has .price"),
        ("broken.x=…", "broken failed (ValueError: no), so there is no output to change a part of;"),
    ],
)
def test_what_the_recording_does_not_have_cannot_be_set(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        answers(text)


def test_a_step_that_was_registered_but_not_called_has_no_parts() -> None:
    known = session(call("page", 1, 1))
    uncalled = session(call("page", 1, 1), call("mail", 1, 1))
    known.fingerprints["mail"] = uncalled.fingerprints["mail"]

    assert answers("mail=…", known) == {None: b"10"}
    with pytest.raises(UsageError, match=r"--set mail\.x: mail was not called in session aaaaaaaa"):
        answers("mail.x=…", known)


def test_a_function_that_a_step_entered_is_no_step() -> None:
    of = session(call("page", 1, 1))
    of.steps[2] = structs.replace(of.steps[2], entered=("entered pages.py:Page.draw 5f2e",))
    of.fingerprints["entered pages.py:Page.draw 5f2e"] = of.fingerprints["page"]

    with pytest.raises(NotFoundError, match=r"no step 'zzz' in session aaaaaaaa; it has: main, page$"):
        read_spec(of, "zzz=1")


def test_of_two_overrides_of_one_step_the_later_counts_where_both_answer() -> None:
    whole, first, second = (Override(capture(0)), Override(None, {2: capture(1)}), Override(None, {3: capture(2)}))

    both = joined([("lookup", whole), ("lookup", first), ("lookup", second)])["lookup"]
    last = joined([("lookup", first), ("lookup", whole)])["lookup"]

    step, other, third = (SESSION.steps[id] for id in (2, 3, 4))
    assert [value and value.data for value in map(both.answer, (step, other, third, None))] == [
        b"1",
        b"2",
        b"0",
        b"0",
    ]
    assert [value and value.data for value in map(last.answer, (step, None))] == [b"0", b"0"]


def test_an_answer_is_told_by_what_it_changes() -> None:
    step = SESSION.steps[2]

    assert answer_text(capture({"score": 10, "tags": ["a"]}), step) == (
        "answered as recorded, but for .score: 75 -> 10"
    )
    assert answer_text(capture("text"), step) == "answered with 'text', a str where a dict was recorded"
    assert answer_text(capture(None), step) == "answered with None"
    assert answer_text(capture({"a": 1}), None) == "answered with {'a': 1}"
