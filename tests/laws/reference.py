"""Reference: stands in for `flight_recorder` in a run from scratch, and writes down every call of a step.

It serves nothing. It only tells what the program does: which step called which, with what, and what came of it. What
the real world would not give twice (protected steps, counting ones) it answers from an earlier run where told to.
Nothing of the engine is used here.
"""

import contextlib
import contextvars
import dataclasses
import enum
import functools
import inspect
import json
import sys
import threading
import types
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.laws.trace import About, Answers, Made, Trace, earlier_from_json

_here: contextvars.ContextVar[Made | None] = contextvars.ContextVar("reference_call", default=None)


class Held(BaseException):
    """Ends the run before a protected step that must not run."""


class Reference:
    """What one run from scratch was seen to do."""

    def __init__(self, answers: Answers, about: About) -> None:
        self.answers = answers
        self.about = about
        self.cells: dict[str, types.CellType] = {}
        self._makers: dict[int, tuple[object, str]] = {}
        self.trace = Trace()
        self.lock = threading.Lock()
        self.errors: list[BaseException] = []  # each once; kept, so that no two have the same identity
        self.registered: set[str] = set()

    def begin(self, name: str, inputs: dict[str, object], *, is_protected: bool, is_counter: bool) -> Made:
        """Note that a call began."""
        parent = _here.get()
        written = Written(self)
        texts = {parameter: written.text(value) for parameter, value in inputs.items()}
        state = self._state()
        with self.lock:
            made = Made(
                id=len(self.trace.calls),
                name=name,
                parent=None if parent is None else parent.id,
                inputs=texts,
                is_stable=written.is_stable,
                shared=written.shared,
                state=state,
                functions=written.functions,
                touched=[
                    *(one for user in (name, *written.functions) for one in self.about.touched.get(user, ())),
                    *(cell for cell in state if cell.startswith(f"{name}.")),
                ],
                is_protected=is_protected,
                is_counter=is_counter,
                calls_steps=name in self.about.callers,
            )
            self.trace.calls.append(made)
        return made

    def returned(self, made: Made, value: object, inputs: dict[str, object]) -> None:
        """Note what a call returned."""
        if self.is_over(made):
            return
        written = Written(self)
        text = written.text(value)
        made.outcome, made.is_exact = "returned", written.is_exact
        if not made.is_stream:  # of a stream, its items are what it returned
            made.value = text
        if not written.is_stable:
            version = self.about.versions.get(made.name, "")
            number = sum(1 for one in self.trace.calls[: made.id] if one.key == made.key)
            self._makers[id(value)] = (value, f"<made by {made.key} {version} {number}>")
        self._changed(made, inputs)

    def raised(self, made: Made, error: BaseException, inputs: dict[str, object]) -> None:
        """Note what a call raised. One that was held has not ended."""
        if self.is_over(made):
            return
        if made.outcome != "held":
            made.outcome = "raised"
        made.value = f"{type(error).__name__}: {error}"
        made.error = self._number(error)
        made.linked = sorted(self._number(one) for one in _linked(error))
        self._changed(made, inputs)

    def is_over(self, made: Made) -> bool:
        """Whether *made* ends after the entry has: a task that was left behind, a stream that was thrown away."""
        root = self.trace.calls[0]
        return made is not root and root.outcome != "unfinished"

    def _changed(self, made: Made, inputs: dict[str, object]) -> None:
        after = {parameter: Written(self).text(value) for parameter, value in inputs.items()}
        made.changed = {name: text for name, text in after.items() if text != made.inputs[name]}

    def maker_of(self, value: object) -> str | None:
        """Return which call made *value*, if it is something that can only be told by that."""
        known = self._makers.get(id(value))
        return known[1] if known is not None and known[0] is value else None

    def _state(self) -> dict[str, str]:
        """Return the globals that steps write, and the cells of steps, as they are now."""
        state = {}
        for name, module in self.about.state.items():
            holder = sys.modules.get(module)
            state[name] = Written(self).text(getattr(holder, name, None))
        for name, cell in self.cells.items():
            with contextlib.suppress(ValueError):
                state[name] = Written(self).text(cell.cell_contents)
        return state

    def _number(self, error: BaseException) -> int:
        with self.lock:
            for number, known in enumerate(self.errors):
                if known is error:
                    return number
            self.errors.append(error)
            return len(self.errors) - 1


