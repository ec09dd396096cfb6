"""What a command says while it works."""

import io
import sys

import pytest

from flight_recorder.cli import progress as module
from flight_recorder.cli.progress import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_what_takes_long_is_told_on_a_line_that_is_gone_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "QUIET_S", 0.0)
    monkeypatch.setattr(module, "STEP_S", 0.0)
    monkeypatch.setattr(sys, "stderr", Terminal())

    with progress("Checking") as tick:
        tick("session 1 of 2")
        tick("session 2 of 2")

    assert sys.stderr.getvalue() == "\r\x1b[2KChecking: session 1 of 2\r\x1b[2KChecking: session 2 of 2\r\x1b[2K"


@pytest.mark.parametrize(("quiet_s", "stderr"), [(1.0, Terminal()), (0.0, io.StringIO())])
def test_nothing_is_told_soon_or_to_a_pipe(
    monkeypatch: pytest.MonkeyPatch, quiet_s: float, stderr: io.StringIO
) -> None:
    monkeypatch.setattr(module, "QUIET_S", quiet_s)
    monkeypatch.setattr(sys, "stderr", stderr)

    with progress("Checking") as tick:
        tick("session 1 of 2")

    assert stderr.getvalue() == ""
