"""Streamed chat completions whose chunks are wrong, by their shape, their order, their counts or their errors."""

from __future__ import annotations

from canned.making import (
    COUNTED,
    COUNTING,
    ERROR,
    FIRST,
    GOOD,
    HEAD,
    USAGE,
    Case,
    changed,
    chunk,
    lines,
    right,
    spelled,
    stream,
    streamed,
    wrong,
)
from canned.streams import INTERLEAVED, TWO, edited, every, telling

FAILED = {"message": "boom", "type": "server_error", "code": None, "param": None}
WORDS = ("One", " two", " three", " four", " five")
LOGPROBS = {"content": [{"token": "Good", "logprob": -0.5, "bytes": None, "top_logprobs": []}], "refusal": None}


def ended(exchange, *more):
    """The stream with more events behind its chunks and before [DONE]."""
    return streamed(exchange.body.removesuffix(b"data: [DONE]\n\n") + lines(*more))


ORDER: tuple[Case, ...] = (
    wrong("no finish", stream(*GOOD[:3]), "chat.stream.finish"),
    wrong("the role in every chunk", every(("choices.0.delta.role", "assistant")), "chat.stream.role.once"),
    wrong("the role null in every chunk", every(("choices.0.delta.role", None)), "chat.stream.role"),
    right(
        "the role null but in the first chunk",
        stream(GOOD[0], *(changed(one, ("choices.0.delta.role", None)) for one in GOOD[1:])),
    ),
    wrong("an empty role", edited(("choices.0.delta.role", "")), "chat.stream.schema"),
    wrong("no role", stream(*GOOD[1:]), "chat.stream.role"),
    wrong("another id in every chunk", stream(*[one | {"id": f"c{at}"} for at, one in enumerate(GOOD)]), "chat.stream.constant"),
    wrong(
        "another created in every chunk",
        stream(*[one | {"created": 1790000000 + at} for at, one in enumerate(GOOD)]),
        "chat.stream.created",
    ),
    wrong("another model in the end", edited(("model", "n"), at=3), "chat.stream.constant"),
    wrong("no id", every(("id", ...)), "chat.id"),
    wrong("an empty id", every(("id", "")), "chat.id"),
    wrong("created with a fraction", every(("created", 1790000000.25)), "chat.created"),
    wrong("created in milliseconds", every(("created", 1790000000000)), "chat.created"),
    wrong("no created", every(("created", ...)), "chat.created"),
    wrong("no model", every(("model", ...)), "chat.stream.schema"),
    wrong("the object of a plain answer", every(("object", "chat.completion")), "chat.stream.schema"),
    wrong("the object in the plural", every(("object", "chat.completions.chunk")), "chat.stream.schema"),
    wrong("no object", every(("object", ...)), "chat.stream.schema"),
    wrong(
        "a first chunk without names",
        stream(HEAD | {"id": "", "object": "", "model": "", "created": 0, "choices": []}, *GOOD),
        "chat.stream.schema",
        "chat.id",
        "chat.stream.constant",
    ),
    wrong("a first chunk without choices", stream(HEAD | {"choices": []}, *GOOD), "chat.stream.choices"),
    wrong("a chunk without the member choices", edited(("choices", ...)), "chat.stream.schema"),
    wrong("choices null", edited(("choices", None)), "chat.stream.schema"),
    wrong("a bill as a chunk", stream(*GOOD, {"object": "billing.summary", "cost": 1}), "chat.stream.schema"),
    wrong("no delta", edited(("choices.0.delta", ...)), "chat.stream.schema"),
    wrong("delta null", edited(("choices.0.delta", None)), "chat.stream.schema"),
    wrong("no delta at the finish", edited(("choices.0.delta", ...), at=3), "chat.stream.schema"),
    wrong(
        "messages in place of deltas",
        every(("choices.0.message", {"content": "x"}), ("choices.0.delta", ...)),
        "chat.stream.schema",
    ),
    wrong("no index", every(("choices.0.index", ...)), "chat.stream.schema"),
    wrong("the index as text", every(("choices.0.index", "0")), "chat.stream.schema"),
    wrong("the choice 1 alone", every(("choices.0.index", 1)), "chat.choices.index"),
    wrong("the choice 1 first", stream(*INTERLEAVED[1:2], *INTERLEAVED[:1], *INTERLEAVED[2:], n=2), "chat.stream.order"),
    wrong("one choice of two", stream(*GOOD, n=2), "chat.n.count"),
    wrong("a reason of the model", edited(("choices.0.finish_reason", "eos"), at=3), "chat.finish_reason.legal"),
    wrong("a reason of another API", edited(("choices.0.finish_reason", "end_turn"), at=3), "chat.finish_reason.legal"),
    wrong("the reason as the word null", edited(("choices.0.finish_reason", "null")), "chat.finish_reason.legal"),
    wrong(
        "an empty reason in every chunk",
        stream(*[changed(one, ("choices.0.finish_reason", "")) for one in GOOD[:3]], GOOD[3]),
        "chat.finish_reason.legal",
    ),
    wrong("a reason in every chunk", every(("choices.0.finish_reason", "stop")), "chat.stream.finish"),
    wrong(
        "no reason until the end",
        stream(*[changed(one, ("choices.0.finish_reason", ...)) for one in GOOD[:3]], GOOD[3]),
        "chat.stream.finish.key",
    ),
    wrong("two reasons", stream(*GOOD, chunk({}, "length")), "chat.stream.finish"),
    wrong("text behind the finish", stream(*GOOD, chunk({"content": "late"})), "chat.stream.finish"),
    wrong("a number as content", edited(("choices.0.delta.content", 42)), "chat.stream.schema"),
    wrong("parts as content", edited(("choices.0.delta.content", [{"type": "text", "text": "x"}])), "chat.stream.schema"),
    wrong(
        "all the text again in every increment", telling(*["".join(WORDS[: at + 1]) for at in range(5)]), "chat.stream.increments"
    ),
    wrong("all the text again in the second of two increments", telling("Good", "Good day"), "chat.stream.increments"),
    wrong("text past the stop string", stream(*GOOD, stop=["d d"]), "chat.stop.absent"),
    wrong("logprobs that nobody asked for", edited(("choices.0.logprobs", LOGPROBS)), "chat.logprobs.unasked"),
    wrong(
        "tokens of another text",
        stream(FIRST, changed(GOOD[1], ("choices.0.logprobs", LOGPROBS)), chunk({"content": "!"}), GOOD[3], logprobs=True),
        "chat.logprobs.text",
    ),
    wrong("logprobs without tokens", edited(("choices.0.logprobs", {"tokens": ["Good"]})), "chat.logprobs.shape"),
    wrong("usage in every chunk", stream(*[one | {"usage": USAGE} for one in GOOD], **COUNTING), "chat.stream.usage.chunk"),
    wrong("usage beside the finish", stream(*GOOD[:3], GOOD[3] | {"usage": USAGE}, **COUNTING), "chat.stream.usage.chunk"),
    wrong("usage that nobody asked for", stream(*GOOD, COUNTED), "chat.stream.usage.unasked"),
    wrong("no usage on request", stream(*GOOD, **COUNTING), "chat.stream.usage"),
    wrong("empty usage on request", stream(*GOOD, COUNTED | {"usage": {}}, **COUNTING), "chat.stream.usage", "chat.usage.shape"),
    wrong(
        "usage in a chunk without choices", stream(*GOOD, changed(COUNTED, ("choices", ...)), **COUNTING), "chat.stream.schema"
    ),
    wrong("usage in a chunk with choices null", stream(*GOOD, COUNTED | {"choices": None}, **COUNTING), "chat.stream.schema"),
    wrong("usage with another total", stream(*GOOD, changed(COUNTED, ("usage.total_tokens", 99)), **COUNTING), "chat.usage.sum"),
    wrong(
        "usage without a count", stream(*GOOD, changed(COUNTED, ("usage.completion_tokens", ...)), **COUNTING), "chat.usage.shape"
    ),
    wrong(
        "usage with too many thoughts",
        stream(*GOOD, changed(COUNTED, ("usage.completion_tokens_details", {"reasoning_tokens": 7})), **COUNTING),
        "chat.usage.parts",
    ),
)

