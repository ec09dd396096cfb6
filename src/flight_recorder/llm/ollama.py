"""Ollama's chat and generate. Pure."""

from typing import Any

from msgspec import json

from flight_recorder.llm.chat import Chat, Message, Reply, Tokens, ToolCall

Body = dict[str, Any]


def asked(body: Body, _path: str) -> Chat:
    """Return what a request asks."""
    if "messages" in body:
        said = [_message(one) for one in body["messages"]]
    else:
        said = [Message("system", body["system"])] if body.get("system") else []
        said.append(Message("user", body["prompt"]))
    tools = tuple(tool["function"]["name"] for tool in body.get("tools") or ())
    return Chat(body.get("model", ""), tuple(said), tools)


def _message(one: Body) -> Message:
    called = (call["function"] for call in one.get("tool_calls") or ())
    calls = tuple(ToolCall(call["name"], json.encode(call.get("arguments")).decode()) for call in called)
    return Message(one.get("role", ""), one.get("content") or "", calls)


def answered(documents: list[Body]) -> Reply:
    """Return what a response says, in one document or in many parts."""
    said = [_message(one["message"]) for one in documents if one.get("message")]
    text = "".join(message.text for message in said) + "".join(one.get("response") or "" for one in documents)
    calls = tuple(call for message in said for call in message.calls)
    last = documents[-1] if documents else {}
    has_counts = "eval_count" in last or "prompt_eval_count" in last
    tokens = Tokens(last.get("prompt_eval_count", 0), last.get("eval_count", 0)) if has_counts else None
    return Reply(Message("assistant", text, calls) if text or calls else None, tokens, last.get("model", ""))
