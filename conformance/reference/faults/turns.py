"""Faults in messages and values that are legal and less common, and in values that are not legal at all."""

from __future__ import annotations

import json
from dataclasses import replace

from conformance.reference.errors import bad_request, envelope
from conformance.reference.faults.parts import GITHUB, GROQ, choices, without
from conformance.reference.faults.registry import fault
from conformance.reference.values import Asked, Object, Refused, Reply, Settings


def _messages(sent: Object) -> list[Object]:
    held = sent.get("messages")
    return [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []


@fault("empty-history-refused", seen=GITHUB + "OpenHands/OpenHands/issues/8685", on="sent", speaks=("chat.history.empty",))
def empty_history_refused(sent: Object) -> Object:
    """Refuses an assistant's message that has neither text nor calls."""
    for one in _messages(sent):
        if one.get("role") == "assistant" and not one.get("content") and not one.get("tool_calls"):
            raise bad_request("An assistant message must have either content or tool_calls.", "messages")
    return sent


@fault("name-refused", seen=GROQ, on="sent", speaks=("chat.messages.name",))
def name_refused(sent: Object) -> Object:
    """Does not know the member name of a message."""
    if any("name" in one for one in _messages(sent)):
        raise bad_request("The property 'name' is unsupported.", "messages")
    return sent


@fault("system-parts-refused", seen=GITHUB + "gptme/gptme/issues/375", on="sent", speaks=("chat.content-parts.system",))
def system_parts_refused(sent: Object) -> Object:
    """Takes the content of a system message as a string only."""
    if any(one.get("role") == "system" and isinstance(one.get("content"), list) for one in _messages(sent)):
        raise bad_request("The content of a system message has to be a string.", "messages")
    return sent


@fault(
    "null-content-crash",
    seen=GITHUB + "LostRuins/koboldcpp/issues/643",
    on="reply",
    speaks=("errors.range.content", "errors.status.client"),
)
def null_content_crash(reply: Reply, asked: Asked) -> Reply:
    """Breaks down over a user's message of null."""
    null = any(one.get("role") == "user" and "content" in one and one["content"] is None for one in _messages(asked.sent))
    error = envelope("'NoneType' object has no attribute 'encode'", "server_error")
    return Reply(500, reply.headers, (json.dumps(error).encode(),)) if null else reply


@fault(
    "stream-options-anywhere", seen=GITHUB + "sgl-project/sglang/pull/16068", on="sent", speaks=("errors.range.stream_options",)
)
def stream_options_anywhere(sent: Object) -> Object:
    """Takes stream_options without a stream."""
    return sent if sent.get("stream") else without(sent, "stream_options")


@fault(
    "stream-options-unread",
    seen=GITHUB + "generative-computing/mellea/pull/823",
    on="sent",
    speaks=("errors.range.stream_options.member",),
)
def stream_options_unread(sent: Object) -> Object:
    """Takes options of a stream that do not exist."""
    options = sent.get("stream_options")
    known = {name: held for name, held in options.items() if name == "include_usage"} if isinstance(options, dict) else options
    return sent | {"stream_options": known or None} if "stream_options" in sent else sent


@fault("reasoning-effort-any", seen=GITHUB + "ttlequals0/MinusPod/pull/678", on="sent", speaks=("errors.range.reasoning_effort",))
def reasoning_effort_any(sent: Object) -> Object:
    """Takes any word for a degree of reasoning."""
    return without(sent, "reasoning_effort")


@fault(
    "few-tokens-by-default", seen=GITHUB + "vllm-project/vllm-metal/pull/56", on="settings", speaks=("chat.max_tokens.default",)
)
def few_tokens_by_default(settings: Settings) -> Settings:
    """Ends answers after ten tokens where no limit is given."""
    return replace(settings, most=settings.most or 10)


@fault(
    "temperature-zero-refused",
    seen=GITHUB + "ai-forever/gigachain/issues/237",
    on="sent",
    speaks=("chat.temperature.range",),
    also=("*",),
)
def temperature_zero_refused(sent: Object) -> Object:
    """Takes temperatures above 0 only."""
    if sent.get("temperature") == 0 and isinstance(sent["temperature"], int):
        raise Refused(422, {"status": 422, "message": "Invalid params: temperature must be in range (0, +inf)"})
    return sent


@fault(
    "sampling-is-500",
    seen="https://docs.litellm.ai/docs/completion/drop_params",
    on="sent",
    speaks=("chat.frequency_penalty.effect",),
    also=("chat.presence_penalty", "chat.defaults", "errors.wrong-type", "errors.status"),
)
def sampling_is_500(sent: Object) -> Object:
    """Answers 500 to a field that the model behind it does not have."""
    for name in ("frequency_penalty", "presence_penalty"):
        if sent.get(name) is not None:
            raise Refused(500, envelope(f"UnsupportedParamsError: {name}", "server_error"))
    return sent


@fault(
    "bad-request-by-another-name", seen=GITHUB + "Gitlawb/openclaude/issues/331", on="refused", speaks=("errors.envelope.type",)
)
def bad_request_by_another_name(refused: Refused) -> Refused:
    """Gives errors a type of its own house."""
    return Refused(refused.status, {"error": refused.body["error"] | {"type": "BadRequest"}}, refused.headers)


@fault("refusal-absent", seen=GITHUB + "mlcommons/endpoints/issues/133", on="answer", speaks=("chat.refusal.key",))
def refusal_absent(answer: Object) -> Object:
    """Leaves refusal out of messages."""
    for choice in choices(answer):
        choice["message"].pop("refusal", None)
    return answer


@fault("service-tier-own", seen=GITHUB + "mofa-org/mofa/issues/1155", on="answer chunk", speaks=("chat.service_tier.known",))
def service_tier_own(value: Object) -> Object:
    """Names a service tier of its own."""
    return value | {"service_tier": "on_demand"}