ERRORS: tuple[Case, ...] = (
    wrong("an error as a plain success", streamed(spelled(ERROR), "application/json"), "errors.stream.in-200"),
    wrong("an error as the first event", stream({"error": FAILED}), "errors.stream.in-200"),
    wrong("an error within the stream", ended(streamed(TWO), {"error": FAILED}), "errors.stream.break"),
    wrong("an error behind the finish", ended(stream(*GOOD), {"error": FAILED}), "errors.stream.break"),
    wrong("an error as a string", ended(streamed(TWO), {"error": "boom"}), "errors.stream.event"),
    wrong("an empty error", ended(streamed(TWO), {"error": {}}), "errors.stream.event"),
    wrong("a flat error", ended(streamed(TWO), {"object": "error", "message": "boom", "code": 500}), "errors.stream.event"),
    wrong(
        "an event called error",
        streamed(TWO + b"event: error\ndata: " + spelled({"error": FAILED}) + b"\n\n"),
        "errors.stream.break",
    ),
    wrong(
        "a flat event called error", streamed(TWO + b"event: error\ndata: " + spelled(FAILED) + b"\n\n"), "errors.stream.event"
    ),
    wrong(
        "an error in a field of its own",
        streamed(TWO + b"error: " + spelled(FAILED) + b"\n\ndata: [DONE]\n\n"),
        "chat.stream.lines",
        "chat.stream.finish",
    ),
    wrong("an error status as a stream", streamed(b"data: " + spelled(ERROR) + b"\n\n", status=400), "errors.stream.sse"),
    right("an error status in JSON", streamed(spelled(ERROR), "application/json", 400)),
)

CASES = ORDER + ERRORS
