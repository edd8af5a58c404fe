"""What the official Python client makes of the answers: the same as what came over the wire, and the right exceptions.

The client builds objects from nearly anything without complaint, so what it gives is compared with the bytes.
https://github.com/openai/openai-python
"""

from __future__ import annotations

from dataclasses import replace

from conformance import calls
from conformance.answers import ensure_success, first_answered, is_ok, object_of, streamed_text, text_of
from conformance.checks.errors_models import asking_unknown
from conformance.messages import Exchange, Json, Reading, Send, Setup
from conformance.model import Finding, Level, Noted, Outcome, Target, Unclear
from conformance.registry import check
from conformance.streams import answer_of, read_stream

SDK = "https://github.com/openai/openai-python"
STREAMS = "https://github.com/openai/openai-python#streaming-responses"
ERRORS = "https://github.com/openai/openai-python#handling-errors"

BOTH = ("sdk", "sdk-async")
SEEN_BY = ("sdk",)


def reading_of(exchange: Exchange) -> Reading:
    """What the client made of an answer. Raises Unclear where the recorder did not ask it."""
    reading = next((one for one in exchange.readings if one.by == "sdk"), None)
    if reading is None:
        raise Unclear("what the official client makes of it is not known")
    return reading


def raised(reading: Reading) -> Finding:
    """The finding about an exception in the face of a success."""
    actual = f"{reading.error}: {reading.message[:160]}"
    return Finding("the official client raises", "", "an object", actual, SEEN_BY, Outcome.FAILS)


def unequal(what: str, where: str, sent: Json, given: Json) -> Finding:
    """The finding about a client that gives something else than was sent."""
    return Finding(f"{what} is another one in the official client", where, repr(sent)[:160], repr(given)[:160], SEEN_BY)


def given_to_it(exchange: Exchange) -> tuple[Json, list[Finding]]:
    """What the client gives for a success, or the finding that it raises instead. Raises Ended where there is no success."""
    ensure_success(exchange)
    reading = reading_of(exchange)
    return reading.value, [raised(reading)] if reading.error else []


def _created(exchange: Exchange) -> Noted:
    """Compares the text that the client gives with the one that came over the wire."""
    text = text_of(object_of(exchange))
    value, findings = given_to_it(exchange)
    if not findings and (not isinstance(value, dict) or text_of(value) != text):
        findings = [unequal("the answer", "$.choices[0].message.content", text, value)]
    yield from findings


@check("clients.sdk.create", "is understood by the official client", Level.MUST, "clients.sdk", SDK, via=BOTH, revision=2)
def created(target: Target, send: Send) -> Noted:
    """Asks through the official client; the text it gives is the text that came over the wire."""
    yield from _created(first_answered(send, calls.greetings(target)))


@check("clients.sdk.stream", "streams to the official client", Level.MUST, "clients.sdk", STREAMS, via=BOTH, revision=2)
def streamed(target: Target, send: Send) -> Noted:
    """Streams through the official client: it gives every chunk, and the text of the wire."""
    exchange = ensure_success(first_answered(send, calls.greetings(target, stream=True)))
    text = text_of(answer_of(exchange))
    value, findings = given_to_it(exchange)
    yield from findings
    if findings:
        return
    chunks = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
    sent = _chunks_before_done(exchange)
    if len(chunks) != sent:
        yield unequal("the number of chunks", "$", sent, len(chunks))
    elif streamed_text(chunks) != text:
        yield unequal("the streamed text", "$[*].choices[0].delta.content", text, streamed_text(chunks))


def _chunks_before_done(exchange: Exchange) -> int:
    """How many chunks there are for a client that stops reading at [DONE]."""
    stream = read_stream(exchange.body)
    end = min(stream.done, default=len(stream.messages))
    return sum(1 for message in stream.messages[:end] if message.value is not None)


@check("clients.sdk.models", "lists its models to the official client", Level.MUST, "clients.sdk", SDK, via=("sdk",))
def models(_: Target, send: Send) -> Noted:
    """Lists the models through the official client; it gives the ids that came over the wire."""
    exchange = send(calls.models())
    ids = _ids(object_of(exchange))
    value, findings = given_to_it(exchange)
    if not findings and _ids(value) != ids:
        findings = [unequal("the list of models", "$.data[*].id", ids, _ids(value))]
    yield from findings


def _ids(value: Json) -> list[Json]:
    """The ids in a list of models. Raises Unclear where it is none, which a rule judges."""
    data = value.get("data") if isinstance(value, dict) else None
    if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
        raise Unclear("the answer has no list of models to judge")
    return [one.get("id") for one in data]


@check(
    "clients.sdk.unknown-model",
    "makes the official client raise NotFoundError",
    Level.SHOULD,
    "clients.sdk",
    ERRORS,
    via=("sdk",),
)
def unknown_model(target: Target, send: Send) -> Noted:
    """Asks for a model that no server has: programs expect NotFoundError, which the client makes of a 404. A server that
    answers is another check's finding.
    """
    exchange = send(asking_unknown(target))
    if is_ok(exchange):
        raise Unclear("the unknown model is not refused")
    if exchange.failure:
        ensure_success(exchange)
    reading = reading_of(exchange)
    if reading.error != "NotFoundError":
        actual = f"{reading.error}: {reading.message[:160]}"
        yield Finding("the official client raises another exception", "status", "NotFoundError", actual, SEEN_BY)


@check(
    "clients.environment.create",
    "is understood by a client that the environment sets up",
    Level.MUST,
    "clients.environment",
    SDK,
    via=("sdk",),
    revision=2,
)
def environment(target: Target, send: Send) -> Noted:
    """Builds the official client without an argument, from OPENAI_BASE_URL and OPENAI_API_KEY, and asks through it."""
    asked = [replace(one, setup=Setup(environment=True)) for one in calls.greetings(target)]
    yield from _created(first_answered(send, asked))
