"""The old code of a function put back into the function that is there now."""

import inspect
import linecache
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from flight_recorder.errors import ReplayRefusedError
from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.record import registry
from flight_recorder.record.entry import made_step
from flight_recorder.record.registry import Registered
from flight_recorder.record.wrap import wrap
from flight_recorder.replay.putting_back import put_back

Loaded = Callable[..., dict[str, Any]]


@pytest.fixture
def loaded(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loaded]:
    """Runs a module that registers steps with `register(name)`, and returns its names."""
    monkeypatch.setattr(registry, "_held_by_name", {})

    def register(name: str) -> Callable[[Any], Any]:
        def decorate(function: Any) -> Any:
            step = made_step(function, name)
            registry.add(step)
            return wrap(step)

        return decorate

    def load(source: str) -> dict[str, Any]:
        path = tmp_path / "module.py"
        path.write_text(textwrap.dedent(source), encoding="utf-8")
        names: dict[str, Any] = {"register": register, "__name__": "module"}
        exec(compile(path.read_text(), str(path), "exec"), names)
        return names

    yield load
    linecache.clearcache()


def back(source: str, name: str = "f") -> None:
    put_back({name: Fingerprint("module:f", "", source=source, line=7)})


def refusal(source: str, name: str = "f") -> str:
    with pytest.raises(ReplayRefusedError) as refused:
        back(source, name)
    return str(refused.value).removeprefix(f"the code of {name} cannot be put back: ")


def bound(name: str = "f") -> Registered:
    return registry.steps_named(name)[0]


def test_a_function_has_its_old_code_whoever_holds_it(loaded: Loaded) -> None:
    names = loaded('FACTOR = 3\n@register("f")\ndef f(n, by=2):\n    return n * by + 1\n')
    held = names["f"]

    back('@register("f")\ndef f(n, by=2):\n    return [n * FACTOR for _ in range(by)]\n')

    assert held(2) == [6, 6]
    assert held.__wrapped__.__code__.co_firstlineno == 8


def test_defaults_are_as_they_were(loaded: Loaded) -> None:
    names = loaded('SAME = object()\n@register("f")\ndef f(a, b=1, *, c=SAME, d=4):\n    return a, b, c, d\n')

    back('@register("f")\ndef f(a=0, b=2, *, c=SAME, d):\n    return a, b, c, d\n')

    assert names["f"](d=5) == (0, 2, names["SAME"], 5)
    assert bound().bind((), {"d": 5}) == {"a": 0, "b": 2, "c": names["SAME"], "d": 5}
    with pytest.raises(TypeError):
        names["f"]()


def test_a_default_that_was_no_literal_cannot_be_made_again(loaded: Loaded) -> None:
    loaded('@register("f")\ndef f(a=1):\n    return a\n')

    assert refusal('@register("f")\ndef f(a=made()):\n    return a\n') == "the default of 'a' was no literal"


def test_a_method_keeps_its_class_its_super_and_its_private_names(loaded: Loaded) -> None:
    names = loaded("""
    class Base:
        def text(self):
            return "base"

    class Shop(Base):
        __secret = "s"

        @register("f")
        def text(self):
            return super().text() + self.__secret + "new"
    """)

    back('    @register("f")\n    def text(self):\n        return f"""{super().text()}\n  old {self.__secret}"""\n')

    assert names["Shop"]().text() == "base\n  old s"


def test_a_function_in_a_function_keeps_its_variables(loaded: Loaded) -> None:
    names = loaded("""
    def make(one, two):
        @register("f")
        def f(n):
            return n + one - two
        return f

    made = make(10, 1)
    """)

    assert "other variables" in refusal('        @register("f")\n        def f(n):\n            return n * one\n')
    back('        @register("f")\n        def f(n):\n            return n * one + two * 0\n')

    assert names["made"](3) == 30


def test_the_function_below_other_decorators_is_the_one_that_changes(loaded: Loaded) -> None:
    names = loaded("""
    import functools

    def twice(function):
        @functools.wraps(function)
        def wrapper(*args):
            return function(*args) * 2
        return wrapper

    @register("f")
    @twice
    def f(n):
        return n
    """)

    back('@register("f")\n@twice\ndef f(n):\n    return n + 1\n')

    assert names["f"](1) == 4
    assert refusal('@register("f")\ndef f(n):\n    return n + 1\n') == "its decorators are others now"


def test_a_coroutine_function_stays_one(loaded: Loaded) -> None:
    names = loaded('@register("f")\nasync def f(n):\n    return n\n')

    back('@register("f")\nasync def f(n):\n    return n + 1\n')

    assert inspect.iscoroutinefunction(names["f"])


@pytest.mark.parametrize(
    ("old", "why"),
    [
        ('@register("f")\ndef f(m):\n    return m\n', "it takes other parameters, or is of another kind, now"),
        ('@register("f")\ndef f(n):\n    yield n\n', "it takes other parameters, or is of another kind, now"),
        ('@register("f")\nasync def f(n):\n    return n\n', "it takes other parameters, or is of another kind, now"),
        ('@register("f")\ndef g(n):\n    return n\n', "it is called something else, or is no plain function, now"),
        ("lambda n: n\n", "its text is no definition"),
        ("def f(n:\n", "its text is no definition"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_changed(loaded: Loaded, old: str, why: str) -> None:
    names = loaded('@register("f")\ndef f(n):\n    return n\n')

    assert refusal(old) == why
    assert names["f"](1) == 1


def test_a_step_that_is_not_there_is_refused(loaded: Loaded) -> None:
    loaded("")

    assert refusal("def f():\n    pass\n") == "0 functions have that name"
