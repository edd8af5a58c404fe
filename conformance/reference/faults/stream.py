"""Faults in the framing and the order of streams."""

from __future__ import annotations

import json
from dataclasses import replace

from conformance.reference.errors import envelope
from conformance.reference.faults.parts import GITHUB, choices, saying, streamed, with_texts, without
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
    "private-events", seen=GITHUB + "Kilo-Org/kilocode/issues/12269", on="chunks", speaks=("chat.stream.schema",), also=("chat",)
)
def private_events(chunks: Chunks) -> Chunks:
    """Sends an object of its own between the chunks."""
    return [*chunks, {"object": "billing.summary", "cost": 0.0012}]


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
    "chunk-members-missing",
    seen=GITHUB + "jingyaogong/minimind/pull/738",
    on="chunk",
    speaks=(
        "chat.stream.schema",
        "chat.created",
        "chat.id",
    ),
    also=("chat.stream_options",),
)
def chunk_members_missing(chunk: Object) -> Object:
    """Leaves everything but the choices out of chunks."""
    return {"choices": chunk["choices"]}


@fault("chunk-object-missing", seen=GITHUB + "JetBrains/koog/issues/1027", on="chunk", speaks=("chat.stream.schema",))
def chunk_object_missing(chunk: Object) -> Object:
    """Leaves object out of chunks."""
    return without(chunk, "object")


@fault("chunk-object-plural", seen=GITHUB + "binary-husky/gpt_academic/issues/823", on="chunk", speaks=("chat.stream.schema",))
def chunk_object_plural(chunk: Object) -> Object:
    """Calls chunks chat.completions.chunk."""
    return chunk | {"object": "chat.completions.chunk"}


@fault("id-per-chunk", seen=GITHUB + "ollama/ollama/issues/3614", on="chunks", speaks=("chat.stream.constant",))
def id_per_chunk(chunks: Chunks) -> Chunks:
    """Gives every chunk an id of its own."""
    return [chunk | {"id": f"{chunk['id']}{place}"} for place, chunk in enumerate(chunks)]


