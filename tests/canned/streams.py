"""Streamed chat completions as events and chunks, right and wrong."""

from __future__ import annotations

import json
from dataclasses import replace

from canned.making import (
    COMPLETION,
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
from conformance.messages import Exchange, Failure, Piece, Request

TEXT = lines(*GOOD)
OPEN = lines(*GOOD).removesuffix(b"data: [DONE]\n\n")
TWO = lines(*GOOD[:2]).removesuffix(b"data: [DONE]\n\n")
FAILED = {"message": "boom", "type": "server_error", "code": None, "param": None}
RAW = json.dumps(GOOD[1])
WORDS = ("One", " two", " three", " four", " five")
LOGPROBS = {"content": [{"token": "Good", "logprob": -0.5, "bytes": None, "top_logprobs": []}], "refusal": None}


def edited(*edits, at=1):
    """The right stream with edits of one chunk."""
    return stream(*[changed(one, *edits) if place == at else one for place, one in enumerate(GOOD)])


def every(*edits):
    """The right stream with edits of every chunk."""
    return stream(*[changed(one, *edits) for one in GOOD])


def telling(*texts):
    """A right stream of some increments."""
    return stream(FIRST, *[chunk({"content": text}) for text in texts], chunk({}, "stop"))


def ended(exchange, *more):
    """The stream with more events behind its chunks and before [DONE]."""
    return streamed(exchange.body.removesuffix(b"data: [DONE]\n\n") + lines(*more))


def arriving(*moments: float) -> Exchange:
    """A long stream whose increments arrive at some moments, the rest with the last."""
    chunks = [FIRST, *[chunk({"content": f" {number}"}) for number in range(30)], chunk({}, "stop")]
    data = [lines(one).removesuffix(b"data: [DONE]\n\n") for one in chunks] + [b"data: [DONE]\n\n"]
    pieces = [Piece(moments[min(place, len(moments) - 1)], one) for place, one in enumerate(data)]
    whole = stream(*chunks)
    return Exchange(whole.request, 200, whole.headers, tuple(pieces), started=whole.started, seconds=pieces[-1].at)


def audio(delta, finish=...):
    return changed(chunk(delta), ("choices.0.finish_reason", finish))


TORN = tuple(chunk({"content": text}) for text in ("smile \ufffd", "\ufffd", "\ufffd!"))
AUDIO = (
    audio({"role": "assistant", "content": None, "audio": {"id": "a", "transcript": "Hi"}}),
    HEAD,
    audio({"role": "assistant", "audio": {"data": "AAAA"}}),
    COUNTED,
    audio({"audio": {"expires_at": 1}}),
)
INTERLEAVED = (
    FIRST,
    chunk({"role": "assistant", "content": ""}, index=1),
    chunk({"content": "A"}, index=1),
    chunk({"content": "B"}),
    chunk({}, "stop", 1),
    chunk({}, "stop"),
)

RIGHT: tuple[Case, ...] = (
    right("a right stream", stream(*GOOD)),
    right("usage on request", stream(*GOOD, COUNTED, **COUNTING)),
    right("usage null until the last chunk", stream(*[one | {"usage": None} for one in GOOD], COUNTED, **COUNTING)),
    right("a chunk of moderation behind usage", stream(*GOOD, COUNTED, HEAD | {"choices": [], "moderation": {}}, **COUNTING)),
    right("lines that end in CRLF", streamed(lines(*GOOD, end="\r\n\r\n"))),
    right("lines that end in CR", streamed(lines(*GOOD, end="\r\r"))),
    right("no space behind the colon", streamed(lines(*GOOD, before="data:"))),
    right("events called message", streamed(lines(*GOOD, before="event: message\ndata: "))),
    right(
        "data over several lines",
        streamed(
            b"".join(
                b"data: " + b"\ndata: ".join(spelled(one).split(b", ", 1)).replace(b"\ndata: ", b",\ndata: ") + b"\n\n"
                for one in GOOD
            )
            + b"data: [DONE]\n\n"
        ),
    ),
    right("comments", streamed(b": waiting\n\n: PROCESSING\n\n" + TEXT)),
    right("comments as padding", streamed(TEXT.replace(b"}\n\n", b"}\n: x9Kq\n\n"))),
    right("ids of events", streamed(lines(*GOOD, before="id: 7\ndata: "))),
    right("blank lines before the first event", streamed(b"\n\n\n" + TEXT)),
    right("a charset", streamed(TEXT, "text/event-stream; charset=utf-8")),
    right("padding as a member", every(("obfuscation", "xyz"))),
    right("an error of null", every(("error", None))),
    right("thoughts beside the text", stream(chunk({"role": "assistant", "reasoning_content": "hm"}), *GOOD[1:])),
    right("content null in between", edited(("choices.0.delta", {"content": None}))),
    right("the text in the last increment", stream(FIRST, chunk({"content": "hi"}, "stop"))),
    right("two choices by turns", stream(*INTERLEAVED, n=2)),
    right(
        "a refusal",
        stream(chunk({"role": "assistant", "content": None, "refusal": ""}), chunk({"refusal": "No."}), chunk({}, "stop")),
    ),
    right("an audio answer", stream(*AUDIO, model="gpt-4o-audio-preview", modalities=["text", "audio"], audio={}, **COUNTING)),
    right(
        "the finish_details of the first vision model",
        stream(*GOOD[:3], changed(GOOD[3], ("choices.0.finish_details", {"type": "stop"}))),
    ),
    right("whole characters", telling("h\u00e9", "\U0001f600", "\u65e5\u672c")),
    right("torn characters under a bias", stream(FIRST, *TORN, chunk({}, "stop"), logit_bias={"7": 100})),
    right("text that happens to grow", telling("a", "ab", "abc")),
    right("a stop string that does not occur", stream(*GOOD, stop=["evening"])),
    right("increments as they are made", arriving(1.2, *[1.3 + at / 20 for at in range(33)])),
    right("a short answer at once", stream(*GOOD)),
    right("a fast answer at once", arriving(0.05)),
    right("a stream of a recorder that lost the request", replace(stream(*GOOD), request=Request("POST", "/chat/completions"))),
)

FRAMING: tuple[Case, ...] = (
    wrong("no [DONE]", streamed(OPEN), "chat.stream.done"),
    wrong("neither finish nor [DONE]", streamed(TWO), "chat.stream.done", "chat.stream.finish"),
    wrong("two spaces behind the colon", streamed(lines(*GOOD, before="data:  ")), "chat.stream.json"),
    wrong("events named otherwise", streamed(lines(*GOOD, before="event: completion\ndata: ")), "chat.stream.names"),
    wrong("events named for threads", streamed(lines(*GOOD, before="event: thread.message\ndata: ")), "chat.stream.framing"),
    wrong(
        "a line break within data", streamed(TEXT.replace(b'"delta"', b'\n"delta"', 1)), "chat.stream.json", "chat.stream.framing"
    ),
    wrong("a byte order mark", streamed(b"\xef\xbb\xbf" + TEXT), "chat.stream.framing"),
    wrong("a byte that is no UTF-8", streamed(TEXT.replace(b"Good", b"G\xffod")), "chat.stream.utf8"),
    wrong("JSON as the type", streamed(TEXT, "application/json"), "chat.stream.content-type"),
    wrong("text as the type", streamed(TEXT, "text/plain"), "chat.stream.content-type"),
    wrong("no type", streamed(TEXT, None), "chat.stream.content-type"),
    wrong(
        "lines of JSON", streamed(b"".join(spelled(one) + b"\n" for one in GOOD), "application/x-ndjson"), "chat.stream.events"
    ),
    wrong("a plain answer", streamed(spelled(COMPLETION), "application/json"), "chat.stream.events"),
    wrong("a page", streamed(b"<html>login</html>", "text/html"), "chat.stream.events"),
    wrong("an empty body", streamed(b""), "chat.stream.events"),
    wrong("[DONE] alone", streamed(b"data: [DONE]\n\n"), "chat.stream.events"),
    wrong("no blank lines in between", streamed(lines(*GOOD, end="\n")[:-1] + b"\n\n"), "chat.stream.events"),
    wrong("an event without an end", streamed(OPEN.rstrip(b"\n") + b"\n"), "chat.stream.framing"),
    wrong("an event without a line end", streamed(OPEN.rstrip(b"\n")), "chat.stream.framing"),
    wrong("[DONE] without a blank line", streamed(OPEN + b"data: [DONE]\n"), "chat.stream.end"),
    wrong("[DONE] without a line end", streamed(OPEN + b"data: [DONE]"), "chat.stream.end"),
    wrong("[DONE] twice", streamed(TEXT + b"data: [DONE]\n\n"), "chat.stream.done"),
    wrong("a chunk behind [DONE]", streamed(TEXT + lines(chunk({"content": "late"}))[:-14]), "chat.stream.done"),
    wrong("[DONE] and a space", streamed(OPEN + b"data: [DONE] \n\n"), "chat.stream.done"),
    wrong("[done]", streamed(OPEN + b"data: [done]\n\n"), "chat.stream.done", "chat.stream.json"),
    wrong("[DONE] as JSON", streamed(OPEN + b'data: "[DONE]"\n\n'), "chat.stream.done", "chat.stream.json"),
    wrong("pings with data", streamed(b"event: ping\ndata: {}\n\n" + TEXT), "chat.stream.schema"),
    wrong("pings without data", streamed(b"event: ping\n\n" + TEXT), "chat.stream.framing"),
    wrong("a retry of its own", streamed(b"retry: 3000\n\n" + TEXT), "chat.stream.framing"),
    wrong("ids and one more blank line", streamed(lines(*GOOD, before="id: 7\ndata: ", end="\n\n\n")), "chat.stream.framing"),
    wrong(
        "comments between events with ids",
        streamed(b"id: 1\n" + TEXT.replace(b"}\n\n", b"}\n\n: alive\n\n")),
        "chat.stream.framing",
    ),
    wrong("empty data", streamed(b"data:\n\n" + TEXT), "chat.stream.json"),
    wrong("data of null", stream("null", *GOOD), "chat.stream.json"),
    wrong("keep-alives as data", stream(": keep-alive", *GOOD), "chat.stream.json"),
    wrong("data that is cut", stream(FIRST, '{"id": "x", ', *GOOD[1:]), "chat.stream.json"),
    wrong("one key twice", stream(FIRST, RAW[:-1] + ', "id": "chatcmpl-1"}', *GOOD[2:]), "chat.stream.json"),
    wrong(
        "a logprob that is not a number",
        stream(FIRST, RAW.replace('"logprobs": null', '"logprobs": NaN'), *GOOD[2:]),
        "chat.stream.json",
    ),
    wrong("a lost connection", streamed(TWO, failure=Failure("reset", "connection reset")), "chat.complete"),
    wrong(
        "a connection lost within an event",
        streamed(TWO + b'data: {"id"', failure=Failure("protocol", "incomplete")),
        "chat.complete",
    ),
    wrong("an end within an event", streamed(TWO + b'data: {"id":"chatcmpl-1","obj'), "chat.stream.framing"),
    wrong("a torn character", stream(FIRST, *TORN, chunk({}, "stop")), "chat.stream.utf8"),
    wrong("a torn surrogate pair", telling("smile \ud83d", "\ude00"), "chat.stream.utf8"),
    wrong("all at once", arriving(2.0), "chat.stream.incremental"),
)

ORDER: tuple[Case, ...] = (
    wrong("no finish", stream(*GOOD[:3]), "chat.stream.finish"),
    wrong("the role in every chunk", every(("choices.0.delta.role", "assistant")), "chat.stream.role.once"),
    wrong("the role null in every chunk", every(("choices.0.delta.role", None)), "chat.stream.role"),
    wrong("an empty role", edited(("choices.0.delta.role", "")), "chat.stream.schema"),
    wrong("no role", stream(*GOOD[1:]), "chat.stream.role"),
    wrong("another id in every chunk", stream(*[one | {"id": f"c{at}"} for at, one in enumerate(GOOD)]), "chat.stream.constant"),
    wrong(
        "another created in every chunk",
        stream(*[one | {"created": 1790000000 + at} for at, one in enumerate(GOOD)]),
        "chat.stream.constant",
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
        "chat.stream.framing",
    ),
    wrong("an error status as a stream", streamed(b"data: " + spelled(ERROR) + b"\n\n", status=400), "errors.stream.sse"),
    right("an error status in JSON", streamed(spelled(ERROR), "application/json", 400)),
)

CASES = RIGHT + FRAMING + ORDER + ERRORS
