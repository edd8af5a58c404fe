"""Fields set to null or to their documented default: as if they had been left out.

Clients and frameworks send them all the time, and servers that know only some fields refuse them.
https://platform.openai.com/docs/api-reference/chat/create
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from conformance.answers import Object, answered, choices_of, ensure_success, given, is_ok
from conformance.calls import chat, sentence
from conformance.messages import Exchange, Json, Request, Send
from conformance.model import Ended, Finding, Level, Noted, Target
from conformance.registry import check

LINK = "https://platform.openai.com/docs/api-reference/chat/create"

NULLABLE = (
    "temperature",
    "top_p",
    "n",
    "stop",
    "stream",
    "stream_options",
    "seed",
    "frequency_penalty",
    "presence_penalty",
    "logit_bias",
    "logprobs",
    "top_logprobs",
    "max_completion_tokens",
)
DEFAULTS: Mapping[str, Json] = {
    "temperature": 1,
    "top_p": 1,
    "n": 1,
    "frequency_penalty": 0,
    "presence_penalty": 0,
    "logit_bias": {},
    "logprobs": False,
}


@check("chat.defaults.null", "takes null for a field as its absence", Level.MUST, "chat.defaults", LINK)
def null(target: Target, send: Send) -> Noted:
    """All nullable fields at once; one at a time where that is refused, to tell which. `max_tokens` can be null only beside
    another limit, so it is asked about where `max_completion_tokens` is taken.
    """
    yield from _taken(target, send, dict.fromkeys(NULLABLE))
    newer = sentence(target, max_tokens=..., max_completion_tokens=4)
    if is_ok(send(newer)):
        yield from _refusals("max_tokens", send(sentence(target, max_tokens=None, max_completion_tokens=4)))


@check("chat.defaults.explicit", "takes a field's default as its absence", Level.MUST, "chat.defaults", LINK)
def explicit(target: Target, send: Send) -> Noted:
    """All defaults at once; one at a time where that is refused, to tell which. `stream: false` has a check of its own."""
    yield from _taken(target, send, DEFAULTS)


def _taken(target: Target, send: Send, fields: Mapping[str, Json]) -> Noted:
    """What is wrong with the answer to all fields, or else with those to each. Raises Ended where only all together fail."""
    exchange = send(chat(target, **fields))
    if is_ok(exchange):
        yield from _one_choice(answered(send, chat(target, **fields), chat(target)))
        return
    given(send, chat(target))
    found = [finding for name, value in fields.items() for finding in _refusals(name, send(_single(target, name, value)))]
    if not found:
        ensure_success(exchange)
    yield from found


def _single(target: Target, name: str, value: Json) -> Request:
    return chat(target, **{name: value})


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
