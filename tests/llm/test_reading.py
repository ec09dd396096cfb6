"""A request to a language model is read as the chat that it was, whoever's API it went through."""

import gzip
import json
import zlib
from collections.abc import Callable
from typing import Any

import brotli
import pytest
import zstandard

from flight_recorder.codec.capture import capture
from flight_recorder.codec.settings import CaptureSettings
from flight_recorder.llm import packed
from flight_recorder.llm.chat import Message, Tokens, ToolCall
from flight_recorder.llm.packed import unpacked
from flight_recorder.llm.prices import cost_of
from flight_recorder.llm.reading import chat_of
from flight_recorder.model.step import Call, Kind, Returned, Step
from flight_recorder.model.stream import Item, Stream
from flight_recorder.model.value import Value
from flight_recorder.render.requests import answer_text, chat_difference, chat_lines

JSON, EVENTS, LINES = "application/json", "text/event-stream", "application/x-ndjson"


def value(of: object) -> Value:
    return capture(of, CaptureSettings())


def step(path: str, body: object, kind: str, *chunks: str | bytes, encoding: str = "") -> Step:
    head = {
        "status": 200,
        "headers": [["Content-Type", kind], *([["content-encoding", encoding]] if encoding else [])],
    }
    items = [Item(number, value(one)) for number, one in enumerate([head, *chunks])]
    return Step(
        id=2,
        call=Call(f"POST https://api.example.com{path}", "", 1, {"body": value(body)}, kind=Kind.BOUNDARY),
        outcome=Returned(value(None)),
        started_ns=0,
        ended_ns=1,
        stream=Stream(is_async=False, exchanges=tuple(items)),
    )


def events(*documents: Any) -> str:
    return "".join(f"event: x\ndata: {json.dumps(one)}\n\n" for one in documents)


ASKED = (Message("system", "Be brief."), Message("user", "Weather in Oslo?"))
CALL = ToolCall("weather", '{"city":"Oslo"}')

OPENAI = {
    "model": "gpt-4o-mini",
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "Weather in Oslo?"}]},
    ],
    "tools": [{"type": "function", "function": {"name": "weather", "parameters": {}}}],
}
RESPONSES = {
    "model": "gpt-5-mini",
    "instructions": "Be brief.",
    "input": [{"role": "user", "content": [{"type": "input_text", "text": "Weather in Oslo?"}]}],
    "tools": [{"type": "function", "name": "weather", "parameters": {}}],
}
ANTHROPIC = {
    "model": "claude-sonnet-4-5",
    "max_tokens": 100,
    "system": "Be brief.",
    "messages": [{"role": "user", "content": "Weather in Oslo?"}],
    "tools": [{"name": "weather", "input_schema": {}}],
}
GEMINI = {
    "systemInstruction": {"parts": [{"text": "Be brief."}]},
    "contents": [{"role": "user", "parts": [{"text": "Weather in Oslo?"}]}],
    "tools": [{"functionDeclarations": [{"name": "weather"}]}],
}
OLLAMA = {
    "model": "llama3.2",
    "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Weather in Oslo?"}],
    "tools": [{"type": "function", "function": {"name": "weather"}}],
}

