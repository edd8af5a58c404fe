"""Faults in structured answers."""

from __future__ import annotations

from typing import Any

from conformance.reference.errors import bad_request
from conformance.reference.faults.parts import GITHUB, OLLAMA_2024, streamed, with_texts, without
from conformance.reference.faults.registry import fault
from conformance.reference.values import Asked, Object, Refused


def _kind(sent: Object) -> Any:
    form = sent.get("response_format")
    return form.get("type") if isinstance(form, dict) else None


@fault(
    "ignores-response-format",
    seen=GITHUB + "ROCm/FastFlowLM/issues/554",
    on="sent",
    speaks=(
        "chat.json_object.object",
        "chat.json_object.kept",
        "chat.json_schema.kept",
        "chat.json_schema.enum",
        "chat.json_schema.nested",
        "chat.json_schema.contrary",
    ),
)
def ignores_response_format(sent: Object) -> Object:
    """Takes response_format and answers as ever."""
    return without(sent, "response_format")


@fault(
    "ignores-response-format-in-streams",
    seen=GITHUB + "decolua/9router/pull/288",
    on="sent",
    speaks=("chat.json_object.stream", "chat.json_schema.stream"),
    also=("errors.stream",),
)
def ignores_response_format_in_streams(sent: Object, asked: Asked) -> Object:
    """Takes response_format and forgets it in streams."""
    return without(sent, "response_format") if streamed(asked) else sent


@fault(
    "json-fenced",
    seen=GITHUB + "Arthur-Ficial/apfel/issues/101",
    on="answer",
    speaks=("chat.json_object.object", "chat.json_object.kept"),
)
def json_fenced(answer: Object, asked: Asked) -> Object:
    """Puts the JSON into a fence of Markdown."""
    return with_texts(answer, lambda text: f"```json\n{text}\n```") if _kind(asked.sent) == "json_object" else answer


@fault(
    "json-object-refused",
    seen=GITHUB + "lmstudio-ai/lmstudio-bug-tracker/issues/307",
    on="sent",
    speaks=("chat.json_object.object",),
)
def json_object_refused(sent: Object) -> Object:
    """Takes json_schema as the only format."""
    if _kind(sent) == "json_object":
        raise bad_request("The type of a response format has to be json_schema.", "response_format.type")
    return sent


@fault("format-text-refused", seen=GITHUB + "openai/openai-agents-js/pull/835", on="sent", speaks=("chat.response_format.text",))
def format_text_refused(sent: Object) -> Object:
    """Refuses the format that is the default."""
    if _kind(sent) == "text":
        raise bad_request("The type of a response format has to be json_schema.", "response_format.type")
    return sent


@fault("json-schema-refused", seen=GITHUB + "BerriAI/litellm/pull/42245", on="sent", speaks=("chat.json_schema.enum",))
def json_schema_refused(sent: Object) -> Object:
    """Does not know json_schema."""
    if _kind(sent) == "json_schema":
        raise bad_request("The type of a response format has to be text or json_object.", "response_format.type")
    return sent


@fault("json-schema-enum-loose", seen=GITHUB + "ggml-org/llama.cpp/issues/8073", on="sent", speaks=("chat.json_schema.enum",))
def json_schema_enum_loose(sent: Object) -> Object:
    """Keeps to a schema's types and not to its lists of values."""
    if _kind(sent) != "json_schema":
        return sent
    return sent | {"response_format": _without_lists(sent["response_format"])}


def _without_lists(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_lists(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: _without_lists(held) for name, held in value.items() if name not in ("enum", "const")}


@fault(
    "json-schema-as-json-object", seen=GITHUB + "ggml-org/llama.cpp/issues/11988", on="sent", speaks=("chat.json_schema.nested",)
)
def json_schema_as_json_object(sent: Object) -> Object:
    """Answers with any JSON object where a schema was given."""
    form = sent.get("response_format")
    if _kind(sent) != "json_schema" or not isinstance(form, dict) or not isinstance(form.get("json_schema"), dict):
        return sent
    loose = {"type": "object", "properties": {"answer": {"type": "string"}}}
    return sent | {"response_format": form | {"json_schema": {"name": "any", "schema": loose}}}


@fault(
    "json-schema-references-crash",
    seen=GITHUB + "abetlen/llama-cpp-python/issues/1048",
    on="sent",
    speaks=("chat.json_schema.nested",),
    also=("errors.status",),
)
def json_schema_references_crash(sent: Object) -> Object:
    """Answers 500 for a schema that nests objects."""
    if _kind(sent) == "json_schema" and str(sent["response_format"]).count("'properties'") > 1:
        raise Refused(500, {"error": {"message": "unhandled error", "type": "server_error", "param": None, "code": None}})
    return sent


@fault("json-schema-unknown", seen=OLLAMA_2024, on="sent", speaks=("chat.json_schema.enum", "chat.json_schema.contrary"))
def json_schema_unknown(sent: Object) -> Object:
    """Takes json_schema and answers as ever."""
    return without(sent, "response_format") if _kind(sent) == "json_schema" else sent
