"""The same mistakes with and without a stream: a request that was wrong from the start has the same status in both.

https://platform.openai.com/docs/guides/error-codes
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from conformance import calls
from conformance.answers import ensure_unhurried, is_ok, is_refused, refusal
from conformance.messages import Exchange, Send
from conformance.model import Finding, Level, Noted, Outcome, Seen, Target, Unclear
from conformance.registry import check

ERRORS = "https://platform.openai.com/docs/guides/error-codes"

_SCHEMA = {"type": "object", "properties": {"a": {"type": "no_such_type"}}, "required": ["a"], "additionalProperties": False}

MISTAKES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "messages": ("messages of a wrong type", {"messages": "Hello!"}),
    "empty": ("an empty conversation", {"messages": []}),
    "top_p": ("a top_p of 1.5", {"top_p": 1.5}),
    "schema": (
        "a schema with a type that does not exist",
        {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "strict": True, "schema": _SCHEMA}}},
    ),
}
"""Mistakes that servers notice at different times: while they read, while they prepare, and when they are about to speak."""


def _comparing(what: str, fields: Mapping[str, Any]) -> Callable[[Target, Send], Noted]:
    def compare(target: Target, send: Send) -> Noted:
        wrong = calls.wrong(target, **{"max_tokens": 1, **fields})
        plain = send(wrong)
        if not is_refused(plain):
            raise Unclear(f"{what} is not refused without a stream, or not as a mistake")
        exchange = send(replace(wrong, json={**wrong.json, "stream": True}))
        yield Seen("status", exchange.status)
        yield from _otherwise(plain, ensure_unhurried(exchange))

    compare.__doc__ = f"Sends {what} without and with a stream, where it is refused without one."
    return compare


def _otherwise(plain: Exchange, exchange: Exchange) -> Noted:
    status = str(plain.status)
    if exchange.status is None:
        said = exchange.failure.message if exchange.failure else "no answer"
        yield Finding("gives no complete answer where a stream was asked for", "", status, said, outcome=Outcome.FAILS)
    elif is_ok(exchange):
        yield Finding("streams what it refuses without a stream", "status", status, refusal(exchange), outcome=Outcome.FAILS)
    elif exchange.status >= 500:
        yield Finding("fails over it where a stream was asked for", "status", status, refusal(exchange), outcome=Outcome.FAILS)


for _name, (_what, _fields) in MISTAKES.items():
    check(f"errors.stream.{_name}", f"refuses {_what} in a stream too", Level.MUST, "errors.stream", ERRORS)(
        _comparing(_what, _fields)
    )
