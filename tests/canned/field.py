"""Labelled answers as servers in the field gave them, where the other tables do not have their bytes yet."""

from __future__ import annotations

from canned.making import (
    CALLS,
    COUNTING,
    ERROR,
    FIRST,
    GOOD,
    HEAD,
    OPENING,
    TOOL,
    answer,
    call,
    changed,
    chat,
    chunk,
    right,
    stream,
    wrong,
)

TOOLS = {"tools": [TOOL]}
STOP = chunk({}, "stop")
ENDED = chunk({}, "tool_calls")
KEYLESS = {"index": 0, "delta": {"content": "Good day"}}
BILL = {"id": "usage-1", "model": "m", "usage": {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}}
NAMELESS = {"id": "call_1", "type": "function", "function": {"arguments": "{}"}}
TWO = [
    chunk({"role": "assistant", "content": None} | call(id="call_1", type="function", name="look", arguments='{"a":1}')),
    chunk(call(arguments='{"a":2}')),
]
OPENED = {"role": "assistant", "content": ""}
LEFT = '<tool_call>{"name": "look", "arguments": {"a": 1}}</tool_call>'


def _bad(type_: str) -> object:
    return {"error": ERROR["error"] | {"type": type_}}


CASES = [
    right(
        "a text and then a call",
        stream(
            *GOOD[:3], chunk(call(id="call_1", type="function", name="look")), chunk(call(arguments='{"a": 1}')), ENDED, **TOOLS
        ),
    ),
    right("a text that opens without content", stream(chunk({"role": "assistant"}), *GOOD[1:])),
    right("a priority tier", chat(("service_tier", "priority"))),
    right(
        "marks that the prompt has",
        chat(("choices.0.message.content", "<|end|>"), messages=[{"role": "user", "content": "What is <|end|>?"}]),
    ),
    wrong("no refusal", chat(("choices.0.message.refusal", ...)), "chat.refusal.key"),
    wrong("a service tier of its own", chat(("service_tier", "on_demand")), "chat.service_tier.known"),
    wrong("a service tier of another house", chat(("service_tier", "standard")), "chat.service_tier.known"),
    wrong(
        "a tier of its own in a stream", stream(*(one | {"service_tier": "on_demand"} for one in GOOD)), "chat.service_tier.known"
    ),
    wrong("a control token in the text", chat(("choices.0.message.content", "Good day<|call|>")), "chat.content.markers"),
    wrong("a control token behind quotes", chat(("choices.0.message.content", 'He says "hi"<|im_end|>')), "chat.content.markers"),
    wrong(
        "control tokens between lines", chat(("choices.0.message.content", "a<|im_end|>\n<|im_start|>b")), "chat.content.markers"
    ),
    wrong("a bad request by another name", answer(_bad("BadRequest"), status=400), "errors.envelope.type"),
    wrong(
        "an empty text between role and call",
        stream(
            chunk({"role": "assistant"}),
            chunk({"content": ""}),
            chunk({"content": ""} | call(id="call_1", type="function", name="look")),
            chunk({"content": ""} | call(arguments='{"a": 1}')),
            ENDED,
            **TOOLS,
        ),
        "chat.stream.tools.content",
    ),
    wrong(
        "thoughts that already finish",
        stream(FIRST, chunk({"reasoning_content": "Well"}, "stop"), *GOOD[1:]),
        "chat.stream.finish",
    ),
    wrong(
        "the reason under another name",
        stream(*GOOD[:3], changed(chunk({}), ("choices.0.finishReason", "stop"))),
        "chat.stream.finish",
    ),
    wrong("no reason at all", stream(FIRST, HEAD | {"choices": [KEYLESS]}), "chat.stream.finish", "chat.stream.finish.key"),
    wrong(
        "filter results in place of a delta",
        stream(FIRST, HEAD | {"choices": [{"index": 0, "content_filter_results": {}, "finish_reason": None}]}, *GOOD[1:]),
        "chat.stream.schema",
    ),
    wrong(
        "the role told again at the end",
        stream(OPENING, chunk(call(arguments='{"a": 1}')), chunk(OPENED, "tool_calls"), **TOOLS),
        "chat.stream.role.once",
    ),
    wrong("an end without a beginning", stream(STOP), "chat.stream.role"),
    wrong("usage empty in every chunk", stream(*(one | {"usage": {}} for one in GOOD), **COUNTING), "chat.usage.shape"),
    wrong("usage of a shape of its own", stream(*GOOD, BILL), "chat.stream.schema"),
    wrong(
        "a call without a name",
        chat(("choices.0.message", CALLS | {"tool_calls": [NAMELESS]}), ("choices.0.finish_reason", "tool_calls"), **TOOLS),
        "chat.tool_calls.shape",
    ),
    wrong(
        "the reason function_call beside tools",
        chat(("choices.0.message", CALLS), ("choices.0.finish_reason", "function_call"), **TOOLS),
        "chat.finish_reason.calls",
    ),
    wrong("arguments of two calls under one index", stream(*TWO, ENDED, **TOOLS), "chat.tool_calls.arguments"),
    wrong(
        "a head that comes late",
        stream(
            FIRST,
            chunk(call(arguments='{"a":')),
            chunk(call(id="call_1", type="function", name="look", arguments="1}")),
            ENDED,
            **TOOLS,
        ),
        "chat.stream.tools.head",
    ),
    wrong("a call left in the text", chat(("choices.0.message.content", LEFT), **TOOLS), "chat.tools.marks"),
]
