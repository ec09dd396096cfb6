"""Values that fight being looked at: the program ends as unrecorded, in time, and in bounded memory."""

import pytest

from tests.faults.kit import Limits, Ran, Trial, ends_alike, finished, mostly_long

METHODS = [
    "__repr__",
    "__eq__",
    "__hash__",
    "__class__",
    "__getattribute__",
    "__deepcopy__",
    "__reduce_ex__",
    "__len__",
]
MOST_S = 40
WAYS = ["raise", "block", "recurse", "be huge"]
HUGE_MB = 100  # 1,000 in the long form
MOST_MB = 200  # beyond the program's own and one result of the method; this much is our own room

# Every kind of value has a class of its own with that method: plain, without a dict, of a C type, a subclass of each
# builtin, an exception. They go in, come out, lie in containers and views, and are locals of what fails.
HOSTILE = """
import ctypes, threading, time, types

@fr.register("step")
def step(n):
    return n

@fr.register("take")
def take(value):
    return value

@fr.register("fail")
def fail(value):
    local = value
    raise value if issubclass(type(value), Exception) else KeyError("told")

def method(self, *args, **kwargs):
    way = sys.argv[2]
    if way == "raise":
        raise RuntimeError("hostile")
    if way == "block":
        time.sleep(90)
    if way == "recurse":
        return method(self, *args, **kwargs)
    return "x" * (int(sys.argv[3]) * 10**6)

name = sys.argv[1]
bases = [object, threading.local, dict, list, tuple, set, frozenset, str, int, float, bytes, Exception]
bases += [types.ModuleType]
kinds = [type("Hostile", (base,), {name: property(method) if name == "__class__" else method}) for base in bases]
kinds.append(type("Slotted", (), {"__slots__": ("a",), name: kinds[0].__dict__[name]}))
values = [base.__new__(kind) for base, kind in zip([*bases, object], kinds, strict=True)]
things = []
for value in values:
    things += [value, [value], {"k": value}, (value,), types.MappingProxyType({"k": value}), {"k": value}.values()]
    things += [types.SimpleNamespace(a=value), ctypes.py_object(value), lambda value=value: value, iter([value])]

@fr.register("main")
def main():
    for n in range(10):
        step(n)
    for thing in things:
        if take(thing) is not thing:
            say("changed")
    for value in values:
        try:
            fail(value)
        except BaseException as error:
            if error is not value and type(error) is not KeyError:
                say("other error")
    say("on")
"""


@pytest.mark.parametrize("way", mostly_long(WAYS, "block"))
@pytest.mark.parametrize(
    "method",
    [
        pytest.param(
            method,
            marks=pytest.mark.fault(
                f"`{method}` that raises, blocks, recurses or gives 1 GB",
                f"ends as unrecorded, within {MOST_S} s of it; at most {MOST_MB} MB more; every step is there",
            ),
        )
        for method in METHODS
    ],
)
def test_a_value_with_a_hostile_method_changes_nothing(trial: Trial, method: str, way: str, is_long: bool) -> None:
    huge_mb = 1_000 if is_long else HUGE_MB
    words = (method, way, str(huge_mb))

    bare, recorded = run_both(trial, HOSTILE + "\nfr.run(main)\n", *words)

    assert recorded.seconds < bare.seconds + MOST_S
    assert recorded.memory_kb < bare.memory_kb + (huge_mb + MOST_MB) * 1000
    session = trial.session()
    assert [inputs["n"] for inputs in finished(session, "step")] == list(range(10))
    assert session["session"]["status"] == "success"
    assert sum(step["name"] == "take" and step["status"] == "ok" for step in session["steps"]) == 140


@pytest.mark.parametrize("way", mostly_long(WAYS, "block"))
@pytest.mark.fault(
    "values with hostile methods, `fr.trace()`", f"ends as unrecorded, within {MOST_S} s of it; every step is there"
)
def test_a_traced_value_with_a_hostile_repr_changes_nothing(trial: Trial, way: str) -> None:
    bare, recorded = run_both(trial, HOSTILE + "\nwith fr.trace():\n    main()\n", "__repr__", way, str(HUGE_MB))

    assert recorded.seconds < bare.seconds + MOST_S
    assert [inputs["n"] for inputs in finished(trial.session(), "step")] == list(range(10))


def run_both(trial: Trial, source: str, *words: str) -> tuple[Ran, Ran]:
    """Return the bare and the recorded run, which ended alike and without a warning."""
    trial.write(source)
    limits = Limits(seconds=55)
    bare, recorded = trial.bare(*words, limits=limits), trial.record(*words, limits=limits)
    ends_alike(bare, recorded, warnings=0)
    return bare, recorded


