"""Failing: an exception to a Failure, with frames, links and the locals of the project's own frames.

An exception is an object of the program's, whose `__getattribute__` or `__class__` may do anything: what belongs to
every exception is read by the interpreter's own descriptors. What it says is asked of it, as the interpreter would.
"""

import linecache
import os
from collections.abc import Callable, Iterator
from traceback import TracebackException
from types import FrameType, FunctionType, ModuleType, TracebackType
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from flight_recorder.codec.bare import derives, find_in_class, module_of, qualname_of
from flight_recorder.codec.capture import CaptureSettings, capture, capture_named
from flight_recorder.codec.masking import Masking
from flight_recorder.codec.preview import to_plain
from flight_recorder.codec.secrets import Secrets
from flight_recorder.codec.tree import parse
from flight_recorder.interrupted import was_interrupted
from flight_recorder.model.failure import Failure, Frame
from flight_recorder.model.value import Value
from flight_recorder.record.secrecy import kept_text

if TYPE_CHECKING:
    from flight_recorder.record.recording import Recording

OWN_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_UNNAMED = frozenset(map(id, (type(None), bool, int, float, complex, bytes, FunctionType, ModuleType, type)))
MAX_FRAMES_WITH_LOCALS = 20  # the innermost ones: a recursion a thousand deep has its cause at the bottom
MAX_FRAMES = 200
MAX_LINKS = 20  # of a chain of causes, or members of a group
MAX_TEXT = 100_000  # characters of a message, or of a traceback as it is printed

Owns = Callable[[str], bool]


_OF_ALL: dict[str, Any] = {
    name: BaseException.__dict__[name].__get__
    for name in ("__cause__", "__context__", "__suppress_context__", "__dict__")
}
traceback_of: Callable[[BaseException], TracebackType | None] = BaseException.__dict__["__traceback__"].__get__
_members_of: Callable[[BaseException], tuple[BaseException, ...]] = BaseExceptionGroup.__dict__["exceptions"].__get__


def failure_of(error: BaseException, settings: CaptureSettings, owns: Owns) -> Failure:
    """Return all that is kept of *error*, which was first seen in the step that is ending."""
    settings = _hiding_locals(error, settings)
    return _failure(error, settings, owns, set(), kept_text(_printed(error), settings.secrets))


def passed_on(error: BaseException, origin: int, settings: CaptureSettings) -> Failure:
    """Return what a step keeps of an exception that came from the step *origin* below it."""
    settings = _hiding_locals(error, settings)
    message = kept_text(message_of(error), settings.secrets)
    return Failure(type_name_of(error), message, capture(error, settings), origin=origin)


def thrown_in(error: BaseException, capture: Callable[[object], Value]) -> Failure:
    """Return what is kept of an exception that a consumer throws into a stream."""
    message = message_of(error)
    kept = capture(message)
    return Failure(type_name_of(error), message if kept.is_exact else to_plain(kept), capture(error))


def _hiding_locals(error: BaseException, settings: CaptureSettings) -> CaptureSettings:
    """Return *settings* to which the texts are secrets that go by secret names in the variables where *error* passed.

    A password looks like nothing in particular, and is told of when something is wrong with it: `no entry for
    hunter2`.
    """
    if settings.secrets is None:
        return settings
    frames = [frame for one in _chain(error) for frame in list(frames_of(one))[-MAX_FRAMES_WITH_LOCALS:]]
    bare = replace(settings, secrets=None)
    found: list[str] = []
    for frame in {id(frame): frame for frame in frames}.values():
        if not frame.f_code.co_filename.startswith(OWN_FOLDER) and frame.f_code.co_name != "<module>":
            for name, value in frame.f_locals.items():
                found += _named_texts(name, value, bare, settings.secrets)
    return replace(settings, secrets=settings.secrets.also(found))


def _named_texts(name: str, value: object, bare: CaptureSettings, secrets: Secrets) -> list[str]:
    """Return the texts that are secrets by their names in the variable *name* that holds *value*."""
    if type(value) is str:
        return [value] if secrets.is_secret_name(name) else []
    if id(type(value)) in _UNNAMED:  # by identity: to compare a class may run its own code
        return []
    data = capture(value, bare).data
    if not secrets.might_hold_secret_name(data):
        return []
    masking = Masking(secrets)
    masking.mask(parse(data))
    return masking.named


def _chain(error: BaseException) -> list[BaseException]:
    """Return *error* and what it is linked to, as far as that is kept."""
    found = [error]
    for one in found:  # which grows
        members = _members_of(one) if derives(type(one), BaseExceptionGroup) else ()
        linked = (_OF_ALL["__cause__"](one), _OF_ALL["__context__"](one), *members)
        known = set(map(id, found))
        found += [other for other in linked if other is not None and id(other) not in known]
        if len(found) > MAX_LINKS:
            break
    return found[: MAX_LINKS + 1]


def origin_of(error: BaseException, recording: "Recording", step: int) -> int | None:
    """Return the id of the innermost recorded step that *error* came through on its way to *step*, or None.

    Read off the traceback: an exception that passed a step's wrapper has the wrapper's frame there. An
    attribute on the exception would show in the user's program, and builtin exceptions take no weak references.
    """
    origin = None
    for frame in frames_of(error):
        passed = _step_of_frame(frame, recording)
        if passed is not None:
            origin = None if passed == step else passed  # what came before the step's own frame is above it
    return origin


