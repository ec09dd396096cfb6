"""Made generators, sync and async, and scripts of what can be done to one."""

from collections.abc import AsyncGenerator, Callable, Generator
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

Operation = tuple[str, Any]

ERRORS = {"value": ValueError, "key": KeyError, "stop": StopIteration, "astop": StopAsyncIteration,
          "exit": GeneratorExit, "base": KeyboardInterrupt}  # fmt: skip

# What is done to a generator. An exception is thrown by name, so that each run throws one of its own.
OPERATIONS: st.SearchStrategy[Operation] = st.one_of(
    st.just(("next", None)),
    st.just(("next", None)),
    st.tuples(st.just("send"), st.sampled_from([None, 1, "x", [2]])),
    st.tuples(st.just("throw"), st.sampled_from(sorted(ERRORS))),
    st.just(("close", None)),
)

# Makes any made generator come to its end, however often it catches the closing: what one that is left open raises
# when it is dropped, Python prints rather than raises.
CLOSED: list[Operation] = [("close", None)] * 10

REACTIONS = ("pass", "yield", "return", "raise", "reraise", "stop")


@dataclass(frozen=True)
class Body:
    """What a made generator does: at each item it may catch what is thrown in, and react; then it ends somehow."""

    caught: tuple[tuple[str, str], ...]  # for each item: which exceptions it catches, and what it does then
    ending: str


def generate(body: Body) -> Generator[Any, Any, Any]:
    """Do what *body* says."""
    log: list[object] = []
    for number, (kinds, reaction) in enumerate(body.caught):
        try:
            log.append((yield (number, list(log))))
        except _caught(kinds) as error:
            log.append(type(error).__name__)
            if reaction == "yield":
                log.append((yield "reaction"))
            elif reaction == "return":
                return list(log)
            _react(reaction)
    _end(body.ending)
    return list(log)


async def agenerate(body: Body) -> AsyncGenerator[Any, Any]:
    """Do what *body* says."""
    log: list[object] = []
    for number, (kinds, reaction) in enumerate(body.caught):
        try:
            log.append((yield (number, list(log))))
        except _caught(kinds) as error:
            log.append(type(error).__name__)
            if isinstance(error, GeneratorExit) and reaction in ("pass", "yield"):
                raise  # one that goes on when it is closed can never be closed: Python prints that, some time later
            if reaction == "yield":
                log.append((yield "reaction"))
            elif reaction == "return":
                return
            _react(reaction)
    _end(body.ending)


def bodies() -> st.SearchStrategy[Body]:
    """Return a strategy of bodies."""
    caught = st.tuples(st.sampled_from(["", "Exception", "BaseException", "KeyError"]), st.sampled_from(REACTIONS))
    ends = st.sampled_from(["return", "raise", "stop", "astop"])
    return st.builds(Body, st.lists(caught, max_size=4).map(tuple), ends)


def _caught(kinds: str) -> tuple[type[BaseException], ...]:
    known = {"Exception": Exception, "BaseException": BaseException, "KeyError": KeyError}
    return (known[kinds],) if kinds else ()


def _react(reaction: str) -> None:
    if reaction == "raise":
        raise LookupError("reaction")
    if reaction == "reraise":
        raise
    if reaction == "stop":
        raise StopIteration("reaction")


def _end(ending: str) -> None:
    if ending == "raise":
        raise ValueError("ending")
    if ending == "stop":
        raise StopIteration("ending")
    if ending == "astop":
        raise StopAsyncIteration("ending")


def run(generator: Any, script: list[Operation]) -> list[object]:
    """Return what each operation of *script* on *generator* gave or raised, and what closing it did."""
    assert type(generator).__name__ == "generator"
    return [_told(lambda done=done: _operate(generator, *done)) for done in [*script, *CLOSED]]


def _operate(generator: Any, operation: str, argument: Any) -> object:
    match operation:
        case "next":
            return next(generator)
        case "send":
            return generator.send(argument)
        case "throw":
            return generator.throw(ERRORS[argument]("thrown"))
    return generator.close()


def _told(operate: Callable[[], object]) -> object:
    try:
        return operate()
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is what is compared
        return described(error)


def described(error: BaseException | None) -> object:
    """Return what can be told of an exception: its type, arguments and what it was raised from."""
    if error is None:
        return None
    context = None if error.__suppress_context__ else described(error.__context__)
    return type(error), error.args, described(error.__cause__), context


async def arun(generator: Any, script: list[Operation]) -> list[object]:
    """Return what each operation of *script* on the async *generator* gave or raised, and what closing it did."""
    assert type(generator).__name__ == "async_generator"
    told: list[object] = []
    for operation, argument in [*script, *CLOSED]:
        try:
            told.append(await _aoperate(generator, operation, argument))
        except BaseException as error:  # noqa: BLE001 - as above
            told.append(described(error))
    return told


async def _aoperate(generator: Any, operation: str, argument: Any) -> object:
    match operation:
        case "next":
            return await anext(generator)
        case "send":
            return await generator.asend(argument)
        case "throw":
            return await generator.athrow(ERRORS[argument]("thrown"))
    return await generator.aclose()
