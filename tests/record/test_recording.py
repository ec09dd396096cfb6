"""What is written down: inputs, outcomes, failures, parents."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from flight_recorder import FlightRecorder
from flight_recorder.codec.preview import preview
from flight_recorder.model.session import Session, Status
from flight_recorder.model.step import Returned, Step
from flight_recorder.model.value import Form

Last = Callable[[], Session]


def parents(session: Session) -> dict[str, str | None]:
    """The name of each step's caller, by the step's name."""
    return {
        step.name: session.steps[step.parent].name if step.parent is not None else None
        for step in session.steps.values()
    }


def only(session: Session, name: str) -> Step:
    """The one step called *name*."""
    (found,) = [step for step in session.steps.values() if step.name == name]
    return found


def test_inputs_are_by_parameter_name_with_defaults_applied(fr: FlightRecorder, last: Last) -> None:
    @fr.register("step")
    def step(a: int, /, b: int = 2, *rest: int, c: int = 3, **options: int) -> None: ...

    fr.run(step, 1, 5, 6, d=7)

    assert {name: preview(value) for name, value in only(last(), "step").inputs.items()} == {
        "a": "1",
        "b": "5",
        "rest": "(6,)",
        "c": "3",
        "options": "{'d': 7}",
    }


def test_inputs_are_captured_at_call_time_and_mutation_is_kept_apart(fr: FlightRecorder, last: Last) -> None:
    @fr.register("grow")
    def grow(items: list[int]) -> int:
        items.append(2)
        return len(items)

    fr.run(grow, [1])

    step = only(last(), "grow")
    assert preview(step.inputs["items"]) == "[1]"
    assert isinstance(step.outcome, Returned)
    assert {name: preview(value) for name, value in step.outcome.mutated.items()} == {"items": "[1, 2]"}


def test_a_failure_keeps_type_message_frames_and_locals_at_its_origin(fr: FlightRecorder, last: Last) -> None:
    @fr.register("inner")
    def inner(contact: object) -> None:
        wanted = "score"
        raise KeyError(wanted)

    @fr.register("outer")
    def outer() -> None:
        inner(None)

    with pytest.raises(KeyError):
        fr.run(outer)

    session = last()
    failure, passed = only(session, "inner").failure, only(session, "outer").failure
    assert session.status is Status.FAILED
    assert failure is not None
    assert passed is not None
    assert (failure.type, failure.message, failure.origin) == ("KeyError", "'score'", None)
    assert failure.frames[-1].source == "raise KeyError(wanted)"
    assert failure.traceback.endswith("KeyError: 'score'\n")
    assert "wrap.py" not in failure.traceback
    assert (passed.origin, passed.frames) == (only(session, "inner").id, ())


def test_locals_of_the_projects_frames_are_kept(project_program: Callable[[str], Session]) -> None:
    session = project_program(
        """
        def helper(value):
            doubled = value * 2
            return doubled["x"]

        @fr.register("step")
        def step(n):
            return helper(n)

        fr.run(step, 4)
        """
    )
    failure = only(session, "step").failure
    assert failure is not None
    assert [frame.function for frame in failure.frames] == ["step", "helper"]
    assert {name: preview(value) for name, value in failure.frames[-1].locals.items()} == {
        "value": "4",
        "doubled": "8",
    }


def test_cause_notes_and_group_members_are_kept(fr: FlightRecorder, last: Last) -> None:
    @fr.register("step")
    def step() -> None:
        group = ExceptionGroup("two", [ValueError("a"), TypeError("b")])
        group.add_note("look here")
        raise group from OSError("disk")

    with pytest.raises(ExceptionGroup):
        fr.run(step)

    failure = only(last(), "step").failure
    assert failure is not None
    assert failure.cause is not None
    assert failure.cause.summary == "OSError: disk"
    assert failure.notes == ("look here",)
    assert [member.summary for member in failure.members] == ["ValueError: a", "TypeError: b"]


def test_parents_are_right_under_gather_and_task_groups(fr: FlightRecorder, last: Last) -> None:
    @fr.register("leaf")
    async def leaf(n: int) -> int:
        await asyncio.sleep(0.001 * (3 - n))
        return n

    async def branch(n: int) -> int:
        await asyncio.sleep(0.001 * n)
        return await leaf(n)

    left = fr.register("left")(branch)
    right = fr.register("right")(branch)

    @fr.register("main")
    async def main() -> None:
        await asyncio.gather(left(1), right(2))
        async with asyncio.TaskGroup() as group:
            group.create_task(left(0))

    asyncio.run(fr.run(main))

    session = last()
    callers = [session.steps[step.parent or 0].name for step in session.steps.values() if step.name == "leaf"]
    inputs = [preview(step.inputs["n"]) for step in session.steps.values() if step.name == "leaf"]
    assert sorted(zip(inputs, callers, strict=True)) == [("0", "left"), ("1", "left"), ("2", "right")]


def test_parents_are_right_in_threads_without_the_users_help(fr: FlightRecorder, last: Last) -> None:
    def named(name: str) -> Callable[[], None]:
        return fr.register(name)(lambda: None)

    in_thread, in_pool, in_loop = named("thread"), named("pool"), named("to_thread")
    pool = ThreadPoolExecutor(1)

    @fr.register("warm")
    def warm() -> None:
        pool.submit(int).result()

    @fr.register("user")
    def user() -> None:
        thread = threading.Thread(target=in_thread)
        thread.start()
        thread.join()
        pool.submit(in_pool).result()  # by a worker thread that another step started

    @fr.register("main")
    async def main() -> None:
        warm()
        user()
        await asyncio.to_thread(in_loop)

    asyncio.run(fr.run(main))
    pool.shutdown()

    assert parents(last()) == {
        "main": None,
        "warm": "main",
        "user": "main",
        "thread": "user",
        "pool": "user",
        "to_thread": "main",
    }


def test_an_opaque_value_is_shown_by_its_repr_however_bad(fr: FlightRecorder, last: Last) -> None:
    class Bad:
        __slots__ = ("lock",)

        def __init__(self) -> None:
            self.lock = threading.Lock()

        def __repr__(self) -> str:
            raise RuntimeError("no repr")

    @fr.register("step")
    def step(bad: object) -> object:
        return bad

    fr.run(step, Bad())

    outcome = only(last(), "step").outcome
    assert isinstance(outcome, Returned)
    assert outcome.value.form is Form.OPAQUE


def test_redacted_names_are_never_written(home: object, last: Last) -> None:
    fr = FlightRecorder(store=home, redact=["api_key"])  # type: ignore[arg-type]

    @fr.register("step")
    def step(config: dict[str, str], api_key: str) -> None: ...

    fr.run(step, {"API_KEY": "s3cret", "model": "m"}, "s3cret")

    session = last()
    assert all(b"s3cret" not in value.data for value in only(session, "step").inputs.values())
    assert b"model" in only(session, "step").inputs["config"].data


def test_a_nested_run_is_an_ordinary_step(fr: FlightRecorder, last: Last) -> None:
    @fr.register("inner")
    def inner() -> int:
        return 1

    @fr.register("outer")
    def outer() -> int:
        return fr.run(inner)

    fr.run(outer)

    assert parents(last()) == {"outer": None, "inner": "outer"}


def test_recording_can_be_switched_off(home: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLIGHT_RECORDER_DISABLED", "1")
    fr = FlightRecorder(store=home)  # type: ignore[arg-type]

    assert fr.run(lambda: 5) == 5
    assert not home.exists()  # type: ignore[attr-defined]


def test_two_functions_of_one_name_keep_their_own_fingerprints(fr: FlightRecorder, last: Last) -> None:
    def make(n: int) -> Callable[[], int]:
        @fr.register("made")
        def made() -> int:
            return n

        return made

    one, two = make(1), make(2)
    fr.run(lambda: (one(), two()))

    session = last()
    steps = [step for step in session.steps.values() if step.name == "made"]
    fingerprints = [session.fingerprint_of(step) for step in steps]
    assert len(steps) == 2
    assert fingerprints[0] != fingerprints[1]
