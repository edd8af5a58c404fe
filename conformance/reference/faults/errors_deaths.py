"""Faults of servers that a mistake kills, at once or when it comes again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.reference.errors import envelope
from conformance.reference.faults.errors_answers import crashed
from conformance.reference.faults.parts import GITHUB, error_of
from conformance.reference.faults.registry import fault
from conformance.reference.values import Asked, Refused, Reply


@fault(
    "deep-bodies-kill",
    seen=GITHUB + "antirez/ds4/issues/43",
    on="reply",
    speaks=("errors.malformed.deep", "errors.malformed.deeper", "errors.malformed.nested"),
)
def deep_bodies_kill(reply: Reply, asked: Asked) -> Reply:
    """Dies while it reads a body that is nested deeply."""
    return replace(reply, frames=(), lost=True) if b"[" * 900 in asked.body else reply


@fault(
    "deep-tools-are-500",
    seen=GITHUB + "raullenchai/Rapid-MLX/pull/798",
    on="refused",
    speaks=("errors.malformed.parameters", "errors.status.client"),
)
def deep_tools_are_500(refused: Refused, asked: Asked) -> Refused:
    """Answers 500 for a tool whose parameters are nested deeply."""
    return crashed(refused, "RecursionError") if asked.body.count(b'{"type":"object"') > 900 else refused


@fault(
    "broken-schemas-kill",
    seen=GITHUB + "vllm-project/vllm/issues/17248",
    on="reply",
    speaks=("errors.status.answered", "errors.definitions.schema.type"),
)
def broken_schemas_kill(reply: Reply, asked: Asked) -> Reply:
    """Dies while it reads a schema with a type that does not exist."""
    return replace(reply, frames=(), lost=True) if reply.status == 400 and b"no_such_type" in asked.body else reply


@fault(
    "large-bodies-kill",
    seen=GITHUB + "mnfst/llm-gateway/issues/2126",
    on="reply",
    speaks=("errors.malformed.huge",),
)
def large_bodies_kill(reply: Reply, asked: Asked) -> Reply:
    """Closes the connection on bodies of more than two mebibytes; the report is of another wrong answer to them, a 404."""
    return replace(reply, frames=(), lost=True) if len(asked.body) > 2**21 else reply


@fault(
    "untyped-bodies-crash",
    seen=GITHUB + "lmstudio-ai/lmstudio-bug-tracker/issues/443",
    on="refused",
    speaks=("errors.content-type.none", "errors.status.client"),
)
def untyped_bodies_crash(refused: Refused, asked: Asked) -> Refused:
    """Answers 500 for bodies that do not say what they are."""
    return crashed(refused, "no JSON") if refused.status == 415 and not asked.headers.get("content-type") else refused


@fault(
    "dead-at-the-second",
    seen=GITHUB + "NVIDIA/TensorRT-LLM/issues/7692",
    on="refused sent",
    speaks=("errors.recovery.repeated",),
    also=("errors.*",),
    remembers=True,
)
def dead_at_the_second(value: Any, asked: Asked) -> Any:
    """Refuses a limit of 0, and when it comes again answers nothing but 500 from then on."""
    if isinstance(value, Refused):
        nothing = str(error_of(value).get("param")).startswith("max_") and asked.sent.get("max_tokens") == 0
        asked.memory["zeros"] = asked.memory.get("zeros", 0) + nothing
        return value
    if asked.memory.get("zeros", 0) > 1:
        raise Refused(500, envelope("The engine is not running.", "server_error"))
    return value


@fault(
    "dead-by-choices",
    seen=GITHUB + "ai-dynamo/dynamo/issues/5110",
    on="reply",
    speaks=("errors.recovery.repeated",),
    also=("errors.*",),
    remembers=True,
)
def dead_by_choices(reply: Reply, asked: Asked) -> Reply:
    """Dies of a list of choices in a field of its own, and answers nothing from then on."""
    asked.memory["dead"] = asked.memory.get("dead", False) or "guided_choice" in asked.sent
    return replace(reply, frames=(), lost=True) if asked.memory["dead"] else reply
