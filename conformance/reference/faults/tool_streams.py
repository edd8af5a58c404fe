"""Faults of servers that take another way where tools are offered, above all in streams."""

from __future__ import annotations

import json
from dataclasses import replace

from conformance.reference.errors import bad_request
from conformance.reference.faults.parts import GITHUB, calls, choices, saying, streamed, without
from conformance.reference.faults.registry import fault
from conformance.reference.values import Asked, Object, Reply

Chunks = list[Object]


def _offers(asked: Asked) -> bool:
    return bool(asked.sent.get("tools"))


def _functions(sent: Object) -> list[Object]:
    tools = sent.get("tools")
    held = [tool.get("function") for tool in tools if isinstance(tool, dict)] if isinstance(tools, list) else []
    return [one for one in held if isinstance(one, dict)]


@fault(
    "finish-reason-stop-after-plain-calls",
    seen=GITHUB + "vllm-project/vllm/pull/25054",
    on="answer",
    speaks=("chat.finish_reason.calls", "chat.tools.equality"),
)
def finish_reason_stop_after_plain_calls(answer: Object) -> Object:
    """Ends plain answers with stop whatever was called, and streams as they should."""
    for choice in choices(answer):
        if choice["message"].get("tool_calls"):
            choice["finish_reason"] = "stop"
    return answer


@fault(
    "finish-reason-other-when-streamed",
    seen=GITHUB + "vllm-project/vllm/pull/9209",
    on="chunks",
    speaks=("chat.tools.equality",),
)
def finish_reason_other_when_streamed(chunks: Chunks, asked: Asked) -> Chunks:
    """Ends a stream in which a named tool was called with tool_calls, though the plain answer says stop."""
    if isinstance(asked.sent.get("tool_choice"), dict):
        for chunk in chunks:
            for choice in choices(chunk):
                choice["finish_reason"] = choice["finish_reason"] and "tool_calls"
    return chunks


@fault("text-lost-beside-tools", seen=GITHUB + "mudler/LocalAI/issues/9988", on="chunks", speaks=("chat.tools.equality",))
def text_lost_beside_tools(chunks: Chunks, asked: Asked) -> Chunks:
    """Streams no more than an opening brace where tools are offered and none is called."""
    said = [chunk for chunk in chunks if any(delta.get("content") for delta in saying(chunk))]
    if not _offers(asked) or not said:
        return chunks
    for delta in saying(said[0]):
        delta["content"] = '{"'
    return [chunk for chunk in chunks if chunk not in said[1:]]


@fault("id-constant-with-tools", seen=GITHUB + "LostRuins/koboldcpp/issues/2481", on="chunk", speaks=("chat.id.unique",))
def id_constant_with_tools(chunk: Object, asked: Asked) -> Object:
    """Gives every stream that offers tools the id that is written in its code."""
    return chunk | {"id": "koboldcpp"} if _offers(asked) else chunk


@fault(
    "usage-missing-beside-tools",
    seen=GITHUB + "LostRuins/koboldcpp/issues/2481",
    on="sent",
    speaks=("chat.stream_options.tools",),
)
def usage_missing_beside_tools(sent: Object) -> Object:
    """Forgets stream_options where tools are offered."""
    return without(sent, "stream_options") if sent.get("tools") else sent


@fault(
    "calls-lost-in-later-streams",
    seen=GITHUB + "lmstudio-ai/lmstudio-bug-tracker/issues/1066",
    on="sent",
    speaks=("chat.tools.history.stream",),
)
def calls_lost_in_later_streams(sent: Object, asked: Asked) -> Object:
    """Calls nothing in a stream once a tool has answered."""
    messages = sent.get("messages")
    later = isinstance(messages, list) and any(isinstance(one, dict) and one.get("role") == "tool" for one in messages)
    return without(sent, "tool_choice", "tools") if later and streamed(asked) else sent


