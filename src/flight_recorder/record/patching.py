"""Patching: functions that are there already become steps for a while, in place.

Whoever holds a function holds the same object as before, under whatever name; only its code is another meanwhile.
That takes the same parameters, and calls the step. What the step runs is a double of the function, with the code that
it had, and marks (`record.loading`) at the functions that it makes.
"""

import gc
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from threading import RLock
from types import CodeType, FunctionType
from typing import Any, NamedTuple

from flight_recorder.config import Project
from flight_recorder.fingerprint.marking import is_marked
from flight_recorder.fingerprint.source import marked_code
from flight_recorder.model.start import Traced
from flight_recorder.record.block import Block, running
from flight_recorder.record.failing import OWN_FOLDER
from flight_recorder.record.loading import Wanted, marks
from flight_recorder.record.recording import Recording
from flight_recorder.record.registry import STEP_ATTRIBUTE, add, all_steps, forget, made_step
from flight_recorder.record.taking import END, Taking
from flight_recorder.record.wrap import wrap

_WRAPPED = "__wrapped__"
_FUNCTION, _ARGS, _KWARGS = 0x3, 0x4, 0x8  # CO_OPTIMIZED | CO_NEWLOCALS, CO_VARARGS, CO_VARKEYWORDS
_GENERATOR, _COROUTINE, _ASYNC_GENERATOR = 0x20, 0x80, 0x200


@contextmanager
def tracing(recording: Recording, block: Block) -> Iterator[None]:
    """Have every function of the project's be a step in *block*, those that are there and those that are made."""
    with running(recording, block) as is_recorded:
        if not is_recorded:
            yield
            return
        undo: list[Callable[[], None]] = []
        recording.contained(lambda: undo.append(_patches.begin(recording.project, block.traced)))
        try:
            yield
        finally:
            for one in undo:
                one()


class _Patches:
    """What is patched in this process, while blocks are traced."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._open = 0
        self._undo: list[Callable[[], None]] = []
        self._doubles: set[int] = set()  # functions that do what a patched one did, by id

    def begin(self, project: Project, traced: Traced) -> Callable[[], None]:
        """Patch what is there now; return what undoes that, once all else that is traced has ended, too."""
        with self._lock:
            wanted = marks.begin(project, traced)
            self._open += 1
            for function in self._functions(wanted):
                self._patch(function)

        def end() -> None:
            with self._lock:
                marks.end(wanted)
                self._open -= 1
                if not self._open:
                    self._restore()

        return end

    def _restore(self) -> None:
        undo, self._undo = self._undo, []
        for one in reversed(undo):
            one()
        self._doubles.clear()

    def _functions(self, wanted: Wanted) -> list[FunctionType]:
        """Return the functions that are to be steps, and are none."""
        known = {id(step.function) for step in all_steps()} | self._doubles
        return [
            one
            for one in gc.get_objects()
            if type(one) is FunctionType and _is_wanted(one, wanted) and id(one) not in known
        ]

    def _patch(self, function: FunctionType) -> None:
        code, own = function.__code__, function.__dict__
        double = _double(function)
        self._doubles.add(id(double))
        step = made_step(double, is_marked=True)
        add(step)
        found = {name: own[name] for name in (_WRAPPED, STEP_ATTRIBUTE) if name in own}
        own.setdefault(_WRAPPED, double)
        own[STEP_ATTRIBUTE] = step
        function.__code__ = _calling(code, wrap(step))

        def undo() -> None:
            function.__code__ = code
            for name in (_WRAPPED, STEP_ATTRIBUTE):
                own.pop(name, None)
            own.update(found)
            forget(step)

        self._undo.append(undo)


def _is_wanted(function: FunctionType, wanted: Wanted) -> bool:
    code = function.__code__
    name = code.co_name
    if code.co_flags & _FUNCTION != _FUNCTION or id(code) in marks.codes:
        return False
    is_named = is_marked(name) if not name.startswith("<") else name == "<lambda>"
    return is_named and wanted.module(str(function.__globals__.get("__name__", "")), code.co_filename)


def _double(function: FunctionType) -> FunctionType:
    """Return a function that does what *function* does; the functions that it makes are marked."""
    marks.expect(function.__code__.co_filename)
    code = marked_code(function.__code__)
    double = FunctionType(code, function.__globals__, function.__name__, function.__defaults__, function.__closure__)
    double.__kwdefaults__ = function.__kwdefaults__
    double.__qualname__, double.__module__ = function.__qualname__, function.__module__
    return double


_STEP = "flight-recorder: the step"
_TAKING = "flight-recorder: how its items are taken"
_END = "flight-recorder: that there are no more"

# What calls a step, by the kind of its function. A long name is no parameter's.
_BODIES = {
    0: "return {step}({arguments})",
    _COROUTINE: "return await {step}({arguments})",
    _GENERATOR: "return (yield from {step}({arguments}))",
    _ASYNC_GENERATOR: """flight_recorder_taking = {taking}({step}({arguments}))
    while True:
        flight_recorder_passing = [await flight_recorder_taking.aresume()]
        if flight_recorder_passing[0] is {end}: return
        try: flight_recorder_taking.sent = yield flight_recorder_passing.pop()
        except BaseException as flight_recorder_error: flight_recorder_taking.thrown = flight_recorder_error""",
}


def _calling(code: CodeType, step: Callable[..., Any]) -> CodeType:
    """Return code that takes what *code* takes, is of its kind, and calls *step* with that."""
    count = code.co_argcount + code.co_kwonlyargcount
    count += bool(code.co_flags & _ARGS) + bool(code.co_flags & _KWARGS)
    kind = code.co_flags & (_COROUTINE | _GENERATOR | _ASYNC_GENERATOR)
    shape = _Shape(
        code.co_varnames[:count],
        (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount),
        code.co_flags & (_ARGS | _KWARGS),
        kind,
        code.co_freevars,
    )
    stands_for = {_STEP: step, _TAKING: Taking, _END: END}
    calling = _compiled(shape)
    return calling.replace(
        co_consts=tuple(stands_for.get(one, one) if type(one) is str else one for one in calling.co_consts),
        co_name=code.co_name,
        co_qualname=code.co_qualname,
        co_firstlineno=code.co_firstlineno,
    )


class _Shape(NamedTuple):
    """What a function takes, its kind, and its free variables, of which what stands in its place has the same."""

    names: tuple[str, ...]
    counts: tuple[int, int, int]  # positional, of these positional only, keyword only
    rest: int
    kind: int
    free: tuple[str, ...]


@cache
def _compiled(shape: _Shape) -> CodeType:
    parameters, arguments = _signature(shape)
    step, taking, end = map(repr, (_STEP, _TAKING, _END))
    body = _BODIES[shape.kind].format(step=step, taking=taking, end=end, arguments=arguments)
    is_async = "async " if shape.kind & (_COROUTINE | _ASYNC_GENERATOR) else ""
    free = f"if 0: ({', '.join(shape.free)},)" if shape.free else "pass"
    text = f"def around({', '.join(shape.free)}):\n  {is_async}def calling({parameters}):\n    {free}\n    {body}\n"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a text is no function: it is replaced
        module = compile(
            text, f"{OWN_FOLDER}record/patching.py (as importlib and _bootstrap)", "exec", dont_inherit=True
        )
    around = next(one for one in module.co_consts if isinstance(one, CodeType))
    return next(one for one in around.co_consts if isinstance(one, CodeType))


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


_patches = _Patches()
