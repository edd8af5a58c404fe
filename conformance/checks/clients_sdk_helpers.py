"""What the official Python client's helpers make of the answers: its streams with events, its parsed objects, raw responses.

They read more strictly than `create`: what is merely odd there makes them raise, or give something else than was sent. That a
helper raises for an answer that the limit cut is right, and unclear here. https://github.com/openai/openai-python
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance import calls
from conformance.answers import Object, ensure_success, finish_of, first_answered, is_ok, object_of, text_of, tool_calls_of
from conformance.checks.chat_json import LAMP, prescribing
from conformance.checks.chat_tools import ENOUGH, INVITING, offering
from conformance.checks.clients_sdk import BOTH, SEEN_BY, given_to_it, reading_of, unequal
from conformance.effects import was_cut
from conformance.evidence import header_of
from conformance.messages import Exchange, Json, Request, Send, Setup
from conformance.model import Finding, Level, Noted, Outcome, Target, Unclear
from conformance.registry import check
from conformance.schema import fits
from conformance.streams import answer_of
from conformance.wire import NOT_JSON, read_json

STREAM = "https://github.com/openai/openai-python/blob/main/helpers.md#chat-completions-api"
PARSE = "https://github.com/openai/openai-python/blob/main/helpers.md#auto-parsing-response-content-with-pydantic-models"
RAW = "https://github.com/openai/openai-python#accessing-raw-response-data-eg-headers"
RAW_ID = "https://github.com/openai/openai-python#request-ids"
REQUEST_ID = "https://platform.openai.com/docs/api-reference/debugging-requests"


def _through(way: str, request: Request) -> Request:
    return replace(request, setup=Setup(call=way))


def _spoken(exchange: Exchange, what: str) -> Exchange:
    """The exchange itself if it is a success. Raises Unclear: a refusal of the request is another check's finding."""
    if not is_ok(exchange):
        raise Unclear(f"there is no answer with {what} to read")
    return exchange


def _told(exchange: Exchange) -> tuple[Object, list[Finding]]:
    """What a helper tells of an answer, an empty object where it raises, which the finding says."""
    value, findings = given_to_it(exchange)
    return value if isinstance(value, dict) and not findings else {}, findings


def _completion(value: Json) -> Object:
    """A completion that the client gives; an empty message where it is nothing of the kind."""
    choices = value.get("choices") if isinstance(value, dict) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    message = first.get("message") if isinstance(first, dict) else None
    return {"choices": [{"message": message if isinstance(message, dict) else {}}]}


@check(
    "clients.sdk.stream-helper",
    "streams to the official client's helper",
    Level.MUST,
    "clients.sdk",
    STREAM,
    via=BOTH,
    revision=2,
)
def helped_stream(target: Target, send: Send) -> Noted:
    """Streams through `chat.completions.stream()`: the text of its events and of its final completion is that of the wire."""
    asked = [calls.sentence(target, stream=True), *calls.greetings(target, stream=True)]
    exchange = ensure_success(first_answered(send, [_through("stream", one) for one in asked]))
    text = text_of(answer_of(exchange))
    told, findings = _told(exchange)
    yield from findings
    if findings:
        return
    if told.get("text") != text:
        yield unequal("the text of the helper's events", "$[*].choices[0].delta.content", text, told.get("text"))
    elif (final := text_of(_completion(told.get("final")))) != text:
        yield unequal("the final text", "$[*].choices[0].delta.content", text, final)


@check(
    "clients.sdk.stream-helper.tools",
    "streams calls to the official client's helper",
    Level.MUST,
    "clients.sdk",
    STREAM,
    via=BOTH,
)
def helped_calls(target: Target, send: Send) -> Noted:
    """Requires a call in a stream through the helper: ids, names and arguments of its final completion are those of the wire."""
    exchange = _spoken(send(_through("stream", offering(target, INVITING, "required", stream=True))), "tools")
    answer = answer_of(exchange)
    sent = [_call(call) for call in tool_calls_of(answer)]
    if not sent or was_cut(answer, ENOUGH):
        raise Unclear("no whole call came over the wire")
    told, findings = _told(exchange)
    if any("JSONDecodeError" in one.actual for one in findings) and not all(_is_json(arguments) for *_, arguments in sent):
        raise Unclear("the arguments are no JSON, as models write them now and then")
    yield from findings
    given = [_call(call) for call in tool_calls_of(_completion(told.get("final")))]
    if not findings and given != sent:
        yield unequal("a call", "$[*].choices[0].delta.tool_calls", sent, given)


def _call(call: Object) -> tuple[Json, Json, Json]:
    """Id, name and arguments of a call."""
    function = call.get("function")
    known = function if isinstance(function, dict) else {}
    return call.get("id"), known.get("name"), known.get("arguments")


