"""The step in which the exception that ended the session was first raised."""

import re

import pytest

from flight_recorder.diagnose.diagnosis import diagnose
from tests.diagnose.conftest import Record

STEPS = """
import asyncio

@fr.register("inner")
def inner(text):
    return int(text)

@fr.register("other")
def other(text):
    raise LookupError(text)

@fr.register("middle")
def middle(text):
{middle}

@fr.register("main")
def main(text):
    return middle(text)

fr.run(main, "x")
"""


def body(source: str) -> str:
    """A program whose step `middle` has *source* as its body."""
    return STEPS.replace("{middle}", "\n".join(f"    {line}" for line in source.splitlines()))


@pytest.mark.parametrize(
    ("source", "site", "error"),
    [
        pytest.param("return inner(text)", "inner", "ValueError", id="passed on"),
        pytest.param("raise KeyError(text)", "middle", "KeyError", id="raised between"),
        pytest.param(
            "try:\n    inner(text)\nexcept ValueError as e:\n    raise RuntimeError('no') from e",
            "inner",
            "ValueError",
            id="raised from",
        ),
        pytest.param(
            "try:\n    inner(text)\nexcept ValueError:\n    raise RuntimeError('no')",
            "inner",
            "ValueError",
            id="raised while handling",
        ),
        pytest.param(
            "try:\n    inner(text)\nexcept ValueError:\n    raise RuntimeError('no') from None",
            "middle",
            "RuntimeError",
            id="link suppressed",
        ),
        pytest.param(
            "try:\n    inner(text)\nexcept ValueError:\n    text.missing()",
            "middle",
            "AttributeError",
            id="a bug in the handler",
        ),
        pytest.param(
            "try:\n    inner(text)\nexcept ValueError:\n    pass\nreturn other(text)",
            "other",
            "LookupError",
            id="handled before and unrelated",
        ),
        pytest.param(
            "found = None\ntry:\n    inner(text)\nexcept ValueError as e:\n    found = e\nraise found",
            "inner",
            "ValueError",
            id="kept and raised later",
        ),
        pytest.param(
            "try:\n    inner(text)\nexcept ValueError as e:\n    raise ExceptionGroup('all', [e, KeyError()])",
            "inner",
            "ValueError",
            id="first member of a group",
        ),
        pytest.param(
            "try:\n    try:\n        inner(text)\n    except ValueError as e:\n        raise KeyError() from e\n"
            "except KeyError as e:\n    raise OSError() from e",
            "inner",
            "ValueError",
            id="two links",
        ),
    ],
)
def test_the_failure_is_traced_to_where_it_was_first_raised(
    recorded: Record, source: str, site: str, error: str
) -> None:
    diagnosis = diagnose(recorded(body(source)))

    assert diagnosis.failure is not None
    assert diagnosis.failure.failure is not None
    assert (diagnosis.failure.name, diagnosis.failure.failure.type_name) == (site, error)


def test_a_task_group_leads_to_the_task_that_failed(recorded: Record) -> None:
    session = recorded(
        """
        import asyncio

        @fr.register("good")
        async def good():
            await asyncio.sleep(0.01)

        @fr.register("bad")
        async def bad():
            raise ValueError("no")

        @fr.register("main")
        async def main():
            async with asyncio.TaskGroup() as group:
                group.create_task(good())
                group.create_task(bad())

        asyncio.run(fr.run(main))
        """
    )

    diagnosis = diagnose(session)

    assert diagnosis.failure is not None
    assert diagnosis.failure.name == "bad"


def test_a_session_that_succeeded_is_said_to_have_succeeded(recorded: Record) -> None:
    diagnosis = diagnose(recorded("fr.run(lambda: 1)"))

    assert (diagnosis.failure, diagnosis.root_cause, diagnosis.candidates) == (None, None, ())
    assert diagnosis.hint == "the session succeeded: there is nothing to explain"


def test_a_step_that_a_time_limit_cut_off_is_named_with_what_it_was_at_and_for_how_long(recorded: Record) -> None:
    diagnosis = diagnose(
        recorded(
            """
            import asyncio

            @fr.register("prepare")
            async def prepare(question):
                return question.upper()

            @fr.register("ask")
            async def ask(question):
                await asyncio.sleep(30)

            @fr.register("main")
            async def main(question):
                return await asyncio.wait_for(ask(await prepare(question)), 0.05)

            asyncio.run(fr.run(main, "a"))
            """
        )
    )

    assert diagnosis.root_cause is not None
    assert diagnosis.root_cause.name == "ask"
    assert re.fullmatch(
        r"ask: it was still at work at `await asyncio.sleep\(30\)` when it was cancelled after 0.\d+ s",
        diagnosis.hint,
    )
