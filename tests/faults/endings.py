"""Programs that end, or are disturbed on their way, in every way that was thought of; parameters of test_endings."""

import textwrap

import pytest
from _pytest.mark import ParameterSet

STEP = """
import asyncio, atexit, gc, signal, threading, time

@fr.register("step")
def step(n):
    return n

@fr.register("main")
def main():
"""


def ending(fault: str, *body: str, before: str = "", checked: str = "", warnings: int = 0) -> ParameterSet:
    """Return a program, as parameters of a test: *body* is that of `main`, *before* stands above it."""
    head, main = STEP.split('@fr.register("main")')
    source = f'{head}{before}\n@fr.register("main"){main}' + textwrap.indent("\n".join(body), "    ")
    marks = [pytest.mark.fault(fault, checked or "ends as unrecorded; the ten steps before it are there")]
    return pytest.param(source, warnings, id=fault, marks=marks)


TEN = "for n in range(10): step(n)"

ENDINGS = [
    ending("an uncaught exception", TEN, "raise KeyError('x')"),
    ending("an exception group", TEN, "raise BaseExceptionGroup('g', [KeyError(1), KeyboardInterrupt()])"),
    ending("sys.exit in the main thread", TEN, "sys.exit('said at the end')"),
    ending("sys.exit in a thread", TEN,
           "t = threading.Thread(target=sys.exit, args=(3,)); t.start(); t.join(); say('on')"),
    ending("an exception in a thread", TEN,
           "t = threading.Thread(target=int, args=('x',)); t.start(); t.join(); say('on')"),
    ending("SIGINT", TEN, "os.kill(os.getpid(), signal.SIGINT); time.sleep(9)"),
    ending("SIGTERM", TEN, "os.kill(os.getpid(), signal.SIGTERM); time.sleep(9)"),
    ending("SIGSEGV", TEN, "os.kill(os.getpid(), signal.SIGSEGV); time.sleep(9)"),
    ending("os.abort", TEN, "os.abort()"),
    ending("MemoryError raised", TEN, "raise MemoryError()"),
    ending("a generator that is left open at the end", TEN,
           "global g; g = (step(n) for n in range(10, 20)); next(g)"),
    ending("steps after the session, at exit", TEN, "atexit.register(lambda: say(step(99)))"),
    ending("stderr closed", TEN, "os.close(2); sys.stderr = None"),
    ending("stdout closed", TEN, "os.close(1)"),
    ending("every file descriptor closed", TEN, "os.closerange(0, 100)", warnings=1),
    ending("file descriptors closed, and others opened in their place", TEN, "os.closerange(3, 100)",
           "mine = [os.open(f'{n}.txt', os.O_RDWR | os.O_CREAT | os.O_TRUNC) for n in range(5)]",
           "for file in mine: os.write(file, b'precious')",
           "for n in range(10, 20): step(n)",
           "for file in mine: say(os.pread(file, 99, 0))", warnings=1),
    ending("file descriptors closed, and others opened at the end", TEN, "os.closerange(3, 100)",
           "global mine; mine = [os.open(f'{n}.txt', os.O_RDWR | os.O_CREAT | os.O_TRUNC) for n in range(5)]",
           "atexit.register(lambda: [say(os.write(file, b'precious')) for file in mine])",
           warnings=1),
    ending("the working directory deleted",
           "os.makedirs('gone'); os.chdir('gone'); os.rmdir('../gone')", TEN, "say('on')"),
    ending("an asyncio task that is never awaited", TEN, "asyncio.run(forget())",
           before="""
async def forget():
    asyncio.ensure_future(asyncio.sleep(60))
    await asyncio.sleep(0)
"""),
    ending("asyncio.timeout in mid-step", TEN, "asyncio.run(late())",
           before="""
@fr.register("slow")
async def slow():
    await asyncio.sleep(60)

async def late():
    try:
        async with asyncio.timeout(0.01):
            await slow()
    except TimeoutError:
        say("late")
"""),
    ending("daemon threads at shutdown", TEN,
           "[threading.Thread(target=forever, daemon=True).start() for _ in range(3)]",
           "time.sleep(0.02)",
           before="""
def forever():
    n = 1000
    while True:
        n += 1
        step(n)
"""),
    ending("signals in mid-write, handled by a step", "signal.signal(signal.SIGALRM, handle)",
           "signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)", TEN, "for n in range(10, 300): step(n)",
           "signal.setitimer(signal.ITIMER_REAL, 0)",
           before="""
@fr.register("handle")
def handle(number, frame):
    pass
"""),
    ending("signals in mid-write, whose handlers raise", TEN, "signal.signal(signal.SIGALRM, handle)",
           "signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)",
           """
for n in range(100):
    try:
        work()
        say("an exception was lost")
    except TimeoutError:
        pass
signal.setitimer(signal.ITIMER_REAL, 0)
""",
           checked="ends as unrecorded; every exception of a handler reaches the program", warnings=1,
           before="""
is_armed = False

def handle(number, frame):
    global is_armed
    if is_armed:
        is_armed = False
        raise TimeoutError

def work():
    global is_armed
    is_armed = True
    while is_armed:
        step(["x" * 100] * 100)
"""),
    ending("recursion to the limit", TEN, """
try:
    deeper(0)
except RecursionError:
    say("deep")
step("after")
""",
           before="""
@fr.register("deeper")
def deeper(n):
    return deeper(n + 1)
"""),
    ending("recursion to the limit, uncaught", TEN, "sys.stderr = open(os.devnull, 'w')", "deeper(0)",
           before="""
@fr.register("deeper")
def deeper(n):
    return deeper(n + 1)
"""),
    ending("recursion to a raised limit", TEN, "sys.setrecursionlimit(20_000)", "say(deeper(0))",
           before="""
@fr.register("deeper")
def deeper(n):
    return n if n == 2_000 else deeper(n + 1)
"""),
    ending("the clock set backwards", "for n in range(10): step(n); clock.now -= 3600 * 10**9", "say('on')",
           before="""
class clock:
    now = time.time_ns()

time.time_ns = lambda: clock.now
time.time = lambda: clock.now / 1e9
"""),
    ending("a monotonic clock that goes backwards", "for n in range(10): step(n); clock.now -= 10**9", "say('on')",
           before="""
class clock:
    now = time.perf_counter_ns()

time.perf_counter_ns = time.monotonic_ns = lambda: clock.now
"""),
    ending("gc switched off, and frozen", TEN, "gc.disable(); gc.freeze(); say(gc.isenabled(), gc.get_threshold())"),
    ending("sys.modules emptied", TEN, "sys.modules.clear(); say('on')", warnings=1),
    ending("hooks of threads and profilers replaced", TEN,
           "threading.Thread.start = lambda self: None; sys.setprofile(None); sys.settrace(None); say('on')"),
]  # fmt: skip
