"""Testing: run one test under pytest, as it was run."""

import os
import sys
from collections.abc import Callable
from typing import Any

from flight_recorder.model.session import Launch
from flight_recorder.model.start import OneTest
from flight_recorder.record.recording import ReplayHeld
from flight_recorder.replay.server import EXIT_HELD, ProgramStopped

# Options that choose tests, or order them, by what an earlier run left in the cache.
_CHOOSING = frozenset(
    {"--lf", "--last-failed", "--ff", "--failed-first", "--nf", "--new-first", "--sw", "--stepwise", "--sw-skip"}
)


def test_run(test: OneTest, launch: Launch) -> Callable[[], object]:
    """Return what runs *test*; it ends with pytest's exit status."""
    sys.argv[:] = launch.argv
    if not sys.flags.safe_path:
        sys.path[0] = launch.cwd if test.is_module else os.path.dirname(launch.executable)
    return lambda: _run(test)


def running_test() -> str:
    """Return the id of the test that pytest is running, with the phase."""
    return os.environ.get("PYTEST_CURRENT_TEST", "")


def _run(test: OneTest) -> None:
    import pytest  # the program's own

    _compile_tests_afresh()
    sys.exit(int(pytest.main(_arguments(test), plugins=[_plugin()])))


def _arguments(test: OneTest) -> list[str]:
    """Return pytest's arguments: the recorded ones, then what makes it run this one test, here and now."""
    arguments = [option for option in test.options if option not in _CHOOSING]
    if test.configuration:
        arguments += ["-c", test.configuration]
    return [*arguments, f"--rootdir={test.folder}", "-k", "", "-m", "", os.path.join(test.folder, test.node)]


def _compile_tests_afresh() -> None:
    """Let no compiled file stand for a test: pytest takes one for current by its size and whole seconds."""
    from _pytest.assertion import rewrite

    if hasattr(rewrite, "_read_pyc"):
        rewrite._read_pyc = lambda *_, **__: None


def _plugin() -> object:
    """Return a plugin of pytest: where a replay ends the program, it ends pytest, and does not fail a test."""
    import pytest

    class Replaying:
        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_makereport(self, call: Any) -> None:
            error = call.excinfo.value if call.excinfo is not None else None
            if isinstance(error, ReplayHeld):
                raise pytest.exit.Exception("stopped before a protected step", EXIT_HELD)
            if isinstance(error, ProgramStopped):
                raise pytest.exit.Exception("what follows was not recorded", 0)

    return Replaying()
