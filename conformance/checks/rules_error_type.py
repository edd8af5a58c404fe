"""Rules about the type of an error, by which programs tell what to do next, and about its message, which people read.

https://platform.openai.com/docs/guides/error-codes
"""

from __future__ import annotations

import re

from conformance import calls
from conformance.checks.errors_requests import ERRORS
from conformance.evidence import shown
from conformance.messages import Exchange, Json, Request
from conformance.model import Finding, Level, Noted, Target, Unclear
from conformance.registry import rule
from conformance.wire import read_json

_FORM = re.compile(r"[a-z][a-z0-9_]*_error")


def _wrong(target: Target) -> Request:
    return calls.wrong(target, max_tokens=1, temperature="warm")


@rule(
    "errors.envelope.type",
    "gives a bad request a type in OpenAI's form",
    Level.MAY,
    "errors.envelope",
    ERRORS,
    on="error",
    seed=_wrong,
)
def type_is_known(exchange: Exchange) -> Noted:
    """Reads the type of errors of status 400: OpenAI's is invalid_request_error, or another word of that form here and there.
    Errors that are no error object are judged by a rule of their own.
    """
    told = _member(exchange, "type")
    if exchange.status != 400 or not isinstance(told, str):
        raise Unclear("this is no error of status 400 with a type")
    if not _FORM.fullmatch(told):
        yield Finding("a bad request has a type of the server's own", "$.error.type", "invalid_request_error", shown(told))


@rule(
    "errors.envelope.message",
    "says in words what is wrong",
    Level.SHOULD,
    "errors.envelope",
    "https://github.com/openai/openai-python/issues/464",
    on="error",
    seed=_wrong,
)
def message_is_told(exchange: Exchange) -> Noted:
    """Looks for messages of nothing but white space. OpenAI sent empty ones in 2023, so that it is no more than SHOULD."""
    told = _member(exchange, "message")
    if not isinstance(told, str):
        raise Unclear("this is no error with a message")
    if not told.strip():
        yield Finding("an error says nothing", "$.error.message", "what is wrong", repr(told)[:80])


def _member(exchange: Exchange, name: str) -> Json:
    value = read_json(exchange.body).value
    error = value.get("error") if isinstance(value, dict) else None
    return error.get(name) if isinstance(error, dict) else None
