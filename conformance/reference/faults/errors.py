"""Faults in refusals: errors of another status, and wrong requests that are not refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.reference.errors import envelope
from conformance.reference.faults.parts import GITHUB, code_of, message_of
from conformance.reference.faults.registry import fault
from conformance.reference.messages import ROLES
from conformance.reference.models import NAMES
from conformance.reference.values import Asked, Object, Refused


@fault(
    "error-in-success",
    seen=GITHUB + "runpod-workers/worker-vllm/issues/57",
    on="refused",
    speaks=("errors.in-200", "errors.unknown-model.refused", "errors.stream.in-200", "models.retrieve.unknown"),
)
def error_in_success(refused: Refused) -> Refused:
    """Says with status 200 that there is no such model."""
    return Refused(200, refused.body) if code_of(refused) == "model_not_found" else refused


@fault(
    "malformed-is-500",
    seen=GITHUB + "Atomic-Germ/OpenFlowLM-Next/issues/69",
    on="refused",
    speaks=("errors.malformed.syntax", "errors.malformed.mark", "errors.status.client"),
)
def malformed_is_500(refused: Refused) -> Refused:
    """Answers 500 where the body is no JSON."""
    if "not valid JSON" in message_of(refused):
        return Refused(500, envelope("Expecting property name", "server_error"))
    return refused


@fault(
    "wrong-type-is-500",
    seen=GITHUB + "LostRuins/koboldcpp/issues/643",
    on="refused",
    speaks=("errors.wrong-type.messages", "errors.wrong-type.search", "errors.malformed.twice", "errors.status.client"),
)
def wrong_type_is_500(refused: Refused) -> Refused:
    """Answers 500 where a value has another type."""
    inside = code_of(refused) == "invalid_type" and refused.body["error"]["param"] != "body"
    return Refused(500, envelope("object has no attribute", "server_error")) if inside else refused


@fault(
    "missing-messages-taken",
    seen=GITHUB + "webai-at-home/webai-at-home/issues/208",
    on="sent",
    speaks=("errors.missing-field.messages",),
)
def missing_messages_taken(sent: Object) -> Object:
    """Answers a request without messages."""
    return sent if "messages" in sent else sent | {"messages": [{"role": "user", "content": "Hello"}]}


@fault(
    "missing-model-taken", seen=GITHUB + "EricLBuehler/candle-vllm/issues/149", on="sent", speaks=("errors.missing-field.model",)
)
def missing_model_taken(sent: Object) -> Object:
    """Answers a request without a model."""
    return {"model": NAMES[0]} | sent


@fault(
    "any-model-taken", seen=GITHUB + "EricLBuehler/candle-vllm/issues/149", on="sent", speaks=("errors.unknown-model.refused",)
)
def any_model_taken(sent: Object) -> Object:
    """Answers for models that it does not have."""
    return sent | {"model": NAMES[0]} if isinstance(sent.get("model"), str) else sent


@fault("alias-unknown", seen=GITHUB + "GradientHQ/parallax/pull/440", on="sent", speaks=("models.alias.answers",))
def alias_unknown(sent: Object) -> Object:
    """Knows the model by its first name only."""
    return sent | {"model": "copy"} if sent.get("model") == NAMES[1] else sent


@fault(
    "unknown-model-as-ollama",
    seen=GITHUB + "ollama/ollama/blob/v0.1.30/openai/openai.go",
    on="refused",
    speaks=("errors.unknown-model.code",),
)
def unknown_model_as_ollama(refused: Refused, asked: Asked) -> Refused:
    """Says api_error and no code where a model is not found."""
    if code_of(refused) != "model_not_found":
        return refused
    name = asked.sent.get("model", asked.path.rpartition("/")[2])
    return Refused(404, envelope(f"model '{name}' not found, try pulling it first", "api_error"))


@fault(
    "unknown-model-as-ollama-guide", seen=GITHUB + "ollama/ollama/issues/10139", on="refused", speaks=("errors.envelope.keys",)
)
def unknown_model_as_ollama_guide(refused: Refused, asked: Asked) -> Refused:
    """Gives nothing but a message and a type where a model is not found."""
    if code_of(refused) != "model_not_found":
        return refused
    name = asked.sent.get("model", asked.path.rpartition("/")[2])
    return Refused(404, {"error": {"message": f"model '{name}' not found", "type": "invalid_request_error"}})


@fault(
    "unknown-model-is-500",
    seen=GITHUB + "ai-dynamo/dynamo/issues/790",
    on="refused",
    speaks=(
        "errors.unknown-model.refused",
        "models.retrieve.unknown",
        "errors.status.client",
    ),
)
def unknown_model_is_500(refused: Refused) -> Refused:
    """Answers 500 where a model is not found."""
    return Refused(500, envelope("Model not found", "server_error")) if code_of(refused) == "model_not_found" else refused


@fault(
    "wounded-by-errors",
    seen=GITHUB + "NVIDIA/TensorRT-LLM/issues/7692",
    on="refused sent",
    speaks=("errors.recovery.after",),
    also=("errors.*",),
    remembers=True,
)
def wounded_by_errors(value: Any, asked: Asked) -> Any:
    """Answers nothing but 500 once a request was wrong."""
    if isinstance(value, Refused):
        asked.memory["wounded"] = True
        return value
    if asked.memory.get("wounded"):
        raise Refused(500, envelope("The engine is not running.", "server_error"))
    return value


@fault("key-demanded", seen=GITHUB + "BerriAI/litellm/pull/1559", on="sent", speaks=("auth.any-key.accepted",))
def key_demanded(sent: Object, asked: Asked) -> Object:
    """Wants a key that looks like one of OpenAI's."""
    if not asked.headers.get("authorization", "").startswith(("Bearer none", "Bearer sk-")):
        raise Refused(401, envelope("Wrong API key.", code="invalid_api_key"))
    return sent