@fault(
    "created-per-chunk",
    seen=GITHUB + "sgl-project/sglang/issues/39864",
    on="chunks",
    speaks=("chat.stream.created", "chat.stream.created.second"),
)
def created_per_chunk(chunks: Chunks) -> Chunks:
    """Gives every chunk the time when it was made."""
    return [chunk | {"created": chunk["created"] + place // 4} for place, chunk in enumerate(chunks)]


@fault("role-never", seen=GITHUB + "danny-avila/LibreChat/issues/1353", on="chunk", speaks=("chat.stream.role",))
def role_never(chunk: Object) -> Object:
    """Tells no role in a stream."""
    for delta in saying(chunk):
        delta.pop("role", None)
    return chunk


@fault("role-always", seen=GITHUB + "mudler/LocalAI/issues/340", on="chunk", speaks=("chat.stream.role.once",))
def role_always(chunk: Object) -> Object:
    """Tells the role in every delta."""
    for delta in saying(chunk):
        delta["role"] = "assistant"
    return chunk


@fault("delta-missing-at-end", seen=GITHUB + "deepset-ai/hayhooks/pull/69", on="chunk", speaks=("chat.stream.schema",))
def delta_missing_at_end(chunk: Object) -> Object:
    """Leaves the delta out of the last chunk."""
    return chunk | {"choices": [without(choice, "delta") if not choice["delta"] else choice for choice in choices(chunk)]}


@fault(
    "message-for-delta",
    seen=GITHUB + "NVIDIA/NeMo-Agent-Toolkit/issues/818",
    on="chunk",
    speaks=("chat.stream.schema",),
    also=("*",),
)
def message_for_delta(chunk: Object) -> Object:
    """Puts what it says into a message, and null into the delta."""
    return chunk | {"choices": [choice | {"message": choice["delta"], "delta": None} for choice in choices(chunk)]}


@fault(
    "deltas-cumulative",
    seen=GITHUB + "NVIDIA/TensorRT-LLM/issues/3280",
    on="chunks",
    speaks=("chat.stream.increments",),
    also=("chat.json_object", "chat.json_schema", "chat.stream.equality"),
)
def deltas_cumulative(chunks: Chunks) -> Chunks:
    """Repeats the whole text so far in every delta."""
    told: dict[int, str] = {}
    for chunk in chunks:
        for choice in choices(chunk):
            if choice["delta"].get("content"):
                told[choice["index"]] = told.get(choice["index"], "") + choice["delta"]["content"]
                choice["delta"]["content"] = told[choice["index"]]
    return chunks


@fault("deltas-trimmed", seen=GITHUB + "paiml/aprender/pull/2367", on="chunk", speaks=("chat.stream.equality",))
def deltas_trimmed(chunk: Object) -> Object:
    """Trims every delta, so that all blanks are lost."""
    return with_texts(chunk, str.strip)


@fault(
    "stream-without-text",
    seen=GITHUB + "mudler/LocalAI/issues/1609",
    on="chunks",
    speaks=("chat.stream.equality",),
    also=(
        "chat.json_object",
        "chat.json_schema",
        "chat.stop",
    ),
)
def stream_without_text(chunks: Chunks) -> Chunks:
    """Streams a role and an end and no text."""
    return [chunk for chunk in chunks if not any(delta.get("content") for delta in saying(chunk))]


@fault("metrics-in-chunks", seen=GITHUB + "mozilla-ai/any-llm/issues/1258", on="chunk", speaks=("chat.stream.foreign",))
def metrics_in_chunks(chunk: Object) -> Object:
    """Passes the measurements of its native stream on."""
    return chunk | {"done": False, "total_duration": 5_191_566_416, "load_duration": 2_154_458, "eval_duration": 4_799_921_000}


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
    also=("chat.stream.equality",),
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


@fault(
    "choice-index-changes",
    seen=GITHUB + "BerriAI/litellm/issues/3276",
    on="chunks",
    speaks=("chat.stream.order",),
    also=("chat", "chat.finish_reason", "chat.n", "chat.tools"),
)
def choice_index_changes(chunks: Chunks) -> Chunks:
    """Opens a stream with choice 1 and goes on with choice 0."""
    first, *rest = chunks
    return [first | {"choices": [choice | {"index": 1} for choice in choices(first)]}, *rest]


@fault("keepalive-hollow", seen=GITHUB + "theopenco/llmgateway/pull/2334", on="frames", speaks=("chat.stream.framing",))
def keepalive_hollow(frames: Frames) -> Frames:
    """Numbers its events and puts blocks without data between them."""
    return [frames[0], b"id: 1\n" + frames[1], b": keep-alive\n\n", *frames[2:]]


@fault("stream-opens-without-choices", seen=GITHUB + "uezo/aiavatarkit/pull/124", on="chunks", speaks=("chat.stream.choices",))
def stream_opens_without_choices(chunks: Chunks) -> Chunks:
    """Opens a stream with what its filter says about the prompt, and no choice."""
    return [chunks[0] | {"choices": [], "prompt_filter_results": []}, *chunks]


@fault(
    "characters-in-two-chunks",
    seen=GITHUB + "Luce-Org/lucebox/pull/641",
    on="chunks",
    speaks=("chat.stream.utf8",),
    also=("chat", "chat.stream.equality"),
)
def characters_in_two_chunks(chunks: Chunks) -> Chunks:
    """Decodes tokens one by one, so that a character's halves arrive as two signs of replacement."""
    told: Chunks = []
    for chunk in chunks:
        said = next((delta.get("content") for delta in saying(chunk)), None) or ""
        halves = [chunk] if said.isascii() else [_saying(chunk, "\ufffd"), _saying(chunk, "\ufffd")]
        told += halves
    return told


def _saying(chunk: Object, text: str) -> Object:
    return chunk | {"choices": [choice | {"delta": {"content": text}} for choice in choices(chunk)]}


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
    seen=GITHUB + "ggml-org/llama.cpp/pull/16109",
    on="reply",
    speaks=("errors.stream.sse",),
    also=("errors.envelope",),
)
def refusal_as_events(reply: Reply, asked: Asked) -> Reply:
    """Refuses a request for a stream with the right status and events in place of JSON."""
    if not streamed(asked) or reply.status < 400:
        return reply
    frame = b"data: " + json.dumps(json.loads(reply.frames[0])).encode() + b"\n\n"
    return replace(reply, headers=(("content-type", "text/event-stream"), *reply.headers[1:]), frames=(frame,))
