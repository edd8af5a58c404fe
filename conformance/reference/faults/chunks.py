"""Faults in the chunks of a stream: their members, their order and what they say."""

from __future__ import annotations

from conformance.reference.faults.parts import GITHUB, choices, saying, with_texts, without
from conformance.reference.faults.registry import fault
from conformance.reference.values import Object

Chunks = list[Object]


@fault(
    "private-events", seen=GITHUB + "Kilo-Org/kilocode/issues/12269", on="chunks", speaks=("chat.stream.schema",), also=("chat",)
)
def private_events(chunks: Chunks) -> Chunks:
    """Sends an object of its own between the chunks."""
    return [*chunks, {"object": "billing.summary", "cost": 0.0012}]


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
    also=("chat.logprobs", "chat.json_object", "chat.json_schema", "chat.stream.equality"),
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


@fault(
    "deltas-trimmed",
    seen=GITHUB + "paiml/aprender/pull/2367",
    on="chunk",
    speaks=("chat.stream.equality",),
    also=("chat.logprobs",),
)
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


@fault("stream-opens-without-choices", seen=GITHUB + "uezo/aiavatarkit/pull/124", on="chunks", speaks=("chat.stream.choices",))
def stream_opens_without_choices(chunks: Chunks) -> Chunks:
    """Opens a stream with what its filter says about the prompt, and no choice."""
    return [chunks[0] | {"choices": [], "prompt_filter_results": []}, *chunks]


@fault(
    "characters-in-two-chunks",
    seen=GITHUB + "Luce-Org/lucebox/pull/641",
    on="chunks",
    speaks=("chat.stream.utf8",),
    also=("chat.logprobs", "chat", "chat.stream.equality"),
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
