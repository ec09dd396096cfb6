"""Patching: a function becomes a step in place.

Whoever holds the function holds the same object as before, under whatever name; only its code is another. That takes
the same parameters, and calls the step. What the step runs is a double of the function, with the code that it had.
"""

from collections.abc import Callable
from functools import cache
from types import CellType, CodeType, FunctionType
from typing import Any, NamedTuple

from flight_recorder.fingerprint.instructions import rebound_in
from flight_recorder.fingerprint.names import function_name
from flight_recorder.fingerprint.unwarned import unwarned
from flight_recorder.record.binding import binder, parameters_of, unbound, with_variables
from flight_recorder.record.failing import OWN_FOLDER
from flight_recorder.record.heat import Heat
from flight_recorder.record.registry import DOUBLE_ATTRIBUTE, Registered, add, without_variables
from flight_recorder.record.taking import END, Taking
from flight_recorder.record.unseen import unseen
from flight_recorder.record.wrap import wrap

_WRAPPED = "__wrapped__"
_ARGS, _KWARGS = 0x4, 0x8  # CO_VARARGS, CO_VARKEYWORDS
_GENERATOR, _COROUTINE, _ASYNC_GENERATOR = 0x20, 0x80, 0x200


def patch(function: FunctionType, code: CodeType) -> Callable[[], None]:
    """Make a step of *function*, which runs *code*; return what makes it again what it was."""
    found, own = function.__code__, function.__dict__
    made = _made_of(function, code)
    made.heat.of(function)
    shown = made.step.function
    is_first = _WRAPPED not in own
    if is_first:  # where tools look for a function's source
        if made.step.has_variables:
            shown = double_of(function, code, function.__closure__)
            shown.__dict__[DOUBLE_ATTRIBUTE] = made.step
        own[_WRAPPED] = shown
    function.__code__ = made.calling

    def undo() -> None:
        function.__code__ = found
        if is_first and own.get(_WRAPPED) is shown:
            del own[_WRAPPED]

    return undo


class _Made(NamedTuple):
    """A step, and code that calls it. *code* is what it runs."""

    code: CodeType
    step: Registered
    calling: CodeType
    heat: Heat


_hot_calls = 1_000
_heats: dict[int, Heat] = {}  # by id of the code, or of the step that goes by a name of its own; they keep these
_made: dict[
    int, _Made
] = {}  # by id of the code, of functions that differ in defaults, or in variables that are inputs


def _made_of(function: FunctionType, code: CodeType) -> _Made:
    """Return the step of *function*.

    It is one for all that are made of one code, unless variables of other functions are bound to it that are no
    inputs: those that it binds anew itself, and the class that it was made in.
    """
    made = _made.get(id(code))
    if made is None:
        has_variables = not rebound_in(code) and any(name != "__class__" for name in code.co_freevars)
        double = unbound(double_of(function, code, function.__closure__)) if has_variables else None
        step = _step(double or double_of(function, code, function.__closure__), has_variables=has_variables)
        step.function.__dict__[DOUBLE_ATTRIBUTE] = step
        add(step)
        heat = step.heat = _heats.get(id(code)) or _heats.setdefault(id(code), Heat(step, _hot_calls))
        made = _Made(code, step, _calling(step, heat, function.__code__), heat)
        if has_variables or not code.co_freevars:
            _made[id(code)] = made
    return made


def _step(double: FunctionType, *, has_variables: bool) -> Registered:
    return Registered(
        double,
        function_name=function_name(double),
        bind=binder(double),
        parameters=None if has_variables else parameters_of(double),
        is_marked=True,
        has_variables=has_variables,
    )


def call_by(function: FunctionType, step: Registered, name: str) -> None:
    """Let *function* be a step called *name*, where others that were made of the same code are *step*."""
    own = without_variables(step)
    own.name = name
    add(own)
    heat = own.heat = _heats[id(own)] = Heat(own, _hot_calls)  # which keeps it, and so its id
    heat.of(function)
    if step.heat is not None:
        step.heat.of_others(function)
    function.__code__ = _calling(own, heat, function.__code__)
    shown = function.__dict__.get(_WRAPPED)
    if type(shown) is FunctionType and shown.__dict__.get(DOUBLE_ATTRIBUTE) is step:
        shown.__dict__[DOUBLE_ATTRIBUTE] = own


