"""fork, forkserver, spawn and os._exit: each process ends as ever, and the session holds what each of them did."""

import pytest

from tests.faults.kit import Trial, finished, mostly_long

STEP = """
@fr.register("step")
def step(who, n):
    return n
"""

FORKED = f"""{STEP}
@fr.register("main")
def main():
    children = []
    for who in range(4):
        child = os.fork()
        if child == 0:
            for n in range(20):
                step(who, n)
            END
        children.append(child)
    for n in range(20):
        step("parent", n)
    for child in children:
        say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))

fr.run(main)
"""

# A fork copies every lock as it stands, also those that another thread holds just then.
FORKED_BESIDE_THREADS = f"""{STEP}
import time
from threading import Thread

@fr.register("main")
def main():
    is_over = False

    def write(who):
        n = 0
        while not is_over:
            step(who, n)
            n += 1
            time.sleep(0.0005)

    threads = [Thread(target=write, args=(who,)) for who in ("a", "b")]
    for thread in threads:
        thread.start()
    for number in range(20):
        child = os.fork()
        if child == 0:
            step("child", number)
            os._exit(0)
        say(number, os.waitpid(child, 0)[1])
    is_over = True
    for thread in threads:
        thread.join()

fr.run(main)
"""

POOL = f"""{STEP}
import multiprocessing

def work(n):
    return step("pool", n) + 1

@fr.register("main")
def main():
    context = multiprocessing.get_context(sys.argv[1])
    with context.Pool(2) as pool:
        say(pool.map(work, range(10)))
    process = context.Process(target=work, args=("wrong",))
    process.start()
    process.join()
    say(process.exitcode)
    step("parent", 1)

if __name__ == "__main__":
    fr.run(main)
"""

EXECUTOR = f"""{STEP}
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

def work(n):
    return step("pool", n) + 1

@fr.register("main")
def main():
    with ProcessPoolExecutor(2, multiprocessing.get_context(sys.argv[1])) as pool:
        say(list(pool.map(work, range(10))))
    step("parent", 1)

if __name__ == "__main__":
    fr.run(main)
"""

QUIETLY_RAISE = "sys.stderr = open(os.devnull, 'w'); raise KeyError(who)"  # tracebacks of four would mix

CHECKED = "each process ends as unrecorded; every step of each forked process is there"


@pytest.mark.parametrize("end", ["os._exit(who)", "sys.exit(who)", QUIETLY_RAISE, "os.kill(os.getpid(), 9)"])
@pytest.mark.fault("fork", CHECKED)
def test_the_steps_of_forked_children_are_there_however_they_end(trial: Trial, end: str) -> None:
    trial.endure(FORKED.replace("END", end))

    steps = finished(trial.session(), "step")
    assert sorted(map(str, steps)) == sorted(
        str({"who": who, "n": n}) for who in (0, 1, 2, 3, "parent") for n in range(20)
    )


@pytest.mark.fault("fork while other threads record", "no child hangs; every step of each child is there")
def test_no_child_that_is_forked_while_other_threads_record_hangs(trial: Trial) -> None:
    trial.endure(FORKED_BESIDE_THREADS)

    steps = finished(trial.session(), "step")
    assert sorted(step["n"] for step in steps if step["who"] == "child") == list(range(20))
    for who in ("a", "b"):
        numbers = [step["n"] for step in steps if step["who"] == who]
        assert numbers == list(range(len(numbers)))


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
@pytest.mark.parametrize(
    "source", [pytest.param(POOL, id="Pool"), pytest.param(EXECUTOR, id="Executor", marks=pytest.mark.only_long)]
)
@pytest.mark.fault(
    "multiprocessing: fork, forkserver, spawn", "ends as unrecorded; all steps of the parent are there"
)
def test_pools_of_processes_end_as_unrecorded(trial: Trial, method: str, source: str) -> None:
    trial.write(source)
    bare, recorded = trial.bare(method), trial.record(method)

    assert (recorded.status, recorded.stdout, recorded.warnings) == (bare.status, bare.stdout, [])
    assert last_lines(recorded.stderr) == last_lines(bare.stderr)
    session = trial.session()
    assert session["session"]["status"] == "success"
    assert {"who": "parent", "n": 1} in finished(session, "step")


def last_lines(stderr: str) -> list[str]:
    """Return what tells of exceptions; where they passed differs in the name that a process has."""
    return [line for line in stderr.splitlines() if not line.startswith((" ", "Process "))]


@pytest.mark.parametrize("method", mostly_long(["fork", "forkserver", "spawn"], "fork"))
@pytest.mark.fault("child processes with sessions of their own", "each has its session in the store of the parent")
def test_processes_that_each_begin_a_session_share_a_store(trial: Trial, method: str) -> None:
    trial.endure(f"""{STEP}
import multiprocessing

@fr.register("main")
def main(who):
    for n in range(20):
        step(who, n)

if __name__ == "__main__":
    context = multiprocessing.get_context({method!r})
    processes = [context.Process(target=fr.run, args=(main, who)) for who in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        say(process.exitcode)
""")

    sessions = trial.sessions()
    assert sorted(session["steps"][0]["inputs"]["who"] for session in sessions) == [0, 1, 2, 3]
    assert [len(finished(session, "step")) for session in sessions] == [20] * 4


@pytest.mark.parametrize("place", ["in a step", "in a thread", "in a task", "at exit"])
@pytest.mark.fault("os._exit", "ends as unrecorded; every step that had returned is there")
def test_a_process_that_ends_at_once_leaves_every_step_that_returned(trial: Trial, place: str) -> None:
    recorded = trial.endure(f"""{STEP}
import asyncio, atexit, threading

@fr.register("ends")
def ends():
    os._exit(7)

@fr.register("task")
async def task():
    ends()

@fr.register("main")
def main(place):
    for n in range(50):
        step("main", n)
    if place == "in a step":
        ends()
    elif place == "in a thread":
        thread = threading.Thread(target=ends)
        thread.start()
        thread.join()
    elif place == "in a task":
        asyncio.run(task())
    else:
        atexit.register(os._exit, 7)

fr.run(main, {place!r})
""")

    assert recorded.status == 7
    session = trial.session()
    assert len(finished(session, "step")) == 50
    assert session["session"]["status"] == ("success" if place == "at exit" else "unfinished")
