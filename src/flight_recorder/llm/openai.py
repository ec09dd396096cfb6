"""OpenAI's two APIs, chat completions and responses, which many others serve too. Pure."""

from typing import Any

from flight_recorder.llm.chat import Chat, Message, Reply, Tokens, ToolCall

Body = dict[str, Any]


def text_of(content: object) -> str:
    """Return the text of a message's content: a string, or a list of parts, of which only text can be read."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    parts = (part if isinstance(part, dict) else {"text": str(part)} for part in content)
    return "".join(part["text"] if isinstance(part.get("text"), str) else f"<{part.get('type')}>" for part in parts)


# Chat completions -------------------------------------------------------------------------------------------------


def asked(body: Body, _path: str) -> Chat:
    """Return what a request asks."""
    tools = tuple(tool["function"]["name"] for tool in body.get("tools") or () if "function" in tool)
    return Chat(body.get("model", ""), tuple(_message(one) for one in body["messages"]), tools)


def _message(one: Body) -> Message:
    calls = tuple(_call(call["function"]) for call in one.get("tool_calls") or ())
    return Message(one.get("role", ""), text_of(one.get("content")), calls)


def _call(function: Body) -> ToolCall:
    return ToolCall(function.get("name", ""), function.get("arguments", ""))


def answered(documents: list[Body]) -> Reply:
    """Return what a response says, in one document or in many parts."""
    if len(documents) == 1 and documents[0].get("choices") and "message" in documents[0]["choices"][0]:
        only = documents[0]
        return Reply(_message(only["choices"][0]["message"]), _tokens(only.get("usage")), only.get("model", ""))
    text, model = "", ""
    calls: dict[int, Body] = {}
    usage = None
    for part in documents:
        model = part.get("model") or model
        usage = part.get("usage") or usage
        for choice in part.get("choices", ())[:1]:
            delta = choice.get("delta") or {}
            text += delta.get("content") or ""
            for call in delta.get("tool_calls") or ():
                known = calls.setdefault(call.get("index", 0), {"name": "", "arguments": ""})
                for name, piece in (call.get("function") or {}).items():
                    known[name] = known.get(name, "") + (piece or "")
    said = bool(text or calls)
    return Reply(
        Message("assistant", text, tuple(map(_call, calls.values()))) if said else None, _tokens(usage), model
    )


def _tokens(usage: Body | None) -> Tokens | None:
    if not usage:
        return None
    cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens") or 0
    return Tokens(usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0), cached)


# Responses --------------------------------------------------------------------------------------------------------


def asked_for_response(body: Body, _path: str) -> Chat:
    """Return what a request asks."""
    given = body["input"]
    said = [Message("user", given)] if isinstance(given, str) else [_item(one) for one in given]
    if body.get("instructions"):
        said.insert(0, Message("system", body["instructions"]))
    tools = tuple(tool.get("name") or tool.get("type", "") for tool in body.get("tools") or ())
    return Chat(body.get("model", ""), tuple(said), tools)


def _item(one: Body) -> Message:
    match one.get("type"):
        case "function_call":
            return Message("assistant", "", (_call(one),))
        case "function_call_output":
            return Message("tool", text_of(one.get("output")))
    return Message(one.get("role", ""), text_of(one.get("content")))


def responded(documents: list[Body]) -> Reply:
    """Return what a response says, in one document or in events of which the last holds all."""
    whole = next((one.get("response", one) for one in reversed(documents) if _is_whole(one)), None)
    if whole is None:
        text = "".join(one["delta"] for one in documents if one.get("type") == "response.output_text.delta")
        return Reply(Message("assistant", text) if text else None)
    items = [_item(item) for item in whole.get("output", ()) if item.get("type") != "reasoning"]
    text = "".join(item.text for item in items)
    calls = tuple(call for item in items for call in item.calls)
    usage = whole.get("usage") or {}
    cached = (usage.get("input_tokens_details") or {}).get("cached_tokens") or 0
    tokens = Tokens(usage.get("input_tokens", 0), usage.get("output_tokens", 0), cached) if usage else None
    return Reply(Message("assistant", text, calls) if items else None, tokens, whole.get("model", ""))


def _is_whole(one: Body) -> bool:
    return "output" in one or one.get("type") in ("response.completed", "response.incomplete")
