"""Which record answers a call where equal calls were answered differently: under any interleaving, in linear time."""

import time
from collections.abc import Callable

from flight_recorder.codec.capture import capture
from flight_recorder.model.event import Event, Finished, Started
from flight_recorder.model.judgement import Reason
from flight_recorder.model.session import Session
from flight_recorder.model.step import Branch, Call, Returned
from flight_recorder.model.value import Form, Value
from flight_recorder.model.verdict import Run, Verdict
from flight_recorder.plan.decide import Decider
from tests.plan.test_decide import IDS, ask, below, composites, decider, fingerprint, reason, served, session, step


def begin(decide: Decider, name: str, argument: object, parent: int | None = None, branch: Branch = ()) -> Verdict:
    """Ask for *name*, called by the step *parent* of the replay."""
    return _begin(decide, next(IDS), Call(name, f"m:{name}", parent, {"x": capture(argument)}, branch=branch))


def run(decide: Decider, name: str, argument: object, parent: int | None = None, branch: Branch = ()) -> int:
    """Return the id of a call that runs."""
    id = next(IDS)
    inputs = {} if name == "main" else {"x": capture(argument)}
    assert isinstance(_begin(decide, id, Call(name, f"m:{name}", parent, inputs, branch=branch)), Run)
    return id


def _begin(decide: Decider, id: int, call: Call) -> Verdict:
    return decide(id, call, fingerprint(call.name))


def fan(branches: dict[int, Branch]) -> Session:
    """Two tasks that ask the same, each step with its branch, and are told something else."""
    return session([event for id, branch in branches.items() for event in step(id, "ask", "hi", f"to {id}", branch)])


def test_the_record_that_is_left_is_not_for_a_task_that_was_not_there() -> None:
    decide = decider(fan({2: (0,), 3: (1,)}))
    main = run(decide, "main", None)

    first = begin(decide, "ask", "hi", main, (0,))
    newcomer = begin(decide, "ask", "hi", main, (2,))
    last = begin(decide, "ask", "hi", main, (1,))

    assert (served(first), reason(newcomer)[0], served(last)) == (2, Reason.AMBIGUOUS, 3)


def test_what_one_task_asked_twice_is_not_for_another() -> None:
    decide = decider(fan({2: (0,), 3: (0,)}))
    main = run(decide, "main", None)

    newcomer = begin(decide, "ask", "hi", main, (1,))
    own = [served(begin(decide, "ask", "hi", main, (0,))) for _ in range(2)]

    assert (reason(newcomer)[0], own) == (Reason.AMBIGUOUS, [2, 3])


def test_calls_that_are_now_made_in_a_task_of_their_own_keep_their_order() -> None:
    decide = decider(fan({2: (), 3: ()}))
    main = run(decide, "main", None)

    assert [served(begin(decide, "ask", "hi", main, (task,))) for task in range(2)] == [2, 3]


def in_tasks() -> Session:
    """Two tasks that call `part`, for "a" and "b", which asks the same and is told something else."""
    steps: list[Event] = []
    for at, argument, task in ((10, "a", 0), (20, "b", 1)):
        steps.append(Started(at, 1, at, "part", "m:part", {"x": capture(argument)}, branch=(task,)))
        steps.append(Started(at + 1, at, at, "ask", "m:ask", {"x": capture("hi")}, branch=(task,)))
        steps.append(Finished(at + 1, at + 1, Returned(capture(f"for {argument}"))))
        steps.append(Finished(at, at + 5, Returned(capture(argument))))
    return session(steps)


def test_what_a_caller_is_told_goes_with_it_to_another_task() -> None:
    decide = decider(in_tasks(), {"part": "new"})
    main = run(decide, "main", None)

    moved = run(decide, "part", "a", main, (1,))

    assert served(begin(decide, "ask", "hi", moved, (1,))) == 11


def test_a_caller_that_is_new_does_not_take_what_is_under_one_that_can_be_served() -> None:
    decide = decider(composites())
    main = run(decide, "main", None)

    newcomer = run(decide, "part", "c", main, (0,))
    taken = begin(decide, "ask", "hi", newcomer, (0,))

    assert reason(taken)[0] == Reason.AMBIGUOUS
    assert [served(begin(decide, "part", argument, main)) for argument in "ab"] == [10, 20]


def test_one_inserted_caller_makes_the_next_run_but_not_all_that_follow() -> None:
    decide = decider(composites())
    main = run(decide, "main", None)

    inserted = run(decide, "part", "c", main)  # it may as well be "a" with another input
    assert served(begin(decide, "ask", "hi", inserted)) == 11
    spent = run(decide, "part", "a", main)

    assert reason(begin(decide, "ask", "hi", spent))[0] == Reason.AMBIGUOUS
    assert served(begin(decide, "part", "b", main)) == 20


