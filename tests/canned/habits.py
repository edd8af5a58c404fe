"""What api.openai.com has sent in chat completions since March 2023: habits that no rule may hold against anybody.

All are recordings. Kinds of answers as they are in those that public projects keep beside their tests, with other words in them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from canned.making import CALLS, COMPLETION, TOOL, USAGE, Case, chat, right
from conformance.messages import Exchange

EARLY = 1_677_704_429
"""The first of March 2023."""
FIRST = (("system_fingerprint", ...), ("choices.0.logprobs", ...), ("choices.0.message.refusal", ...), ("created", EARLY))
"""What the first answers did not have yet."""
VISION = "gpt-4-1106-vision-preview"
ENDED = {"type": "stop", "stop": "<|fim_suffix|>"}
UNREASONED = ("choices.0.finish_reason", ...)

NAMED = {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "look"}}}
LEGACY = {"functions": [TOOL["function"]]}
CALLED = ("choices.0.message", CALLS)
LEGACY_CALL = {"role": "assistant", "content": None, "refusal": None, "function_call": {"name": "look", "arguments": '{"a": 1}'}}
CUSTOM_CALL = {"id": "call_1", "type": "custom", "custom": {"name": "look", "input": "a"}}
CUSTOM = {"tools": [{"type": "custom", "custom": {"name": "look"}}]}
AS_CALLS = ("choices.0.finish_reason", "tool_calls")

CITED = {
    "type": "url_citation",
    "url_citation": {"end_index": 9, "start_index": 1, "title": "A", "url": "https://example.com/?a"},
}
SEARCHED = (
    ("id", "chatcmpl-0f3b1e0c-7f4e-4a57-9d0a-4f0c3d9f4c11"),
    ("system_fingerprint", ""),
    ("choices.0.logprobs", ...),
    ("choices.0.message.annotations", [CITED]),
)
SPEAKING = {"model": "gpt-4o-audio-preview", "modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "pcm16"}}
SPOKEN = {"id": "audio_1", "data": "AAAA", "transcript": "Good day", "expires_at": 1790000000}
HEARD = {"cached_tokens": 0, "text_tokens": 9, "audio_tokens": 0, "image_tokens": 0}
UNSPENT = {"reasoning_tokens": 0, "audio_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0}
PREDICTED = {"type": "content", "content": "a"}
SCHEMA = {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}, "strict": True}}
IMPOSSIBLE = {"token": "Bad", "logprob": -9999.0, "bytes": None}


def recorded(name: str, exchange: Exchange) -> Case:
    """A right answer, as a recorder kept it that keeps all."""
    return right(name, replace(exchange, source={"fidelity": "raw", "headers_complete": True}, timed=False))


def said(text: Any, *edits: tuple[str, Any], **asked: Any) -> Exchange:
    return chat(("choices.0.message.content", text), *edits, **asked)


def spending(used: int, **details: int) -> tuple[str, Any]:
    """The usage of an answer with that many tokens, some of them of a kind of their own."""
    counts = {"completion_tokens": used, "total_tokens": 9 + used, "completion_tokens_details": UNSPENT | details}
    return "usage", USAGE | counts


def thinking(used: int, hidden: int, text: str, finish: str, limit: int) -> Exchange:
    """An answer of a model that reasons, which has no logprobs."""
    edits = (spending(used, reasoning_tokens=hidden), ("choices.0.logprobs", ...), ("choices.0.finish_reason", finish))
    return said(text, *edits, max_completion_tokens=limit)


def token(text: str, logprob: float = -0.1, *rivals: Any) -> dict[str, Any]:
    return {"token": text, "logprob": logprob, "bytes": list(text.encode()), "top_logprobs": list(rivals)}


def listing(*content: Any, **beside: Any) -> tuple[str, Any]:
    return "choices.0.logprobs", {"content": list(content) or None, **beside}


def early(*edits: tuple[str, Any], **asked: Any) -> Exchange:
    return chat(*FIRST, *edits, **asked)


def called(*edits: tuple[str, Any], **asked: Any) -> Exchange:
    return chat(CALLED, *edits, **asked)


CASES: tuple[Case, ...] = (
    recorded("2023, without fingerprint, logprobs and refusal", early()),
    recorded("March 2023, without a reason to finish", early(("choices.0.finish_reason", None))),
    recorded("finish_details", early(("choices.0.finish_details", ENDED), UNREASONED, model=VISION)),
    recorded("finish_details of a limit", early(("choices.0.finish_details", {"type": "max_tokens"}), UNREASONED, max_tokens=2)),
    recorded("a search model", chat(*SEARCHED, model="gpt-4o-search-preview", web_search_options={})),
    recorded("the name of a snapshot", chat(("model", "gpt-4o-mini-2024-07-18"), model="gpt-4o-mini")),
    recorded("a tier and annotations", chat(("service_tier", "default"), ("choices.0.message.annotations", []))),
    recorded("a moderation", chat(("moderation", {"input": {}, "output": {}}))),
    recorded("a refusal", said(None, ("choices.0.message.refusal", "I can't help with that."))),
    recorded("an empty text", said("")),
    recorded("a filter and no text", said(None, ("choices.0.finish_reason", "content_filter"))),
    recorded("a named call that ends with stop", called(**NAMED)),
    recorded("a named call that ends with tool_calls", called(AS_CALLS, **NAMED)),
    recorded("a required call that ends with stop", called(tools=[TOOL], tool_choice="required")),
    recorded("text beside a call", called(("choices.0.message.content", "I look."), AS_CALLS, tools=[TOOL])),
    recorded("a custom tool", called(("choices.0.message.tool_calls", [CUSTOM_CALL]), AS_CALLS, **CUSTOM)),
    recorded(
        "a legacy function", chat(("choices.0.message", LEGACY_CALL), ("choices.0.finish_reason", "function_call"), **LEGACY)
    ),
    recorded("a named legacy function", chat(("choices.0.message", LEGACY_CALL), **LEGACY, function_call={"name": "look"})),
    recorded("two objects under one schema", said('{"a": 1}\n{"a": 1}', response_format=SCHEMA)),
    recorded("hidden reasoning", thinking(84, 64, "Good day", "stop", 2000)),
    recorded("hidden reasoning alone", thinking(2000, 2000, "", "length", 2000)),
    recorded("reasoning in steps of 64", thinking(64, 64, "", "length", 100)),
    recorded("an answer cut at its limit", chat(("choices.0.finish_reason", "length"), max_tokens=2)),
    recorded(
        "rejected predictions beyond the limit",
        chat(spending(60, rejected_prediction_tokens=50), max_completion_tokens=9, prediction=PREDICTED),
    ),
    recorded("a cache that is written", chat(("usage.prompt_tokens_details", {"cached_tokens": 0, "cache_write_tokens": 9}))),
    recorded("three choices", chat(("choices", [COMPLETION["choices"][0] | {"index": at} for at in range(3)]), n=3)),
    recorded(
        "speech",
        said(None, ("choices.0.message.audio", SPOKEN), ("usage.prompt_tokens_details", HEARD), **SPEAKING),
    ),
    recorded(
        "an impossible token",
        chat(listing(token("Good", 0.0, token("Good", 0.0), IMPOSSIBLE), token(" day", -9999.0)), logprobs=True, top_logprobs=2),
    ),
    recorded("logprobs without refusal", chat(listing(token("Good"), token(" day")), logprobs=True)),
    recorded(
        "logprobs of a refusal",
        said(None, ("choices.0.message.refusal", "No."), listing(refusal=[token("No.")]), logprobs=True),
    ),
    recorded("a stop string", said("Good ", stop=["day", "night"])),
    recorded("a control token in quotes", said('It is called "<|endoftext|>".')),
    recorded("a control token as code", said("It is `<|endoftext|>`, or `text<|im_end|>`.")),
)
