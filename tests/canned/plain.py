"""Plain chat completions, right and wrong."""

from __future__ import annotations

from canned.making import (
    ASKED,
    CALLS,
    COMPLETION,
    CREATED,
    ERROR,
    TOOL,
    answer,
    changed,
    chat,
    lines,
    right,
    spelled,
    wrong,
)
from canned.making import GOOD as CHUNKS

TOKEN = {"token": "Good", "logprob": -0.5, "bytes": [71, 111, 111, 100], "top_logprobs": []}
DAY = {"token": " day", "logprob": -0.25, "bytes": [32, 100, 97, 121], "top_logprobs": []}
RIVALS = [
    {"token": "Good", "logprob": -0.5, "bytes": [71, 111, 111, 100]},
    {"token": "Bad", "logprob": -1.5, "bytes": [66, 97, 100]},
]
ASK = {"logprobs": True}
ASK_TOP = {"logprobs": True, "top_logprobs": 2}
WITH_TOOLS = {"tools": [TOOL]}
CALLED = (("choices.0.message", CALLS), ("choices.0.finish_reason", "tool_calls"))


def listed(*entries, **more):
    return chat(("choices.0.logprobs", {"content": list(entries), "refusal": None}), **({**ASK, **more}))


def called(*edits, finish="tool_calls", **asked):
    return chat(("choices.0.message", changed(CALLS, *edits)), ("choices.0.finish_reason", finish), **({**WITH_TOOLS, **asked}))


def said(text, **more):
    return chat(("choices.0.message.content", text), **more)


def used(**counts):
    return chat(*[(f"usage.{name}", value) for name, value in counts.items()])


def bare(body, kind="application/json", status=200):
    return answer(body, kind, status)


TEXT = spelled(COMPLETION)
TWO = [changed(COMPLETION["choices"][0], ("index", index)) for index in (0, 1)]

LEGACY = {"function_call": {"name": "look", "arguments": "{}"}}

