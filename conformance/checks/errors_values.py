"""What a refused value is told by: the status of its error, and `param`, which names the field.

https://platform.openai.com/docs/guides/error-codes
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance import calls
from conformance.answers import is_refused
from conformance.checks.errors_models import error_of
from conformance.checks.errors_requests import WRONG_TYPES
from conformance.messages import Exchange, Send
from conformance.model import Finding, Level, Noted, Seen, Target, Unclear
from conformance.registry import check

ERRORS = "https://platform.openai.com/docs/guides/error-codes"

NAMED: Mapping[str, Mapping[str, Any]] = {name: WRONG_TYPES[name] for name in ("messages", "temperature", "max_tokens")}
"""Mistakes that lie in one field, which is all that there is to name."""


def _refused(target: Target, send: Send) -> dict[str, Exchange]:
    """The refusals of mistakes, by the field at fault. Raises Unclear where there is none."""
    asked = {name: send(calls.wrong(target, **{"max_tokens": 1, **fields})) for name, fields in NAMED.items()}
    refused = {name: one for name, one in asked.items() if is_refused(one)}
    if not refused:
        raise Unclear("no value of a wrong type is refused")
    return refused


@check("errors.param.named", "names the field at fault", Level.MAY, "errors.param", ERRORS)
def named(target: Target, send: Send) -> Noted:
    """Sends messages, a temperature and a limit of a wrong type, and reads `param` of the errors: forms show the mistake beside
    the field by it.
    """
    for name, exchange in _refused(target, send).items():
        param = error_of(exchange).get("param")
        if not isinstance(param, str) or not param.startswith(name):
            yield Finding("an error does not name the field at fault", "$.error.param", name, repr(param)[:120])


@check("errors.validation.status", "answers 400 to values of a wrong type", Level.MAY, "errors.validation", ERRORS)
def status(target: Target, send: Send) -> Noted:
    """Reads the status of the same errors. After a 422 the official client raises UnprocessableEntityError, which programs
    written for OpenAI do not expect.
    """
    for name, exchange in _refused(target, send).items():
        yield Seen("status", exchange.status)
        if exchange.status != 400:
            yield Finding("refuses a value of a wrong type by another status", "status", "400", f"{exchange.status} for {name}")
