"""Faults of streams that say something twice, or one thing in the middle of another."""

from __future__ import annotations

from copy import deepcopy

from conformance.reference.faults.parts import GITHUB, calls, choices
from conformance.reference.faults.registry import fault
from conformance.reference.values import Object

Chunks = list[Object]


@fault(
    "text-told-again",
    seen=GITHUB + "infiniflow/ragflow/pull/15443",
    on="chunks",
    speaks=("chat.stream.increments",),
    also=("chat.logprobs", "chat.json_object", "chat.json_schema", "chat.stream.equality"),
)
def text_told_again(chunks: Chunks) -> Chunks:
    """Streams the text, and then all of it in one more increment."""
    told: dict[int, str] = {}
    for chunk in chunks:
        for choice in choices(chunk):
            text = told[choice["index"]] = told.get(choice["index"], "") + (choice["delta"].get("content") or "")
            if choice["finish_reason"] and text:
                choice["delta"] = {"content": text}
    return chunks


@fault(
    "arguments-cumulative",
    seen=GITHUB + "NousResearch/hermes-agent/pull/35718",
    on="chunks",
    speaks=("chat.stream.tools.increments",),
    also=("chat.tool_choice", "chat.parallel_tool_calls"),
)
def arguments_cumulative(chunks: Chunks) -> Chunks:
    """Repeats all arguments so far in every fragment of a call."""
    told: dict[int, str] = {}
    for chunk in chunks:
        for call in calls(chunk):
            told[call["index"]] = told.get(call["index"], "") + call["function"]["arguments"]
            call["function"]["arguments"] = told[call["index"]]
    return chunks


@fault(
    "calls-interleaved",
    seen=GITHUB + "mcowger/plexus/pull/694",
    on="chunks",
    speaks=("chat.stream.tools.sequence",),
    also=("chat.tools", "chat.tool_choice", "chat.parallel_tool_calls"),
)
def calls_interleaved(chunks: Chunks) -> Chunks:
    """Streams two calls by turns, a fragment of the one and a fragment of the other; the second is the first under an id of its
    own.
    """
    told: Chunks = []
    for chunk in chunks:
        told.append(chunk)
        if any(calls(chunk)):
            told.append(_second(deepcopy(chunk)))
    return told


def _second(chunk: Object) -> Object:
    for choice in choices(chunk):
        choice["delta"] = {"tool_calls": choice["delta"]["tool_calls"]}
    for call in calls(chunk):
        call["index"] += 1
        if "id" in call:
            call["id"] = call["id"][:-1] + "_"
    return chunk
