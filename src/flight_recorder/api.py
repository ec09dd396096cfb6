"""The recorder that people use: register, run, trace, close.

What the first session needs is imported when that begins: many a program imports its steps and runs none of them.
"""

import os
import re
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, overload

from flight_recorder.record import at_start  # noqa: F401  # notes what it can only note now
from flight_recorder.record.context import scope_here
from flight_recorder.record.kinds import is_coroutine_function
from flight_recorder.record.registry import add, made_step, unmarked
from flight_recorder.record.wrap import wrap
from flight_recorder.redaction import NOTHING_MORE, note_redaction, redaction_of

if TYPE_CHECKING:
    from flight_recorder.config import Config
    from flight_recorder.record.opening import OpenSession

P = ParamSpec("P")
C = TypeVar("C", bound=type)
R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., Any])


class FlightRecorder:
    """Records calls of registered functions.

    *store* is the folder of the recording (default: `.flight-recorder` in the project's root, see
    docs/store.md). Secrets are never written (docs/security.md says what counts as one). *redact* adds to that:
    names of keys, fields and parameters; compiled patterns; callables that are given a text and return it as it may
    be written. `redact_defaults=False` leaves *redact* alone to say what is taken out.

    *boundaries* makes steps of what a replay would get anew, in every session of the process: of the time
    (`"clock"`), of random numbers (`"random"`) and of new ids (`"uuid"`) that the project's own code asks for.
    """

    def __init__(
        self,
        *,
        store: str | os.PathLike[str] | None = None,
        redact: Iterable["str | re.Pattern[str] | Callable[[str], object]"] = (),
        redact_defaults: bool = True,
        boundaries: Iterable[str] = (),
    ) -> None:
        self._store = store
        self._redaction = redaction_of(redact, has_defaults=redact_defaults)
        note_redaction(self._redaction)
        scope = scope_here()
        if scope is not None and self._redaction != NOTHING_MORE:  # `flight-recorder run`: it began before us
            redaction = self._redaction
            scope.recording.contained(lambda: scope.recording.keep_out(redaction))
        if boundaries:
            from flight_recorder.record.following import follow_also

            follow_also(_names(boundaries))
        self._config: Config | None = None

    @overload
    def register(self, name: F) -> F: ...

    @overload
    def register(
        self,
        name: str | None = None,
        *,
        replayable: bool = True,
        ignore: Iterable[str] = (),
        key: Callable[..., object] | None = None,
        version: str = "",
    ) -> Callable[[F], F]: ...

    def register(
        self,
        name: Any = None,
        *,
        replayable: bool = True,
        ignore: Iterable[str] = (),
        key: Callable[..., object] | None = None,
        version: str = "",
    ) -> Any:
        """Make a function a step, named *name* (default: `module:qualname`).

        With `replayable=False` a replay never runs it again. *ignore* names parameters that do not count when
        calls are compared, *key* maps the call's arguments to what identifies it, *version* is a code version
        set by hand. Works on functions, async functions, generators, methods, class- and staticmethods.
        """
        if callable(name) or isinstance(name, classmethod | staticmethod):
            return self.register()(name)
        options = {
            "name": name,
            "ignored": frozenset((ignore,) if isinstance(ignore, str) else ignore),
            "key": key,
            "version": version,
            "is_protected": not replayable,
        }

        def decorate(function: Any) -> Any:
            if isinstance(function, classmethod | staticmethod):
                return type(function)(decorate(function.__func__))
            step = made_step(unmarked(function), **options)
            add(step)
            return wrap(step)

        return decorate

    def register_class(
        self,
        cls: C,
        *,
        include: Iterable[str] = (),
        exclude: Iterable[str] = (),
        replayable: bool = True,
        ignore: Iterable[str] = (),
    ) -> C:
        """Make every method that *cls* itself defines a step, and return *cls*: also to be used as a decorator.

        That is every public one, and `__call__`. *include* and *exclude* are names or patterns (`fetch_*`): with
        *include* only what it names becomes a step, be it public or not; what *exclude* names does not. The other
        options are those of `register`, for all of them. What is a step already stays the step that it is.
        """
        from flight_recorder.record.bulk import register_methods, wanted

        register_methods(cls, wanted(include, exclude), self.register(replayable=replayable, ignore=ignore))
        return cls

    def register_module(
        self,
        module: ModuleType,
        *,
        include: Iterable[str] = (),
        exclude: Iterable[str] = (),
        replayable: bool = True,
        ignore: Iterable[str] = (),
    ) -> ModuleType:
        """Make every function that *module* defines a step, and the methods of its classes; return *module*.

        The options are as in `register_class`; a class whose name is not wanted keeps its methods as they are.
        Modules that have taken a function from there already are given the step.
        """
        from flight_recorder.record.bulk import register_functions, wanted

        register_functions(module, wanted(include, exclude), self.register(replayable=replayable, ignore=ignore))
        return module

    @overload
    def run(
        self,
        entry: Callable[..., Coroutine[Any, Any, R]],
        /,
        *args: Any,
        expect: Callable[[R], object] | None,
        **kwargs: Any,
    ) -> Coroutine[Any, Any, R]: ...

    @overload
    def run(
        self, entry: Callable[P, Coroutine[Any, Any, R]], /, *args: P.args, **kwargs: P.kwargs
    ) -> Coroutine[Any, Any, R]: ...

    @overload
    def run(
        self, entry: Callable[..., R], /, *args: Any, expect: Callable[[R], object] | None, **kwargs: Any
    ) -> R: ...

    @overload
    def run(self, entry: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R: ...

    def run(self, entry: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call *entry* as a session of its own: return what it returns, raise what it raises.

        A coroutine function gives a coroutine, to be awaited. Inside another session this is an ordinary call.

        *expect* is asked about the result: where it returns a false value, or raises because the result is not what
        it looks for, the session is kept as failed. The caller gets the result all the same. An entry that takes a
        keyword of that name itself is given it.
        """
        from flight_recorder.record.entry import within
        from flight_recorder.record.expecting import take_expectation

        expect = take_expectation(entry, kwargs)
        if is_coroutine_function(entry):
            return self._run_async(entry, args, kwargs, expect)
        session, call = self._open(entry)
        if session is None:
            return entry(*args, **kwargs)
        with within(session) as ending:
            result = call(*args, **kwargs)
            ending.check(expect, result)
        return result

    async def _run_async(self, entry: Any, args: tuple[Any, ...], kwargs: dict[str, Any], expect: Any) -> Any:
        from flight_recorder.record.entry import within

        session, call = self._open(entry)
        if session is None:
            return await entry(*args, **kwargs)
        with within(session) as ending:
            result = await call(*args, **kwargs)
            ending.check(expect, result)
        return result

    @contextmanager
    def trace(self, *, include: Iterable[str] = (), exclude: Iterable[str] = ()) -> Iterator[None]:
        """Record every call of the project's own functions in the block as a step, without decorators.

        *include* and *exclude* are patterns of dotted module names (`shop.*`): with *include* only functions of the
        modules that it names become steps; what *exclude* names does not.
        """
        from flight_recorder.model.session import Mode
        from flight_recorder.model.start import Traced
        from flight_recorder.record.block import block_here
        from flight_recorder.record.entry import within
        from flight_recorder.record.opening import begin
        from flight_recorder.record.tracing import tracing

        config = self._current_config()
        session = None
        if config is not None and scope_here() is None:
            block = block_here(Traced(_names(include), _names(exclude), config.hot_calls, config.share))
            session = begin(config, block, Mode.TRACE)
        if session is None:
            yield
            return
        with within(session), tracing(session.recording, block):
            yield

    def close(self) -> None:
        """Move what was recorded into the store now, instead of at the end of the process."""
        if self._config is not None:
            from flight_recorder.closing import drain

            drain(self._config)

    def _open(self, entry: Any) -> "tuple[OpenSession | None, Callable[..., Any]]":
        """Return the session that begins with *entry*, and the step to call; (None, entry) without a session."""
        from flight_recorder.model.session import Mode
        from flight_recorder.record.entry import as_step
        from flight_recorder.record.opening import begin

        config = self._current_config()
        if config is None or scope_here() is not None:
            return None, entry
        call, step = as_step(entry)
        return begin(config, step, Mode.RUN), call

    def _current_config(self) -> "Config | None":
        """Return the settings, read when first needed; None when recording is switched off or has no place."""
        if self._config is None:
            from flight_recorder.closing import drain_at_exit
            from flight_recorder.config import load_config
            from flight_recorder.record.guard import warn_once

            try:
                self._config = load_config(self._store, self._redaction)
            except OSError as error:  # the working directory was deleted
                warn_once(f"recording is off: {error}")
                return None
            if self._config.is_enabled:
                drain_at_exit(self._config)
        return self._config if self._config.is_enabled else None


def _names(given: Iterable[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)
