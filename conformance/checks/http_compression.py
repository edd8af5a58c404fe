"""Answers to clients that take compression: decodable, and streams still streams.

The official clients ask for gzip with every request. https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3
"""

from __future__ import annotations

from dataclasses import replace

from conformance import calls
from conformance.answers import answered, attempted, choices_of, chunks_of
from conformance.checks.http_connections import WIRE, oddly
from conformance.messages import Exchange, Request, Send
from conformance.model import Ended, Finding, Level, Noted, Outcome, Target
from conformance.registry import check

ACCEPT = "https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3"
STREAMING = "https://platform.openai.com/docs/api-reference/chat-streaming"
KNOWN = ("", "identity", "gzip", "x-gzip", "deflate")
"""What the official clients read; deflate they ask for as well."""

LONG = 24
"""Tokens in the stream whose arrival is watched."""
SPREAD = 0.05
"""Seconds over which an uncompressed stream has to arrive for a compressed one to be compared with it."""
SHARE = 0.2


@check("http.compression.plain", "compresses so that clients can read it", Level.MUST, "http.compression", ACCEPT, via=WIRE)
def plain(target: Target, send: Send) -> Noted:
    """Takes gzip, as the official clients do. An answer may be compressed or not, but has to be what its label says."""
    control = calls.chat(target, max_tokens=2)
    exchange = attempted(send, oddly(control, "compressed"), control)
    _ensure_readable(exchange)
    choices_of(answered(send, oddly(control, "compressed"), control))
    yield from ()


def _ensure_readable(exchange: Exchange) -> None:
    """Raises Ended for a coding that was not asked for and for a body that is not in its coding."""
    coding = (exchange.header("content-encoding") or "").strip().lower()
    if coding not in KNOWN:
        raise Ended(Finding("answers in a coding that was not asked for", "Content-Encoding", "gzip, or none", coding[:80]))
    failure = exchange.failure
    if coding and failure and failure.kind == "protocol":
        told = failure.message[:160]
        raise Ended(Finding("labels as gzip what is none", "Content-Encoding", "gzip", told, outcome=Outcome.FAILS))


@check(
    "http.compression.stream",
    "streams compressed as it streams plainly",
    Level.SHOULD,
    "http.compression",
    STREAMING,
    via=WIRE,
    revision=2,
)
def stream(target: Target, send: Send) -> Noted:
    """Takes gzip for a stream. Where the answer is compressed, its arrival is compared with that of the same stream without:
    compression that fills its buffers first turns a stream into one late answer. A stream that takes no time to arrive is
    held back from nobody, nor is one that does not come late a second time.
    """
    control = calls.stream(target, calls.STORY, max_tokens=LONG)
    exchange = attempted(send, oddly(control, "compressed"), control)
    _ensure_readable(exchange)
    chunks_of(exchange)
    if not exchange.header("content-encoding"):
        return
    if _holds_back(send, control) and _holds_back(send, replace(control, take=1)):
        told = f"{spread(exchange):.3f} s, without compression {spread(send(control)):.3f} s"
        yield Finding("holds a compressed stream back", "$", "events as they are made", told)


def _holds_back(send: Send, control: Request) -> bool:
    """Whether a stream arrives over much less time where it is compressed."""
    usual, squeezed = spread(send(control)), send(oddly(control, "compressed"))
    return usual >= SPREAD and bool(squeezed.pieces) and spread(squeezed) < SHARE * usual


def spread(exchange: Exchange) -> float:
    """Seconds between the first and the last piece of a body."""
    return exchange.pieces[-1].at - exchange.pieces[0].at if exchange.pieces else 0.0
