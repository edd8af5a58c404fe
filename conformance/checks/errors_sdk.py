"""What the official Python client makes of errors: the exception that programs catch, and what they read from it.

The class follows from the status, code, param and type from the error object, the id from x-request-id.
https://github.com/openai/openai-python#handling-errors
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from conformance import calls
from conformance.answers import ensure_success, ensure_unhurried, given, is_ok
from conformance.checks.auth_keys import INVENTED, ensure_key, with_key
from conformance.checks.clients_sdk import BOTH, SEEN_BY, reading_of
from conformance.checks.errors_models import UNKNOWN, asking_unknown, error_of
from conformance.evidence import shown
from conformance.messages import Exchange, Json, Reading, Request, Send
from conformance.model import Finding, Level, Noted, Outcome, Target, Unclear
from conformance.registry import check

ERRORS = "https://github.com/openai/openai-python#handling-errors"
REQUEST_IDS = "https://github.com/openai/openai-python#request-ids"
CODES = "https://platform.openai.com/docs/guides/error-codes"

OF_MISTAKES = ("BadRequestError", "UnprocessableEntityError")
"""What programs catch where they made a mistake. All others mean a key, a place, a limit or the server."""


def _mistakes(target: Target) -> tuple[Request, ...]:
    """An empty conversation, and one of a wrong type for servers that take even that."""
    return calls.wrong(target, messages=[], max_tokens=1), calls.wrong(target, messages=5, max_tokens=1)


def _refused(send: Send, requests: Iterable[Request], what: str = "mistake") -> Exchange:
    """The first of the requests that is refused, or gets no answer at all. Raises Unclear where each is answered."""
    for request in requests:
        exchange = ensure_unhurried(send(request))
        if not is_ok(exchange):
            return exchange
    raise Unclear(f"no {what} is refused")


def _raised(exchange: Exchange) -> Reading:
    """What the client raised over a refusal. Raises Ended where there was no answer."""
    if exchange.failure:
        ensure_success(exchange)
    return reading_of(exchange)


def _of_mistake(reading: Reading) -> Iterator[Finding]:
    if reading.error not in OF_MISTAKES:
        actual = f"{reading.error}: {shown(reading.message, 160)}"
        outcome = Outcome.FAILS if reading.error == "InternalServerError" else Outcome.DIFFERS
        yield Finding("the official client raises another exception", "status", OF_MISTAKES[0], actual, SEEN_BY, outcome)


@check("errors.sdk.mistake", "makes the official client raise BadRequestError", Level.SHOULD, "errors.sdk", ERRORS, via=BOTH)
def mistake(target: Target, send: Send) -> Noted:
    """Sends an empty conversation, or one that is a number: programs expect BadRequestError, or UnprocessableEntityError; after
    an InternalServerError the client would send twice more by itself.
    """
    yield from _of_mistake(_raised(_refused(send, _mistakes(target))))


@check("errors.sdk.stream", "makes the official client raise before it streams", Level.MUST, "errors.sdk", ERRORS, via=BOTH)
def streamed(target: Target, send: Send) -> Noted:
    """Asks for a stream with the same mistake: create() raises, and there is no stream to read. An APIError from within the
    stream is one that programs catch too late, if at all.
    """
    plain = _refused(send, _mistakes(target))
    if plain.status is None or plain.status >= 500:
        raise Unclear("no mistake is refused as one without a stream")
    exchange = ensure_unhurried(send(replace(plain.request, json={**plain.request.json, "stream": True})))
    if exchange.failure:
        ensure_success(exchange)
    if is_ok(exchange):
        reading = reading_of(exchange)
        actual = f"{reading.error}: {shown(reading.message, 160)}" if reading.error else "a stream"
        yield Finding("the official client gets a stream", "status", reading_of(plain).error, actual, SEEN_BY, Outcome.FAILS)
    elif reading_of(exchange).error != reading_of(plain).error:
        expected, actual = reading_of(plain).error, reading_of(exchange).error
        yield Finding("the official client raises another exception for a stream", "status", expected, actual, SEEN_BY)


@check("errors.sdk.members", "gives the official client its errors' members", Level.SHOULD, "errors.sdk", ERRORS, via=BOTH)
def members(target: Target, send: Send) -> Noted:
    """Reads message, type, code and param from the exception about an unknown model, or a mistake: they are those of the wire,
    the type is one, and the message is the server's and not the client's own about a body that it cannot read.
    """
    exchange = _refused(send, (asking_unknown(target), *_mistakes(target)))
    reading, error = _raised(exchange), error_of(exchange)
    said = error.get("message")
    if not isinstance(said, str) or said not in str(reading.details.get("message")):
        yield _unlike("message", said, reading.details.get("message"))
    if not isinstance(reading.details.get("type"), str):
        yield _unlike("type", error.get("type") or "a string", reading.details.get("type"))
    for name in ("code", "param"):
        if reading.details.get(name) != error.get(name):
            yield _unlike(name, error.get(name), reading.details.get(name))


@check("errors.sdk.key", "makes the official client raise AuthenticationError", Level.SHOULD, "auth.wrong-key", ERRORS, via=BOTH)
def key(target: Target, send: Send) -> Noted:
    """Asks with a key that nobody was given: programs that catch AuthenticationError ask for another one."""
    ensure_key(target)
    if not is_ok(send(calls.chat(target))):
        raise Unclear("the request is not answered with the operator's key either")
    exchange = ensure_unhurried(send(with_key(calls.chat(target), f"Bearer {INVENTED}")))
    if is_ok(exchange):
        yield Finding("answers a wrong key", "status", "401", str(exchange.status), SEEN_BY, Outcome.IGNORED)
    elif _raised(exchange).error != "AuthenticationError":
        actual = f"{reading_of(exchange).error}: {shown(reading_of(exchange).message, 160)}"
        yield Finding("the official client raises another exception", "status", "AuthenticationError", actual, SEEN_BY)


@check(
    "errors.sdk.model",
    "makes the official client raise NotFoundError for a model",
    Level.SHOULD,
    "errors.sdk",
    ERRORS,
    via=BOTH,
    revision=2,
)
def model(target: Target, send: Send) -> Noted:
    """Retrieves a model that no server has, by a server that retrieves its own: programs expect NotFoundError, which the client
    makes of a 404.
    """
    given(send, calls.model(target.model))
    reading = _raised(_refused(send, (replace(calls.model(UNKNOWN), wrong=True),)))
    if reading.error != "NotFoundError":
        actual = f"{reading.error}: {shown(reading.message, 160)}"
        yield Finding("the official client raises another exception", "status", "NotFoundError", actual, SEEN_BY)


def _unlike(name: str, sent: Json, given: Json) -> Finding:
    return Finding(
        f"the official client's exception has another {name} than the server sent",
        f"$.error.{name}",
        shown(repr(sent)),
        shown(repr(given)),
        SEEN_BY,
    )


@check("errors.sdk.code", "makes the official client tell the code of an unknown model", Level.MAY, "errors.sdk", CODES, via=BOTH)
def code(target: Target, send: Send) -> Noted:
    """Reads `code` from the exception about an unknown model, by which programs tell it from a wrong address: model_not_found."""
    reading = _raised(_refused(send, (asking_unknown(target),), "unknown model"))
    if reading.details.get("code") != "model_not_found":
        told = f"{reading.error} with the code {reading.details.get('code')!r}"
        yield Finding("the official client's exception has another code", "$.error.code", "model_not_found", told, SEEN_BY)


@check(
    "errors.sdk.request-id",
    "gives the official client the id of a refused request",
    Level.MAY,
    "errors.sdk",
    REQUEST_IDS,
    via=BOTH,
)
def request_id(target: Target, send: Send) -> Noted:
    """Reads `request_id` from the exception about an unknown model, or a mistake: it is what one tells the operator."""
    exchange = _refused(send, (asking_unknown(target), *_mistakes(target)))
    if not _raised(exchange).details.get("request_id"):
        yield Finding("the official client's exception has no request id", "x-request-id", "an id", "none", SEEN_BY)
