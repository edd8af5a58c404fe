"""Streamed chat completions as events and chunks, right and wrong."""

from __future__ import annotations

import json
from dataclasses import replace

from canned.making import (
    COMPLETION,
    COUNTED,
    COUNTING,
    FIRST,
    GOOD,
    HEAD,
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
RAW = json.dumps(GOOD[1])


def edited(*edits, at=1):
    """The right stream with edits of one chunk."""
    return stream(*[changed(one, *edits) if place == at else one for place, one in enumerate(GOOD)])


def every(*edits):
    """The right stream with edits of every chunk."""
    return stream(*[changed(one, *edits) for one in GOOD])


def telling(*texts):
    """A right stream of some increments."""
    return stream(FIRST, *[chunk({"content": text}) for text in texts], chunk({}, "stop"))


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
    right("laughter in two increments", telling("haha", "hahaha")),
    right("laughter without letters to tell apart", telling("\u54c8\u54c8", "\u54c8\u54c8\u54c8\u54c8")),
    right("numbers that grow", telling("123", "1234")),
    right(
        "a hot stream that stammers",
        stream(FIRST, *[chunk({"content": word}) for word in ("Goo", "Good")], chunk({}, "stop"), temperature=1.5),
    ),
    right("a stop string that does not occur", stream(*GOOD, stop=["evening"])),
    right("increments as they are made", arriving(1.2, *[1.3 + at / 20 for at in range(33)])),
    right("a short answer at once", stream(*GOOD)),
    right("a pause of three seconds", arriving(0.1, 0.2, 3.2)),
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
        "a line break within data", streamed(TEXT.replace(b'"delta"', b'\n"delta"', 1)), "chat.stream.json", "chat.stream.lines"
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
    wrong(
        "a stream that stands still", streamed(TWO, failure=Failure("timeout", "no complete answer within 60 s")), "chat.complete"
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

CASES = RIGHT + FRAMING
