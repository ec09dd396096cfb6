"""Reading: from the step of a request to the chat that it was, or None where it was none. Pure."""

import base64
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import msgspec

from flight_recorder.codec.preview import to_plain
from flight_recorder.codec.tree import parse
from flight_recorder.llm import anthropic, gemini, ollama, openai
from flight_recorder.llm.chat import Chat, Reply
from flight_recorder.llm.packed import unpacked
from flight_recorder.model.step import Kind, Step

Body = dict[str, Any]
_Read = Callable[[Body, str], Chat]
_Answer = Callable[[list[Body]], Reply]

# By the end of the path: whoever serves an API under the path that its maker chose serves that API.
_APIS: tuple[tuple[str, _Read, _Answer], ...] = (
    ("/chat/completions", openai.asked, openai.answered),
    ("/responses", openai.asked_for_response, openai.responded),
    ("/messages", anthropic.asked, anthropic.answered),
    (":generatecontent", gemini.asked, gemini.answered),
    (":streamgeneratecontent", gemini.asked, gemini.answered),
    ("/api/chat", ollama.asked, ollama.answered),
    ("/api/generate", ollama.asked, ollama.answered),
)


def chat_of(step: Step) -> Chat | None:
    """Return the exchange with a language model that the boundary *step* was; None when it was none."""
    if step.call.kind is not Kind.BOUNDARY:
        return None
    path = urlsplit(step.name.partition(" ")[2]).path
    for ending, read, answer in _APIS:
        if path.lower().endswith(ending):
            try:
                return _chat(step, path, read, answer)
            except (KeyError, TypeError, ValueError, AttributeError, IndexError):  # it only looks like that API
                return None
    return None


def _chat(step: Step, path: str, read: _Read, answer: _Answer) -> Chat | None:
    body = to_plain(step.inputs["body"])
    if not isinstance(body, dict):
        return None
    chat = read(body, path)
    reply = answer(documents_of(step))
    return msgspec.structs.replace(chat, model=reply.model or chat.model, reply=reply.message, tokens=reply.tokens)


def body_of(step: Step) -> bytes:
    """Return the body of the response, as it came."""
    items = step.stream.items[1:] if step.stream is not None else ()
    return b"".join(_chunk(parse(item.value.data)) for item in items)


def _chunk(node: Any) -> bytes:
    return node.encode() if isinstance(node, str) else base64.b64decode(node["v"])


def documents_of(step: Step) -> list[Body]:
    """Return the JSON documents that the response consists of: one, an event stream's, or one in each line."""
    head = to_plain(step.stream.items[0].value) if step.stream is not None and step.stream.items else None
    if not isinstance(head, dict):
        return []
    headers = {name.lower(): text for name, text in head["headers"]}
    content = unpacked(body_of(step), headers.get("content-encoding", ""))
    texts = _texts(content.decode("utf-8", "replace"), headers.get("content-type", ""))
    documents = [msgspec.json.decode(text) for text in texts]
    if len(documents) == 1 and isinstance(documents[0], list):  # Gemini streams one list
        documents = documents[0]
    return [one for one in documents if isinstance(one, dict)]


def _texts(content: str, kind: str) -> list[str]:
    if "event-stream" in kind:
        data = (line[5:].strip() for line in content.splitlines() if line.startswith("data:"))
        return [text for text in data if text and text != "[DONE]"]
    if "ndjson" in kind:
        return [line for line in content.splitlines() if line.strip()]
    return [content] if content.strip() else []
