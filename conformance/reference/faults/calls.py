"""Faults in the form of tool calls, plain and streamed."""

from __future__ import annotations

import json
from typing import Any

from conformance.reference.faults.parts import GITHUB, calls, choices, saying, streamed, without
from conformance.reference.faults.registry import fault
from conformance.reference.values import Asked, Object

Chunks = list[Object]


def _called(value: Object, **members: Any) -> Object:
    """The answer or chunk whose tool calls have these members; one that is `...` is left out."""
    for said in saying(value):
        if said.get("tool_calls"):
            gone = [name for name, held in members.items() if held is ...]
            kept = {name: held for name, held in members.items() if held is not ...}
            said["tool_calls"] = [
                without(call, *gone) | {k: v for k, v in kept.items() if k in call} for call in said["tool_calls"]
            ]
    return value


@fault("arguments-as-object", seen=GITHUB + "ggml-org/llama.cpp/issues/20198", on="answer", speaks=("chat.tool_calls.shape",))
def arguments_as_object(answer: Object) -> Object:
    """Gives arguments as an object where a string belongs."""
    for call in calls(answer):
        call["function"]["arguments"] = json.loads(call["function"]["arguments"])
    return answer


@fault(
    "arguments-cut",
    seen=GITHUB + "sgl-project/sglang/issues/19345",
    on="answer chunk",
    speaks=("chat.tool_calls.arguments",),
    also=("chat.tool_choice",),
)
def arguments_cut(value: Object) -> Object:
    """Loses the last brace of arguments."""
    for call in calls(value):
        call["function"]["arguments"] = call["function"]["arguments"].removesuffix("}")
    return value


@fault(
    "arguments-twice",
    seen=GITHUB + "vllm-project/vllm/issues/51697",
    on="answer chunk",
    speaks=("chat.tool_calls.doubled",),
    also=("chat.tool_choice",),
)
def arguments_twice(value: Object, asked: Asked) -> Object:
    """Sends arguments whole once more after their fragments."""
    whole = asked.memory.setdefault("arguments", {})
    for call in calls(value):
        part = call["function"]["arguments"]
        if not streamed(asked):
            call["function"]["arguments"] = part * 2
            continue
        told = "" if "id" in call else whole.get(call["index"], "")
        whole[call["index"]] = told + part
        call["function"]["arguments"] = part + (told + part if part.endswith("}") else "")
    return value


@fault("call-id-empty", seen=GITHUB + "vercel/ai/issues/6663", on="answer", speaks=("chat.tool_calls.shape",))
def call_id_empty(answer: Object) -> Object:
    """Leaves the id of a call empty."""
    return _called(answer, id="")


@fault("call-ids-equal", seen=GITHUB + "HKUDS/nanobot/pull/3943", on="answer chunk", speaks=("chat.tool_calls.ids",))
def call_ids_equal(value: Object) -> Object:
    """Gives every call one and the same id."""
    return _called(value, id="call_000000000000000000000000")


@fault(
    "calls-doubled",
    seen=GITHUB + "sgl-project/sglang/issues/23071",
    on="answer",
    speaks=("chat.tool_calls.ids",),
    also=("chat.parallel_tool_calls",),
)
def calls_doubled(answer: Object) -> Object:
    """Lists every call twice, under one id."""
    for said in saying(answer):
        if said.get("tool_calls"):
            said["tool_calls"] = said["tool_calls"] * 2
    return answer


@fault(
    "call-name-invented",
    seen=GITHUB + "mudler/LocalAI/issues/6412",
    on="answer chunk",
    speaks=("chat.tool_calls.names",),
    also=("chat.tool_choice",),
)
def call_name_invented(value: Object) -> Object:
    """Calls a tool that nobody offered."""
    for call in calls(value):
        if "name" in call["function"]:
            call["function"]["name"] = "answer"
    return value


@fault(
    "calls-empty",
    seen=GITHUB + "openvinotoolkit/model_server/issues/4433",
    on="answer",
    speaks=("chat.tool_calls.empty",),
    also=("chat.history",),
)
def calls_empty(answer: Object) -> Object:
    """Has an empty list of calls in every message without any."""
    for said in saying(answer):
        said.setdefault("tool_calls", [])
    return answer


@fault("call-index-missing", seen=GITHUB + "ollama/ollama/issues/7881", on="chunk", speaks=("chat.tool_calls.shape",))
def call_index_missing(chunk: Object) -> Object:
    """Streams calls without an index."""
    return _called(chunk, index=...)


@fault("call-index-from-one", seen=GITHUB + "BerriAI/litellm/issues/11407", on="chunk", speaks=("chat.stream.tools.index",))
def call_index_from_one(chunk: Object) -> Object:
    """Counts streamed calls from 1."""
    for call in calls(chunk):
        call["index"] += 1
    return chunk


@fault("call-index-reused", seen=GITHUB + "ollama/ollama/issues/15457", on="chunk", speaks=("chat.stream.tools.once",))
def call_index_reused(chunk: Object) -> Object:
    """Gives every streamed call the index 0."""
    return _called(chunk, index=0)


@fault("call-id-never-streamed", seen=GITHUB + "vllm-project/vllm/issues/18412", on="chunk", speaks=("chat.stream.tools.head",))
def call_id_never_streamed(chunk: Object) -> Object:
    """Streams calls without an id."""
    return _called(chunk, id=...)


@fault("call-type-never-streamed", seen=GITHUB + "vllm-project/vllm/issues/16340", on="chunk", speaks=("chat.stream.tools.head",))
def call_type_never_streamed(chunk: Object) -> Object:
    """Streams calls without a type."""
    return _called(chunk, type=...)


@fault("call-name-repeated", seen=GITHUB + "ggml-org/llama.cpp/pull/13800", on="chunks", speaks=("chat.stream.tools.once",))
def call_name_repeated(chunks: Chunks) -> Chunks:
    """Repeats id and name with every fragment of the arguments."""
    heads: dict[int, Object] = {}
    for chunk in chunks:
        for call in calls(chunk):
            head = heads.setdefault(call["index"], call)
            call["id"] = head["id"]
            call["function"] = {"name": head["function"]["name"]} | call["function"]
    return chunks


@fault(
    "call-name-empty-again", seen=GITHUB + "sgl-project/sglang/issues/4700", on="chunk", speaks=("chat.stream.tools.fragments",)
)
def call_name_empty_again(chunk: Object) -> Object:
    """Has an empty name in every fragment after the first."""
    for call in calls(chunk):
        call["function"].setdefault("name", "")
    return chunk


@fault(
    "calls-beside-markers",
    seen=GITHUB + "vllm-project/vllm/issues/38946",
    on="answer",
    speaks=("chat.tools.required", "chat.tool_choice.required"),
    also=("chat.function_call",),
)
def calls_beside_markers(answer: Object) -> Object:
    """Writes its calls into the text, in the model's own marks."""
    for choice in choices(answer):
        held = choice["message"].pop("tool_calls", None)
        if held:
            choice["message"]["content"] = f"<tool_call>{json.dumps(held[0]['function'])}</tool_call>"
            choice["finish_reason"] = "stop"
    return answer
