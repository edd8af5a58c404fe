"""Rules about every answer as HTTP and JSON, whatever it is about.

https://www.rfc-editor.org/rfc/rfc8259 · https://www.rfc-editor.org/rfc/rfc9110#name-content-type
"""

from __future__ import annotations

from conformance import calls
from conformance.answers import is_ok
from conformance.endpoints import called, wants_stream
from conformance.evidence import ensure_body, ensure_bytes, header_of, shown
from conformance.messages import Exchange
from conformance.model import Finding, Level, Noted, Outcome, Unclear
from conformance.registry import rule
from conformance.wire import Parsed, read_json

JSON = "https://www.rfc-editor.org/rfc/rfc8259"
TYPES = "https://platform.openai.com/docs/api-reference/introduction"
STREAMING = "https://platform.openai.com/docs/api-reference/chat-streaming"


@rule("http.json", "answers with JSON that any reader takes", Level.MUST, "http.json", JSON, on="any", seed=calls.chat)
def body_is_json(exchange: Exchange) -> Noted:
    """Reads the bodies of JSON answers strictly: UTF-8 without a byte order mark, every key once, no NaN, nothing behind."""
    ensure_bytes(exchange)
    ensure_body(exchange)
    parsed = _parsed(exchange)
    outcome = Outcome.DIFFERS if parsed.ok else Outcome.FAILS
    start = shown(exchange.body[:120].decode("utf-8", "replace"))
    for problem in parsed.problems:
        yield Finding(f"the body {shown(problem)}", "$", "one JSON value in UTF-8", start, outcome=outcome)


def _parsed(exchange: Exchange) -> Parsed:
    parsed = read_json(exchange.body)
    status = exchange.status or 0
    if wants_stream(exchange) or 300 <= status < 400 or (status >= 400 and not parsed.ok):
        raise Unclear("the answer need not be JSON, or is judged as an error")
    labelled = "json" in (exchange.header("content-type") or "").lower()
    if not called(exchange) and (not labelled or exchange.request.path.endswith("/content")):
        raise Unclear("the endpoint is not one of those known to answer in JSON")
    return parsed


@rule("http.content-type", "labels JSON as JSON", Level.MUST, "http.content-type", TYPES, on="any", seed=calls.chat)
def json_is_labelled(exchange: Exchange) -> Noted:
    """Reads the Content-Type of successes whose body is JSON: the official Node client gives the bare text for any other type."""
    kind = _media_type(exchange)
    if "application/json" not in kind and not kind.endswith("+json"):
        yield Finding("labels JSON as something else", "Content-Type", "application/json", kind or "absent")


@rule(
    "http.content-type.exact",
    "labels JSON as application/json",
    Level.SHOULD,
    "http.content-type",
    TYPES,
    on="any",
    seed=calls.chat,
)
def json_is_labelled_exactly(exchange: Exchange) -> Noted:
    """Reads the Content-Type of successes whose body is JSON: application/json, in UTF-8 if a charset is named."""
    kind = _media_type(exchange)
    charset = _parameter(exchange.header("content-type") or "", "charset")
    if kind.endswith("+json") or charset.replace("-", "").replace("_", "") not in ("", "utf8", "usascii"):
        told = shown(exchange.header("content-type"))
        yield Finding("labels JSON as another type or in another charset", "Content-Type", "application/json", told)


def _media_type(exchange: Exchange) -> str:
    said = header_of(exchange, "content-type") or ""
    json_wanted = is_ok(exchange) and called(exchange) and not wants_stream(exchange)
    if not json_wanted or not read_json(exchange.body).ok:
        raise Unclear("the answer is not a JSON success")
    return shown(said.partition(";")[0].strip().lower())


def _parameter(value: str, name: str) -> str:
    for part in value.split(";")[1:]:
        key, _, said = part.partition("=")
        if key.strip().lower() == name:
            return said.strip().strip('"').lower()
    return ""


@rule(
    "chat.stream.content-type",
    "labels streams as text/event-stream",
    Level.MUST,
    "http.content-type",
    STREAMING,
    on="chat.stream",
    seed=calls.stream,
)
def stream_is_labelled(exchange: Exchange) -> Noted:
    """Reads the Content-Type of streamed answers: browsers and several clients refuse events of any other type."""
    said = header_of(exchange, "content-type") or ""
    if said.partition(";")[0].strip().lower() != "text/event-stream" and not read_json(exchange.body).ok:
        yield Finding("labels a stream of events as something else", "Content-Type", "text/event-stream", shown(said) or "absent")
