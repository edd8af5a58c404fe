"""A model that does not exist, without and with a stream.

https://platform.openai.com/docs/guides/error-codes
"""

from __future__ import annotations

from dataclasses import replace

from conformance import calls
from conformance.answers import Object, given, is_ok, is_refused
from conformance.effects import unless_refused
from conformance.messages import Exchange, Request, Send
from conformance.model import Finding, Level, Noted, Outcome, Seen, Target, Unclear
from conformance.registry import check
from conformance.wire import read_json

ERRORS = "https://platform.openai.com/docs/guides/error-codes"

UNKNOWN = "no-such-model-4711"


def asking_unknown(target: Target) -> Request:
    """A chat completion of a model that no server has."""
    return calls.wrong(target, model=UNKNOWN)


def error_of(exchange: Exchange) -> Object:
    """The members of an error, whatever its envelope; {} where none can be read."""
    value = read_json(exchange.body).value
    error = value.get("error", value) if isinstance(value, dict) else None
    return error if isinstance(error, dict) else {}


@check("errors.unknown-model.refused", "refuses a model that does not exist", Level.MUST, "errors.unknown-model", ERRORS)
def unknown_model(target: Target, send: Send) -> Noted:
    """Asks for a model that no server has. Any 4xx will do (OpenAI: 404); an answer by another model does not."""
    exchange = send(asking_unknown(target))
    error = error_of(exchange)
    yield Seen("status", exchange.status)
    if not is_ok(exchange):
        yield from (Seen(name, error.get(name)) for name in ("type", "code", "message"))
    findings = list(unless_refused(exchange, "answers for a model that does not exist"))
    if not findings:
        given(send, calls.chat(target))
    yield from findings


@check(
    "errors.unknown-model.code",
    "gives an unknown model the code model_not_found",
    Level.SHOULD,
    "errors.code",
    ERRORS,
    revision=2,
)
def unknown_model_code(target: Target, send: Send) -> Noted:
    """Reads the code of the same refusal, by which programs tell it from other errors. Who documents that unknown models are
    refused has not promised a code yet, so it is a feature of its own.
    """
    exchange = send(asking_unknown(target))
    error = error_of(exchange)
    if not is_refused(exchange) or not error:
        raise Unclear("the unknown model is not refused with an error to read")
    yield Seen("code", error.get("code"))
    if error.get("code") != "model_not_found":
        given(send, calls.chat(target))
        yield Finding("the code of an unknown model is another one", "$.error.code", "model_not_found", repr(error.get("code")))


@check("errors.unknown-model.stream", "refuses a stream by its status", Level.MUST, "errors.stream", ERRORS)
def refused_stream(target: Target, send: Send) -> Noted:
    """Asks for a stream with a request that is refused without one (an unknown model, or else no messages): the error is a
    status and a body there too, not an event of a stream that began with 200.
    """
    wrong = next((one for one in _wrongs(target) if is_refused(send(one))), None)
    if wrong is None:
        raise Unclear("neither an unknown model nor missing messages are refused, so no error of a stream could be brought about")
    exchange = send(replace(wrong, json={**wrong.json, "stream": True}))
    yield Seen("status", exchange.status)
    for finding in unless_refused(exchange, "streams in spite of an error"):
        yield replace(finding, outcome=Outcome.DIFFERS) if finding.outcome is Outcome.IGNORED else finding


def _wrongs(target: Target) -> tuple[Request, Request]:
    return asking_unknown(target), calls.wrong(target, messages=...)
