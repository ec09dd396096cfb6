"""Sessions: the tree of one, and one step in full, for a terminal."""

from collections.abc import Iterator

from flight_recorder.codec.preview import full_text, preview
from flight_recorder.llm.reading import chat_of
from flight_recorder.model.failure import Failure, Frame
from flight_recorder.model.session import Mode, Session
from flight_recorder.model.step import Closed, Raised, Returned, Step, Unfinished
from flight_recorder.model.stream import Changed, Exchange, Item, Sent, Stream, Thrown, Tied
from flight_recorder.model.value import Form, Value
from flight_recorder.render.plan import overridden_lines
from flight_recorder.render.requests import chat_lines
from flight_recorder.render.safe import safe
from flight_recorder.render.terminal import NAME, STATUS_STYLES, Text, joined, line
from flight_recorder.render.text import outcome_text, status_word
from flight_recorder.render.times import duration_text

ID_CHARS = 8
MAX_NOTED = 3  # effects, in the tree
MAX_PASSED = 40  # exchanges of a stream


def session_tree(session: Session, width: int | None = None) -> Text:
    """Return every step of *session* under its caller, with number, status, outcome and duration."""
    status = str(session.status)
    count = "1 step" if len(session.steps) == 1 else f"{len(session.steps)} steps"
    head = line(
        f"Session {session.id[:ID_CHARS]} of ",
        (session.entry, NAME),
        ": ",
        (status, STATUS_STYLES[status]),
        f", {count}",
        f", {duration_text(session.duration_ns)}" if session.duration_ns is not None else "",
    )
    kind = "Experiment on" if session.mode is Mode.EXPERIMENT else "Replay of"
    origin = [line(f"{kind} {session.replay_of[:ID_CHARS]}")] if session.replay_of else []
    origin += overridden_lines(session)
    digits = len(str(max(session.steps, default=0)))
    tree = (_branch(session, step, digits) for step in _in_tree_order(session))
    return joined([head, *origin, *tree, *_hot(session)], width)


def _hot(session: Session) -> Iterator[Text]:
    """Yield a line for each function whose calls were no steps any more."""
    for one in session.hot:
        calls = f"at least {one.calls:,} calls more, in {duration_text(one.ns)}: hot, and no steps"
        yield line(("Hot: ", "bold"), (one.name, NAME), f", {calls}")


def _in_tree_order(session: Session) -> Iterator[Step]:
    waiting = [step for step in reversed(session.steps.values()) if step.parent is None]
    while waiting:
        step = waiting.pop()
        yield step
        waiting += reversed(session.children(step))


def _branch(session: Session, step: Step, digits: int) -> Text:
    word = status_word(step)
    depth = sum(1 for _ in session.ancestors(step))
    notes = ["overridden"] if step.is_overridden else []
    notes += [duration_text(step.duration_ns)] if step.duration_ns is not None else []
    notes += ["cached"] if step.source is not None else []
    notes += [safe(effect.text) for effect in step.effects[:MAX_NOTED]]
    notes += [f"and {len(step.effects) - MAX_NOTED} more"] if len(step.effects) > MAX_NOTED else []
    return line(
        (f"  {step.id:>{digits}} ", "dim"),
        (f"[{word}]".ljust(7), STATUS_STYLES[word]),
        "  " * depth,
        (step.name, NAME),
        f" {outcome_text(step)}",
        (f"  ({', '.join(notes)})" if notes else "", "dim"),
    )


def step_page(session: Session, step: Step) -> Text:
    """Return all that is known of one step: inputs, outcome, traceback, locals, site and judgement."""
    word = status_word(step)
    chat = chat_of(step)
    inputs = {name: value for name, value in step.inputs.items() if chat is None or name != "body"}
    lines = [
        line((step.name, NAME), f"  step {step.id} of session {session.id[:ID_CHARS]}"),
        line("Status: ", (word, STATUS_STYLES[word]), _length(step), _protection(step)),
        *_origin(session, step),
        *(() if chat is None else chat_lines(chat)),
        *(line("Outside: it ", safe(effect.text)) for effect in step.effects),
        line(("Inputs:", "bold")),
        *_values(inputs, step.call.ignored),
        *_outcome(session, step),
    ]
    return joined(lines)


def _length(step: Step) -> str:
    return f", {duration_text(step.duration_ns)}" if step.duration_ns is not None else ""


