"""Whatever a journal, a store, a value or an answer holds: it is read or refused, in time, and nothing runs."""

from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS, CodeRan, nothing_runs, seeds_of

EXAMPLES = {"journal": 60, "store": 60, "value": 400, "mutated-value": 400, "answer": 200}

Mutation = tuple[str, float, bytes]
MUTATIONS = st.lists(
    st.tuples(
        st.sampled_from(["replace", "insert", "delete", "cut", "repeat", "zero"]),
        st.floats(0, 1, exclude_max=True),
        st.binary(min_size=1, max_size=8)
        | st.sampled_from([b"\x00" * 4, b"\xff" * 4, b"\x7f\xff\xff\xff", b'"$"', b"[["]),
    ),
    min_size=1,
    max_size=6,
)


@cache
def seeds(name: str) -> list[bytes]:
    return seeds_of(name)


def mutated(data: bytes, mutations: list[Mutation]) -> bytes:
    """Return *data* with each of *mutations* done to it, one after the other."""
    for kind, where, new in mutations:
        at = int(where * (len(data) + 1))
        match kind:
            case "replace":
                data = data[:at] + new + data[at + len(new) :]
            case "insert":
                data = data[:at] + new + data[at:]
            case "delete":
                data = data[:at] + data[at + len(new) :]
            case "cut":
                data = data[:at]
            case "repeat":
                data = data[: at + 64] + data[at : at + 64] + data[at + 64 :]
            case "zero":
                data = data[:at] + bytes(512) + data[at + 512 :]
    return data


@pytest.mark.parametrize("name", TARGETS)
def test_what_was_mutated_is_read_or_refused_and_runs_nothing(name: str) -> None:
    begin = seeds(name)

    @settings(max_examples=EXAMPLES[name], deadline=10_000, suppress_health_check=list(HealthCheck), database=None)
    @given(st.sampled_from(range(len(begin))), MUTATIONS)
    def feed(seed: int, mutations: list[Mutation]) -> None:
        with nothing_runs():
            TARGETS[name][0](mutated(begin[seed], mutations))

    feed()


@pytest.mark.parametrize("name", TARGETS)
def test_noise_is_read_or_refused_and_runs_nothing(name: str) -> None:
    seeds(name)

    @settings(
        max_examples=EXAMPLES[name] // 2, deadline=10_000, suppress_health_check=list(HealthCheck), database=None
    )
    @given(st.binary(max_size=200))
    def feed(noise: bytes) -> None:
        with nothing_runs():
            TARGETS[name][0](noise)

    feed()


@pytest.mark.parametrize("name", ["value", "answer"])
@pytest.mark.parametrize(
    "text", ["[" * 100_000, "[" * 100_000 + "]" * 100_000, '{"a":' * 100_000, "1" * 100_000, "1e99999"]
)
def test_what_is_deep_or_long_is_read_or_refused(name: str, text: str) -> None:
    with nothing_runs():
        TARGETS[name][0](text.encode())


@pytest.mark.parametrize("code", ["import antigravity", "exec('')", "subprocess.Popen(['true'])"])
def test_the_watch_hears_of_code_that_runs(code: str) -> None:
    compiled = compile(f"import subprocess\n{code}", "<test>", "exec")

    with pytest.raises(CodeRan), nothing_runs():
        exec(compiled)
