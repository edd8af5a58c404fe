"""Faults in the framing and the order of streams."""

from __future__ import annotations

import json
from dataclasses import replace

from conformance.reference.errors import envelope
from conformance.reference.faults.parts import GITHUB, streamed, without
from conformance.reference.faults.registry import fault
from conformance.reference.values import Asked, Object, Refused, Reply

Chunks = list[Object]
Frames = list[bytes]


@fault("done-missing", seen=GITHUB + "ggml-org/llama.cpp/pull/9459", on="frames", speaks=("chat.stream.done",))
def done_missing(frames: Frames) -> Frames:
    """Ends streams without [DONE]."""
    return frames[:-1]


@fault("done-unfinished", seen=GITHUB + "openai/openai-node/issues/2725", on="frames", speaks=("chat.stream.end",))
def done_unfinished(frames: Frames) -> Frames:
    """Ends [DONE] without the blank line that makes it an event."""
    return [*frames[:-1], frames[-1].rstrip(b"\n") + b"\n"]


@fault("events-named", seen=GITHUB + "mudler/LocalAI/issues/340", on="frames", speaks=("chat.stream.names",))
def events_named(frames: Frames) -> Frames:
    """Names its events."""
    return [b"event: data\n" + frame for frame in frames]


@fault("keepalive-as-data", seen=GITHUB + "mnfst/llm-gateway/issues/2053", on="frames", speaks=("chat.stream.json",))
def keepalive_as_data(frames: Frames) -> Frames:
    """Says it is alive in data fields, where a comment belongs."""
    return [frames[0], b"data: : keep-alive\n\n", *frames[1:]]


@fault("data-null", seen=GITHUB + "earendil-works/pi/pull/2466", on="frames", speaks=("chat.stream.json",))
def data_null(frames: Frames) -> Frames:
    """Sends an event that is null."""
    return [frames[0], b"data: null\n\n", *frames[1:]]


@fault(
    "stream-ignored",
    seen=GITHUB + "Amm1rr/WebAI-to-API/issues/57",
    on="sent",
    speaks=(
        "chat.stream.flag",
        "chat.stream.events",
    ),
    also=("*",),
)
def stream_ignored(sent: Object) -> Object:
    """Answers a request for a stream with one JSON object."""
    return without(sent, "stream", "stream_options")


@fault("stream-in-one-go", seen=GITHUB + "Kong/kong/issues/14425", on="reply", speaks=("chat.stream.incremental",))
def stream_in_one_go(reply: Reply, asked: Asked) -> Reply:
    """Holds a stream back and sends it when it is complete."""
    whole = reply.first + reply.pause * len(reply.frames)
    return replace(reply, first=whole + 1.0, frames=(b"".join(reply.frames),)) if streamed(asked) else reply


@fault("stream-cut", seen=GITHUB + "npuichigo/openai_trtllm/issues/31", on="reply", speaks=("chat.complete",), also=("*",))
def stream_cut(reply: Reply, asked: Asked) -> Reply:
    """Loses the connection in the middle of a stream."""
    return replace(reply, frames=reply.frames[:3], lost=True) if streamed(asked) and reply.status == 200 else reply


