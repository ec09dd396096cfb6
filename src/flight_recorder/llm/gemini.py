"""Google's generateContent. Pure."""

from typing import Any

from msgspec import json

from flight_recorder.llm.chat import Chat, Message, Reply, Tokens, ToolCall

Body = dict[str, Any]
_ROLES = {"model": "assistant", "function": "tool"}


def asked(body: Body, path: str) -> Chat:
    """Return what a request asks; which model is said by its path."""
    said = [_message(one) for one in body["contents"]]
    system = body.get("systemInstruction") or body.get("system_instruction")
    if system:
        said.insert(0, Message("system", _message(system).text))
    declared = (
        tool.get("functionDeclarations") or tool.get("function_declarations") or ()
        for tool in body.get("tools") or ()
    )
    tools = tuple(one["name"] for some in declared for one in some)
    return Chat(path.rpartition("/")[2].partition(":")[0], tuple(said), tools)


def _message(content: Body) -> Message:
    parts = content.get("parts") or ()
    text = "".join(_text(part) for part in parts if not part.get("thought"))
    called = (part["functionCall"] for part in parts if "functionCall" in part)
    calls = tuple(ToolCall(one["name"], json.encode(one.get("args")).decode()) for one in called)
    role = str(content.get("role", "user"))
    is_result = any("functionResponse" in part for part in parts)
    return Message("tool" if is_result else _ROLES.get(role) or role, text, calls)


def _text(part: Body) -> str:
    if "text" in part:
        return str(part["text"])
    if "functionResponse" in part:
        return json.encode(part["functionResponse"].get("response")).decode()
    return "" if "functionCall" in part else f"<{next(iter(part), '')}>"


def answered(documents: list[Body]) -> Reply:
    """Return what a response says, in one document or in many parts."""
    contents = [one["candidates"][0].get("content") or {} for one in documents if one.get("candidates")]
    said = [_message({**content, "role": "model"}) for content in contents]
    usage = next((one["usageMetadata"] for one in reversed(documents) if "usageMetadata" in one), None)
    tokens = None
    if usage is not None:
        received = usage.get("candidatesTokenCount", 0) + usage.get("thoughtsTokenCount", 0)
        tokens = Tokens(usage.get("promptTokenCount", 0), received, usage.get("cachedContentTokenCount", 0))
    calls = tuple(call for message in said for call in message.calls)
    text = "".join(message.text for message in said)
    model = next((one["modelVersion"] for one in documents if "modelVersion" in one), "")
    return Reply(Message("assistant", text, calls) if said else None, tokens, model)
