"""Which step of one session stands for which of another."""

from hypothesis import given
from hypothesis import strategies as st

from flight_recorder.model.session import Session
from flight_recorder.plan.alignment import align
from tests.plan.made import Made, call, session


def rows(a: Session, b: Session) -> list[tuple[str, object, object]]:
    """Name, argument in A and argument in B of each row but the entry's; `-` where there is no step."""
    shown: list[tuple[str, object, object]] = []
    for pair in align(a, b)[1:]:
        arguments = ["-" if step is None else step.inputs["x"].data.decode() for step in (pair.a, pair.b)]
        shown.append((pair.name, *arguments))
    return shown


def test_equal_sessions_are_paired_step_by_step() -> None:
    tree = call("a", 1, 2, call("b", 3, 4)), call("c", 5, 6)

    pairs = align(session(*tree), session(*tree))

    assert [(pair.a and pair.a.id, pair.b and pair.b.id, pair.depth) for pair in pairs] == [
        (1, 1, 0),
        (2, 2, 1),
        (3, 3, 2),
        (4, 4, 1),
    ]


def test_a_call_put_in_before_others_leaves_them_paired() -> None:
    a = session(*(call("page", n, n) for n in (1, 2, 3)))
    b = session(*(call("page", n, n) for n in (0, 1, 2, 3)))

    assert rows(a, b) == [("page", "-", "0"), ("page", "1", "1"), ("page", "2", "2"), ("page", "3", "3")]


def test_a_call_left_out_stands_where_it_was() -> None:
    a = session(*(call("page", n, n) for n in (1, 2, 3)))
    b = session(*(call("page", n, n) for n in (1, 3)))

    assert rows(a, b) == [("page", "1", "1"), ("page", "2", "-"), ("page", "3", "3")]


def test_a_call_with_another_argument_is_paired_by_its_place() -> None:
    a = session(*(call("page", n, n) for n in (1, 2, 3)))
    b = session(*(call("page", n, n) for n in (1, 9, 3)))

    assert rows(a, b) == [("page", "1", "1"), ("page", "2", "9"), ("page", "3", "3")]


def test_calls_of_tasks_are_paired_by_their_inputs_whatever_their_branch_and_order() -> None:
    a = session(*(call("ask", n, n, branch=(n,)) for n in (1, 2)))
    b = session(*(call("ask", n, n, branch=(branch,)) for n, branch in ((2, 3), (0, 1), (1, 2))))

    assert rows(a, b) == [("ask", "2", "2"), ("ask", "-", "0"), ("ask", "1", "1")]


def test_equal_calls_of_tasks_are_paired_by_their_branch() -> None:
    a = session(call("ask", 1, "one", branch=(1,)), call("ask", 1, "two", branch=(2,)))
    b = session(call("ask", 1, "two", branch=(2,)), call("ask", 1, "one", branch=(1,)))

    pairs = align(a, b)[1:]

    assert [pair.a.call.branch for pair in pairs if pair.a] == [pair.b.call.branch for pair in pairs if pair.b]


def test_branches_count_from_the_caller() -> None:
    a = session(call("job", 1, 1, call("ask", "a", 1, branch=(1, 0)), branch=(1,)))
    b = session(call("job", 1, 1, call("ask", "b", 1, branch=(7, 0)), branch=(7,)))

    assert rows(a, b) == [("job", "1", "1"), ("ask", '"a"', '"b"')]


def test_a_call_that_moved_under_another_caller_is_found_by_its_inputs() -> None:
    a = session(call("ask", 1, 2, call("below", 3, 4)), call("other", 5, 6))
    b = session(call("wrapper", 0, 2, call("ask", 1, 2, call("below", 3, 4))), call("other", 5, 6))

    assert rows(a, b) == [
        ("wrapper", "-", "0"),
        ("ask", "1", "1"),
        ("below", "3", "3"),
        ("other", "5", "5"),
    ]


def test_entries_are_a_pair_even_when_one_was_renamed() -> None:
    a, b = session(call("a", 1, 1)), session(call("b", 1, 1))

    assert align(a, b)[0].a is a.root
    assert rows(a, b) == [("a", "1", "-"), ("b", "-", "1")]


calls = st.recursive(
    st.builds(call, st.sampled_from("ab"), st.integers(0, 2), st.integers(0, 1), branch=st.tuples(st.integers(0, 1))),
    lambda under: st.builds(
        lambda name, argument, below: Made(name, argument, 0, tuple(below)),
        st.sampled_from("ab"),
        st.integers(0, 2),
        st.lists(under, max_size=4),
    ),
    max_leaves=8,
)
sessions = st.builds(lambda trees: session(*trees), st.lists(calls, max_size=4))


@given(sessions, sessions)
def test_every_step_of_both_is_in_one_row_after_its_caller(a: Session, b: Session) -> None:
    pairs = align(a, b)

    for whole, steps in ((a, [pair.a for pair in pairs]), (b, [pair.b for pair in pairs])):
        ids = [step.id for step in steps if step is not None]
        assert sorted(ids) == sorted(whole.steps)
    of_b = [pair.b.id for pair in pairs if pair.b is not None]
    assert of_b == [step.id for step in b.callers_first()]
    assert all(pair.a is None or pair.b is None or pair.a.name == pair.b.name for pair in pairs)


@given(sessions)
def test_a_session_is_paired_with_itself(a: Session) -> None:
    assert all(pair.a is pair.b for pair in align(a, a))


def test_ten_thousand_steps_are_aligned_in_linear_time() -> None:
    a = session(*(call("page", n % 2, n) for n in range(20_000)))
    b = session(call("first", 0, 0), *(call("page", (n + 1) % 2, n) for n in range(20_000)))

    assert len(align(a, b)) == 20_002  # quadratic, this would take minutes
