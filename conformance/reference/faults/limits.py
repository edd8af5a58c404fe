"""Faults in the limits of an answer's length."""

from __future__ import annotations

from dataclasses import replace

from conformance.reference.errors import bad_request
from conformance.reference.faults.parts import GITHUB, without
from conformance.reference.faults.registry import fault
from conformance.reference.values import Asked, Object, Settings

_OWN = 48
"""How many tokens a server that does not listen generates."""


@fault(
    "max-tokens-ignored",
    seen=GITHUB + "vllm-project/vllm-omni/issues/445",
    on="sent",
    speaks=("chat.max_tokens.limit", "chat.max_tokens.bound"),
)
def max_tokens_ignored(sent: Object) -> Object:
    """Takes max_tokens and answers at length."""
    return without(sent, "max_tokens")


@fault(
    "max-completion-tokens-ignored",
    seen=GITHUB + "ikawrakow/ik_llama.cpp/pull/2321",
    on="sent",
    speaks=("chat.max_completion_tokens.limit", "chat.max_completion_tokens.bound"),
)
def max_completion_tokens_ignored(sent: Object) -> Object:
    """Takes max_completion_tokens and answers at length."""
    return without(sent, "max_completion_tokens")


@fault(
    "max-completion-tokens-refused",
    seen=GITHUB + "voideditor/void/issues/128",
    on="sent",
    speaks=("chat.max_completion_tokens.limit",),
)
def max_completion_tokens_refused(sent: Object) -> Object:
    """Knows no limit but max_tokens."""
    if sent.get("max_completion_tokens") is not None:
        raise bad_request("There is no parameter 'max_completion_tokens'.", "max_completion_tokens", "unknown_parameter")
    return sent


@fault(
    "max-tokens-by-the-server",
    seen=GITHUB + "kryptic-sh/infr/pull/19",
    on="settings",
    speaks=("chat.max_tokens.bound", "chat.max_tokens.limit"),
    also=("chat.finish_reason",),
)
def max_tokens_by_the_server(settings: Settings, asked: Asked) -> Settings:
    """Says as much as the server was set up for, whatever the request allows."""
    given = asked.sent.get("max_tokens") is not None
    return replace(settings, most=_OWN) if given else settings


@fault(
    "max-tokens-one-refused",
    seen=GITHUB + "openclaw/openclaw/pull/66450",
    on="sent",
    speaks=(
        "chat.finish_reason.length",
        "chat.max_tokens.limit",
    ),
)
def max_tokens_one_refused(sent: Object) -> Object:
    """Takes no limit below 16 tokens."""
    given = sent.get("max_tokens")
    if isinstance(given, int) and 0 < given < 16:
        raise bad_request("'max_tokens' may be at least 16.", "max_tokens", "integer_below_min_value")
    return sent


@fault(
    "length-below-the-limit",
    seen=GITHUB + "vllm-project/vllm-metal/pull/56",
    on="sent",
    speaks=("chat.finish_reason.cut",),
)
def length_below_the_limit(sent: Object) -> Object:
    """Cuts every answer after 8 tokens, whatever the limit."""
    given = sent.get("max_tokens")
    return sent | {"max_tokens": min(given, 8)} if isinstance(given, int) and given > 0 else sent
