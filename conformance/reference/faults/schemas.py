"""Faults in what a JSON Schema is read for: keywords that are dropped, or that nothing is made of."""

from __future__ import annotations

import json
from typing import Any

from conformance.reference.errors import bad_request
from conformance.reference.faults.parts import GITHUB
from conformance.reference.faults.registry import fault
from conformance.reference.values import Object

BOUNDS = ("minimum", "maximum", "minItems", "maxItems")


def _unbound(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _unbound(held) for name, held in value.items() if name not in BOUNDS}
    return [_unbound(one) for one in value] if isinstance(value, list) else value


@fault("bounds-not-kept", seen=GITHUB + "vllm-project/vllm/issues/12028", on="sent", speaks=("chat.json_schema.bounds",))
def bounds_not_kept(sent: Object) -> Object:
    """Keeps to a schema's types and not to its bounds."""
    return sent | {"response_format": _unbound(sent["response_format"])} if sent.get("response_format") else sent


@fault("pattern-refused", seen=GITHUB + "ollama/ollama/issues/8325", on="sent", speaks=("chat.json_schema.pattern",))
def pattern_refused(sent: Object) -> Object:
    """Takes no schema with a pattern."""
    if '"pattern"' in json.dumps(sent.get("response_format")):
        raise bad_request("invalid JSON schema in format", "response_format")
    return sent


@fault("lists-in-schemas-empty", seen=GITHUB + "mlc-ai/xgrammar/issues/122", on="sent", speaks=("chat.json_schema.array",))
def lists_in_schemas_empty(sent: Object) -> Object:
    """Makes nothing of an array in a schema."""
    if '"array"' in json.dumps(sent.get("response_format")):
        raise bad_request("The grammar could not be built.", "response_format")
    return sent