def _is_json(text: Json) -> bool:
    return isinstance(text, str) and read_json(text.encode("utf-8", "surrogatepass")).value is not NOT_JSON


@check(
    "clients.sdk.parse",
    "is parsed into an object by the official client",
    Level.MUST,
    "clients.sdk",
    PARSE,
    via=BOTH,
)
def parsed(target: Target, send: Send) -> Noted:
    """Gives a class to `chat.completions.parse()`: the object that it makes is the one that came over the wire. A text that does
    not fit the class is the business of the checks of JSON Schema.
    """
    exchange = _spoken(send(_through("parse", _lamp(target))), "a JSON Schema")
    sent = _fitting(object_of(exchange))
    told, findings = _told(exchange)
    yield from findings
    given = _parsed(told)
    if not findings and given != sent:
        yield unequal("the parsed object", "$.choices[0].message.content", sent, given)


def _lamp(target: Target, **fields: Any) -> Request:
    said: dict[str, Any] = {"max_tokens": ENOUGH, "response_format": prescribing(LAMP), **fields}
    return calls.chat(target, "Is the lamp on the desk on?", **said)


def _fitting(answer: Object) -> Json:
    """The object that the text of an answer is. Raises Unclear where it does not fit the class or was cut."""
    sent = read_json(text_of(answer).encode("utf-8", "surrogatepass")).value
    if sent is NOT_JSON or not fits(LAMP, sent) or was_cut(answer, ENOUGH) or finish_of(answer) == "content_filter":
        raise Unclear("the text is no whole object of the schema")
    return sent


def _parsed(completion: Json) -> Json:
    """The object that the client made of the text of a completion."""
    return _completion(completion)["choices"][0]["message"].get("parsed")


@check(
    "clients.sdk.stream-helper.parsed",
    "streams an object to the official client",
    Level.MUST,
    "clients.sdk",
    STREAM,
    via=BOTH,
)
def helped_object(target: Target, send: Send) -> Noted:
    """Gives a class to `chat.completions.stream()`: the object that its final completion has is the one that came over the wire.
    The helper reads the text as JSON with every chunk and raises where it is none.
    """
    exchange = _spoken(send(_through("stream", _lamp(target, stream=True))), "a JSON Schema")
    sent = _fitting(answer_of(exchange))
    told, findings = _told(exchange)
    yield from findings
    given = _parsed(told.get("final"))
    if not findings and given != sent:
        yield unequal("the streamed object", "$[*].choices[0].delta.content", sent, given)


@check(
    "clients.sdk.raw-response",
    "is read from raw responses of the official client",
    Level.MUST,
    "clients.sdk",
    RAW,
    via=BOTH,
    revision=2,
)
def raw_response(target: Target, send: Send) -> Noted:
    """Asks through `with_raw_response`: status and request id are those of the wire, and what it parses has the wire's text."""
    exchange = first_answered(send, [_through("raw-response", one) for one in calls.greetings(target)])
    text = text_of(object_of(exchange))
    told, findings = _told(exchange)
    yield from findings
    if findings:
        return
    if told.get("status") != exchange.status:
        yield unequal("the status", "status", exchange.status, told.get("status"))
    if told.get("request_id") != exchange.header("x-request-id"):
        yield unequal("the request id", "x-request-id", exchange.header("x-request-id"), told.get("request_id"))
    if (given := text_of(_completion(told.get("completion")))) != text:
        yield unequal("the answer", "$.choices[0].message.content", text, given)


@check("clients.sdk.request-id", "gives every request an id", Level.SHOULD, "clients.sdk", REQUEST_ID, revision=2)
def request_id(target: Target, send: Send) -> Noted:
    """Reads the header x-request-id, which the official client tells as `_request_id`, to be written into logs."""
    exchange = ensure_success(first_answered(send, calls.greetings(target)))
    if not header_of(exchange, "x-request-id"):
        yield Finding("the answer has no request id", "x-request-id", "an id", "absent", outcome=Outcome.IGNORED)


@check(
    "clients.sdk.request-id.property",
    "gives the official client the id of a request",
    Level.SHOULD,
    "clients.sdk",
    RAW_ID,
    via=BOTH,
    revision=2,
)
def request_id_property(target: Target, send: Send) -> Noted:
    """Reads `_request_id` of the completion that the official client makes: it is the x-request-id of the wire."""
    exchange = ensure_success(first_answered(send, calls.greetings(target)))
    told = reading_of(exchange)
    if told.error:
        raise Unclear("the official client makes no completion of the answer")
    sent, given = exchange.header("x-request-id"), told.details.get("request_id")
    if not given:
        yield Finding("the completion has no request id", "x-request-id", "an id", "None", SEEN_BY, Outcome.IGNORED)
    elif given != sent:
        yield unequal("the request id", "x-request-id", sent, given)
