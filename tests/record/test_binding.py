"""Binding: the names of arguments are those that Python gives them, and a call that does not fit is told as it is."""

import inspect
from collections.abc import Callable
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from flight_recorder.record.binding import binder

NAMES = "abcdef"


@st.composite
def functions(draw: st.DrawFn) -> Callable[..., Any]:
    """Return a function of up to six parameters of all kinds, some with defaults."""
    counts = [draw(st.integers(0, 2)) for _ in range(3)]
    kinds = [kind for kind, count in enumerate(counts) for _ in range(count)]
    parameters, has_default = [], False
    for name, kind in zip(NAMES, kinds, strict=False):
        has_default = draw(st.booleans()) or (has_default and kind < 2)
        parameters.append((kind, f"{name}='default of {name}'" if has_default else name))
    said = [text for kind, text in parameters if kind == 0]
    said += ["/"] * bool(said) + [text for kind, text in parameters if kind == 1]
    only = [text for kind, text in parameters if kind == 2]
    said += ["*"] * bool(only) + only
    try:
        function: Callable[..., Any] = eval(f"lambda {', '.join(said)}: None")
    except SyntaxError:  # one without a default behind one that has one
        assume(False)
    return function


@given(
    function=functions(),
    args=st.lists(st.integers(), max_size=6).map(tuple),
    kwargs=st.dictionaries(st.sampled_from(NAMES), st.integers(), max_size=4),
)
def test_arguments_are_named_as_python_names_them(
    function: Callable[..., Any], args: tuple[int, ...], kwargs: dict[str, int]
) -> None:
    try:
        bound = inspect.signature(function).bind(*args, **kwargs)
    except TypeError:
        wanted: dict[str, Any] = {"*args": args, "**kwargs": kwargs}
    else:
        bound.apply_defaults()
        wanted = dict(bound.arguments)

    assert binder(function)(args, kwargs) == wanted
