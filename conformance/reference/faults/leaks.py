"""Faults that leave in an answer, or take out of it, what belongs to the model's template and not to its text."""

from __future__ import annotations

from typing import Any

from conformance.reference.errors import envelope
from conformance.reference.faults.parts import GITHUB, choices, saying, streamed, with_texts
from conformance.reference.faults.registry import fault
from conformance.reference.values import Asked, Object, Refused

Chunks = list[Object]


def _texts(chunks: Chunks) -> list[Object]:
    """The deltas that say something."""
    return [delta for chunk in chunks for delta in saying(chunk) if delta.get("content")]


@fault(
    "marker-leaked-in-stream",
    seen=GITHUB + "vllm-project/vllm/issues/58127",
    on="chunks",
    speaks=("chat.stream.equality",),
    also=("chat.json_object", "chat.json_schema", "chat.logprobs"),
)
def marker_leaked_in_stream(chunks: Chunks) -> Chunks:
    """Ends streamed texts with a closing mark of the template."""
    for delta in _texts(chunks)[-1:]:
        delta["content"] += "</answer>"
    return chunks


@fault(
    "blank-lines-before-streams",
    seen=GITHUB + "jundot/omlx/pull/2492",
    on="chunks",
    speaks=("chat.stream.equality",),
    also=("chat.logprobs",),
)
def blank_lines_before_streams(chunks: Chunks) -> Chunks:
    """Begins streamed texts with the blank lines that were behind the thoughts."""
    for delta in _texts(chunks)[:1]:
        delta["content"] = "\n\n" + delta["content"]
    return chunks


@fault(
    "stream-text-as-thoughts",
    seen=GITHUB + "vllm-project/vllm/issues/40466",
    on="chunk",
    speaks=("chat.stream.equality",),
    also=("chat.json_object", "chat.json_schema", "chat.stop", "chat.logprobs"),
)
def stream_text_as_thoughts(chunk: Object) -> Object:
    """Puts streamed text into the member for thoughts."""
    for delta in saying(chunk):
        if delta.get("content"):
            delta["reasoning"] = delta.pop("content")
    return chunk


@fault(
    "markers-leaked",
    seen=GITHUB + "NVIDIA/TensorRT-LLM/issues/10651",
    on="answer",
    speaks=("chat.content.markers",),
    also=("chat.json_object", "chat.json_schema", "chat.logprobs", "chat.stream.equality", "chat.stop"),
)
def markers_leaked(answer: Object) -> Object:
    """Leaves control tokens of the template at the end of texts."""
    return with_texts(answer, lambda text: text + "<|call|>")


@fault(
    "json-empty",
    seen=GITHUB + "ollama/ollama/issues/11691",
    on="answer",
    speaks=("chat.json_schema.enum",),
    also=("chat.json_object", "chat.json_schema"),
)
def json_empty(answer: Object, asked: Asked) -> Object:
    """Says nothing where a schema is prescribed."""
    form = asked.sent.get("response_format")
    prescribed = isinstance(form, dict) and form.get("type") == "json_schema"
    return with_texts(answer, lambda _text: "") if prescribed else answer


@fault(
    "logprobs-in-streams-break",
    seen=GITHUB + "BerriAI/litellm/issues/3253",
    on="sent",
    speaks=("chat.logprobs.stream",),
)
def logprobs_in_streams_break(sent: Object, asked: Asked) -> Object:
    """Breaks down over logprobs in a stream."""
    if streamed(asked) and sent.get("logprobs"):
        raise Refused(500, envelope("Error serializing to JSON: TypeError: 'MockValSer'", "None", "None"))
    return sent


@fault(
    "rivals-of-the-first-token",
    seen=GITHUB + "sgl-project/sglang/issues/30188",
    on="chunks",
    speaks=("chat.logprobs.stream",),
    also=("chat.top_logprobs",),
)
def rivals_of_the_first_token(chunks: Chunks) -> Chunks:
    """Gives every token of a stream the rivals of the first."""
    first: list[Any] = []
    for chunk in chunks:
        for choice in choices(chunk):
            for entry in (choice.get("logprobs") or {}).get("content") or ():
                first = first or entry["top_logprobs"]
                entry["top_logprobs"] = first
    return chunks


@fault(
    "logprobs-beside-schema-crash",
    seen=GITHUB + "madroidmaq/mlx-omni-server/pull/56",
    on="sent",
    speaks=("chat.logprobs.schema",),
)
def logprobs_beside_schema_crash(sent: Object) -> Object:
    """Cannot spell the logarithm of what a schema made impossible."""
    if sent.get("logprobs") and sent.get("response_format"):
        raise Refused(500, envelope("Out of range float values are not JSON compliant: -inf", "server_error"))
    return sent


@fault("logprobs-alone-refused", seen=GITHUB + "vllm-project/vllm/issues/4795", on="sent", speaks=("chat.logprobs.content",))
def logprobs_alone_refused(sent: Object) -> Object:
    """Refuses logprobs without top_logprobs."""
    if sent.get("logprobs") and not sent.get("top_logprobs"):
        raise Refused(400, envelope("logprobs need top_logprobs.", param="top_logprobs"))
    return sent


@fault(
    "choices-streamed-as-one",
    seen=GITHUB + "BerriAI/litellm/issues/3276",
    on="chunk",
    speaks=("chat.n.stream",),
    also=("chat", "chat.stream", "chat.n"),
)
def choices_streamed_as_one(chunk: Object) -> Object:
    """Gives all choices of a stream the index 0."""
    for choice in choices(chunk):
        choice["index"] = 0
    return chunk


@fault(
    "text-beside-calls-empty", seen=GITHUB + "sgl-project/sglang/issues/29441", on="chunk", speaks=("chat.stream.tools.content",)
)
def text_beside_calls_empty(chunk: Object) -> Object:
    """Has an empty text in every fragment of a call."""
    for delta in saying(chunk):
        if delta.get("tool_calls"):
            delta["content"] = ""
    return chunk