@fault("tool-streams-in-one-go", seen=GITHUB + "seaavey/SRouter/pull/104", on="reply", speaks=("chat.stream.incremental",))
def tool_streams_in_one_go(reply: Reply, asked: Asked) -> Reply:
    """Holds streams back where tools are offered."""
    whole = reply.first + reply.pause * len(reply.frames)
    held = streamed(asked) and _offers(asked)
    return replace(reply, first=whole + 1.0, frames=(b"".join(reply.frames),)) if held else reply


@fault(
    "arguments-wrapped",
    seen=GITHUB + "huggingface/text-generation-inference/issues/2794",
    on="chunks",
    speaks=("chat.tools.stream",),
    also=("chat.tools",),
)
def arguments_wrapped(chunks: Chunks) -> Chunks:
    """Streams arguments inside of an object of the parser's own."""
    fragments = [call for chunk in chunks for call in calls(chunk)]
    if fragments:
        fragments[0]["function"]["arguments"] = (
            '{"function": {"_name": "f", "arguments": ' + fragments[0]["function"]["arguments"]
        )
        fragments[-1]["function"]["arguments"] += "}}"
    return chunks


@fault(
    "empty-arguments-in-streams",
    seen=GITHUB + "crmne/ruby_llm/issues/98",
    on="chunk",
    speaks=("chat.tools.parameters",),
    also=("chat.tools",),
)
def empty_arguments_in_streams(chunk: Object, asked: Asked) -> Object:
    """Streams no arguments where the function has no parameters."""
    if not any((function.get("parameters") or {}).get("properties") for function in _functions(asked.sent)):
        for call in calls(chunk):
            call["function"]["arguments"] = ""
    return chunk


@fault(
    "silent-beside-tools",
    seen=GITHUB + "LostRuins/koboldcpp/issues/1696",
    on="answer",
    speaks=("chat.tool_choice.required", "chat.tools.named"),
    also=("*",),
)
def silent_beside_tools(answer: Object, asked: Asked) -> Object:
    """Says nothing and calls nothing where tools are offered."""
    for choice in choices(answer):
        if _offers(asked):
            choice["message"] = {"role": "assistant", "content": "", "refusal": None}
            choice["finish_reason"] = "stop"
    return answer


@fault(
    "tool-parameters-demanded",
    seen=GITHUB + "lmstudio-ai/lmstudio-bug-tracker/issues/2203",
    on="sent",
    speaks=("chat.tools.parameters",),
)
def tool_parameters_demanded(sent: Object) -> Object:
    """Takes no function without properties."""
    for function in _functions(sent):
        if not isinstance(function.get("parameters"), dict) or "properties" not in function["parameters"]:
            raise bad_request("The parameters of a function need properties.", "tools")
    return sent


@fault(
    "tool-schema-references-crash",
    seen=GITHUB + "ggml-org/llama.cpp/issues/16790",
    on="sent",
    speaks=("chat.tools.references",),
)
def tool_schema_references_crash(sent: Object) -> Object:
    """Follows no reference in the parameters of a tool."""
    if "$ref" in json.dumps(sent.get("tools")):
        raise bad_request("The schema of a tool could not be converted.", "tools")
    return sent


@fault("calls-lost-beside-formats", seen=GITHUB + "ggml-org/llama.cpp/pull/25454", on="sent", speaks=("chat.tools.format",))
def calls_lost_beside_formats(sent: Object) -> Object:
    """Answers in the format and calls nothing where both are asked for."""
    return without(sent, "tools", "tool_choice") if sent.get("tools") and sent.get("response_format") else sent


@fault("any-tool-name-taken", seen=GITHUB + "defilantech/LLMKube/issues/1525", on="sent", speaks=("errors.range.tools.name",))
def any_tool_name_taken(sent: Object) -> Object:
    """Takes names of tools with any signs in them."""
    for function in _functions(sent):
        if isinstance(name := function.get("name"), str):
            function["name"] = name.replace("/", "_")
    return sent
