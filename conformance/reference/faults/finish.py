"""Faults in why an answer is said to have ended."""

from __future__ import annotations

from typing import Any

from conformance.reference.faults.parts import GITHUB, OLLAMA_2024, calls, choices, without
from conformance.reference.faults.registry import fault
from conformance.reference.values import Asked, Object


def _ending(value: Object, reason: Any, only: str | None = None) -> Object:
    """The answer or chunk with another reason where it tells one, or where it tells this one."""
    for choice in choices(value):
        if choice["finish_reason"] is not None and only in (None, choice["finish_reason"]):
            choice["finish_reason"] = reason
    return value


@fault("finish-reason-always-stop", seen=OLLAMA_2024, on="answer chunk", speaks=("chat.finish_reason.length",))
def finish_reason_always_stop(value: Object) -> Object:
    """Says stop where the limit cut the answer."""
    return _ending(value, "stop", "length")


@fault(
    "finish-reason-of-the-model",
    seen=GITHUB + "openai/openai-dotnet/pull/267",
    on="answer chunk",
    speaks=("chat.finish_reason.legal",),
)
def finish_reason_of_the_model(value: Object) -> Object:
    """Says eos, as the model's own vocabulary does."""
    return _ending(value, "eos", "stop")


@fault("finish-reason-null", seen=GITHUB + "apache/camel/pull/22829", on="answer", speaks=("chat.finish_reason.legal",))
def finish_reason_null(value: Object) -> Object:
    """Gives no reason in a plain answer."""
    return _ending(value, None)


@fault("finish-reason-empty", seen=GITHUB + "mudler/LocalAI/issues/4716", on="answer", speaks=("chat.finish_reason.legal",))
def finish_reason_empty(value: Object) -> Object:
    """Gives an empty reason in a plain answer."""
    return _ending(value, "")


@fault("finish-reason-empty-between", seen=GITHUB + "ollama/ollama/issues/4357", on="chunk", speaks=("chat.finish_reason.legal",))
def finish_reason_empty_between(chunk: Object) -> Object:
    """Gives an empty reason in every chunk but the last."""
    return chunk | {"choices": [choice | {"finish_reason": choice["finish_reason"] or ""} for choice in choices(chunk)]}


@fault("finish-reason-everywhere", seen=GITHUB + "su-kaka/gcli2api/issues/403", on="chunk", speaks=("chat.stream.finish",))
def finish_reason_everywhere(chunk: Object) -> Object:
    """Says stop in every chunk."""
    return chunk | {"choices": [choice | {"finish_reason": choice["finish_reason"] or "stop"} for choice in choices(chunk)]}


@fault("finish-reason-never-streamed", seen=GITHUB + "ai-dynamo/dynamo/issues/1856", on="chunk", speaks=("chat.stream.finish",))
def finish_reason_never_streamed(chunk: Object) -> Object:
    """Gives no reason in a stream."""
    return _ending(chunk, None)


@fault("finish-reason-key-absent", seen=GITHUB + "InternLM/MindSearch/pull/291", on="chunk", speaks=("chat.stream.finish.key",))
def finish_reason_key_absent(chunk: Object) -> Object:
    """Leaves the reason out of every chunk but the last."""
    told = [choice if choice["finish_reason"] else without(choice, "finish_reason") for choice in choices(chunk)]
    return chunk | {"choices": told}


@fault(
    "finish-reason-stop-after-calls",
    seen=GITHUB + "ollama/ollama/issues/16212",
    on="answer chunk",
    speaks=("chat.finish_reason.calls",),
)
def finish_reason_stop_after_calls(value: Object) -> Object:
    """Says stop where it called a tool."""
    return _ending(value, "stop", "tool_calls")


@fault(
    "finish-reason-singular", seen=GITHUB + "ml-explore/mlx-lm/pull/782", on="answer chunk", speaks=("chat.finish_reason.legal",)
)
def finish_reason_singular(value: Object) -> Object:
    """Says tool_call for tool_calls."""
    return _ending(value, "tool_call", "tool_calls")


@fault(
    "finish-reason-calls-without-calls",
    seen=GITHUB + "mudler/LocalAI/issues/6218",
    on="answer",
    speaks=("chat.finish_reason.calls",),
)
def finish_reason_calls_without_calls(value: Object) -> Object:
    """Says tool_calls where it called none."""
    return value if any(calls(value)) else _ending(value, "tool_calls", "stop")


@fault(
    "finish-reason-length-at-stop",
    seen=GITHUB + "LostRuins/koboldcpp/issues/2481",
    on="answer chunk",
    speaks=("chat.finish_reason.stop",),
)
def finish_reason_length_at_stop(value: Object, asked: Asked) -> Object:
    """Says length where a stop string ended the answer."""
    return _ending(value, "length", "stop") if asked.sent.get("stop") else value