def _linked(error: BaseException) -> Iterator[BaseException]:
    seen: list[BaseException] = []
    waiting = [error]
    while waiting:
        one = waiting.pop()
        members = one.exceptions if isinstance(one, BaseExceptionGroup) else ()
        context = None if one.__suppress_context__ else one.__context__
        for other in (one.__cause__, context, *members):
            if other is not None and all(other is not known for known in seen):
                seen.append(other)
                waiting.append(other)
    yield from seen


class Written:
    """Values as text, equal for equal values of the same types. *is_exact*: copies can be made from their content."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self.is_exact = True
        self.functions: list[str] = []  # the names of those met
        self.is_stable = True  # equal texts mean equal values
        self._numbers: dict[int, int] = {}
        self._met: list[int] = []  # objects that can change, by number, in the order in which they were met

    @property
    def ids(self) -> set[int]:
        """The identities of the objects met that can change."""
        return set(self._numbers)

    @property
    def shared(self) -> str:
        """Which of the objects met are one; "" when all are different."""
        return str(self._met) if len(set(self._met)) < len(self._met) else ""

    def text(self, value: Any) -> str:
        """Return *value* as text."""
        if value is None or (
            isinstance(value, bool | int | float | str | bytes) and not isinstance(value, enum.Enum)
        ):
            return repr(value)
        if isinstance(value, enum.Enum):
            return f"{type(value).__name__}.{value.name}"
        if type(value) is tuple:
            return f"tuple[{', '.join(map(self.text, value))}]"
        if isinstance(value, types.FunctionType | types.MethodType | functools.partial | type):
            self.is_exact = False
            name = getattr(value, "__qualname__", "partial")
            self.functions.append(name)
            code = getattr(value, "__code__", None)
            behaviour = self._reference.about.behaviours.get(name) or (code and (code.co_code, code.co_consts))
            return f"<{name} {behaviour}>"
        if isinstance(value, BaseException):
            return f"{type(value).__name__}[{', '.join(map(self.text, value.args))}]"
        self._met.append(self._numbers.setdefault(id(value), len(self._numbers)))
        return self._object(value)

    def _object(self, value: Any) -> str:
        name = type(value).__name__
        if type(value) is list:
            return f"list[{', '.join(map(self.text, value))}]"
        if type(value) in (set, frozenset):
            return f"{name}[{', '.join(sorted(map(self.text, value)))}]"
        if type(value) is dict:
            return f"dict[{', '.join(f'{self.text(key)}: {self.text(one)}' for key, one in value.items())}]"
        maker = self._reference.maker_of(value)
        if maker is not None:
            self.is_exact = False
            return maker
        state = getattr(value, "__dict__", None)
        if state is None or isinstance(value, types.GeneratorType | types.AsyncGeneratorType):
            self.is_exact = self.is_stable = False
            return f"<{name}>"
        if not dataclasses.is_dataclass(value):
            self.is_exact = False
        return f"{name}({', '.join(f'{key}={self.text(one)}' for key, one in sorted(state.items()))})"


class Flow:
    """What passes through the stream *made*, in both directions."""

    def __init__(self, reference: Reference, made: Made) -> None:
        made.is_stream = True
        self._reference = reference
        self._made = made
        self._passed: list[tuple[object, str]] = []  # each object that can be changed, and how it was last seen
        self._ids: set[int] = set()
        self._has_one_in_hand = False

    def asks(self, sent: object, thrown: BaseException | None) -> None:
        """Note that the consumer asks for the next item, or closes the stream."""
        if self._reference.is_over(self._made):
            return
        change = ""
        if self._has_one_in_hand:
            item, before = self._passed.pop()
            change = self._keep(item)
            change = "" if change == before else change
        self._has_one_in_hand = False
        self._look()
        if isinstance(thrown, GeneratorExit):
            self._made.closing = change
            return
        self._made.asked.append(f"{change} | {Written(self._reference).text(sent)} | {thrown!r}")

    def gave(self, item: object) -> None:
        """Note that the stream gives *item*."""
        if self._reference.is_over(self._made):
            return
        written = Written(self._reference)
        text = written.text(item)
        self._made.value += f"{text}, "
        self._made.is_tied = self._made.is_tied or not self._ids.isdisjoint(written.ids)
        self._look()
        self._has_one_in_hand = bool(written.ids)
        if written.ids:
            self._keep(item)

    def ends(self) -> None:
        """Note that the stream ends."""
        if not self._reference.is_over(self._made):
            self._look()

    def _keep(self, item: object) -> str:
        written = Written(self._reference)
        text = written.text(item)
        self._passed.append((item, text))
        self._ids |= written.ids
        return text

    def _look(self) -> None:
        texts = [(Written(self._reference).text(item), text) for item, text in self._passed]
        self._made.is_tied = self._made.is_tied or any(now != before for now, before in texts)


# --- the module `flight_recorder` of a run from scratch ---


def module(reference: Reference) -> types.ModuleType:
    """Return what a program finds as `flight_recorder`."""
    made = types.ModuleType("flight_recorder")

    class FlightRecorder:
        def register(self, name: str, *, replayable: bool = True, ignore: tuple[str, ...] = ()) -> Any:
            reference.registered.add(name)

            def decorate(function: Any) -> Any:
                return _wrapped(reference, function, name, not replayable, frozenset(ignore))

            return decorate

        def run(self, entry: Any, *args: Any) -> Any:
            return entry(*args)

    made.FlightRecorder = FlightRecorder  # type: ignore[attr-defined]
    return made


def _wrapped(
    reference: Reference, function: Any, name: str, is_protected: bool, ignored: frozenset[str]
) -> Callable[..., Any]:
    signature = inspect.signature(function)
    for cell_name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        reference.cells[f"{name}.{cell_name}"] = cell
    is_counter = name.startswith("n")

    def begin(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Made, dict[str, object]]:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        inputs = {one: value for one, value in bound.arguments.items() if one not in ignored}
        return reference.begin(name, inputs, is_protected=is_protected, is_counter=is_counter), inputs

    def settled(made: Made) -> tuple[bool, object]:
        """Return (True, answer) for what is not to run; raises what it raised."""
        if not (is_protected or is_counter):
            return False, None
        verdict, value = reference.answers.of(made)
        if verdict == "held":
            made.outcome = "held"
            raise Held(name)
        if verdict == "run":
            return False, None
        made.is_answered = True
        if verdict == "raised":
            kind, _, message = str(value).partition(": ")
            raise {"ValueError": ValueError, "RuntimeError": RuntimeError}[kind](message)
        return True, value

    if inspect.isasyncgenfunction(function):

        async def stream(*args: Any, **kwargs: Any) -> Any:
            made, inputs = begin(args, kwargs)
            flow = Flow(reference, made)
            inner = function(*args, **kwargs)
            sent, thrown = None, None
            while True:
                flow.asks(sent, thrown)
                token = _here.set(made)
                try:
                    item = await (inner.asend(sent) if thrown is None else inner.athrow(thrown))
                except (StopAsyncIteration, GeneratorExit) as end:
                    flow.ends()
                    reference.returned(made, None, inputs)
                    if isinstance(end, GeneratorExit):
                        raise
                    return
                except BaseException as error:
                    flow.ends()
                    reference.raised(made, error, inputs)
                    raise
                finally:
                    _here.reset(token)
                flow.gave(item)
                sent, thrown = None, None
                try:
                    sent = yield item
                except BaseException as error:  # noqa: BLE001 - the body's to deal with
                    thrown = error

        return functools.wraps(function)(stream)

    if inspect.isgeneratorfunction(function):

        def items(*args: Any, **kwargs: Any) -> Any:
            made, inputs = begin(args, kwargs)
            flow = Flow(reference, made)
            inner = function(*args, **kwargs)
            sent, thrown = None, None
            while True:
                flow.asks(sent, thrown)
                token = _here.set(made)
                try:
                    item = inner.send(sent) if thrown is None else inner.throw(thrown)
                except (StopIteration, GeneratorExit) as end:
                    flow.ends()
                    reference.returned(made, None, inputs)
                    if isinstance(end, GeneratorExit):
                        raise
                    return
                except BaseException as error:
                    flow.ends()
                    reference.raised(made, error, inputs)
                    raise
                finally:
                    _here.reset(token)
                flow.gave(item)
                sent, thrown = None, None
                try:
                    sent = yield item
                except BaseException as error:  # noqa: BLE001 - the body's to deal with
                    thrown = error

        return functools.wraps(function)(items)

    if inspect.iscoroutinefunction(function):

        async def coroutine(*args: Any, **kwargs: Any) -> Any:
            made, inputs = begin(args, kwargs)
            token = _here.set(made)
            try:
                is_settled, value = settled(made)
                if not is_settled:
                    value = await function(*args, **kwargs)
            except BaseException as error:
                reference.raised(made, error, inputs)
                raise
            finally:
                _here.reset(token)
            reference.returned(made, value, inputs)
            return value

        return functools.wraps(function)(coroutine)

    def plain(*args: Any, **kwargs: Any) -> Any:
        made, inputs = begin(args, kwargs)
        token = _here.set(made)
        try:
            is_settled, value = settled(made)
            if not is_settled:
                value = function(*args, **kwargs)
        except BaseException as error:
            reference.raised(made, error, inputs)
            raise
        finally:
            _here.reset(token)
        reference.returned(made, value, inputs)
        return value

    return functools.wraps(function)(plain)


class Stdout:
    """Tells which step printed each line."""

    def __init__(self, trace: Trace, file: Any) -> None:
        self._trace = trace
        self._file = file

    def write(self, text: str) -> int:
        """Write *text*, and note it with the step that is running."""
        here = _here.get()
        self._trace.printed.append((None if here is None else here.id, text))
        return int(self._file.write(text))

    def flush(self) -> None:
        """Write what is waiting."""
        self._file.flush()


def install(earlier: Path | None, about: About) -> Callable[[Path], None]:
    """Make this process one that runs from scratch; return what writes down, at its end, what was seen."""
    reference = Reference(Answers(earlier_from_json(json.loads(earlier.read_text())) if earlier else None), about)
    for name in [name for name in sys.modules if name.partition(".")[0] == "flight_recorder"]:
        del sys.modules[name]
    sys.modules["flight_recorder"] = module(reference)
    sys.stdout = Stdout(reference.trace, sys.stdout)  # type: ignore[assignment]
    _follow_threads()

    def finish(path: Path) -> None:
        path.write_text(json.dumps(reference.trace.as_json()))

    return finish


def _follow_threads() -> None:
    """Let threads and the jobs of pools know the step that started them."""
    start, submit = threading.Thread.start, ThreadPoolExecutor.submit

    def started(self: threading.Thread) -> None:
        context, run = contextvars.copy_context(), self.run
        self.run = lambda: context.run(run)  # type: ignore[method-assign]
        start(self)

    def submitted(self: ThreadPoolExecutor, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        return submit(self, contextvars.copy_context().run, fn, *args, **kwargs)

    threading.Thread.start = started  # type: ignore[method-assign]
    ThreadPoolExecutor.submit = submitted  # type: ignore[method-assign,assignment]
