"""Anthropic's messages. Pure."""

from typing import Any

from msgspec import Raw, json

from flight_recorder.llm.chat import Chat, Message, Reply, Tokens, ToolCall

Body = dict[str, Any]


def asked(body: Body, _path: str) -> Chat:
    """Return what a request asks."""
    said = [message for one in body["messages"] for message in _messages(one["role"], one.get("content"))]
    if body.get("system"):
        said[:0] = _messages("system", body["system"])
    return Chat(body.get("model", ""), tuple(said), tuple(tool.get("name", "") for tool in body.get("tools") or ()))


def _messages(role: str, content: object) -> list[Message]:
    """Return what stands in a message's content: the results of tools come in what the user says."""
    if isinstance(content, str):
        return [Message(role, content)]
    blocks = [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []
    results = [Message("tool", _text(block.get("content"))) for block in blocks if block["type"] == "tool_result"]
    text = "".join(_text([block]) for block in blocks if block["type"] not in ("tool_result", "tool_use"))
    calls = tuple(
        ToolCall(block["name"], json.encode(block.get("input")).decode())
        for block in blocks
        if block["type"] == "tool_use"
    )
    return [*results, *([Message(role, text, calls)] if text or calls else [])]


def _text(content: object) -> str:
    if isinstance(content, str):
        return content
    blocks = content if isinstance(content, list) else []
    read = (block for block in blocks if block.get("type") not in ("thinking", "redacted_thinking"))
    return "".join(block["text"] if "text" in block else f"<{block.get('type')}>" for block in read)


def answered(documents: list[Body]) -> Reply:
    """Return what a response says, in one document or in events."""
    whole = documents[0] if [one.get("type") for one in documents] == ["message"] else _gathered(documents)
    said = _messages("assistant", whole.get("content"))
    usage = whole.get("usage") or {}
    cached = usage.get("cache_read_input_tokens") or 0
    sent = usage.get("input_tokens", 0) + cached + (usage.get("cache_creation_input_tokens") or 0)
    tokens = Tokens(sent, usage.get("output_tokens", 0), cached) if usage else None
    return Reply(said[0] if said else None, tokens, whole.get("model", ""))


def _gathered(events: list[Body]) -> Body:
    """Return the message that *events* tell of piece by piece."""
    message: Body = {"usage": {}}
    blocks: dict[int, Body] = {}
    written: dict[int, str] = {}
    for event in events:
        match event.get("type"):
            case "message_start":
                message |= event["message"]
            case "content_block_start":
                blocks[event["index"]] = dict(event["content_block"])
            case "content_block_delta":
                delta, block = event["delta"], blocks.setdefault(event["index"], {"type": "text"})
                if "text" in delta:
                    block["text"] = block.get("text", "") + delta["text"]
                written[event["index"]] = written.get(event["index"], "") + delta.get("partial_json", "")
            case "message_delta":
                message["usage"] = {**(message.get("usage") or {}), **(event.get("usage") or {})}
    for index, text in written.items():
        if text:
            blocks[index]["input"] = Raw(text.encode())
    return {**message, "content": [blocks[index] for index in sorted(blocks)]}
