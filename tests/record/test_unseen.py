"""Who asks for the frames of its callers, or is told of calls, finds what is there without us."""

import re
from pathlib import Path

import pytest

from tests.kit import Project

PROGRAM = """
import _thread, cProfile, inspect, listening, pstats, sys, threading, time, traceback, warnings
from collections import namedtuple
from dataclasses import make_dataclass

{registering}

@step
def who():
    return sys._getframe(1).f_code.co_name, sys._getframe().f_back.f_code.co_name

@step
def who_by_inspect():
    return [one.function for one in inspect.stack()[:2]]

@step
def deprecated(a, /, *b, c=1, **d):
    warnings.warn("use the other one", DeprecationWarning, stacklevel=2)
    return a, b, c, d

@step
def module_of_caller():
    return sys._getframe(1).f_globals["__name__"], make_class.__module__

@step
def broken(value):
    if value % 2:
        raise ValueError(value)
    return value

@step
def deep(times):
    return deep(times - 1) if times else len(inspect.stack(0))

@step
def noted(found):
    found.append(sys._getframe().f_back)

make_class = namedtuple("make_class", "a")

def handled(value):
    try:
        return broken(value)
    except ValueError as error:
        return passed(error)

def profiled():
    profile = cProfile.Profile()
    profile.enable()
    for value in range(4):
        handled(value)
    profile.disable()
    stats = pstats.Stats(profile).stats
    for (file, _, name), (calls, _, _, _, callers) in sorted(stats.items()):
        if file == __file__:
            ours = sorted((caller[2], *counts[:2]) for caller, counts in callers.items() if caller[0] == __file__)
            print(name, calls, ours)

def traced(start):
    print(*listening.to_calls(lambda: [handled(value) for value in range(4)], start, __file__))

def passed(error):
    entries = traceback.extract_tb(error.__traceback__)
    return [(one.filename, one.name) for one in entries if "flight_recorder" not in one.filename]

def imported():
    try:
        import broken
    except ZeroDivisionError as error:
        print(passed(error))
    try:
        import unparsable
    except SyntaxError as error:
        print(passed(error))
    try:
        import needing
    except ImportError as error:
        print(passed(error))

def in_thread():
    found = []
    _thread.start_new_thread(noted, (found,))
    while found != [None]:
        time.sleep(0.001)

def main():
    for _ in range({times}):
        seen = who(), who_by_inspect(), module_of_caller(), deprecated(1, 2, c=3, d=4), handled(0), handled(1)
        deep(2) - len(inspect.stack(0))
    print(seen, deep(2) - deep(0))
    profiled()
    traced(sys.settrace)
    traced(sys.setprofile)
    imported()
    threading.Thread(target=in_thread).start()

if __name__ == "__main__":
    {call}
"""

LISTENING = """
def to_calls(call, start, file):
    inside, told = [], []

    def listen(frame, event, argument):
        if frame.f_code.co_filename == file:
            if event == "call":
                inside.append(frame)
            if event == "return":
                assert inside.pop() is frame, (frame, event)
                told.append(frame.f_code.co_name)
        return listen

    start(listen)
    call()
    start(None)
    return told, inside
"""

REGISTERING = "from flight_recorder import FlightRecorder; fr = FlightRecorder(); step = fr.register"
BARE = "step = lambda function: function"

WAYS = {
    "registered": (REGISTERING, "main()", 1),
    "recorded": (REGISTERING, "fr.run(main)", 1),
    "traced": (BARE, "main()", 1),
    "hot": (BARE, "main()", 1_200),
}


@pytest.mark.parametrize("way", WAYS)
def test_frames_and_calls_are_what_they_are_without_us(tmp_path: Path, way: str) -> None:
    registering, call, times = WAYS[way]
    project = Project(tmp_path)
    project.write("listening.py", LISTENING, prelude=False)
    project.write("broken.py", "def f(): return 1 / 0\nf()\n", prelude=False)
    project.write("unparsable.py", "def f(:\n", prelude=False)
    project.write("needing.py", "import nothing_of_that_name\n", prelude=False)
    bare = project.write("program.py", PROGRAM.format(registering=BARE, call="main()", times=times), prelude=False)
    expected = project.python("program.py")
    bare.write_text(PROGRAM.format(registering=registering, call=call, times=times))

    ran = (
        project.command("run", "--exclude", "listening", "program.py")
        if way in ("traced", "hot")
        else project.python("program.py")
    )

    assert expected.status == 0
    assert ran.stdout == expected.stdout
    assert ran.stderr == expected.stderr
    assert ran.status == 0


def test_pytest_shows_a_failure_as_it_does_without_a_recording(project: Project) -> None:
    project.write(
        "shares.py",
        """
        def share(n):
            return 1 / n

        def shares(amounts):
            return [share(amount) for amount in amounts]
        """,
        prelude=False,
    )
    project.write(
        "test_shares.py", "import shares\n\ndef test_shares():\n    assert shares.shares([1, 0])\n", prelude=False
    )
    pytest_ = ("-m", "pytest", "-q", "-p", "no:cacheprovider")

    bare, recorded = project.python(*pytest_), project.command("run", *pytest_)

    timing = re.compile(r" in [0-9.]+s")
    assert (recorded.status, recorded.stderr) == (bare.status, bare.stderr) == (1, "")
    assert timing.sub("", recorded.stdout) == timing.sub("", bare.stdout)
    assert "ZeroDivisionError" in bare.stdout