@fault(
    "body-of-other-type-is-500",
    seen=GITHUB + "LostRuins/koboldcpp/issues/643",
    on="refused",
    speaks=("errors.malformed.array", "errors.malformed.string", "errors.status.client"),
)
def body_of_other_type_is_500(refused: Refused) -> Refused:
    """Answers 500 where the body is JSON and no object."""
    other = isinstance(refused.body, dict) and refused.body["error"]["param"] == "body"
    return Refused(500, envelope("object has no attribute 'get'", "server_error")) if other else refused


@fault(
    "no-messages-is-500",
    seen=GITHUB + "madroidmaq/mlx-omni-server/pull/117",
    on="refused",
    speaks=("errors.range.messages", "errors.status.client"),
)
def no_messages_is_500(refused: Refused) -> Refused:
    """Answers 500 where the conversation is empty."""
    return Refused(500, envelope("list index out of range", "server_error")) if code_of(refused) == "empty_array" else refused


@fault("any-role-taken", seen=GITHUB + "ollama/ollama/issues/6213", on="sent", speaks=("errors.range.role",))
def any_role_taken(sent: Object) -> Object:
    """Takes roles that nobody knows for the user's."""
    held = sent.get("messages")
    if not isinstance(held, list):
        return sent
    known = [
        one | {"role": "user"}
        if isinstance(one, dict) and one.get("role") not in ROLES and isinstance(one.get("role"), str)
        else one
        for one in held
    ]
    return sent | {"messages": known}


_BOUNDS = {
    "n": (1, 128),
    "top_p": (0, 1),
    "top_logprobs": (0, 20),
    "frequency_penalty": (-2, 2),
    "presence_penalty": (-2, 2),
    "max_tokens": (1, 2**31),
    "max_completion_tokens": (1, 2**31),
}


@fault(
    "numbers-clamped",
    seen=GITHUB + "raullenchai/Rapid-MLX/issues/461",
    on="sent",
    speaks=(
        *("errors.range.n", "errors.range.top_p", "errors.range.top_logprobs"),
        *(f"errors.range.{name}.bounds" for name in ("n", "top_p", "top_logprobs", "max_tokens", "max_completion_tokens")),
        *(f"errors.range.{name}.bounds" for name in ("frequency_penalty", "presence_penalty", "logit_bias")),
    ),
)
def numbers_clamped(sent: Object) -> Object:
    """Takes any number and brings it into range."""
    clamped = {name: _clamped(sent[name], *bounds) for name, bounds in _BOUNDS.items() if name in sent}
    bias = sent.get("logit_bias")
    if isinstance(bias, dict):
        clamped["logit_bias"] = {token: _clamped(weight, -100, 100) for token, weight in bias.items()}
    return sent | clamped


def _clamped(value: Any, low: float, high: float) -> Any:
    return min(max(value, low), high) if isinstance(value, int | float) and not isinstance(value, bool) else value


@fault(
    "completions-crash-without-schema",
    seen=GITHUB + "sgl-project/sglang/pull/28090",
    on="refused",
    speaks=("errors.status.endpoints", "errors.status.client"),
)
def completions_crash_without_schema(refused: Refused, asked: Asked) -> Refused:
    """Answers 500 to a text completion whose schema format has no schema."""
    form = asked.sent.get("response_format")
    wrong = asked.path == "/completions" and isinstance(form, dict) and "json_schema" not in form
    return Refused(500, envelope("'NoneType' object has no attribute 'schema_'", "server_error")) if wrong else refused


@fault(
    "embeddings-crash-over-no-input",
    seen=GITHUB + "ggml-org/llama.cpp/pull/10866",
    on="reply",
    speaks=("errors.status.endpoints",),
)
def embeddings_crash_over_no_input(reply: Any, asked: Asked) -> Any:
    """Falls over an empty input of an embedding."""
    empty = asked.path == "/embeddings" and not asked.sent.get("input", "Hello!")
    return replace(reply, frames=(), lost=True) if empty else reply