def _protection(step: Step) -> str:
    return ", protected" if step.call.is_protected else ""


def _origin(session: Session, step: Step) -> Iterator[Text]:
    caller = session.steps.get(step.parent) if step.parent is not None else None
    if caller is not None:
        yield line(f"Caller: {caller.name}, step {caller.id}")
    if step.site is not None:
        yield line(f"Called from: {step.site.file}:{step.site.line} in {step.site.function}")
    if step.judgement is not None:
        reason = ": ".join(part for part in (step.judgement.reason, step.judgement.detail) if part)
        yield line(f"In this replay: {step.judgement.decision}", f" ({reason})" if reason else "")


def _values(values: dict[str, Value], ignored: frozenset[str] = frozenset()) -> Iterator[Text]:
    if not values:
        yield line(("  none", "dim"))
    for name, value in values.items():
        notes = [_FORMS[value.form]] if value.form is not Form.EXACT else []
        notes += ["not compared (ignore=)"] if name in ignored else []
        yield from _assigned(name, value, f"  ({', '.join(notes)})" if notes else "")


_FORMS = {Form.OPAQUE: "only for looking at", Form.REDACTED: "redacted", Form.EXACT: ""}


def _assigned(name: str, value: Value, note: str = "") -> Iterator[Text]:
    first, *rest = full_text(value).split("\n")
    yield line("  ", (name, NAME), f" = {first}", (note, "dim"))
    for more in rest:
        yield line(f"  {more}")


def _outcome(session: Session, step: Step) -> Iterator[Text]:
    if step.stream is not None:
        yield from _stream(step.stream)
    match step.outcome:
        case Returned(value=value, mutated=mutated):
            yield line(("Returned:", "bold"))
            for text in full_text(value).split("\n"):
                yield line(f"  {text}")
        case Raised(failure=failure, mutated=mutated):
            yield from _failure(session, failure)
        case Closed(was_left=was_left, mutated=mutated):
            yield line(("Left open when the session ended" if was_left else "Closed early by its consumer", "bold"))
        case Unfinished():
            yield line(("Did not finish", "bold"))
            return
    if mutated:
        yield line(("Changed arguments, as the step left them:", "bold"))
        yield from _values(mutated)


def _stream(stream: Stream) -> Iterator[Text]:
    """What passed, an exchange a line; of a long stream, its beginning and its end."""
    passed = list(enumerate(stream.exchanges))
    hidden = max(len(passed) - MAX_PASSED, 0)
    yield line((f"Passed, {len(stream.items)} items:" if len(stream.items) != 1 else "Passed, 1 item:", "bold"))
    for number, exchange in passed:
        if hidden and number == MAX_PASSED // 2:
            yield line((f"  … {hidden} more", "dim"))
        if not hidden or number < MAX_PASSED // 2 or number >= MAX_PASSED // 2 + hidden:
            yield line((f"  [{exchange.at_ns / 1e9:08.3f}] ", "dim"), _passed(exchange))


def _passed(exchange: Exchange) -> str:
    match exchange:
        case Item(value=value):
            return f"gave {safe(preview(value))}"
        case Changed(value=value):
            return f"which became {safe(preview(value))}"
        case Sent(value=value):
            return f"was sent {safe(preview(value))}"
        case Thrown(failure=failure):
            return f"was thrown {safe(failure.summary)}"
        case Tied(why=why):
            return f"cannot be served: {safe(why)}"


def _failure(session: Session, failure: Failure) -> Iterator[Text]:
    yield line(
        ("Raised: ", "bold"), (failure.type_name, "bold red"), f": {failure.message}" if failure.message else ""
    )
    for note in failure.notes:
        yield line(f"  {note}")
    origin = session.steps.get(failure.origin) if failure.origin is not None else None
    if origin is not None:
        yield line(f"  first raised in {origin.name}, step {origin.id}")
    if failure.traceback:
        yield line(("Traceback:", "bold"))
        for text in failure.traceback.rstrip("\n").split("\n"):
            yield line(f"  {text}")
    frame = _failing_frame(failure)
    if frame is not None:
        yield line(("Locals", "bold"), f" of {frame.function}, {frame.file}:{frame.line}:")
        yield from _values(frame.locals)


def _failing_frame(failure: Failure) -> Frame | None:
    """The innermost frame of the project's own code."""
    return next((frame for frame in reversed(failure.frames) if frame.is_project and frame.locals), None)
