"""Calling: the entry called with its recorded inputs, where starting the program would only make it wait for work."""

import asyncio
import importlib
import importlib.util
import inspect
import sys
import threading
from collections.abc import Callable
from inspect import BoundArguments
from pathlib import Path
from typing import Any

from flight_recorder.codec.decode import decode
from flight_recorder.codec.naming import find_loaded
from flight_recorder.config import Config, Project
from flight_recorder.errors import NotRebuildableError, ReplayRefusedError
from flight_recorder.model.session import Mode, Session
from flight_recorder.model.start import EntryCall
from flight_recorder.record.entry import as_step, within
from flight_recorder.record.guard import say
from flight_recorder.record.opening import OpenSession, begin
from flight_recorder.record.registry import Registered, steps_named
from flight_recorder.record.wrap import wrap
from flight_recorder.redaction import redaction_here
from flight_recorder.replay.programs import as_if_started, load_as_child, program_run

Begin = Callable[[], OpenSession]


class _Serving(BaseException):
    """Ends the program where it would begin to serve. Not an Exception: the program's handlers are not for it."""


def entry_call(call: EntryCall, session: Session, home: Path) -> tuple[Callable[[], object], Callable[[], str]]:
    """Return what loads the program and calls the entry of *session*, and the unit that runs."""
    unit = ""

    def run() -> object:
        nonlocal unit
        _load(call, session)
        entry, step = _entry(call, session)
        arguments = _arguments(step, session)
        unit = session.launch.unit
        config = Config(home, Project(session.launch.root), redaction=redaction_here(frozenset(call.redacted)))
        return _called(lambda: _begun(config, step), entry, arguments, _expectation_of(call, session))

    return run, lambda: unit


def _expectation_of(call: EntryCall, session: Session) -> object:
    """Return what the recorded result did not meet, as it is now; None where there is none of that name."""
    if session.unmet is None:
        return None
    found: object = find_loaded(call.module, session.unmet.function.partition(":")[2])
    if not callable(found):
        say("nobody looks at the result: expect= was written where only the program itself gets to")
        return None
    return found


def _begun(config: Config, step: Registered) -> OpenSession:
    opened = begin(config, step, Mode.RUN)
    assert opened is not None  # the one that was chosen is always begun
    return opened


def _load(call: EntryCall, session: Session) -> None:
    """Load what the recorded process had loaded of the project, without serving."""
    if call.program is not None:
        as_if_started(call.program, session.launch.argv, session.launch.cwd)
    sys.path[:] = [*call.search, *(folder for folder in sys.path if folder not in call.search)]
    if call.program is not None and call.is_child:
        load_as_child(call.program)
    elif call.program is not None:
        _run_until_it_serves(program_run(call.program))
    for module in call.modules:
        if module == call.module or _is_there(module):
            importlib.import_module(module)


def _is_there(module: str) -> bool:
    """Whether *module* can still be found: a fix may have removed it."""
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # its package is gone
        return False


def _run_until_it_serves(program: Callable[[], object]) -> None:
    """Run *program* until its main thread binds a port, or ends."""
    is_loading = True

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event != "socket.bind" or not is_loading or threading.current_thread() is not threading.main_thread():
            return
        if isinstance(arguments[1], tuple):  # an address of the internet, not of this machine's own sockets
            raise _Serving

    sys.addaudithook(hook)
    try:
        program()
    except _Serving:
        return
    finally:
        is_loading = False


def _entry(call: EntryCall, session: Session) -> tuple[Callable[..., Any], Registered]:
    root = session.root
    function = root.call.function if root is not None else ""
    steps = steps_named(session.entry)
    for step in steps:
        if step.function_name == function or len(steps) == 1:
            return wrap(step), step
    found = find_loaded(call.module, function.partition(":")[2])
    if not callable(found):
        raise ReplayRefusedError(
            f"the entry {session.entry!r} is not there any more: module {call.module} has no"
            f" {function.partition(':')[2]}."
        )
    return as_step(found)


def _arguments(step: Registered, session: Session) -> BoundArguments:
    """Return the recorded inputs of the entry, as its function takes them now."""
    signature = inspect.signature(step.function)
    inputs = session.root.inputs if session.root is not None else {}
    unknown = [name for name in inputs if name not in signature.parameters]
    if unknown:
        raise ReplayRefusedError(
            f"the entry {session.entry!r} has no parameter {unknown[0]!r} any more, and was recorded with it."
        )
    try:
        given = {name: decode(value) for name, value in inputs.items()}
    except NotRebuildableError as error:
        raise ReplayRefusedError(f"the entry {session.entry!r} cannot be called as it was: {error}.") from error
    bound = BoundArguments(signature, {name: given[name] for name in signature.parameters if name in given})
    missing = [
        name
        for name, parameter in signature.parameters.items()
        if name not in given and parameter.default is parameter.empty and parameter.kind not in _VARIADIC
    ]
    if missing:
        raise ReplayRefusedError(
            f"the entry {session.entry!r} has a new parameter {missing[0]!r} without a default: what to give it is"
            " not in the recording."
        )
    return bound


_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def _called(begin_session: Begin, entry: Callable[..., Any], arguments: BoundArguments, expect: object) -> object:
    if inspect.iscoroutinefunction(entry):
        return asyncio.run(_awaited(begin_session, entry, arguments, expect))
    with within(begin_session()) as ending:
        result = entry(*arguments.args, **arguments.kwargs)
        ending.check(expect, result)
    return result


async def _awaited(
    begin_session: Begin, entry: Callable[..., Any], arguments: BoundArguments, expect: object
) -> object:
    with within(begin_session()) as ending:
        result = await entry(*arguments.args, **arguments.kwargs)
        ending.check(expect, result)
    return result
