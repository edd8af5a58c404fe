"""The field `response_format` as such: that its type is read. What each type does is judged under features of their own.

https://platform.openai.com/docs/api-reference/chat/create#chat-create-response_format
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance import calls
from conformance.answers import ensure_success, given, is_ok
from conformance.effects import unless_refused
from conformance.messages import Json, Request, Send
from conformance.model import Level, Noted, Target
from conformance.registry import check

LINK = "https://platform.openai.com/docs/api-reference/chat/create#chat-create-response_format"

ANYTHING: Json = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"], "additionalProperties": False}


@check(
    "chat.response_format.unknown",
    "refuses a response_format of an unknown type",
    Level.SHOULD,
    "chat.response_format",
    LINK,
)
def unknown_format(target: Target, send: Send) -> Noted:
    """Asks for a type that does not exist. To be given plain text instead, and not to be told so, is what breaks programs that
    ask for JSON. A server that takes none of the types that do exist refuses the field, not the type.
    """
    exchange = send(calls.wrong(target, max_tokens=1, response_format={"type": "conformance_probe"}))
    findings = list(unless_refused(exchange, "takes a response_format of an unknown type"))
    if not findings:
        given(send, calls.chat(target))
        if not any(is_ok(send(request)) for request in _known(target)):
            ensure_success(send(next(_known(target))))
    yield from findings


def _known(target: Target) -> Iterator[Request]:
    """A request for every type that there is."""
    yield calls.chat(target, response_format={"type": "text"})
    yield calls.chat(target, 'Give the JSON object {"ok": true} back, as JSON.', response_format={"type": "json_object"})
    named = {"name": "answer", "strict": True, "schema": ANYTHING}
    yield calls.chat(target, response_format={"type": "json_schema", "json_schema": named})
