"""Rules about why an answer ended: finish_reason against what the message holds and what the limits allow.

https://platform.openai.com/docs/api-reference/chat/object#chat/object-choices
"""

from __future__ import annotations

from conformance import calls
from conformance.answers import Object, choices_of
from conformance.endpoints import sent_json
from conformance.evidence import asked, ensure_values, integer, shown
from conformance.messages import Exchange
from conformance.model import Finding, Level, Noted, Seen, Unclear
from conformance.registry import rule
from conformance.streams import answer_of

OBJECT = "https://platform.openai.com/docs/api-reference/chat/object"
SAFE_CONTEXT = 512
"""Tokens that fit into any model's window: below, "length" can only mean the limit of the request."""

_CALLS = {"tool_calls": "tool_calls", "function_call": "function_call"}


@rule(
    "chat.finish_reason.calls",
    "ends with tool_calls where it calls tools",
    Level.MUST,
    "chat.finish_reason",
    OBJECT,
    on="chat.proper",
    seed=calls.chat,
    revision=2,
)
def calls_end_with_calls(exchange: Exchange) -> Noted:
    """Compares finish_reason with the calls of the message, both ways. A forced call may end with stop: OpenAI does the same."""
    sent = sent_json(exchange)
    free = isinstance(sent, dict) and all(sent.get(name) in (None, "auto") for name in ("tool_choice", "function_call"))
    for place, choice in enumerate(choices_of(answer_of(exchange))):
        where, reason = f"$.choices[{place}].finish_reason", choice.get("finish_reason")
        yield Seen("finish_reason", reason if isinstance(reason, str) else None)
        message = choice.get("message")
        held = [name for name in _CALLS if isinstance(message, dict) and message.get(name)]
        if reason in ("tool_calls", "function_call") and not held:
            yield Finding("ends with a call but holds none", where, "stop", str(reason))
        elif free and reason == "stop" and held:
            yield Finding("calls a tool but ends with stop", where, held[0], "stop")
        elif reason == "function_call" and held == ["tool_calls"]:
            yield Finding("calls a tool but ends with the reason of legacy functions", where, held[0], str(reason))
        elif reason == "tool_calls" and held == ["function_call"]:
            yield Finding("calls a legacy function but ends with the reason of tools", where, held[0], str(reason))


@rule(
    "chat.finish_reason.cut",
    "ends with length at the limit only",
    Level.MUST,
    "chat.finish_reason",
    OBJECT,
    on="chat.proper",
    seed=calls.chat,
)
def length_means_the_limit(exchange: Exchange) -> Noted:
    """Compares completion_tokens with the limit of the request where a single choice ended with length. One token may be
    counted otherwise, hidden reasoning may be counted apart, and a full context window ends an answer too.
    """
    ensure_values(exchange)
    answer, limit = answer_of(exchange), _limit(asked(exchange))
    choices = choices_of(answer)
    reason = choices[0].get("finish_reason")
    used, prompt = _counts(answer)
    if len(choices) > 1 or prompt + limit > SAFE_CONTEXT:
        raise Unclear("the limit of the request may not be what ended the answer")
    if reason == "length" and used < limit - 1:
        yield Finding("ends with length below the limit", "$.choices[0].finish_reason", f"{shown(limit)} tokens", shown(used))


def _limit(sent: Object) -> int:
    limits = [limit for name in ("max_tokens", "max_completion_tokens") if (limit := integer(sent.get(name))) is not None]
    if not limits or min(limits) < 1:
        raise Unclear("the request has no limit")
    return min(limits)


def _counts(answer: Object) -> tuple[int, int]:
    """The tokens of completion, hidden reasoning on top, and of the prompt. Raises Unclear."""
    usage = answer.get("usage")
    counted = usage if isinstance(usage, dict) else {}
    used, prompt = integer(counted.get("completion_tokens")), integer(counted.get("prompt_tokens"))
    if used is None or prompt is None or used == 0:
        raise Unclear("the tokens were not counted")
    details = counted.get("completion_tokens_details")
    hidden = integer(details.get("reasoning_tokens")) if isinstance(details, dict) else 0
    return used + (hidden or 0), prompt
