"""Faults in what is taken: requests that are wrong and answered all the same, or answered by a part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from conformance.falsify import KINDS, wrong_kinds
from conformance.reference.app import spelled
from conformance.reference.faults.parts import GITHUB
from conformance.reference.faults.registry import fault
from conformance.reference.fields import FIELDS
from conformance.reference.messages import text_in
from conformance.reference.models import listed
from conformance.reference.values import Asked, Object, Refused, Reply
from conformance.schema import named_schema

_TYPES: Mapping[str, tuple[type, ...]] = {
    "null": (type(None),),
    "boolean": (bool,),
    "number": (float,),
    "string": (str,),
    "array": (list,),
    "object": (dict,),
}


def _is_wrong(name: str, value: Any) -> bool:
    document = named_schema("chat.request")
    if name not in document["properties"]:
        return False
    kinds = wrong_kinds(name, document)
    return any(type(value) in _TYPES[kind] for kind in KINDS if kind in kinds)


@fault(
    "wrong-types-dropped",
    seen=GITHUB + "cline/cline/issues/7183",
    on="sent",
    speaks=("errors.wrong-type.every", "errors.wrong-type.temperature"),
)
def wrong_types_dropped(sent: Object) -> Object:
    """Leaves out what has a wrong type and goes on with its own default."""
    return {name: value for name, value in sent.items() if name in ("model", "messages") or not _is_wrong(name, value)}


@fault(
    "sizes-cut",
    seen=GITHUB + "defilantech/LLMKube/issues/1525",
    on="sent",
    speaks=(
        "errors.range.stop.bounds",
        "errors.range.metadata.bounds",
        "errors.range.tools.bounds",
        "errors.range.tools.count.bounds",
    ),
)
def sizes_cut(sent: Object) -> Object:
    """Takes names and lists of any length, and uses no more of them than OpenAI would allow."""
    cut = dict(sent)
    if isinstance(sent.get("stop"), list):
        cut["stop"] = sent["stop"][:4]
    if isinstance(sent.get("metadata"), dict):
        cut["metadata"] = {str(key)[:64]: str(value)[:512] for key, value in list(sent["metadata"].items())[:16]}
    if isinstance(sent.get("tools"), list):
        cut["tools"] = [_named_shortly(tool) for tool in sent["tools"][:128]]
    return cut


def _named_shortly(tool: Any) -> Any:
    function = tool.get("function") if isinstance(tool, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        return tool
    return {**tool, "function": function | {"name": function["name"][:64]}}


@fault(
    "definitions-dropped",
    seen=GITHUB + "raullenchai/Rapid-MLX/pull/1176",
    on="sent",
    speaks=(
        "errors.definitions.tool.type",
        "errors.definitions.tool.parameters",
        "errors.definitions.tool.schema",
        "errors.definitions.tool.empty",
        "errors.definitions.choice.absent",
        "errors.definitions.choice.word",
        "errors.definitions.choice.alone",
        "errors.definitions.schema.type",
        "errors.definitions.schema.ref",
        "errors.definitions.schema.strict",
        "errors.definitions.schema.root",
    ),
)
def definitions_dropped(sent: Object) -> Object:
    """Answers without the tools, the choice or the format that it cannot make sense of."""
    known = {name: value for name, value in sent.items() if name not in ("tools", "tool_choice", "response_format")}
    for name in ("tools", "tool_choice", "response_format"):
        if name in sent and _makes_sense(name, sent):
            known[name] = sent[name]
    return known if "tools" in known else {name: value for name, value in known.items() if name != "tool_choice"}


def _makes_sense(name: str, sent: Object) -> bool:
    try:
        if sent[name] is not None:
            FIELDS[name](name, sent[name])
    except Refused:
        return False
    tools = sent.get("tools") if isinstance(sent.get("tools"), list) else []
    choice = sent.get("tool_choice")
    chosen = choice.get("function", {}).get("name") if name == "tool_choice" and isinstance(choice, dict) else None
    names = [tool.get("function", {}).get("name") for tool in tools or () if isinstance(tool, dict)]
    return "#/$defs/nothing" not in repr(sent[name]) and (chosen is None or chosen in names)


@fault("prompt-cut", seen=GITHUB + "ollama/ollama/issues/4967", on="sent", speaks=("errors.context.cut",))
def prompt_cut(sent: Object) -> Object:
    """Reads the last two thousand words of a prompt that is too long."""
    held = sent.get("messages")
    if not isinstance(held, list):
        return sent
    return sent | {"messages": [_cut(one) for one in held]}


def _cut(message: Any) -> Any:
    words = text_in(message).split() if isinstance(message, dict) and isinstance(message.get("content"), str) else []
    return message | {"content": " ".join(words[-2000:])} if len(words) > 2000 else message


@fault(
    "models-by-any-method",
    seen=GITHUB + "lmstudio-ai/lmstudio-bug-tracker/issues/443",
    on="reply",
    speaks=("errors.method.post-models", "errors.method.delete-models", "errors.method.post-model"),
)
def models_by_any_method(reply: Reply, asked: Asked) -> Reply:
    """Takes one method for another where models are asked for."""
    if not asked.path.startswith("/models") or reply.status != 405:
        return reply
    return replace(reply, status=200, frames=(spelled(listed()),))
