"""Faults in tool calls."""

from __future__ import annotations

import json
from typing import Any

from conformance.reference.errors import bad_request, envelope
from conformance.reference.faults.parts import CLAUDE, GITHUB, calls, choices, saying, streamed, without
from conformance.reference.faults.registry import fault
from conformance.reference.values import Asked, Object, Refused

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


@fault("calls-lost-in-stream", seen=GITHUB + "ddalcu/mlx-serve/issues/287", on="sent", speaks=("chat.tools.stream",))
def calls_lost_in_stream(sent: Object, asked: Asked) -> Object:
    """Calls nothing in streams."""
    return without(sent, "tools", "tool_choice", "parallel_tool_calls") if streamed(asked) else sent


@fault(
    "stream-with-tools-refused",
    seen=GITHUB + "skye-harris/hass_local_openai_llm/issues/5",
    on="sent",
    speaks=("chat.tools.stream",),
)
def stream_with_tools_refused(sent: Object, asked: Asked) -> Object:
    """Answers 500 where a stream is to call tools."""
    if streamed(asked) and "tools" in sent:
        raise Refused(500, envelope("Tools do not go with a stream.", "server_error"))
    return sent


@fault(
    "tools-ignored",
    seen=GITHUB + "Blaizzy/mlx-vlm/issues/1045",
    on="sent",
    speaks=("chat.tools.required", "chat.tool_choice.required"),
)
def tools_ignored(sent: Object) -> Object:
    """Takes tools and never calls one."""
    return without(sent, "tools", "tool_choice", "parallel_tool_calls")


@fault("tool-choice-ignored", seen=GITHUB + "google-ai-edge/LiteRT-LM/issues/2471", on="sent", speaks=("chat.tools.named",))
def tool_choice_ignored(sent: Object) -> Object:
    """Takes tool_choice and leaves the choice to the model."""
    return without(sent, "tool_choice")


@fault("tool-choice-none-ignored", seen=GITHUB + "ROCm/FastFlowLM/pull/728", on="sent", speaks=("chat.tool_choice.none",))
def tool_choice_none_ignored(sent: Object) -> Object:
    """Calls tools where it must not."""
    return without(sent, "tool_choice") if sent.get("tool_choice") == "none" else sent


@fault(
    "parallel-tool-calls-ignored",
    seen=GITHUB + "sgl-project/sglang/issues/9696",
    on="sent answer chunks",
    speaks=("chat.parallel_tool_calls.false",),
)
def parallel_tool_calls_ignored(value: Any, asked: Asked) -> Any:
    """Calls several tools where it may call one."""
    if asked.sent.get("parallel_tool_calls") is not False or not isinstance(value, dict) or "choices" not in value:
        return without(value, "parallel_tool_calls") if isinstance(value, dict) and "messages" in value else value
    for said in saying(value):
        held = said.get("tool_calls") or []
        said["tool_calls"] = [*held, *(call | {"id": call["id"][:-1] + "_"} for call in held)]
    return value


@fault("function-call-ignored", seen=CLAUDE, on="sent", speaks=("chat.function_call.named",))
def function_call_ignored(sent: Object) -> Object:
    """Takes the legacy functions and calls none."""
    return without(sent, "functions", "function_call")


@fault("own-call-ids-refused", seen=GITHUB + "jundot/omlx/issues/1995", on="sent", speaks=("chat.tools.history",))
def own_call_ids_refused(sent: Object) -> Object:
    """Refuses the ids that it gave its own calls."""
    messages = sent.get("messages")
    given = [message for message in messages if isinstance(message, dict)] if isinstance(messages, list) else []
    if any(message.get("tool_calls") for message in given):
        raise bad_request("A tool call's id has to be nine letters or digits long.", "messages")
    return sent


@fault("tool-results-dropped", seen=GITHUB + "ollama/ollama/pull/17414", on="sent", speaks=("chat.tools.history",))
def tool_results_dropped(sent: Object) -> Object:
    """Loses the result of a tool on the way to the model."""
    messages = sent.get("messages")
    if not isinstance(messages, list):
        return sent
    return sent | {
        "messages": [one | {"content": "-"} if isinstance(one, dict) and one.get("role") == "tool" else one for one in messages]
    }


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
