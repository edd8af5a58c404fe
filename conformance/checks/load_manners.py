"""Clients that write with pauses, read slowly, write ahead, or close their end early: all of that is HTTP.

What a server may refuse or close on, by the RFC, is never held against it as a must.
https://www.rfc-editor.org/rfc/rfc9112#section-9.3.2 · https://www.rfc-editor.org/rfc/rfc9110#section-15.5.9
"""

from __future__ import annotations

from dataclasses import replace

from conformance import calls
from conformance.answers import (
    answered,
    answered_chunks,
    ensure_success,
    given,
    given_chunks,
    is_ok,
    object_of,
    streamed_text,
)
from conformance.checks.load_parallel import is_busy
from conformance.messages import Exchange, Request, Send, Setup
from conformance.model import Finding, Level, Noted, Outcome, Seen, Target, Unclear
from conformance.registry import check
from conformance.streams import read_stream

BODY = "https://www.rfc-editor.org/rfc/rfc9112#section-6.3"
STREAMING = "https://platform.openai.com/docs/api-reference/chat-streaming"
PIPELINING = "https://www.rfc-editor.org/rfc/rfc9112#section-9.3.2"
CLOSING = "https://www.rfc-editor.org/rfc/rfc9112#section-9.6"

TOO_SLOW = 408


def _odd(request: Request, manner: str) -> Request:
    return replace(request, setup=Setup(manner=manner))


@check(
    "load.stalled-writer.answered",
    "waits for the rest of a request",
    Level.MUST,
    "load.stalled-writer",
    BODY,
    via=("wire",),
    alone=True,
)
def stalled(target: Target, send: Send) -> Noted:
    """Writes half of a request's body, and the rest a second later, as slow lines do. A server that says 408 has its reasons, so
    that is unclear; one that reads half of the body for all of it is wrong.
    """
    plain = calls.chat(target)
    if send(_odd(plain, "stalled")).status == TOO_SLOW:
        raise Unclear("the server does not wait a second for the rest of a request (408)")
    answered(send, _odd(plain, "stalled"), plain)
    yield from ()


@check(
    "load.slow-reader.whole",
    "streams everything to a client that reads slowly",
    Level.MUST,
    "load.slow-reader",
    STREAMING,
    via=("wire",),
    alone=True,
)
def slow(target: Target, send: Send) -> Noted:
    """Reads a stream by 128 bytes with pauses: it comes to its end as it does for others, and nothing of the text is missing at
    its end. A greedy text that goes another way is no finding, nor is one that ends elsewhere every time.
    """
    plain = calls.stream(target, calls.STORY)
    chunks = answered_chunks(send, _odd(plain, "slow"), plain)
    text, whole = streamed_text(chunks), streamed_text(given_chunks(send, plain))
    if _ends(send(plain)) and not _ends(send(_odd(plain, "slow"))):
        yield Finding(
            "the stream of a slow reader does not come to its end", "$", "data: [DONE]", "no end", outcome=Outcome.FAILS
        )
    if text != whole and whole.startswith(text) and whole == streamed_text(given_chunks(send, replace(plain, take=1))):
        where = "$[*].choices[0].delta.content"
        yield Finding("a slow reader gets less of the text", where, f"{len(whole)} characters", f"{len(text)}")


def _ends(exchange: Exchange) -> bool:
    return bool(read_stream(exchange.body).done)


@check(
    "load.pipelined.answered",
    "answers the second of two requests written at once, or closes the connection",
    Level.MAY,
    "load.pipelined",
    PIPELINING,
    via=("wire",),
    alone=True,
)
def pipelined(target: Target, send: Send) -> Noted:
    """Writes two equal requests at once on one connection. A server may close the connection behind the first answer, and the
    client asks again; one that leaves it open and forgets the second request keeps the client waiting.
    """
    plain = calls.chat(target)
    given(send, plain)
    exchange = send(_odd(plain, "pipelined"))
    closed = exchange.failure is not None and exchange.failure.kind in ("reset", "protocol")
    yield Seen("closed", closed)
    if not closed:
        object_of(ensure_success(exchange))


@check(
    "load.half-closed.answered",
    "answers a client that has closed its end of the connection",
    Level.MAY,
    "load.half-closed",
    CLOSING,
    via=("wire",),
    alone=True,
)
def half_closed(target: Target, send: Send) -> Noted:
    """Closes the writing end of the connection behind the request, as `nc -N` and some proxies do. Many servers take that for a
    client that has left, which HTTP leaves to them. One token is asked for, since some servers look only after a while.
    """
    plain = calls.chat(target, max_tokens=1)
    given(send, plain)
    exchange = send(_odd(plain, "half-closed"))
    if is_busy(exchange):
        raise Unclear(f"the server has no room for the request ({exchange.status})")
    if not is_ok(exchange) or exchange.failure is not None or not exchange.body:
        yield Finding("takes a client that has closed its end of the connection for one that has left")
