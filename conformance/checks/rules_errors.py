"""Rules about error answers: one envelope for all of them, and never inside a success.

https://platform.openai.com/docs/guides/error-codes
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance import calls
from conformance.answers import Object, is_ok
from conformance.endpoints import called, endpoint_of, is_error, wants_stream
from conformance.evidence import ensure_body, shown
from conformance.messages import Exchange, Json, Request
from conformance.model import Finding, Level, Noted, Outcome, Target, Unclear
from conformance.registry import rule
from conformance.schema import against
from conformance.streams import read_stream
from conformance.wire import read_json

ERRORS = "https://platform.openai.com/docs/guides/error-codes"

_PAGES = frozenset({403, 404, 408, 411, 413, 414, 417, 426, 429, 431, *range(502, 600)})
"""Statuses that are answered with pages by what stands before a server (proxies, firewalls, limiters) and by the library through
which it speaks HTTP. OpenAI's are too (403: https://github.com/wandb/openui/issues/144). A 404 of an endpoint that this run asks
by its right name is the server's own.
"""

_SIGNED = re.compile(rb"<center>cloudflare</center>|<title>Just a moment|id=.cf-wrapper|\Aerror code: \d{3,4}\s*\Z")
"""What Cloudflare answers by itself, whatever the status: to clients that it keeps out, slows down or does not understand.
https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors/
"""

_NOWHERE, _EVERYWHERE = (404, 405, 501), ("chat", "models", "model")
"""Statuses of paths and methods that do not exist, and the endpoints that every server has."""


def _unknown(target: Target) -> Request:
    return calls.wrong(target, model="no-such-model")


def _nowhere(_: Target) -> Request:
    return Request("GET", "/no/such/path", wrong=True)


@rule(
    "errors.envelope",
    "tells errors as an error object",
    Level.MUST,
    "errors.envelope",
    ERRORS,
    on="error",
    seed=_unknown,
    revision=3,
)
def error_is_enveloped(exchange: Exchange) -> Noted:
    """Holds error answers against error.schema.json: `error` with message and type, param and code a string or null. Pages of
    proxies are exempt; paths and methods that do not exist have a rule of their own.
    """
    if _is_nowhere(exchange):
        raise Unclear("there is no such path or method")
    yield from _unlike_envelope(exchange)


@rule(
    "errors.envelope.route",
    "tells of a path or method that does not exist by an error object",
    Level.SHOULD,
    "errors.envelope",
    ERRORS,
    on="error",
    seed=_nowhere,
)
def nowhere_is_enveloped(exchange: Exchange) -> Noted:
    """Holds the answers for paths and methods that do not exist against the same schema. Most web frameworks answer them before
    the server does. No official client asks so, unless it is set up with a wrong address: then its exception has no message.
    """
    if not _is_nowhere(exchange):
        raise Unclear("the request is not refused for its path or method")
    yield from _unlike_envelope(exchange)


def _is_nowhere(exchange: Exchange) -> bool:
    return exchange.status in _NOWHERE and called(exchange) not in _EVERYWHERE


def _unlike_envelope(exchange: Exchange) -> Noted:
    value = _error_value(exchange)
    if value is None:
        told = shown(exchange.body[:120].decode("utf-8", "replace")) or "an empty body"
        yield Finding("the error is no JSON object", "$", "an error object", told)
        return
    kind = _other_form(value)
    if kind:
        yield Finding(f"the error is {kind}", "$.error", "an object with message, type, param and code", _told(value))
        return
    yield from against("error", value)


def _error_value(exchange: Exchange) -> Object | None:
    """The error's JSON object, or None for anything else. Raises Unclear for pages, streams and bodies that were not recorded."""
    value = read_json(exchange.body).value
    if _is_page(exchange, value):
        raise Unclear("the error is a page of a proxy")
    if isinstance(value, dict):
        return value
    ensure_body(exchange)
    if read_stream(exchange.body).errors:
        raise Unclear("the error is a stream, which has a rule of its own")
    return None


def _is_page(exchange: Exchange, value: Json) -> bool:
    """Whether a proxy says it: Cloudflare's pages in JSON have a type of their own, and the status as a number."""
    if isinstance(value, dict | list):
        error = value.get("error") if isinstance(value, dict) else None
        return isinstance(error, dict) and str(error.get("type")).startswith("cf_")
    own = exchange.status == 404 and called(exchange) in _EVERYWHERE and not exchange.source
    return (exchange.status in _PAGES and not own) or bool(_SIGNED.search(exchange.body))


def _other_form(value: Object) -> str:
    error = value.get("error")
    if isinstance(error, dict):
        return ""
    if isinstance(error, str):
        return "a bare string"
    if "detail" in value:
        return "told under detail"
    return "flat, without an object error" if "message" in value else "no object error"


def _told(value: Object) -> str:
    return shown(", ".join(f"{name}: {shown(one, 60)}" for name, one in list(value.items())[:6]))


@rule(
    "errors.envelope.keys",
    "tells param and code of every error",
    Level.SHOULD,
    "errors.envelope",
    ERRORS,
    on="error",
    seed=_unknown,
)
def error_has_all_keys(exchange: Exchange) -> Noted:
    """Looks for the members param and code of error objects, if only as null: OpenAI leaves none out."""
    value = read_json(exchange.body).value
    error = value.get("error") if isinstance(value, dict) else None
    if not isinstance(error, dict):
        raise Unclear("the error has no error object")
    absent = [name for name in ("param", "code") if name not in error]
    if absent:
        yield Finding("the error object lacks members", "$.error", "param and code, or null", f"no {' and no '.join(absent)}")


@rule("errors.in-200", "answers errors with an error status", Level.MUST, "errors.envelope", ERRORS, on="any", seed=calls.chat)
def success_is_no_error(exchange: Exchange) -> Noted:
    """Looks for successes whose whole body is an error: the official client makes a hollow answer of them."""
    if not is_ok(exchange) or wants_stream(exchange) or endpoint_of(exchange) in ("", "responses"):
        raise Unclear("the answer is no plain success")
    yield from disguised(read_json(exchange.body).value)


def disguised(value: Json) -> Iterator[Finding]:
    """What tells against a success that holds nothing but an error."""
    if is_error(value) and "data" not in value:
        yield Finding("answers an error with a success status", "status", "4xx or 5xx", _told(value), outcome=Outcome.FAILS)