WHOLE = {
    "openai": step(
        "/v1/chat/completions",
        OPENAI,
        JSON,
        json.dumps(
            {
                "model": "gpt-4o-mini-2024-07-18",
                "choices": [
                    {
                        "message": {
                            "role": "assistant",
                            "content": "Let me look.",
                            "tool_calls": [{"function": {"name": "weather", "arguments": '{"city":"Oslo"}'}}],
                        }
                    }
                ],
                "usage": {
                    "prompt_tokens": 1000,
                    "completion_tokens": 20,
                    "prompt_tokens_details": {"cached_tokens": 500},
                },
            }
        ),
    ),
    "openai, streamed": step(
        "/v1/chat/completions",
        OPENAI,
        EVENTS,
        events(
            {"model": "gpt-4o-mini-2024-07-18", "choices": [{"delta": {"role": "assistant", "content": "Let me"}}]}
        ),
        events(
            {"choices": [{"delta": {"content": " look."}}]},
            {
                "choices": [
                    {"delta": {"tool_calls": [{"index": 0, "function": {"name": "weather", "arguments": ""}}]}}
                ]
            },
            {"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"arguments": '{"city":'}}]}}]},
            {"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"arguments": '"Oslo"}'}}]}}]},
            {
                "choices": [],
                "usage": {
                    "prompt_tokens": 1000,
                    "completion_tokens": 20,
                    "prompt_tokens_details": {"cached_tokens": 500},
                },
            },
        )
        + "data: [DONE]\n\n",
    ),
    "responses, streamed": step(
        "/v1/responses",
        RESPONSES,
        EVENTS,
        events(
            {"type": "response.output_text.delta", "delta": "Let me"},
            {
                "type": "response.completed",
                "response": {
                    "model": "gpt-5-mini",
                    "output": [
                        {"type": "reasoning", "summary": []},
                        {
                            "type": "message",
                            "role": "assistant",
                            "content": [{"type": "output_text", "text": "Let me look."}],
                        },
                        {"type": "function_call", "name": "weather", "arguments": '{"city":"Oslo"}'},
                    ],
                    "usage": {
                        "input_tokens": 1000,
                        "output_tokens": 20,
                        "input_tokens_details": {"cached_tokens": 500},
                    },
                },
            },
        ),
    ),
    "anthropic": step(
        "/v1/messages",
        ANTHROPIC,
        JSON,
        json.dumps(
            {
                "type": "message",
                "role": "assistant",
                "model": "claude-sonnet-4-5-20250929",
                "content": [
                    {"type": "thinking", "thinking": "hm"},
                    {"type": "text", "text": "Let me look."},
                    {"type": "tool_use", "id": "1", "name": "weather", "input": {"city": "Oslo"}},
                ],
                "usage": {"input_tokens": 500, "cache_read_input_tokens": 500, "output_tokens": 20},
            }
        ),
    ),
    "anthropic, streamed": step(
        "/v1/messages",
        ANTHROPIC,
        EVENTS,
        events(
            {
                "type": "message_start",
                "message": {
                    "model": "claude-sonnet-4-5-20250929",
                    "usage": {"input_tokens": 500, "cache_read_input_tokens": 500, "output_tokens": 1},
                },
            },
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Let me "}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "look."}},
            {
                "type": "content_block_start",
                "index": 1,
                "content_block": {"type": "tool_use", "name": "weather", "input": {}},
            },
            {
                "type": "content_block_delta",
                "index": 1,
                "delta": {"type": "input_json_delta", "partial_json": '{"city":'},
            },
            {
                "type": "content_block_delta",
                "index": 1,
                "delta": {"type": "input_json_delta", "partial_json": '"Oslo"}'},
            },
            {"type": "message_delta", "delta": {}, "usage": {"output_tokens": 20}},
            {"type": "message_stop"},
        ),
    ),
    "gemini": step(
        "/v1beta/models/gemini-2.5-flash:generateContent",
        GEMINI,
        JSON,
        json.dumps(
            {
                "candidates": [
                    {
                        "content": {
                            "role": "model",
                            "parts": [
                                {"text": "Let me look."},
                                {"functionCall": {"name": "weather", "args": {"city": "Oslo"}}},
                            ],
                        }
                    }
                ],
                "usageMetadata": {
                    "promptTokenCount": 1000,
                    "candidatesTokenCount": 20,
                    "cachedContentTokenCount": 500,
                },
            }
        ),
    ),
    "gemini, streamed": step(
        "/v1beta/models/gemini-2.5-flash:streamGenerateContent",
        GEMINI,
        JSON,
        "[" + json.dumps({"candidates": [{"content": {"parts": [{"text": "Let me "}]}}]}) + ",",
        json.dumps(
            {
                "candidates": [
                    {
                        "content": {
                            "parts": [
                                {"text": "look."},
                                {"functionCall": {"name": "weather", "args": {"city": "Oslo"}}},
                            ]
                        }
                    }
                ],
                "usageMetadata": {
                    "promptTokenCount": 1000,
                    "candidatesTokenCount": 20,
                    "cachedContentTokenCount": 500,
                },
            }
        )
        + "]",
    ),
    "ollama, streamed": step(
        "/api/chat",
        OLLAMA,
        LINES,
        json.dumps({"model": "llama3.2", "message": {"role": "assistant", "content": "Let me "}}) + "\n",
        json.dumps({"model": "llama3.2", "message": {"role": "assistant", "content": "look."}}) + "\n",
        json.dumps(
            {
                "model": "llama3.2",
                "message": {
                    "content": "",
                    "tool_calls": [{"function": {"name": "weather", "arguments": {"city": "Oslo"}}}],
                },
                "done": True,
                "prompt_eval_count": 1000,
                "eval_count": 20,
            }
        )
        + "\n",
    ),
}


@pytest.mark.parametrize("api", WHOLE)
def test_who_said_what_and_what_it_took(api: str) -> None:
    chat = chat_of(WHOLE[api])

    assert chat is not None
    assert chat.messages == ASKED
    assert chat.tools == ("weather",)
    assert chat.reply == Message("assistant", "Let me look.", (CALL,))
    assert chat.tokens == Tokens(1000, 20, 0 if "ollama" in api else 500)


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
    "gzip, br": lambda body: brotli.compress(gzip.compress(body)),
}


@pytest.mark.parametrize("encoding", PACKED)
def test_a_packed_response_is_read(encoding: str) -> None:
    answer = json.dumps({"choices": [{"message": {"role": "assistant", "content": "Hi." * 2_000}}]}).encode()
    body = PACKED[encoding](answer)

    for chunks in ([body], [body[:7], body[7:]], [answer]):  # the last as aiohttp gives it
        chat = chat_of(step("/v1/chat/completions", OPENAI, JSON, *chunks, encoding=encoding))

        assert chat is not None
        assert chat.reply == Message("assistant", "Hi." * 2_000)


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip", "deflate", "made-up"])
def test_what_is_not_packed_as_it_says_is_left_as_it_came(encoding: str) -> None:
    assert unpacked(b"no such thing", encoding) == b"no such thing"


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip", "deflate"])
def test_a_few_bytes_that_stand_for_gigabytes_are_unpacked_up_to_a_limit(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed, "MAX_BYTES", 1_000_000)

    assert unpacked(PACKED[encoding](bytes(50_000_000)), encoding) == bytes(1_000_000)


def test_the_results_of_tools_are_said_by_tools() -> None:
    said = [
        {
            "role": "assistant",
            "content": [{"type": "tool_use", "id": "1", "name": "weather", "input": {"city": "Oslo"}}],
        },
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1", "content": "rain"}]},
    ]

    chat = chat_of(step("/v1/messages", {**ANTHROPIC, "messages": said}, JSON))

    assert chat is not None
    assert chat.messages[1:] == (Message("assistant", "", (CALL,)), Message("tool", "rain"))
    assert chat.reply is None


@pytest.mark.parametrize("body", [None, "text", [], {}, {"messages": 3}, {"messages": [{"role": 1}], "tools": 7}])
@pytest.mark.parametrize(
    "path", ["/v1/chat/completions", "/v1/responses", "/v1/messages", "/api/chat", "/x:generateContent"]
)
def test_what_only_looks_like_an_api_is_no_chat(path: str, body: object) -> None:
    asked = step(path, body, JSON, "{")

    assert chat_of(asked) is None
    assert answer_text(asked, 80) == "-> 200, 1 byte"


def test_a_request_to_something_else_is_no_chat() -> None:
    assert chat_of(step("/v1/orders", {"messages": []}, JSON, "{}")) is None


@pytest.mark.parametrize(
    ("model", "cost"),
    [
        ("gpt-4o-mini", 0.15),
        ("gpt-4o-mini-2024-07-18", 0.15),
        ("openai/gpt-4o", 2.5),
        ("claude-sonnet-4-5-20250929", 3),
        ("claude-3-5-haiku-latest", 0.8),
        ("models/gemini-2.0-flash-001", 0.1),
        ("gpt-4o-audio-preview", None),
        ("llama3.2", None),
    ],
)
def test_a_cost_is_told_of_models_whose_price_is_known(model: str, cost: float | None) -> None:
    assert cost_of(model, Tokens(1_000_000, 0)) == cost


def test_tokens_that_were_cached_cost_less() -> None:
    assert cost_of("gpt-4o", Tokens(1_000_000, 100_000, 400_000)) == pytest.approx(0.6 * 2.5 + 0.4 * 1.25 + 1.0)


def test_a_chat_is_shown_as_a_chat() -> None:
    asked = WHOLE["openai"]
    chat = chat_of(asked)
    assert chat is not None

    assert [one.plain for one in chat_lines(chat)] == [
        "Chat with gpt-4o-mini-2024-07-18",
        "  1,000 tokens sent, 500 of them cached, 20 received: about $0.00012 at the prices of 2026-06",
        "  may call weather",
        "  system: Be brief.",
        "  user: Weather in Oslo?",
        "  assistant: Let me look.",
        '  assistant: calls weather({"city":"Oslo"})',
    ]
    assert answer_text(asked, 80) == (
        '-> gpt-4o-mini-2024-07-18: \'Let me look.\' weather({"city":"Oslo"}) (1000 + 20 tokens, about $0.00012)'
    )


def test_two_chats_are_compared_line_by_line() -> None:
    one, other = (chat_of(WHOLE[api]) for api in ("openai", "anthropic"))
    assert one is not None
    assert other is not None

    assert [text.plain for text in chat_difference(one, other)] == [
        "-model: gpt-4o-mini-2024-07-18",
        "+model: claude-sonnet-4-5-20250929",
        " tools: weather",
    ]