CASES = (
    right("a right answer", chat()),
    right("members that OpenAI does not have", chat(("timings", {"x": 2}), ("choices.0.message.reasoning_content", "hm"))),
    right("blank lines behind the JSON", bare(TEXT + b"\n\n")),
    right("a charset", bare(TEXT, "application/json; charset=utf-8")),
    right("a service tier", chat(("service_tier", "flex"))),
    right("no fingerprint", chat(("system_fingerprint", ...))),
    right("no logprobs member", chat(("choices.0.logprobs", ...))),
    right("a refusal in place of content", chat(("choices.0.message.content", None), ("choices.0.message.refusal", "No."))),
    right("an empty text", said("")),
    right("no text where the limit ended it", chat(("choices.0.message.content", None), ("choices.0.finish_reason", "length"))),
    right(
        "the finish_details of the first vision model",
        chat(("choices.0.finish_details", {"type": "stop"}), ("choices.0.finish_reason", ...)),
    ),
    right(
        "details of usage",
        used(completion_tokens_details={"reasoning_tokens": 1, "audio_tokens": None}, prompt_tokens_details={"cached_tokens": 9}),
    ),
    right("two choices", chat(("choices", TWO), n=2)),
    right("a call", called()),
    right("a custom call", called(("tool_calls.0", {"id": "c", "type": "custom", "custom": {"name": "x", "input": "y"}}))),
    right(
        "a named call that ends with stop", called(finish="stop", tool_choice={"type": "function", "function": {"name": "look"}})
    ),
    right("a call with content", called(("content", "Let me look."))),
    right(
        "a legacy call",
        chat(
            ("choices.0.message", {"role": "assistant", "content": None, "refusal": None} | LEGACY),
            ("choices.0.finish_reason", "function_call"),
        ),
    ),
    right(
        "a call of a function that the legacy field offers",
        called(tools=None, functions=[TOOL["function"]], function_call={"name": "look"}, finish="stop"),
    ),
    right("arguments that the limit cut", called(("tool_calls.0.function.arguments", '{"a":'), finish="length")),
    right("tokens of the text", listed(TOKEN, DAY)),
    right("a rounding error above zero", listed(TOKEN | {"logprob": 3.05e-05}, DAY)),
    right("a very unlikely token", listed(TOKEN | {"logprob": -9999.0}, DAY)),
    right("rivals in order", listed(TOKEN | {"top_logprobs": RIVALS}, DAY | {"top_logprobs": []}, **ASK_TOP)),
    right(
        "a special token behind the text",
        listed(TOKEN, DAY, {"token": "<|end|>", "logprob": 0, "bytes": None, "top_logprobs": []}),
    ),
    right("a token behind the stop string", listed(TOKEN, DAY, {**TOKEN, "token": "\n", "bytes": [10]}, stop=["\n"])),
    right(
        "a character in two tokens",
        chat(
            ("choices.0.message.content", "é"),
            (
                "choices.0.logprobs",
                {
                    "content": [
                        {**TOKEN, "token": "bytes:\\xc3", "bytes": [195]},
                        {**TOKEN, "token": "bytes:\\xa9", "bytes": [169]},
                    ]
                },
            ),
            **ASK,
        ),
    ),
    right(
        "a character that the limit cut",
        chat(("choices.0.message.content", "smile \ufffd"), ("choices.0.finish_reason", "length")),
    ),
    right("a broken character under heat", said("a \ufffd b", temperature=1.5)),
    right(
        "tokens that are parts of a character",
        chat(
            ("choices.0.message.content", "\U0001f600"),
            (
                "choices.0.logprobs",
                {"content": [TOKEN | {"token": "", "bytes": [240, 159]}, TOKEN | {"token": "\ufffd", "bytes": [152, 128]}]},
            ),
            **ASK,
        ),
    ),
    right("a limit that held", chat(("choices.0.finish_reason", "length"), max_tokens=2)),
    right("a limit counted one less", chat(("choices.0.finish_reason", "length"), max_tokens=3)),
    right("a new limit that held", chat(max_completion_tokens=2)),
    right(
        "hidden thoughts counted apart",
        chat(
            ("choices.0.finish_reason", "length"),
            ("usage.completion_tokens_details", {"reasoning_tokens": 14}),
            ("usage.completion_tokens", 14),
            ("usage.total_tokens", 23),
            max_tokens=16,
        ),
    ),
    right("a stop string that does not occur", said("one two", stop=["three"])),
    wrong("no id", chat(("id", ...)), "chat.id"),
    wrong("an empty id", chat(("id", "")), "chat.id"),
    wrong("a number as id", chat(("id", 7)), "chat.id"),
    wrong("created with a fraction", chat(("created", CREATED + 0.5)), "chat.created"),
    wrong("created as a whole float", chat(("created", float(CREATED))), "chat.created"),
    wrong("created as text", chat(("created", str(CREATED))), "chat.created"),
    wrong("created as a date", chat(("created", "2026-11-21T10:00:00Z")), "chat.created"),
    wrong("created in milliseconds", chat(("created", CREATED * 1000)), "chat.created"),
    wrong("no created", chat(("created", ...)), "chat.created"),
    wrong("created copied from an example", chat(("created", 1677652288)), "chat.created.clock"),
    wrong("no model", chat(("model", ...)), "chat.schema"),
    wrong("model null", chat(("model", None)), "chat.schema"),
    wrong("another object", chat(("object", "text_completion")), "chat.schema"),
    wrong("no object", chat(("object", ...)), "chat.schema"),
    wrong("no choices", chat(("choices", ...)), "chat.schema"),
    wrong("choices null", chat(("choices", None)), "chat.schema"),
    wrong("empty choices", chat(("choices", [])), "chat.schema"),
    wrong("choices by name", chat(("choices", {"0": COMPLETION["choices"][0]})), "chat.schema"),
    wrong("a reason of the model", chat(("choices.0.finish_reason", "eos")), "chat.finish_reason.legal"),
    wrong("a reason of another API", chat(("choices.0.finish_reason", "end_turn")), "chat.finish_reason.legal"),
    wrong("an empty reason", chat(("choices.0.finish_reason", "")), "chat.finish_reason.legal"),
    wrong("the reason error", chat(("choices.0.finish_reason", "error")), "chat.finish_reason.legal"),
    wrong("the reason null", chat(("choices.0.finish_reason", None)), "chat.finish_reason.legal"),
    wrong("no reason", chat(("choices.0.finish_reason", ...)), "chat.finish_reason.legal"),
    wrong("no index", chat(("choices.0.index", ...)), "chat.schema"),
    wrong("the index 1 first", chat(("choices.0.index", 1)), "chat.choices.index"),
    wrong("one index twice", chat(("choices", [TWO[0], TWO[0]]), n=2), "chat.choices.index"),
    wrong("no message", chat(("choices.0.message", ...)), "chat.schema"),
    wrong("a delta as message", chat(("choices.0.delta", {"content": "x"}), ("choices.0.message", ...)), "chat.schema"),
    wrong("another role", chat(("choices.0.message.role", "bot")), "chat.schema"),
    wrong("no role", chat(("choices.0.message.role", ...)), "chat.schema"),
    wrong("no content", chat(("choices.0.message.content", ...)), "chat.content.present"),
    wrong("content null", said(None), "chat.content.present"),
    wrong("content missing beside a call", called(("content", ...)), "chat.content.key"),
    wrong("a number as content", said(42), "chat.schema"),
    wrong("parts as content", said([{"type": "text", "text": "hello"}]), "chat.schema"),
    wrong("a broken character", said("a \ufffd b"), "chat.content.text"),
    wrong("half a surrogate pair", said("a \ud83d b"), "chat.content.text"),
    wrong("one choice of two", chat(n=2), "chat.n.count"),
    wrong("two choices of one", chat(("choices", TWO)), "chat.n.count"),
    wrong("text past the stop string", said("one two three", stop="two"), "chat.stop.absent"),
    wrong("text with the stop string", said("one two", stop=["two"]), "chat.stop.absent"),
    wrong("text/plain", bare(TEXT, "text/plain"), "http.content-type"),
    wrong("text/html", bare(TEXT, "text/html; charset=utf-8"), "http.content-type"),
    wrong("no content type", bare(TEXT, None), "http.content-type"),
    wrong("problem+json", bare(TEXT, "application/problem+json"), "http.content-type.exact"),
    wrong("no JSON", bare(b"this is not json"), "http.json"),
    wrong("a page", bare(b"<html><body>login</body></html>", "text/html"), "http.json"),
    wrong("an empty body", bare(b""), "http.json"),
    wrong("no body at all", bare(b"", None, 204), "http.json"),
    wrong("an error as a success", bare(ERROR), "errors.in-200"),
    wrong("a bare error as a success", bare({"error": "overloaded"}), "errors.in-200"),
    wrong(
        "a flat error as a success",
        bare({"object": "error", "message": "boom", "type": "x", "param": None, "code": 400}),
        "errors.in-200",
    ),
    wrong("a list around the answer", bare([COMPLETION]), "chat.schema"),
    wrong("a string", bare(b'"hello"'), "chat.schema"),
    wrong("null", bare(b"null"), "chat.schema"),
    wrong("a byte order mark", bare(b"\xef\xbb\xbf" + TEXT), "http.json"),
    wrong("text behind the JSON", bare(TEXT + b"xyz"), "http.json"),
    wrong("one key twice", bare(TEXT[:-1] + b', "id": "chatcmpl-2"}'), "http.json"),
    wrong("a byte that is no UTF-8", bare(TEXT.replace(b"Good", b"G\xffod")), "http.json"),
    wrong(
        "Latin-1",
        bare(TEXT.replace(b"Good", b"G\xe9d"), "application/json; charset=latin-1"),
        "http.json",
        "http.content-type.exact",
    ),
    wrong("a stream that nobody asked for", answer(lines(*CHUNKS), "text/event-stream", asked=ASKED), "http.json"),
)
