"""Faults in how mistakes are answered: as the server's own, as a success, as a stream, or with too much said."""

from __future__ import annotations

import json
from dataclasses import replace

from conformance.reference.errors import envelope
from conformance.reference.faults.parts import GITHUB, error_of, streamed
from conformance.reference.faults.registry import fault
from conformance.reference.values import Asked, Refused, Reply


def crashed(refused: Refused, said: str) -> Refused:
    """The refusal as a mistake of the server's own."""
    return Refused(500, envelope(said, "server_error"), refused.headers)


MISSING = (
    *("messages.role", "messages.content", "parts.type", "parts.text", "parts.url", "tool_call_id", "tool_choice.function"),
    *("calls.id", "calls.function", "calls.name", "calls.arguments", "tools.type", "tools.function", "tools.name"),
    *("response_format.type", "response_format.json_schema", "response_format.name"),
)


@fault(
    "incomplete-is-500",
    seen=GITHUB + "vllm-project/vllm/pull/10567",
    on="refused",
    speaks=("errors.status.client", "errors.wrong-type.search", *(f"errors.missing-field.{place}" for place in MISSING)),
)
def incomplete_is_500(refused: Refused) -> Refused:
    """Answers 500 where something is missing deeper inside of a request."""
    param = str(error_of(refused).get("param"))
    places = ("messages[", "tools[", "tool_choice", "response_format")
    return crashed(refused, "KeyError: 'name'") if param.startswith(places) else refused


@fault(
    "images-are-500",
    seen=GITHUB + "BerriAI/litellm/issues/14085",
    on="refused",
    speaks=(
        "errors.status.client",
        "errors.image.base64",
        "errors.image.bytes",
        "errors.image.media-type",
        "errors.image.address",
        "errors.image.gone",
    ),
)
def images_are_500(refused: Refused) -> Refused:
    """Answers 500 for an image that it cannot get or read."""
    return crashed(refused, "cannot identify image file") if ".image_url" in str(error_of(refused).get("param")) else refused


def _overflows(refused: Refused) -> bool:
    return error_of(refused).get("code") == "context_length_exceeded"


@fault(
    "overflow-is-500",
    seen=GITHUB + "ardanlabs/kronk/issues/861",
    on="refused",
    speaks=("errors.context.refused", "errors.status.client"),
)
def overflow_is_500(refused: Refused) -> Refused:
    """Answers 500 for a prompt that is too long."""
    return crashed(refused, "the context window is full") if _overflows(refused) else refused


@fault(
    "overflow-in-success",
    seen=GITHUB + "langgenius/dify-plugin-sdks/pull/74",
    on="refused",
    speaks=("errors.context.refused", "errors.in-200"),
)
def overflow_in_success(refused: Refused) -> Refused:
    """Says with status 200 that a prompt is too long."""
    return Refused(200, refused.body) if _overflows(refused) else refused


@fault(
    "overflow-code-other",
    seen=GITHUB + "NVIDIA/TensorRT-LLM/pull/19457",
    on="refused",
    speaks=("errors.context.code", "errors.envelope"),
)
def overflow_code_other(refused: Refused) -> Refused:
    """Gives the status for the code of a prompt that is too long."""
    if not _overflows(refused):
        return refused
    return Refused(400, {"error": error_of(refused) | {"code": 400, "message": "prompt length exceeds max_num_tokens"}})


def _events(reply: Reply, *frames: bytes) -> Reply:
    return replace(reply, status=200, headers=(("content-type", "text/event-stream"), *reply.headers[1:]), frames=frames)


def _overflow_of(reply: Reply) -> bool:
    return reply.status == 400 and b"context_length_exceeded" in reply.frames[0]


@fault(
    "overflow-streamed",
    seen=GITHUB + "ggml-org/llama.cpp/issues/14566",
    on="reply",
    speaks=("errors.context.stream",),
)
def overflow_streamed(reply: Reply, asked: Asked) -> Reply:
    """Begins a stream with 200 to say that the prompt is too long."""
    if not streamed(asked) or not _overflow_of(reply):
        return reply
    return _events(reply, b"error: " + json.dumps(json.loads(reply.frames[0])).encode() + b"\n\n")


MISTAKES = ("errors.stream.messages", "errors.stream.empty", "errors.stream.top_p", "errors.stream.schema")


@fault(
    "mistakes-streamed",
    seen=GITHUB + "huggingface/text-generation-inference/issues/1896",
    on="reply",
    speaks=(*MISTAKES, "errors.stream.in-200", "errors.unknown-model.stream", "errors.context.stream"),
    also=("errors.*", "auth.*"),
)
def mistakes_streamed(reply: Reply, asked: Asked) -> Reply:
    """Begins a stream with 200 to say that something is wrong with the request, and never ends it properly."""
    if not streamed(asked) or reply.status < 400:
        return reply
    return _events(reply, b"data: " + json.dumps(json.loads(reply.frames[0])).encode() + b"\n\n")


@fault(
    "mistakes-stream-nothing",
    seen=GITHUB + "coder/aibridge/issues/56",
    on="reply",
    speaks=(*MISTAKES, "errors.unknown-model.stream", "errors.context.stream"),
    also=("errors.*", "auth.*", "chat.stream"),
)
def mistakes_stream_nothing(reply: Reply, asked: Asked) -> Reply:
    """Ends a stream with 200 and without a byte where something is wrong with the request."""
    return _events(reply, b"") if streamed(asked) and reply.status >= 400 else reply


@fault(
    "mistakes-are-conflicts",
    seen="https://github.com/openai/openai-python#retries",
    on="refused",
    speaks=("errors.retry.mistake",),
)
def mistakes_are_conflicts(refused: Refused) -> Refused:
    """Answers 409 where a value is not allowed, which the official client sends twice more; nobody has reported it yet."""
    return Refused(409, refused.body) if error_of(refused).get("code") == "invalid_value" else refused


@fault(
    "param-never-told",
    seen=GITHUB + "vllm-project/vllm/issues/12886",
    on="refused",
    speaks=("errors.param.named",),
)
def param_never_told(refused: Refused) -> Refused:
    """Leaves param null, whatever is wrong."""
    return Refused(refused.status, {"error": error_of(refused) | {"param": None}}, refused.headers)


@fault(
    "validation-is-422",
    seen=GITHUB + "ai-forever/gigachain/issues/237",
    on="refused",
    speaks=("errors.validation.status",),
)
def validation_is_422(refused: Refused) -> Refused:
    """Answers 422 where its web framework finds a mistake."""
    return Refused(422, refused.body) if refused.status == 400 and error_of(refused).get("param") else refused


@fault(
    "traces-told",
    seen=GITHUB + "BerriAI/litellm/issues/30948",
    on="refused",
    speaks=("errors.internals.trace",),
)
def traces_told(refused: Refused) -> Refused:
    """Gives its stack where a role does not exist."""
    if error_of(refused).get("code") != "invalid_value":
        return refused
    trace = 'Traceback (most recent call last):\n  File "/usr/lib/python3.13/site-packages/gateway/main.py", line 620, in answer'
    return Refused(refused.status, {"error": error_of(refused) | {"message": f"Invalid Message passed in\n{trace}"}})
