"""Faults in what references, unions, order and nonsense in a JSON Schema lead to."""

from __future__ import annotations

import json
from typing import Any

from conformance.reference.errors import bad_request
from conformance.reference.faults.parts import GITHUB, with_texts, without
from conformance.reference.faults.registry import fault
from conformance.reference.values import Asked, Object


def _stripped(value: Any, name: str) -> Any:
    """A schema without a keyword, wherever it is."""
    if isinstance(value, dict):
        return {key: _stripped(held, name) for key, held in value.items() if key != name}
    return [_stripped(one, name) for one in value] if isinstance(value, list) else value


def _is_prescribed(sent: Object) -> bool:
    form = sent.get("response_format")
    return isinstance(form, dict) and form.get("type") == "json_schema"


@fault(
    "references-not-kept",
    seen=GITHUB + "ggml-org/llama.cpp/pull/21699",
    on="sent",
    speaks=("chat.json_schema.references", "chat.json_schema.recursion"),
)
def references_not_kept(sent: Object) -> Object:
    """Says anything where a schema refers to another."""
    return sent | {"response_format": _stripped(sent["response_format"], "$ref")} if _is_prescribed(sent) else sent


@fault(
    "unions-not-kept",
    seen=GITHUB + "ggml-org/llama.cpp/issues/8073",
    on="sent",
    speaks=("chat.json_schema.any-of", "chat.json_schema.recursion"),
)
def unions_not_kept(sent: Object) -> Object:
    """Says anything where a schema gives a choice between several."""
    return sent | {"response_format": _stripped(sent["response_format"], "anyOf")} if _is_prescribed(sent) else sent


@fault(
    "json-members-sorted",
    seen=GITHUB + "ollama/ollama/issues/8461",
    on="answer",
    speaks=("chat.json_schema.order",),
    also=("chat.logprobs",),
)
def json_members_sorted(answer: Object, asked: Asked) -> Object:
    """Writes the members of prescribed objects in the order of the alphabet."""
    return with_texts(answer, _sorted) if _is_prescribed(asked.sent) else answer


def _sorted(text: str) -> str:
    try:
        return json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


@fault("schema-invalid-taken", seen=GITHUB + "kekzl/imp/issues/1591", on="sent", speaks=("chat.json_schema.invalid",))
def schema_invalid_taken(sent: Object) -> Object:
    """Answers freely where it cannot read the schema."""
    return without(sent, "response_format") if '"foo"' in json.dumps(sent.get("response_format")) else sent


@fault(
    "schema-within-itself-refused",
    seen=GITHUB + "ollama/ollama/issues/7993",
    on="sent",
    speaks=("chat.json_schema.recursion.root",),
)
def schema_within_itself_refused(sent: Object) -> Object:
    """Takes no schema that refers to itself as a whole."""
    if _is_prescribed(sent) and '"$ref": "#"' in json.dumps(sent["response_format"]):
        raise bad_request("invalid JSON schema in format", "response_format")
    return sent