def _step_of_frame(frame: FrameType, recording: "Recording") -> int | None:
    if frame.f_code.co_filename.startswith(OWN_FOLDER):
        opened = frame.f_locals.get("opened")
        return opened.origin if opened is not None and opened.recording is recording else None
    return None


def _failure(error: BaseException, settings: CaptureSettings, owns: Owns, seen: set[int], printed: str) -> Failure:
    seen.add(id(error))

    def linked(other: BaseException | None) -> Failure | None:
        if other is None or id(other) in seen or len(seen) > MAX_LINKS:
            return None
        return _failure(other, settings, owns, seen, "")

    cause, context, is_suppressed, own = (read(error) for read in _OF_ALL.values())
    members = _members_of(error) if derives(type(error), BaseExceptionGroup) else ()
    notes = own.get("__notes__", ())
    return Failure(
        type=type_name_of(error),
        message=kept_text(message_of(error), settings.secrets),
        value=capture(error, settings),
        frames=_kept_frames(traceback_of(error), settings, owns),
        traceback=printed,
        cause=linked(cause),
        context=linked(context) if cause is None and not is_suppressed else None,
        members=tuple(failure for member in members if (failure := linked(member))),
        notes=tuple(kept_text(note, settings.secrets) for note in notes if type(note) is str)
        if type(notes) is list
        else (),
    )


def _kept_frames(traceback: TracebackType | None, settings: CaptureSettings, owns: Owns) -> tuple[Frame, ...]:
    entries: list[tuple[FrameType, int]] = []
    while traceback is not None:
        if not traceback.tb_frame.f_code.co_filename.startswith(OWN_FOLDER):
            entries.append((traceback.tb_frame, traceback.tb_lineno))
        traceback = traceback.tb_next
    entries = entries[-MAX_FRAMES:]
    project = [index for index, (frame, _) in enumerate(entries) if owns(frame.f_code.co_filename)]
    with_locals = set(project[-MAX_FRAMES_WITH_LOCALS:])
    return tuple(
        Frame(
            file=frame.f_code.co_filename,
            line=line,
            function=frame.f_code.co_qualname,
            source=kept_text(_line(frame, line), settings.secrets),
            is_project=owns(frame.f_code.co_filename),
            locals=_locals(frame, settings) if index in with_locals else {},
        )
        for index, (frame, line) in enumerate(entries)
    )


def _line(frame: FrameType, line: int) -> str:
    return linecache.getline(frame.f_code.co_filename, line, frame.f_globals).strip()


def _locals(frame: FrameType, settings: CaptureSettings) -> dict[str, Value]:
    if frame.f_code.co_name == "<module>":  # a module's locals are its globals
        return {}
    return {name: capture_named(name, value, settings)[0] for name, value in frame.f_locals.items()}


def frames_of(error: BaseException) -> Iterator[FrameType]:
    """Yield the frames that *error* came through, outermost first."""
    traceback = traceback_of(error)
    while traceback is not None:
        yield traceback.tb_frame
        traceback = traceback.tb_next


def type_name_of(error: BaseException) -> str:
    """Return the name of the type of *error*: `module:qualname`, of a builtin one its name alone."""
    module, name = module_of(type(error)), qualname_of(type(error))
    return name if module == "builtins" else f"{module}:{name}"


def message_of(error: BaseException) -> str:
    """Return what *error* says, at most MAX_TEXT of it; raises nothing of its own."""
    try:
        return _cut(str(error))
    except Exception as problem:  # the user's __str__ may raise anything
        if type(problem) is not RecursionError and was_interrupted(problem):
            raise
        return f"<str() raised {type(problem).__name__}>"


def _printed(error: BaseException) -> str:
    """Return the traceback as Python prints it, without our own frames; at most MAX_TEXT characters.

    To print it, Python's library asks the exception for attributes.
    """
    if not _is_plain(error):
        return f"<the traceback is not printed: {type_name_of(error)} has attributes of its own making>"
    try:
        printed = TracebackException.from_exception(error, compact=True)
        _drop_own_frames(printed)
        return _cut("".join(printed.format()))
    except Exception as problem:  # printing runs the user's __str__ and reads files
        if type(problem) is not RecursionError and was_interrupted(problem):
            raise
        return f"<the traceback could not be printed: {type(problem).__name__}>"


def _is_plain(error: BaseException) -> bool:
    """Whether neither *error* nor what it is linked to runs code of the program when an attribute is read."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        for name, plain in _PLAIN.items():
            found = find_in_class(type(one), name)
            if (found and found[0]) is not plain:
                return False
        waiting += [_OF_ALL["__cause__"](one), _OF_ALL["__context__"](one)]
        waiting += _members_of(one) if derives(type(one), BaseExceptionGroup) else ()
    return True


# Which builtin class answers, for every exception that does not answer itself; its truth is asked, too.
_PLAIN = {"__getattribute__": BaseException, "__class__": object, "__bool__": None, "__len__": None}


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}… ({len(text)} characters)"


def _drop_own_frames(printed: TracebackException) -> None:
    printed.stack[:] = [frame for frame in printed.stack if not frame.filename.startswith(OWN_FOLDER)]
    for other in (printed.__cause__, printed.__context__, *(printed.exceptions or ())):
        if other is not None:
            _drop_own_frames(other)
