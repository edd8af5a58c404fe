"""Fields set to null or to their documented default: as if they had been left out.

Clients and frameworks send them all the time, and servers that know only some fields refuse them. A field that is refused
whatever it holds is judged under its own name, not here.
https://platform.openai.com/docs/api-reference/chat/create
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from conformance.answers import Object, answered, choices_of, ensure_success, given, is_ok
from conformance.calls import chat, sentence
from conformance.checks.chat_fields import COMMON, SPECIAL
from conformance.messages import Exchange, Json, Send
from conformance.model import Ended, Finding, Level, Noted, Outcome, Target
from conformance.registry import check

LINK = "https://platform.openai.com/docs/api-reference/chat/create"

ORDINARY: Mapping[str, Mapping[str, Json]] = {
    "temperature": {"temperature": 0.5},
    "top_p": {"top_p": 0.5},
    "n": {"n": 2},
    "stop": {"stop": "\n\n"},
    "stream": {"stream": True},
    "stream_options": {"stream": True, "stream_options": {"include_usage": True}},
    "seed": {"seed": 1},
    "frequency_penalty": {"frequency_penalty": 0.5},
    "presence_penalty": {"presence_penalty": 0.5},
    "logit_bias": {"logit_bias": {"100": 1}},
    "logprobs": {"logprobs": True},
    "top_logprobs": {"logprobs": True, "top_logprobs": 1},
    "max_completion_tokens": {"max_tokens": ..., "max_completion_tokens": 16},
    "audio": {"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "wav"}},
    "moderation": {"moderation": {"model": "omni-moderation-latest"}},
    **COMMON,
    **SPECIAL,
}
"""For a field a value that is neither null nor, where that can be, the default: it tells whether a server has the field."""

NULLABLE = tuple(name for name in ORDINARY if name not in ("user", "prompt_cache_options", "web_search_options"))
"""Fields that OpenAI documents as nullable; three others can only be left out."""

DEFAULTS: Mapping[str, Json] = {
    "temperature": 1,
    "top_p": 1,
    "n": 1,
    "frequency_penalty": 0,
    "presence_penalty": 0,
    "logit_bias": {},
    "logprobs": False,
    "store": False,
    "service_tier": "auto",
    "reasoning_effort": "medium",
    "verbosity": "medium",
}

CLOCK: Json = {"type": "function", "function": {"name": "get_time", "parameters": {"type": "object", "properties": {}}}}


@check("chat.defaults.null", "takes null for a field as its absence", Level.MUST, "chat.defaults", LINK, revision=2)
def null(target: Target, send: Send) -> Noted:
    """All nullable fields at once; one at a time where that is refused, to tell which. `max_tokens` can be null only beside
    another limit, so it is asked about where `max_completion_tokens` is taken.
    """
    yield from _taken(target, send, dict.fromkeys(NULLABLE))
    newer = sentence(target, max_tokens=..., max_completion_tokens=4)
    if is_ok(send(newer)):
        yield from _refusals("max_tokens", send(sentence(target, max_tokens=None, max_completion_tokens=4)))


@check("chat.defaults.explicit", "takes a field's default as its absence", Level.MUST, "chat.defaults", LINK, revision=2)
def explicit(target: Target, send: Send) -> Noted:
    """All defaults at once; one at a time where that is refused, to tell which. `stream: false` has a check of its own, and
    `parallel_tool_calls: true` goes beside a tool, where it has a meaning.
    """
    yield from _taken(target, send, DEFAULTS)
    exchange = send(chat(target, tools=[CLOCK], parallel_tool_calls=True))
    if not is_ok(exchange) and is_ok(send(chat(target, tools=[CLOCK], parallel_tool_calls=False))):
        yield from _refusals("parallel_tool_calls", exchange)


def _taken(target: Target, send: Send, fields: Mapping[str, Json]) -> Noted:
    """What is wrong with the answer to all fields, or else with those to each. Raises Ended where only all together fail."""
    exchange = send(chat(target, **fields))
    if is_ok(exchange):
        yield from _one_choice(answered(send, chat(target, **fields), chat(target)))
        return
    given(send, chat(target))
    found = {name: tuple(_wrong(target, send, name, value)) for name, value in fields.items()}
    if not any(found.values()):
        ensure_success(send(chat(target, **{name: value for name, value in fields.items() if _has(target, send, name, value)})))
    for findings in found.values():
        yield from findings


def _wrong(target: Target, send: Send, name: str, value: Json) -> Iterator[Finding]:
    """What is wrong with one field by itself; nothing where the server refuses the field whatever it holds."""
    for finding in _refusals(name, send(chat(target, **{name: value}))):
        if finding.outcome is not Outcome.REFUSED or is_ok(send(chat(target, **ORDINARY[name]))):
            yield finding


def _has(target: Target, send: Send, name: str, value: Json) -> bool:
    return is_ok(send(chat(target, **{name: value})))


def _refusals(name: str, exchange: Exchange) -> list[Finding]:
    try:
        ensure_success(exchange)
    except Ended as end:
        return [replace(end.finding, message=f"{end.finding.message} to {name} alone", where=f"$.{name}")]
    return []


def _one_choice(answer: Object) -> Noted:
    count = len(choices_of(answer))
    if count != 1:
        yield Finding("gives another number of choices", "$.choices", "1 choice", str(count))
