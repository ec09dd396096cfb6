"""Requests: what left the program and what came back, on a line, or as the chat that it was."""

from collections.abc import Iterator
from difflib import unified_diff
from math import floor, log10

from flight_recorder.llm.chat import Chat, Message
from flight_recorder.llm.prices import PRICES_OF, cost_of
from flight_recorder.llm.reading import body_of, chat_of
from flight_recorder.model.request import status_of
from flight_recorder.model.step import Step
from flight_recorder.render.terminal import Style, Text, line

_KB = 1_000


def answer_text(step: Step, limit: int) -> str | None:
    """Return what the boundary *step* got, on one line: what a model said, or status and size; None if nothing."""
    status = status_of(step)
    if status is None:
        return None
    chat = chat_of(step)
    if chat is not None and chat.reply is not None:
        return f"-> {chat.model}: {_said(chat.reply, limit)}{_paid(chat)}"
    size = len(body_of(step))
    if size >= 10 * _KB:
        return f"-> {status}, {size / _KB:.0f} KB"
    return f"-> {status}, {size} byte{'' if size == 1 else 's'}"


def _said(message: Message, limit: int) -> str:
    calls = ", ".join(f"{call.name}({_cut(call.arguments, limit)})" for call in message.calls)
    return " ".join(part for part in (repr(_cut(message.text, limit)) if message.text else "", calls) if part)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _paid(chat: Chat) -> str:
    if chat.tokens is None:
        return ""
    cost = cost_of(chat.model, chat.tokens)
    about = f", about {_dollars(cost)}" if cost is not None else ""
    return f" ({chat.tokens.sent} + {chat.tokens.received} tokens{about})"


def _dollars(cost: float) -> str:
    """Return *cost* with two digits that say something; of next to nothing, that it is that."""
    if cost >= 0.1:
        return f"${cost:.2f}"
    return f"${cost:.{1 - floor(log10(cost))}f}" if cost >= 1e-6 else "$0"


def chat_difference(one: Chat, other: Chat) -> Iterator[Text]:
    """Yield what was said otherwise in the two chats, before and with the answer, as a diff."""
    before, after = (_all_said(chat) for chat in (one, other))
    for told in list(unified_diff(before, after, lineterm="", n=1))[2:]:
        if not told.startswith("@@"):
            yield line((told, _OF_DIFF.get(told[0], "dim")))


_OF_DIFF: dict[str, Style] = {"-": "red", "+": "green"}


def _all_said(chat: Chat) -> list[str]:
    messages = chat.messages if chat.reply is None else (*chat.messages, chat.reply)
    said = [f"model: {chat.model}", *([f"tools: {', '.join(chat.tools)}"] if chat.tools else [])]
    return [*said, *(text.plain.removeprefix("  ") for message in messages for text in _message(message, ""))]


def chat_lines(chat: Chat) -> Iterator[Text]:
    """Yield *chat* as people read one: who said what, in their order."""
    yield line(("Chat", "bold"), f" with {chat.model}")
    if chat.tokens is not None:
        cached = f", {chat.tokens.cached:,} of them cached" if chat.tokens.cached else ""
        cost = cost_of(chat.model, chat.tokens)
        about = "" if cost is None else f": about {_dollars(cost)} at the prices of {PRICES_OF}"
        yield line(f"  {chat.tokens.sent:,} tokens sent{cached}, {chat.tokens.received:,} received{about}")
    if chat.tools:
        yield line(f"  may call {', '.join(chat.tools)}")
    for message in chat.messages:
        yield from _message(message, "cyan")
    if chat.reply is None:
        yield line(("  no answer", "dim"))
    else:
        yield from _message(chat.reply, "bold green")


def _message(message: Message, style: Style) -> Iterator[Text]:
    first, *rest = message.text.split("\n") if message.text or not message.calls else [""]
    margin = " " * (len(message.role) + 3)
    if first or rest or not message.calls:
        yield line(("  ", ""), (f"{message.role}:", style), f" {first}")
    for text in rest:
        yield line(f"  {margin}{text}")
    for call in message.calls:
        yield line(("  ", ""), (f"{message.role}:", style), f" calls {call.name}({call.arguments})")
