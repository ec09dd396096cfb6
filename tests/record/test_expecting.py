"""`expect=` is asked about the result; what it says is kept, and the program notices nothing of it."""

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from flight_recorder import FlightRecorder
from flight_recorder.model.session import Session, Status

Last = Callable[[], Session]


@pytest.fixture(autouse=True)
def _nothing_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flight_recorder.record.expecting._has_told", False)


def total(items: list[int]) -> dict[str, Any]:
    return {"total": sum(items), "items": items}


def test_a_result_that_is_as_expected_makes_a_session_that_succeeded(fr: FlightRecorder, last: Last) -> None:
    assert fr.run(total, [1, 2], expect=lambda r: r["total"] == 3) == {"total": 3, "items": [1, 2]}

    assert (last().status, last().unmet) == (Status.SUCCESS, None)


def test_a_false_answer_makes_a_session_that_failed_and_the_caller_gets_the_result(
    fr: FlightRecorder, last: Last
) -> None:
    made: list[object] = []

    def entry() -> object:
        made.append(object())
        return made[0]

    result = fr.run(entry, expect=lambda r: r is None)

    assert result is made[0]
    session = last()
    assert session.status is Status.FAILED
    assert session.unmet is not None
    assert (session.unmet.source, session.unmet.parameter, session.unmet.error) == ("lambda r: r is None", "r", "")
    assert session.root is not None
    assert session.root.failure is None


def test_an_assertion_of_a_function_that_only_asserts_is_what_it_says(fr: FlightRecorder, last: Last) -> None:
    def check(r: dict[str, int]) -> None:
        assert r["total"] > 0
        assert r["total"] < 10, "far too much"

    fr.run(total, [1], expect=check)
    assert last().status is Status.SUCCESS

    fr.run(total, [50], expect=check)
    unmet = last().unmet
    assert unmet is not None
    assert (unmet.summary, unmet.error) == ("far too much", "AssertionError")
    assert unmet.source.splitlines()[unmet.error_line - unmet.line].strip().startswith('assert r["total"] < 10')


def test_none_is_false_when_the_function_also_returns_values(fr: FlightRecorder, last: Last) -> None:
    fr.run(total, [1], expect=lambda r: r.get("nothing"))

    assert last().status is Status.FAILED


def test_a_result_without_what_is_looked_for_is_not_as_expected(fr: FlightRecorder, last: Last) -> None:
    fr.run(total, [1], expect=lambda r: r["sum"] > 0)

    unmet = last().unmet
    assert unmet is not None
    assert unmet.summary == "lambda r: r[\"sum\"] > 0 raised KeyError: 'sum'"


def exits(r: object) -> bool:
    raise SystemExit(3)


def lost(r: object) -> bool:
    return undefined  # type: ignore[name-defined]  # noqa: F821


def nothing_taken() -> bool:
    return False


async def later(r: object) -> bool:
    return False


def gives_coroutine(r: object) -> object:
    return later(r)


class Stubborn:
    def __bool__(self) -> bool:
        raise RuntimeError("neither")


@pytest.mark.parametrize(
    "expect",
    [exits, lost, nothing_taken, later, gives_coroutine, lambda _: Stubborn(), 5, "r > 0"],
    ids=[
        "exits",
        "has a bug",
        "takes nothing",
        "is async",
        "gives a coroutine",
        "has no truth",
        "a number",
        "a text",
    ],
)
def test_what_cannot_tell_is_contained_and_said_once(
    expect: Any, fr: FlightRecorder, last: Last, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [fr.run(total, [n], expect=expect)["total"] for n in (1, 2)] == [1, 2]

    assert last().status is Status.SUCCESS
    said = capsys.readouterr().err
    assert said.startswith("flight-recorder: expect= ")
    assert len(said.splitlines()) == 1


def test_ctrl_c_while_it_is_asked_is_the_users(fr: FlightRecorder) -> None:
    def interrupted(r: object) -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fr.run(total, [1], expect=interrupted)


def test_a_coroutine_is_asked_about_what_it_returns(fr: FlightRecorder, last: Last) -> None:
    async def entry() -> int:
        await asyncio.sleep(0)
        return -3

    assert asyncio.run(fr.run(entry, expect=lambda r: r > 0)) == -3

    assert last().status is Status.FAILED


def test_nothing_is_taken_out_of_a_generator(
    fr: FlightRecorder, last: Last, capsys: pytest.CaptureFixture[str]
) -> None:
    def numbers() -> Iterator[int]:
        yield from (1, 2)

    async def more() -> AsyncIterator[int]:
        yield 3

    async def all_of(stream: AsyncIterator[int]) -> list[int]:
        return [item async for item in stream]

    assert list(fr.run(numbers, expect=lambda r: list(r) == [])) == [1, 2]
    assert last().status is Status.SUCCESS
    assert asyncio.run(all_of(fr.run(more, expect=lambda _: False))) == [3]
    assert last().status is Status.SUCCESS
    assert "a generator can be looked into only once" in capsys.readouterr().err


def test_an_entry_that_takes_expect_itself_gets_it(fr: FlightRecorder, last: Last) -> None:
    def entry(expect: object) -> object:
        return expect

    def by_place(expect: int, /) -> int:
        return expect

    assert fr.run(entry, expect=len) is len
    assert last().status is Status.SUCCESS
    assert fr.run(by_place, -1, expect=lambda r: r > 0) == -1
    assert last().status is Status.FAILED


def test_an_entry_that_takes_any_keyword_gets_it_and_that_is_said(
    fr: FlightRecorder, last: Last, capsys: pytest.CaptureFixture[str]
) -> None:
    def entry(**options: Any) -> list[str]:
        return list(options)

    assert fr.run(entry, expect=len) == ["expect"]
    assert "expect= goes to the entry" in capsys.readouterr().err
    assert fr.run(entry, expect=5) == ["expect"]
    assert last().status is Status.SUCCESS


def test_steps_that_it_calls_are_no_steps_of_the_session(fr: FlightRecorder, last: Last) -> None:
    @fr.register("double")
    def double(n: int) -> int:
        return 2 * n

    fr.run(total, [1], expect=lambda r: double(r["total"]) > 5)

    assert len(last().steps) == 1
    assert last().status is Status.FAILED


def test_nobody_is_asked_inside_another_session_or_when_recording_is_off(
    fr: FlightRecorder, last: Last, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    asked: list[object] = []

    def outer() -> object:
        return fr.run(total, [1], expect=asked.append)

    fr.run(outer)
    monkeypatch.setenv("FLIGHT_RECORDER_DISABLED", "1")
    FlightRecorder(store=tmp_path).run(total, [1], expect=asked.append)

    assert asked == []


def test_the_result_is_not_held(fr: FlightRecorder) -> None:
    class Big: ...

    def entry() -> Big:
        return Big()

    result = fr.run(entry, expect=lambda r: r.missing)
    gone = weakref.ref(result)
    gc.disable()
    try:
        del result
        assert gone() is None
    finally:
        gc.enable()
