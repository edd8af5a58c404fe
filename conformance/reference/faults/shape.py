"""Faults in the shape of answers, plain and streamed."""

from __future__ import annotations

from conformance.reference.faults.parts import GITHUB, choices, saying, with_texts, without
from conformance.reference.faults.registry import fault
from conformance.reference.values import Object


@fault(
    "created-milliseconds",
    seen=GITHUB + "mlc-ai/web-llm/issues/829",
    on="answer chunk",
    speaks=("chat.created",),
)
def created_milliseconds(value: Object) -> Object:
    """Dates answers in milliseconds."""
    return value | {"created": value["created"] * 1000}


@fault(
    "created-fraction",
    seen=GITHUB + "QuantumNous/new-api/issues/1131",
    on="answer chunk",
    speaks=("chat.created",),
)
def created_fraction(value: Object) -> Object:
    """Dates answers with a fraction of a second."""
    return value | {"created": value["created"] + 0.25}


@fault("created-missing", seen=GITHUB + "spring-projects/spring-ai/issues/6004", on="answer", speaks=("chat.created",))
def created_missing(value: Object) -> Object:
    """Gives no date."""
    return without(value, "created")


@fault("id-missing", seen=GITHUB + "aallam/openai-kotlin/issues/412", on="answer", speaks=("chat.id",))
def id_missing(value: Object) -> Object:
    """Gives answers no id."""
    return without(value, "id")


@fault(
    "id-empty",
    seen=GITHUB + "huggingface/text-generation-inference/issues/1782",
    on="answer chunk",
    speaks=("chat.id",),
)
def id_empty(value: Object) -> Object:
    """Leaves the id empty."""
    return value | {"id": ""}


@fault(
    "object-missing",
    seen=GITHUB + "pydantic/pydantic-ai/issues/2723",
    on="answer",
    speaks=("chat.schema",),
)
def object_missing(value: Object) -> Object:
    """Leaves the member object out."""
    return without(value, "object")


@fault(
    "model-null",
    seen=GITHUB + "sashabaranov/go-openai/issues/1002",
    on="answer",
    speaks=("chat.schema",),
)
def model_null(value: Object) -> Object:
    """Names no model."""
    return value | {"model": None}


@fault(
    "model-internal-name",
    seen=GITHUB + "tale-project/tale/issues/1428",
    on="answer chunk",
    speaks=("chat.model.echo",),
)
def model_internal_name(value: Object) -> Object:
    """Names an internal model instead of the one that was asked for."""
    return value | {"model": "engine-default"}


@fault(
    "choices-null",
    seen=GITHUB + "langchain-ai/langchain/pull/35236",
    on="answer",
    speaks=("chat.schema",),
)
def choices_null(value: Object) -> Object:
    """Has null for choices."""
    return value | {"choices": None}


@fault(
    "choice-index-from-one",
    seen=GITHUB + "BerriAI/litellm/issues/3678",
    on="answer",
    speaks=("chat.choices.index",),
)
def choice_index_from_one(value: Object) -> Object:
    """Counts choices from 1."""
    return value | {"choices": [choice | {"index": choice["index"] + 1} for choice in choices(value)]}


@fault(
    "choice-fields-missing",
    seen=GITHUB + "mudler/LocalAI/issues/788",
    on="answer",
    speaks=(
        "chat.schema",
        "chat.finish_reason.legal",
    ),
)
def choice_fields_missing(value: Object) -> Object:
    """Gives choices neither an index nor a finish_reason."""
    return value | {"choices": [without(choice, "index", "finish_reason") for choice in choices(value)]}


@fault(
    "answer-wrapped",
    seen=GITHUB + "NousResearch/hermes-agent/issues/66750",
    on="answer",
    speaks=(
        "chat.schema",
        "chat.usage.present",
    ),
)
def answer_wrapped(value: Object) -> Object:
    """Wraps the answer in an object of its own."""
    return {"success": True, "data": value}


@fault(
    "content-as-parts",
    seen=GITHUB + "vercel/ai/pull/17779",
    on="answer",
    speaks=("chat.schema",),
)
def content_as_parts(value: Object) -> Object:
    """Answers with an array of parts where a text belongs."""
    for said in saying(value):
        if isinstance(said["content"], str):
            said["content"] = [{"type": "text", "text": said["content"]}]
    return value


@fault(
    "content-empty",
    seen=GITHUB + "triton-inference-server/server/issues/7724",
    on="answer",
    speaks=("chat.create",),
    also=("chat.json_object", "chat.json_schema", "chat.finish_reason"),
)
def content_empty(value: Object) -> Object:
    """Answers with no text."""
    for choice in choices(value):
        choice["finish_reason"] = "stop" if choice["finish_reason"] == "length" else choice["finish_reason"]
    return with_texts(value, lambda _: "")


@fault(
    "content-null",
    seen=GITHUB + "BerriAI/litellm/issues/8953",
    on="answer",
    speaks=("chat.content.present",),
    also=("chat.json_object", "chat.json_schema", "chat.finish_reason", "chat.history"),
)
def content_null(value: Object) -> Object:
    """Answers with null for the text."""
    for choice in choices(value):
        choice["message"]["content"] = None
        choice["finish_reason"] = "stop" if choice["finish_reason"] == "length" else choice["finish_reason"]
    return value


@fault(
    "created-stopped",
    seen=GITHUB + "BerriAI/litellm/issues/5916",
    on="answer chunk models model",
    speaks=("chat.created.clock",),
)
def created_stopped(value: Object) -> Object:
    """Dates everything with one and the same moment of the year 2023."""
    return value | {"created": 1_677_610_602} if "created" in value else value


@fault(
    "content-absent-beside-calls",
    seen=GITHUB + "vercel/ai/issues/1273",
    on="answer",
    speaks=("chat.content.key",),
)
def content_absent_beside_calls(value: Object) -> Object:
    """Leaves content out of a message that calls tools."""
    for choice in choices(value):
        if choice["message"]["content"] is None:
            choice["message"] = without(choice["message"], "content")
    return value


@fault(
    "characters-torn",
    seen=GITHUB + "mlc-ai/mlc-llm/pull/1142",
    on="answer chunk",
    speaks=("chat.content.text",),
    also=("chat.logprobs", "chat.stream*", "chat.history"),
)
def characters_torn(value: Object) -> Object:
    """Decodes every token by itself, so that characters beyond ASCII fall apart."""
    return with_texts(value, lambda text: text.encode("ascii", "ignore").decode() + "\ufffd" * (not text.isascii()))
