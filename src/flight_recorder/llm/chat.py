"""Chat: one exchange with a language model, whoever's API it went through. Pure."""

import msgspec


class ToolCall(msgspec.Struct, frozen=True):
    """A tool that the model wants to be called. *arguments* are JSON, as the model wrote it."""

    name: str
    arguments: str


class Message(msgspec.Struct, frozen=True):
    """What one side said. *role* is that of the API: system, user, assistant, tool."""

    role: str
    text: str
    calls: tuple[ToolCall, ...] = ()


class Tokens(msgspec.Struct, frozen=True):
    """What is paid for. *cached* of the tokens that went in are those that cost less."""

    sent: int
    received: int
    cached: int = 0


class Chat(msgspec.Struct, frozen=True):
    """One exchange. *tools* are the names of those that the model may call; *reply* is None where none came."""

    model: str
    messages: tuple[Message, ...]
    tools: tuple[str, ...] = ()
    reply: Message | None = None
    tokens: Tokens | None = None


class Reply(msgspec.Struct, frozen=True):
    """What an API's reader finds in a response."""

    message: Message | None = None
    tokens: Tokens | None = None
    model: str = ""
