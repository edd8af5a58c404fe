"""The rule about the type of an error, by which programs tell what to do next.

https://platform.openai.com/docs/guides/error-codes
"""

from __future__ import annotations

import re

from conformance import calls
from conformance.checks.errors_requests import ERRORS
from conformance.evidence import shown
from conformance.messages import Exchange, Request
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
    value = read_json(exchange.body).value
    error = value.get("error") if isinstance(value, dict) else None
    told = error.get("type") if isinstance(error, dict) else None
    if exchange.status != 400 or not isinstance(told, str):
        raise Unclear("this is no error of status 400 with a type")
    if not _FORM.fullmatch(told):
        yield Finding("a bad request has a type of the server's own", "$.error.type", "invalid_request_error", shown(told))
