"""Rules about errors where a stream was asked for: before it begins they are a status and a body, within it an event.

https://platform.openai.com/docs/guides/error-codes
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance import calls
from conformance.answers import is_ok
from conformance.checks.rules_errors import ERRORS, disguised
from conformance.endpoints import wants_stream
from conformance.evidence import shown
from conformance.increments import Message
from conformance.messages import Exchange, Request
from conformance.model import Finding, Level, Noted, Outcome, Target, Unclear
from conformance.registry import rule
from conformance.streams import read_stream
from conformance.wire import read_json


def _unknown_stream(target: Target) -> Request:
    return calls.wrong(target, model="no-such-model", stream=True)


@rule(
    "errors.stream.in-200",
    "refuses a stream before it begins",
    Level.MUST,
    "errors.stream",
    ERRORS,
    on="chat.any",
    seed=calls.stream,
)
def refusal_is_no_stream(exchange: Exchange) -> Noted:
    """Looks for requests of a stream that are answered 200 and an error at once, as an object or as the first event: the client
    sees an empty stream, and no layer in between can retry.
    """
    if not is_ok(exchange) or not wants_stream(exchange):
        raise Unclear("the answer is no stream")
    yield from disguised(read_json(exchange.body).value)
    stream = read_stream(exchange.body)
    if stream.errors and not stream.chunks:
        message = "answers 200 and streams nothing but an error"
        yield Finding(message, stream.errors[0].where, "4xx or 5xx", shown(stream.errors[0].text), outcome=Outcome.FAILS)


@rule(
    "errors.stream.sse",
    "answers errors in JSON where a stream was asked for",
    Level.MUST,
    "errors.stream",
    ERRORS,
    on="error",
    seed=_unknown_stream,
)
def error_is_no_stream(exchange: Exchange) -> Noted:
    """Looks for error answers that come as events: the official client reads no message from them."""
    if not wants_stream(exchange):
        raise Unclear("the request asks for no stream")
    if not read_json(exchange.body).ok and read_stream(exchange.body).messages:
        yield Finding(
            "answers an error as a stream of events",
            "$",
            "an error object",
            shown(exchange.body[:120].decode("utf-8", "replace")),
        )


@rule(
    "errors.stream.event",
    "tells errors within a stream as an error object",
    Level.MUST,
    "errors.stream",
    ERRORS,
    on="chat.stream",
    seed=calls.stream,
)
def error_event_is_enveloped(exchange: Exchange) -> Noted:
    """Reads errors within streams: `{"error": {"message": ...}}` as the data of an event. The official client raises for no
    other form and takes the error for a chunk.
    """
    for event in read_stream(exchange.body).errors:
        yield from _odd_event(event)


def _odd_event(event: Message) -> Iterator[Finding]:
    error = (event.value or {}).get("error")
    if not isinstance(error, dict) or not isinstance(error.get("message"), str):
        yield Finding(
            "an error within the stream is no error object", f"{event.where}.error", "an object with a message", shown(event.text)
        )


@rule(
    "errors.stream.break",
    "finishes the streams that it begins",
    Level.SHOULD,
    "errors.stream",
    ERRORS,
    on="chat.stream",
    seed=calls.stream,
)
def stream_is_not_broken(exchange: Exchange) -> Noted:
    """Looks for errors after the first chunk: OpenAI has them now and then, so they are no more than SHOULD."""
    stream = read_stream(exchange.body)
    if stream.chunks and stream.errors:
        error = stream.errors[0]
        yield Finding("an error ends the stream", error.where, "a whole answer", shown(error.text), outcome=Outcome.FAILS)