def test_a_caller_whose_part_ran_again_is_not_spent() -> None:
    steps = [
        Started(10, 1, 10, "part", "m:part", {"x": capture("a")}),
        *below(10, 11, "hi", "yes"),
        Finished(10, 15, Returned(capture("a"))),
    ]
    decide = decider(session([*steps, *step(20, "ask", "hi", "no")]))
    main = run(decide, "main", None)

    decide._matcher.use_alone(decide.session.steps[11])  # it was asked for, and could not answer

    assert served(begin(decide, "part", "a", main)) == 10


def seconds(calls: int, of: Callable[[int], tuple[object, object, Branch, Branch]]) -> float:
    """Return how long decisions take; *of* gives each call's (input, outcome, branch, branch in the replay)."""
    made = [of(number) for number in range(calls)]
    steps = [step(number + 2, "ask", one[0], one[1], one[2]) for number, one in enumerate(made)]
    decide = decider(session([event for events in steps for event in events]))
    began = time.process_time()
    for one in made * 2:
        ask(decide, one[0], one[3])
    return time.process_time() - began


def test_matching_takes_linear_time() -> None:
    shapes: list[Callable[[int], tuple[object, object, Branch, Branch]]] = [
        lambda number: ("hi", number, (), ()),
        lambda _number: ("hi", "yes", (), ()),
        lambda number: ("hi", number, (number,), (number,)),
        lambda number: ("hi", number, (number,), (-1,)),
        lambda number: (number % 2, number, (), (number,)),
    ]
    for shape in shapes:
        few, many = seconds(500, shape), seconds(8_000, shape)
        assert many < max(few, 0.004) * 16 * 6  # were it quadratic, it would be 256 times as long


def opened(id: int, parent: int = 2) -> list[Event]:
    """A lookup that opened a client of its own, and closed it."""
    client = Value(f'{{"$":"opaque","t":"_thread:lock","made":"p-{id + 1}.0"}}'.encode(), Form.OPAQUE)
    return [
        Started(id, parent, id, "lookup", "m:lookup", {"x": capture("hi")}),
        Started(id + 1, id, id, "open", "m:open", {"x": capture("host")}),
        Finished(id + 1, id, Returned(client)),
        Finished(id, id, Returned(capture("found"))),
    ]


def test_a_caller_below_which_each_call_opened_a_client_of_its_own_is_not_spent() -> None:
    part = [Started(2, 1, 2, "part", "m:part", {"x": capture(1)}), *opened(3), *opened(5)]
    decide = decider(session([*part, Finished(2, 9, Returned(capture("done")))]))
    main = run(decide, "main", None)

    other = run(decide, "part", 2, main)
    assert [served(begin(decide, "lookup", "hi", other)) for _ in range(2)] == [3, 5]
    assert served(begin(decide, "part", 1, main)) == 2


def test_what_another_caller_opens_now_is_what_was_opened_next_in_the_recording() -> None:
    first = [
        Started(2, 1, 2, "part", "m:part", {"x": capture(1)}),
        *opened(3),
        Finished(2, 9, Returned(capture("a"))),
    ]
    second = [
        Started(5, 1, 5, "part", "m:part", {"x": capture(2)}),
        *opened(6, 5),
        Finished(5, 9, Returned(capture("b"))),
    ]
    decide = decider(session([*first, *second]))
    main = run(decide, "main", None)

    assert served(begin(decide, "part", 1, main)) == 2
    verdict = begin(decide, "open", "host", run(decide, "pay", "another caller", main))
    assert isinstance(verdict, Run)
    assert verdict.stands_for is not None
    assert verdict.stands_for.id == 7
    assert served(begin(decide, "part", 2, main)) == 5


def test_a_step_that_no_call_is_surely_equal_to_came_along_with_its_caller_and_is_not_spent() -> None:
    client = Value(b'{"$":"opaque","t":"kit:Handle"}', Form.OPAQUE, is_comparable=False)
    lookup = [
        Started(3, 2, 3, "lookup", "m:lookup", {"x": capture("hi")}),
        Started(4, 3, 4, "open", "m:open", {"x": client}),
        Finished(4, 4, Returned(capture(64))),
        Finished(3, 4, Returned(capture("found"))),
    ]
    part = [Started(2, 1, 2, "part", "m:part", {"x": capture(1)}), *lookup]
    decide = decider(session([*part, Finished(2, 9, Returned(capture("done")))]))
    main = run(decide, "main", None)

    other = run(decide, "part", 2, main)
    assert served(begin(decide, "lookup", "hi", other)) == 3
    assert served(begin(decide, "part", 1, main)) == 2
