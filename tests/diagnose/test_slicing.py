"""Where the value of an expression comes from, inside one function."""

import ast
import textwrap

import pytest

from flight_recorder.diagnose.code import Code, code_of, name_of_call
from flight_recorder.diagnose.slicing import OriginKind, origins_of
from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.session import Launch, Mode, Session, Status
from flight_recorder.model.step import Call, Step, Unfinished

STEPS = {"one", "two"}


def code(source: str) -> Code:
    """The parsed function that *source* is the text of."""
    fingerprint = Fingerprint("m:f", "", source=textwrap.dedent(source), file="/m.py", line=1)
    step = Step(1, Call("f", "m:f", None, {}), Unfinished(), 0, None)
    session = Session("s", "f", Mode.RUN, Status.FAILED, 0, None, Launch(), fingerprints={"f": fingerprint})
    parsed = code_of(session, step)
    assert parsed is not None
    return parsed


def origins(source: str) -> list[str]:
    """The ends of the slice of the argument of `use(…)`, as text; `~` marks a derived one."""
    parsed = code(source)
    use = next(node for node in ast.walk(parsed.body) if isinstance(node, ast.Call) and name_of_call(node) == "use")
    found = origins_of(parsed, use.args[0], (), lambda call: name_of_call(call) in STEPS)
    return [
        ("~" if origin.is_derived else "")
        + origin.kind.name.lower()
        + f" {origin.name}" * bool(origin.name)
        + "".join(f"[{key!r}]" for key in origin.path)
        for origin in found
        if origin.kind is not OriginKind.GLOBAL
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("use(a)", ["parameter a"]),
        ("use(a['k'].x[0])", ["parameter a['k']['x'][0]"]),
        ("x = one(a)\nuse(x['k'])", ["step one['k']"]),
        ("x = one(a)\nx = two(b)\nuse(x)", ["step two"]),
        ("x = one(a)\nif b:\n    x = two(b)\nuse(x)", ["step two", "step one"]),
        ("if b:\n    x = one(a)\nelse:\n    x = two(b)\nuse(x)", ["step two", "step one"]),
        ("x, y = one(a)\nuse(y)", ["step one[1]"]),
        ("x, *rest = one(a)\nuse(rest[1])", ["step one[2]"]),
        ("d = {'k': one(a), 'l': two(b)}\nuse(d['k'])", ["step one", "~made"]),
        ("d = {**a, 'l': two(b)}\nuse(d['k'])", ["parameter a['k']", "~made"]),
        ("d = dict(a, k=one(b))\nuse(d['k'])", ["step one"]),
        ("xs = []\nfor i in a:\n    xs.append({'v': one(i), 'w': two(i)})\nuse(xs[0]['v'])", ["step one", "~made"]),
        ("xs = [one(i) for i in a]\nuse(xs[3])", ["step one", "~parameter a"]),
        ("for i in one(a):\n    use(i)", ["step one[None]"]),
        ("for k, v in one(a).items():\n    use(v)", ["step one[None]"]),
        ("for n, v in enumerate(a):\n    use(v)", ["parameter a[None]"]),
        ("for x, y in zip(one(a), two(b)):\n    use(y)", ["step two[None]"]),
        ("x, y = await gather(one(a), two(b))\nuse(y)", ["step two"]),
        ("use(a.get('k', one(b)))", ["parameter a['k']", "step one"]),
        ("use(sorted(a, key=lambda i: i)[0])", ["parameter a[None]", "~made"]),
        ("x = 1\nuse(x)", ["made"]),
        ("x = a + one(b)\nuse(x)", ["~parameter a", "~step one"]),
        ("x = f'{a}'\nuse(x)", ["~parameter a"]),
        ("with one(a) as x:\n    use(x)", ["~step one"]),
        ("if (x := one(a)):\n    use(x)", ["step one"]),
        ("x = one(a) if b else two(b)\nuse(x)", ["step one", "step two", "~parameter b"]),
        ("x = a or one(b)\nuse(x)", ["parameter a", "step one"]),
        ("x = {}\nx['k'] = one(a)\nx['l'] = two(b)\nuse(x['k'])", ["step one", "~made"]),
        ("x = 0\nfor i in a:\n    x += one(i)\nuse(x)", ["~step one", "made"]),
        ("def inner(p):\n    return use(p)\nreturn inner(one(a))", ["step one"]),
        ("return sorted(one(a), key=lambda i: use(i))", ["step one[None]"]),
    ],
)  # fmt: skip
def test_a_value_is_followed_to_where_it_came_from(body: str, expected: list[str]) -> None:
    source = "async def f(a, b):\n" + textwrap.indent(body, "    ")

    assert sorted(origins(source)) == sorted(expected)


def test_a_use_in_a_loop_sees_what_the_round_before_assigned() -> None:
    assert "step one" in origins("def f(a, b):\n    x = b\n    for i in a:\n        use(x)\n        x = one(i)\n")


def test_a_recursive_definition_ends() -> None:
    assert origins("def f(a):\n    x = a\n    while a:\n        x = [x, x]\n        x = (x, x)\n    use(x)\n")
