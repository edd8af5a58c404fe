"""Bodies that are no JSON object of a chat request, and content types other than the usual one.

RFC 8259 says what JSON is; what a server does with anything else is its own affair, as long as it says so by a 4xx.
https://www.rfc-editor.org/rfc/rfc8259
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from conformance import calls
from conformance.answers import given, object_of
from conformance.calls import spelled
from conformance.effects import unless_failing, unless_refused
from conformance.messages import Exchange, Request, Send
from conformance.model import Ended, Level, Noted, Outcome, Seen, Target
from conformance.registry import check

JSON = "https://www.rfc-editor.org/rfc/rfc8259"
ERRORS = "https://platform.openai.com/docs/guides/error-codes"
MEDIA_TYPES = "https://www.rfc-editor.org/rfc/rfc9110#section-8.3"


def _sent(target: Target) -> bytes:
    """A proper request, byte by byte."""
    return spelled(calls.chat(target).json)


def _deep(levels: int) -> bytes:
    """Arrays in arrays where the messages belong."""
    return b'{"messages": ' + b"[" * levels + b"]" * levels + b"}"


def _deep_tool(levels: int) -> bytes:
    """A tool whose parameters are objects in objects."""
    schema = b'{"type":"object","properties":{"a":' * levels + b'{"type":"string"}' + b"}}" * levels
    return b'{"type":"function","function":{"name":"set_lamp","parameters":' + schema + b"}}"


BODIES: Mapping[str, tuple[Level, str, Callable[[Target], bytes]]] = {
    "syntax": (
        Level.MUST,
        "a body that is no JSON",
        lambda target: b'{"model": ' + spelled(target.model) + b', "messages": nonsense}',
    ),
    "cut": (Level.MUST, "JSON that ends in the middle", lambda target: _sent(target)[:-20]),
    "empty": (Level.MUST, "an empty body", lambda _: b""),
    "array": (Level.MUST, "an array in place of the request", lambda target: b"[" + _sent(target) + b"]"),
    "string": (Level.MUST, "a string in place of the request", lambda _: b'"Hello!"'),
    "trailing": (Level.SHOULD, "text behind the JSON", lambda target: _sent(target) + b" nonsense"),
    "deep": (Level.MUST, "messages nested a thousand levels deep", lambda _: _deep(1_000)),
    "deeper": (Level.MUST, "messages nested a hundred thousand levels deep", lambda _: _deep(100_000)),
    "nan": (Level.SHOULD, "NaN for a number", lambda target: _sent(target)[:-1] + b',"top_p":NaN}'),
    "utf-16": (Level.SHOULD, "JSON in UTF-16", lambda target: _sent(target).decode().encode("utf-16")),
    "utf-8": (Level.SHOULD, "bytes that are no UTF-8", lambda target: _sent(target).replace(b"Hello!", b"Hell\xff\xfe!")),
}
"""What is wrong with a body, by the last part of the check's id."""


def _refusing(what: str, body: Callable[[Target], bytes]) -> Callable[[Target, Send], Noted]:
    def refuse(target: Target, send: Send) -> Noted:
        findings = list(unless_refused(send(calls.raw_chat(body(target))), f"answers {what}"))
        if not findings:
            given(send, calls.chat(target))
        yield from findings

    refuse.__doc__ = f"Sends {what}; any 4xx will do."
    return refuse


for _name, (_level, _what, _body) in BODIES.items():
    check(f"errors.malformed.{_name}", f"refuses {_what}", _level, "errors.malformed", JSON)(_refusing(_what, _body))


def _with(target: Target, member: bytes) -> bytes:
    """A proper request of one token with one more member."""
    return spelled(calls.chat(target, max_tokens=1).json)[:-1] + b"," + member + b"}"


ODD: Mapping[str, tuple[str, Callable[[Target], bytes]]] = {
    "twice": ("a request with its messages twice", lambda target: _with(target, b'"messages":"Hello!"')),
    "mark": ("a request behind a byte order mark", lambda target: b"\xef\xbb\xbf" + _sent(target)),
    "nested": ("a field nested a thousand levels deep", lambda target: _with(target, b'"metadata":' + b"[" * 1000 + b"]" * 1000)),
    "parameters": ("a tool nested a thousand levels deep", lambda target: _with(target, b'"tools":[' + _deep_tool(1000) + b"]")),
    "huge": ("a name of two mebibytes", lambda target: _with(target, b'"user":"' + b"a" * 2**21 + b'"')),
}
"""Bodies that RFC 8259 lets a server take or refuse, by the last part of the check's id."""


def _surviving(what: str, body: Callable[[Target], bytes]) -> Callable[[Target, Send], Noted]:
    def survive(target: Target, send: Send) -> Noted:
        given(send, calls.chat(target))
        yield from _unless_answered(send(calls.raw_chat(body(target))))

    survive.__doc__ = f"Sends {what}. Some servers answer, some refuse it; no server may break over it."
    return survive


def _unless_answered(exchange: Exchange) -> Noted:
    yield Seen("status", exchange.status)
    yield from unless_failing(exchange)


for _name, (_what, _odd) in ODD.items():
    check(f"errors.malformed.{_name}", f"answers or refuses {_what}", Level.MUST, "errors.malformed", JSON)(
        _surviving(_what, _odd)
    )


@check(
    "errors.content-type.none", "answers or refuses JSON without a content type", Level.MUST, "errors.content-type", MEDIA_TYPES
)
def untyped(target: Target, send: Send) -> Noted:
    """Sends a proper request that does not say what it is. Some servers read it, some refuse it; no server may break over it."""
    given(send, calls.chat(target))
    yield from _unless_answered(send(Request("POST", "/chat/completions", body=_sent(target), wrong=True)))


@check("errors.content-type.charset", "takes JSON with a charset", Level.MUST, "errors.content-type", MEDIA_TYPES)
def charset(target: Target, send: Send) -> Noted:
    """Sends a proper request as `application/json; charset=utf-8`, as many HTTP libraries do."""
    given(send, calls.chat(target))
    object_of(send(calls.raw_chat(_sent(target), "application/json; charset=utf-8", wrong=False)))
    yield from ()


@check("errors.content-type.form", "refuses a form", Level.SHOULD, "errors.content-type", MEDIA_TYPES)
def form(_: Target, send: Send) -> Noted:
    """Sends the fields of an HTML form, which hold no conversation."""
    request = calls.raw_chat(b"model=a&messages=Hello", "application/x-www-form-urlencoded")
    yield from unless_refused(send(request), "answers a form")


@check(
    "errors.content-type.plain",
    "answers or refuses JSON that calls itself text",
    Level.SHOULD,
    "errors.content-type",
    MEDIA_TYPES,
)
def plain(target: Target, send: Send) -> Noted:
    """Sends a proper request as text/plain. Some servers read it, some refuse it; no server may break over it."""
    exchange = send(calls.raw_chat(_sent(target), "text/plain"))
    yield Seen("status", exchange.status)
    try:
        object_of(exchange)
    except Ended as end:
        if end.finding.outcome is not Outcome.REFUSED:
            yield end.finding