ODD = {
    "a list that holds itself": "v = []; v.append(v)",
    "a dict that holds itself": "v = {}; v['v'] = v",
    "a tuple that holds itself": "v = ([],); v[0].append(v)",
    "an object that holds itself": "v = types.SimpleNamespace(); v.v = v",
    "an exception that is its own context": "v = KeyError(); v.__context__ = v",
    "two exceptions that are each other's cause": "v = KeyError(); w = KeyError(); v.__cause__ = w; w.__cause__ = v",
    "a ring of 10,000 objects": "v = [N() for _ in range(10_000)]\nfor a, b in zip(v, v[1:] + v[:1]): a.n = b\nv = a",
    "lists 100,000 deep": "v = []\nfor _ in range(100_000): v = [v]",
    "dicts 100,000 deep": "v = {}\nfor _ in range(100_000): v = {'v': v}",
    "tuples 100,000 deep": "v = ()\nfor _ in range(100_000): v = (v,)",
    "objects 100,000 deep": "v = N()\nfor _ in range(100_000): w = N(); w.n = v; v = w",
    "exceptions 10,000 causes deep": "v = KeyError()\nfor _ in range(10_000): w = KeyError(); w.__cause__ = v; v = w",
    "exception groups 1,000 deep": "v = KeyError()\nfor _ in range(1_000): v = ExceptionGroup('g', [v])",
    "lone surrogates": "v = ['\\ud800', {'\\udfff': '\\udc80'}, Exception('\\ud800')]",
    "NUL bytes": "v = ['\\0', {'\\0': '\\0'}, b'\\0', Exception('\\0'), types.SimpleNamespace(**{'\\0': 1})]",
    "text of 100 MB": "v = 'x' * 10**8",
    "bytes of 70 MB": "v = bytes(7 * 10**7)",
    "a range of 10**30": "v = range(10**30)",
    "an int of a million digits": "v = 10**1_000_000",
    "a dict with 20,000 keys": "v = dict.fromkeys(range(20_000))",
    "NaN, infinities, signed zero": "v = [float('nan'), float('inf'), -0.0, complex('nan+infj')]",
}


ODDLY = "ends as unrecorded; every step is there"
CASES = [
    pytest.param(
        text, id=name, marks=pytest.mark.fault(f"odd values: {name}", "ends as unrecorded; every step is there")
    )
    for name, text in ODD.items()
]


@pytest.mark.parametrize("made", CASES)
def test_an_odd_value_changes_nothing(trial: Trial, made: str) -> None:
    source = f"""
import types

class N:
    pass

{made}

@fr.register("step")
def step(n):
    return n

@fr.register("take")
def take(value):
    return value

@fr.register("fail")
def fail(value):
    raise value if isinstance(value, BaseException) else ValueError(value)

@fr.register("main")
def main():
    for n in range(10):
        step(n)
    say(take(v) is v, take([v])[0] is v)
    try:
        fail(v)
    except BaseException as error:
        say(error is v or error.args[0] is v)

fr.run(main)
os._exit(0) if "deep" in sys.argv else None
"""
    trial.endure(source, limits=Limits(seconds=55))

    session = trial.session()
    assert [inputs["n"] for inputs in finished(session, "step")] == list(range(10))
    assert [(step["name"], step["status"]) for step in session["steps"][11:]] == [
        ("take", "ok"),
        ("take", "ok"),
        ("fail", "failed"),
    ]


@pytest.mark.parametrize("odd", ["\\ud800", "\\0", "\\n\\x1b[2J", "x" * 10_000, ""])
@pytest.mark.fault("names of steps with surrogates, NUL, escapes", "ends as unrecorded; every step is there")
def test_an_odd_name_changes_nothing(trial: Trial, odd: str) -> None:
    trial.endure(f"""
@fr.register("{odd}")
def step(n):
    return n

@fr.register("main")
def main():
    say([step(n) for n in range(10)])

fr.run(main)
""")

    session = trial.session()
    assert [step["inputs"].get("n") for step in session["steps"][1:]] == list(range(10))


@pytest.mark.parametrize("way", mostly_long(["raise", "block"], "raise"))
@pytest.mark.fault("a metaclass whose `__hash__` raises or blocks", "ends as unrecorded; every step is there")
def test_an_instance_of_a_class_with_a_hostile_metaclass_changes_nothing(trial: Trial, way: str) -> None:
    trial.endure(
        f"""
import time

def method(self):
    if {way!r} == "raise":
        raise RuntimeError("hostile")
    time.sleep(90)

@fr.register("step")
def step(value):
    return 1

@fr.register("main")
def main():
    value = type("Meta", (type,), {{"__hash__": method}})("OfMeta", (), {{}})()
    say([step(value) for n in range(10)])

fr.run(main)
""",
        limits=Limits(seconds=10),
    )

    assert [step["status"] for step in trial.session()["steps"]] == ["ok"] * 11