@fault(
    "created-per-chunk",
    seen=GITHUB + "sgl-project/sglang/issues/39864",
    on="chunks",
    speaks=("chat.stream.created", "chat.stream.created.second"),
)
def created_per_chunk(chunks: Chunks) -> Chunks:
    """Gives every chunk the time when it was made."""
    return [chunk | {"created": chunk["created"] + place // 4} for place, chunk in enumerate(chunks)]


@fault(
    "json-over-lines", seen=GITHUB + "mpetrunic/fastify-sse-v2/pull/93", on="frames", speaks=("chat.stream.events",), also=("*",)
)
def json_over_lines(frames: Frames) -> Frames:
    """Breaks the JSON of an event over lines that have no field name."""
    return [frame.replace(b',"choices"', b',\n"choices"') for frame in frames]


@fault(
    "stream-labelled-plain", seen=GITHUB + "8monkey-ai/hebo-platform/pull/56", on="reply", speaks=("chat.stream.content-type",)
)
def stream_labelled_plain(reply: Reply, asked: Asked) -> Reply:
    """Calls a stream text/plain."""
    label = ("content-type", "text/plain; charset=utf-8")
    return replace(reply, headers=(label, *reply.headers[1:])) if streamed(asked) and reply.status == 200 else reply


@fault("error-as-stream", seen=GITHUB + "ggml-org/llama.cpp/issues/14566", on="reply", speaks=("errors.unknown-model.stream",))
def error_as_stream(reply: Reply, asked: Asked) -> Reply:
    """Answers a wrong request for a stream with 200 and tells the error inside."""
    if not streamed(asked) or reply.status < 400:
        return reply
    frame = b"data: " + json.dumps(json.loads(reply.frames[0])).encode() + b"\n\n"
    return Reply(200, (("content-type", "text/event-stream"), *reply.headers[1:]), (frame, b"data: [DONE]\n\n"))


@fault(
    "surrogate-alone",
    seen=GITHUB + "NousResearch/hermes-agent/pull/80409",
    on="frames",
    speaks=("chat.content.text",),
    also=(
        "chat.logprobs",
        "chat.stream.equality",
    ),
)
def surrogate_alone(frames: Frames) -> Frames:
    """Sends one half of a surrogate pair."""
    return [frame.replace(b'"content":" ', b'"content":" \\ud83d', 1) for frame in frames]


@fault(
    "stream-refused", seen=GITHUB + "strands-agents/harness-sdk/issues/1254", on="sent", speaks=("chat.stream.flag",), also=("*",)
)
def stream_refused(sent: Object) -> Object:
    """Refuses streams."""
    if sent.get("stream") is True:
        raise Refused(
            501, {"error": {"message": "There is no streaming here.", "type": "api_error", "param": None, "code": None}}
        )
    return sent


@fault("keepalive-hollow", seen=GITHUB + "theopenco/llmgateway/pull/2334", on="frames", speaks=("chat.stream.framing",))
def keepalive_hollow(frames: Frames) -> Frames:
    """Numbers its events and puts blocks without data between them."""
    return [frames[0], b"id: 1\n" + frames[1], b": keep-alive\n\n", *frames[2:]]


@fault(
    "error-in-a-field-of-its-own",
    seen=GITHUB + "ggml-org/llama.cpp/pull/16109",
    on="frames",
    speaks=("chat.stream.lines", "chat.stream.finish"),
    also=("*",),
)
def error_in_a_field_of_its_own(frames: Frames) -> Frames:
    """Breaks a stream off with an error in a field that clients pass over."""
    return [*frames[:3], b'error: {"code":500,"message":"context shift failed"}\n\n', frames[-1]]


@fault(
    "error-within-stream-flat",
    seen=GITHUB + "octos-org/octos/issues/13",
    on="frames",
    speaks=("errors.stream.event",),
    also=("*",),
)
def error_within_stream_flat(frames: Frames) -> Frames:
    """Breaks a stream off with an error that is a string."""
    return [*frames[:3], b'data: {"error":"Stream error: out of memory"}\n\n', frames[-1]]


@fault(
    "error-within-stream",
    seen=GITHUB + "vllm-project/vllm/issues/49216",
    on="frames",
    speaks=("errors.stream.break",),
    also=("*",),
)
def error_within_stream(frames: Frames) -> Frames:
    """Breaks a stream off with an error."""
    error = envelope("The engine has died.", "server_error")
    return [*frames[:3], b"data: " + json.dumps(error).encode() + b"\n\n", frames[-1]]


@fault(
    "refusal-as-events",
    seen=GITHUB + "ardanlabs/kronk/issues/862",
    on="reply",
    speaks=("errors.stream.sse",),
    also=("errors.envelope",),
)
def refusal_as_events(reply: Reply, asked: Asked) -> Reply:
    """Refuses a request for a stream by an event in place of JSON; the report is of status 200, here it is the right one."""
    if not streamed(asked) or reply.status < 400:
        return reply
    frame = b"data: " + json.dumps(json.loads(reply.frames[0])).encode() + b"\n\n"
    return replace(reply, headers=(("content-type", "text/event-stream"), *reply.headers[1:]), frames=(frame,))
