"""Keys where a server asks for them, and kept to itself wherever it gets them.

https://platform.openai.com/docs/api-reference/authentication · https://platform.openai.com/docs/guides/error-codes
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conformance import calls
from conformance.answers import ensure_success, ensure_unhurried, is_ok, refusal
from conformance.checks.auth import AUTHENTICATION
from conformance.endpoints import is_error
from conformance.messages import Exchange, Request, Send, Setup
from conformance.model import Finding, Level, Noted, Outcome, Seen, Target, Unclear
from conformance.registry import check
from conformance.streams import read_stream
from conformance.wire import read_json

ERRORS = "https://platform.openai.com/docs/guides/error-codes/api-errors"
SCHEME = "https://www.rfc-editor.org/rfc/rfc9110#section-11.1"
LEAKS = "https://cwe.mitre.org/data/definitions/209.html"

INVENTED = "sk-conformance-7Rk2vQpXw9LmZ4tB8nYc3HsJ"
"""A key that no server has given to anybody."""

PART = 20
"""So many characters of a key in a row give it away. OpenAI's own errors show the first eight and the last four."""


def with_key(request: Request, authorization: str) -> Request:
    """The request with another Authorization header, `none` for no such header."""
    return replace(request, setup=Setup(authorization=authorization))


def ensure_key(target: Target) -> None:
    """Raises Unclear where the operator named no key, since the server may be set up to ask for none."""
    if not target.key_configured:
        raise Unclear("no --api-key was given, so the server may be one that asks for none")


def _refused(target: Target, send: Send, request: Request, authorization: str, what: str) -> Iterator[Finding | Seen]:
    """What tells against the answer to a request with another key than its own, which is answered: it has to be 401. Raises
    Unclear where no key was named, and where the operator's key does not open the door either.
    """
    ensure_key(target)
    exchange = ensure_unhurried(send(with_key(request, authorization)))
    if not is_ok(send(request)):
        raise Unclear("the request is not answered with the operator's key either")
    yield Seen("status", exchange.status)
    yield Seen("code", _code(exchange))
    if is_ok(exchange) and (is_error(read_json(exchange.body).value) or read_stream(exchange.body).errors):
        raise Unclear("the refusal comes as a success, which is judged as an error of that kind")
    if is_ok(exchange):
        yield Finding(f"answers {what}", "status", "401", str(exchange.status), outcome=Outcome.IGNORED)
    elif exchange.status is None or exchange.status >= 500:
        ensure_success(exchange)
    elif exchange.status != 401:
        yield Finding(f"refuses {what} with another status", "status", "401", refusal(exchange))


def _code(exchange: Exchange) -> str | None:
    value = read_json(exchange.body).value
    error = value.get("error") if isinstance(value, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, str) else None


@check("auth.key.missing", "answers 401 where no key comes along", Level.MUST, "auth.key", AUTHENTICATION)
def missing(target: Target, send: Send) -> Noted:
    """Asks without a key. A 401 makes the official clients raise AuthenticationError, which programs expect; a server that asks
    for no key has ignored the lack of it.
    """
    yield from _refused(target, send, calls.chat(target), "none", "a request without a key")


@check("auth.wrong-key.refused", "answers 401 to a wrong key", Level.MUST, "auth.wrong-key", ERRORS)
def wrong(target: Target, send: Send) -> Noted:
    """Asks with a key that nobody was given."""
    yield from _refused(target, send, calls.chat(target), f"Bearer {INVENTED}", "a wrong key")


@check("auth.wrong-key.stream", "answers 401 to a wrong key where a stream is asked for", Level.MUST, "auth.wrong-key", ERRORS)
def wrong_for_stream(target: Target, send: Send) -> Noted:
    """The same for a stream: not a 200 and then an error in an event."""
    yield from _refused(target, send, calls.stream(target), f"Bearer {INVENTED}", "a wrong key for a stream")


@check("auth.models.key", "lists models only to who has a key", Level.SHOULD, "auth.models", AUTHENTICATION)
def models(target: Target, send: Send) -> Noted:
    """Asks for the list of models without a key. Programs test keys with that request, so an open list lets wrong keys pass."""
    for one in _refused(target, send, calls.models(), "none", "a list of models without a key"):
        if isinstance(one, Finding) or one.name == "status":
            yield one


@check("auth.scheme.lower-case", "reads bearer in lower case", Level.MAY, "auth.scheme", SCHEME)
def lower_case(target: Target, send: Send) -> Noted:
    """Sends the operator's key with the scheme in lower case, which has no case by HTTP. OpenAI's own API was once seen to
    refuse it.
    """
    request = calls.chat(target)
    exchange = send(with_key(request, "bearer {key}"))
    if not is_ok(exchange) and not is_ok(send(request)):
        raise Unclear("the request is not answered with Bearer either")
    ensure_success(exchange)
    yield from ()


@check("auth.echo.never", "gives no key away in its answers", Level.MUST, "auth.echo", LEAKS)
def echo(target: Target, send: Send) -> Noted:
    """Sends an invented key with a right request, one for an unknown model and one for an unknown path, and looks for it in
    headers and bodies: answers are logged, shown to users and sent to others. A few characters of it do no harm.
    """
    unknown = replace(calls.wrong(target, model="no-such-model", max_tokens=1))
    nowhere = Request("GET", "/no/such/path", wrong=True)
    for request in (calls.chat(target), unknown, nowhere):
        exchange = send(with_key(request, f"Bearer {INVENTED}"))
        where = given_away(exchange)
        if where:
            yield Finding(
                "an answer gives the key away", where, "no key, or a few characters of it", f"in {where} of a {exchange.status}"
            )


def given_away(exchange: Exchange) -> str:
    """The part of an answer that holds the invented key, or so much of it that it is worth something."""
    parts = [INVENTED[start : start + PART] for start in range(len(INVENTED) - PART + 1)]
    for name, value in exchange.headers:
        if any(part in value for part in parts):
            return name
    return "the body" if any(part.encode() in exchange.body for part in parts) else ""