class _Bound:
    """Finds the step of a function by the variables that are bound to it.

    Nothing that is bound to a function may be held by its code, which the garbage collector does not look into: what
    leads back to the function, as where it calls itself, would never be collected.
    """

    def __init__(self, step: Registered) -> None:
        self._unbound = step

    def double(self, cells: tuple[CellType, ...]) -> FunctionType:
        """Return what the step runs, around *cells*."""
        function: Any = self._unbound.function
        return double_of(function, function.__code__, cells)

    def step(self, cells: tuple[CellType, ...]) -> Callable[..., Any]:
        """Return what calls it as a step, with what is in *cells* among its inputs."""
        step, double = self._unbound, self.double(cells)
        bound = Registered(
            double,
            step.name,
            function_name=step.function_name,
            bind=with_variables(step.bind, _variables(double)),
            parameters=None,
            is_marked=True,
            has_variables=True,
        )
        bound.heat = step.heat
        return wrap(bound)


def _variables(function: FunctionType) -> dict[str, CellType]:
    """Return the variables of the functions around *function* that it reads, by label."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    return {f"closure {name}": cell for name, cell in cells if name != "__class__"}


def begin_counting(hot_calls: int) -> None:
    """Count the calls of functions anew, for a session in which *hot_calls* of each are steps in any case."""
    global _hot_calls
    _hot_calls = hot_calls
    for heat in _heats.values():
        heat.begin(hot_calls)


def is_double(function: FunctionType) -> bool:
    """Whether *function* is what a step runs whose function was patched."""
    return DOUBLE_ATTRIBUTE in function.__dict__


def double_of(function: FunctionType, code: CodeType, cells: tuple[CellType, ...] | None) -> FunctionType:
    """Return a function like *function* that runs *code*, around *cells*."""
    double = FunctionType(code, function.__globals__, function.__name__, function.__defaults__, cells)
    double.__kwdefaults__ = function.__kwdefaults__
    double.__qualname__, double.__module__ = function.__qualname__, function.__module__
    return double


_STEP = "flight-recorder: the step"
_TAKING = "flight-recorder: how its items are taken"
_END = "flight-recorder: that there are no more"
_DOUBLE_OF = "flight-recorder: what the step runs"
_HEAT = "flight-recorder: how often it is called"

_CELLS = "flight_recorder_cells"

# What calls a step, by the kind of its function. A long name is no parameter's.
_BODIES = {
    0: """{heat}.left -= 1
    flight_recorder_failed = None
    try:
        if {heat}.left >= 0: flight_recorder_value = {step}({arguments})
        else: flight_recorder_value = {heat}.call({double}, {step}, {arguments})
    except BaseException as flight_recorder_error: flight_recorder_failed = [flight_recorder_error]
    SEEN
    if flight_recorder_failed is not None:
        __tracebackhide__ = True
        raise flight_recorder_failed.pop()
    return flight_recorder_value""",
    _COROUTINE: """{heat}.left -= 1
    if {heat}.left >= 0: return await {step}({arguments})
    return await {heat}.acall({double}, {step}, {arguments})""",
    _GENERATOR: """{heat}.left -= 1
    if {heat}.left >= 0: return (yield from {step}({arguments}))
    return (yield from {heat}.generate({double}, {step}, {arguments}))""",
    _ASYNC_GENERATOR: """{heat}.left -= 1
    if {heat}.left >= 0: flight_recorder_taking = {taking}({step}({arguments}))
    else: flight_recorder_taking = {taking}({heat}.stream({double}, {step}, {arguments}))
    while True:
        flight_recorder_passing = [await flight_recorder_taking.aresume()]
        if flight_recorder_passing[0] is {end}: return
        try: flight_recorder_taking.sent = yield flight_recorder_passing.pop()
        except BaseException as flight_recorder_error: flight_recorder_taking.thrown = flight_recorder_error""",
}


def _calling(step: Registered, heat: Heat, code: CodeType) -> CodeType:
    """Return code that takes what *code* takes, is of its kind, and calls *step* with that. It ends with the step."""
    count = code.co_argcount + code.co_kwonlyargcount
    count += bool(code.co_flags & _ARGS) + bool(code.co_flags & _KWARGS)
    shape = _Shape(
        code.co_varnames[:count],
        (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount),
        code.co_flags & (_ARGS | _KWARGS),
        code.co_flags & (_COROUTINE | _GENERATOR | _ASYNC_GENERATOR),
        code.co_freevars,
        step.has_variables,
    )
    bound = _Bound(step)
    call, double = (bound.step, bound.double) if step.has_variables else (wrap(step), step.function)
    stands_for = {_STEP: call, _TAKING: Taking, _END: END, _DOUBLE_OF: double, _HEAT: heat}
    calling = _compiled(shape)

    def made(constant: object) -> object:
        if type(constant) is tuple:  # of arguments that are all constant
            return tuple(map(made, constant))
        return stands_for.get(constant, constant) if type(constant) is str else constant

    return calling.replace(
        co_consts=(*map(made, calling.co_consts), step),
        co_name=code.co_name,
        co_qualname=code.co_qualname,
        co_firstlineno=code.co_firstlineno,
    )


class _Shape(NamedTuple):
    """What a function takes, its kind, and its free variables, of which what stands in its place has the same.

    Whether it *has_variables* that are inputs makes the difference whether its step has to be found at each call.
    """

    names: tuple[str, ...]
    counts: tuple[int, int, int]  # positional, of these positional only, keyword only
    rest: int
    kind: int
    free: tuple[str, ...]
    has_variables: bool


@cache
def _compiled(shape: _Shape) -> CodeType:
    parameters, arguments = _signature(shape)
    texts = {"step": _STEP, "taking": _TAKING, "end": _END, "double": _DOUBLE_OF, "heat": _HEAT}
    stand_ins = {name: repr(text) for name, text in texts.items()}
    if shape.has_variables:
        stand_ins |= {name: f"{stand_ins[name]}({_CELLS})" for name in ("step", "double")}
    body = _BODIES[shape.kind].format(arguments=arguments, **stand_ins)
    is_async = "async " if shape.kind & (_COROUTINE | _ASYNC_GENERATOR) else ""
    variables = f"({', '.join(shape.free)},)"
    finding = f"{_CELLS} = (lambda: {variables}).__closure__" if shape.has_variables else f"if 0: {variables}"
    free = finding if shape.free else "pass"
    text = f"def around({', '.join(shape.free)}):\n  {is_async}def calling({parameters}):\n    {free}\n    {body}\n"
    file = f"{OWN_FOLDER}record/patching.py"
    with unwarned(file):  # that a text is no function: it is replaced
        module = compile(text, file, "exec", dont_inherit=True)
    around = next(one for one in module.co_consts if isinstance(one, CodeType))
    return unseen(next(one for one in around.co_consts if isinstance(one, CodeType)))


def _signature(shape: _Shape) -> tuple[str, str]:
    """Return the parameters of a function, and these as the arguments of a call."""
    positional, only, keyword = shape.counts
    names = list(shape.names)
    taken, named, rest = names[:positional], names[positional : positional + keyword], names[positional + keyword :]
    parameters = [*taken[:only], *(["/"] if only else []), *taken[only:]]
    arguments = list(taken)
    if shape.rest & _ARGS:
        parameters.append(f"*{rest[0]}")
        arguments.append(f"*{rest.pop(0)}")
    elif named:
        parameters.append("*")
    parameters += named
    arguments += [f"{name}={name}" for name in named]
    if shape.rest & _KWARGS:
        parameters.append(f"**{rest[0]}")
        arguments.append(f"**{rest[0]}")
    return ", ".join(parameters), ", ".join(arguments)
