"""Requests that HTTP/1.1 allows to be spelled and sent in other ways than the usual one, and connections kept or closed.

https://www.rfc-editor.org/rfc/rfc9112 · https://www.rfc-editor.org/rfc/rfc9110
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conformance import calls
from conformance.answers import answered, attempted, choices_of, chunks_of, ensure_success, refusal
from conformance.messages import Exchange, Request, Send
from conformance.model import Finding, Level, Noted, Outcome, Seen, Target, Unclear
from conformance.registry import check

CHUNKED = "https://www.rfc-editor.org/rfc/rfc9112#section-7.1"
EXPECT = "https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1"
NAMES = "https://www.rfc-editor.org/rfc/rfc9110#section-5.1"
PERSISTENCE = "https://www.rfc-editor.org/rfc/rfc9112#section-9.3"
CLOSE = "https://www.rfc-editor.org/rfc/rfc9112#section-9.6"
OLDER = "https://www.rfc-editor.org/rfc/rfc9112#section-6.1"

LENGTH_REQUIRED = 411
NOT_SUPPORTED = 505
"""A refusal of the version of HTTP, though it begins with a 5."""

WIRE = ("wire",)
BRIEF = 2
"""Tokens of an answer of which only the way matters that it came."""


def oddly(request: Request, manner: str) -> Request:
    """The request sent in a manner of its own."""
    return replace(request, setup=replace(request.setup, manner=manner))


def _brief(target: Target) -> Request:
    return calls.chat(target, max_tokens=BRIEF)


def _answers(target: Target, send: Send, manner: str) -> None:
    """Sends a plain request in a manner. Raises Ended where it is not answered like the same one sent as usual."""
    choices_of(answered(send, oddly(_brief(target), manner), _brief(target)))


@check("http.chunked.accepted", "takes a body in chunks", Level.MUST, "http.chunked", CHUNKED, via=WIRE, revision=2)
def chunked(target: Target, send: Send) -> Noted:
    """Sends the body in small chunks and without its length, as the official client does where a browser's network stack or
    a reverse proxy is in between. Whoever speaks HTTP/1.1 must be able to read it, or else ask for the length by a 411.
    """
    if send(oddly(_brief(target), "chunked")).status == LENGTH_REQUIRED:
        raise Unclear("the server wants to know the length of a body (411), as HTTP allows")
    _answers(target, send, "chunked")
    yield from ()


@check("http.expect.answered", "answers who waits for leave to send the body", Level.SHOULD, "http.expect", EXPECT, via=WIRE)
def expecting(target: Target, send: Send) -> Noted:
    """Sends Expect: 100-continue, and the body when told to or after a second. Clients that are refused with 417 have to send
    all of it again.
    """
    _answers(target, send, "expect")
    yield from ()


@check("http.headers.lower-case", "reads header names in lower case", Level.MUST, "http.headers", NAMES, via=WIRE)
def lower_case(target: Target, send: Send) -> Noted:
    """Sends the names of all headers in lower case, as the official client for Node does."""
    _answers(target, send, "lower-case")
    yield from ()


@check("http.headers.upper-case", "reads header names in upper case", Level.SHOULD, "http.headers", NAMES, via=WIRE)
def upper_case(target: Target, send: Send) -> Noted:
    """Sends the names of all headers in upper case; the names of headers have no case."""
    _answers(target, send, "upper-case")
    yield from ()


@check("http.connection.reuse", "answers two requests on one connection", Level.SHOULD, "http.connection", PERSISTENCE, via=WIRE)
def reuse(target: Target, send: Send) -> Noted:
    """Sends the same request twice on one connection. A server may close it, if it says so with the first answer; else the
    next request of every client that keeps its connections is lost.
    """
    control = _brief(target)
    exchange = attempted(send, oddly(control, "reuse"), control)
    yield from _kept(exchange)
    choices_of(answered(send, oddly(control, "reuse"), control))


@check(
    "http.connection.reuse-stream",
    "answers two streams on one connection",
    Level.SHOULD,
    "http.connection",
    PERSISTENCE,
    via=WIRE,
)
def reuse_stream(target: Target, send: Send) -> Noted:
    """The same with streamed answers, whose end a server has to mark if the connection is to live on."""
    control = calls.stream(target, max_tokens=BRIEF)
    exchange = attempted(send, oddly(control, "reuse"), control)
    yield from _kept(exchange)
    chunks_of(exchange)


def _kept(exchange: Exchange) -> Iterator[Finding | Seen]:
    """What became of the connection behind the first answer."""
    yield Seen("reused", exchange.source.get("reused") is True)
    if exchange.source.get("dropped"):
        told = "closed without a word"
        yield Finding("closes the connection behind an answer that did not say so", "Connection", "close, or kept open", told)


@check(
    "http.connection.close",
    "closes the connection where the client asks for it",
    Level.SHOULD,
    "http.connection",
    CLOSE,
    via=WIRE,
)
def close(_: Target, send: Send) -> Noted:
    """Sends Connection: close and looks for five seconds whether the server closes behind its answer; programs that read to the
    end of the connection hang otherwise.
    """
    exchange = ensure_success(attempted(send, oddly(calls.models(), "close"), calls.models()))
    if exchange.source.get("closed") is False:
        told = exchange.header("connection") or "still open after five seconds"
        yield Finding("keeps a connection open that the client wants closed", "Connection", "closed", told[:80])


@check("http.older.answered", "answers HTTP/1.0 without chunks", Level.SHOULD, "http.older", OLDER, via=WIRE, revision=2)
def older(target: Target, send: Send) -> Noted:
    """Asks for a stream as HTTP/1.0, as nginx does of the servers behind it unless told otherwise. Chunks must not be sent to
    who does not know them. To refuse with 426 or 505 is allowed, and shows as a refusal.
    """
    control = calls.stream(target, max_tokens=BRIEF)
    exchange = attempted(send, oddly(control, "http/1.0"), control)
    if exchange.status == NOT_SUPPORTED:
        yield Finding("does not speak HTTP/1.0", "status", "2xx", refusal(exchange), outcome=Outcome.REFUSED)
        return
    chunks_of(exchange)
    coding = exchange.header("transfer-encoding")
    if coding:
        yield Finding("answers HTTP/1.0 in chunks", "Transfer-Encoding", "absent", coding[:80])
