"""The time that the chunks of a stream tell: the moment when the answer was begun, not when each chunk was.

https://platform.openai.com/docs/api-reference/chat-streaming/streaming#chat-streaming/streaming-created
"""

from __future__ import annotations

from conformance import calls
from conformance.evidence import ensure_values, shown
from conformance.messages import Exchange, Request, Send
from conformance.model import Finding, Level, Noted, Target
from conformance.registry import check, rule
from conformance.streams import stream_of

LINK = "https://platform.openai.com/docs/api-reference/chat-streaming"
MOST_STREAMS = 6


def _long(target: Target, take: int = 0) -> Request:
    return calls.stream(target, "Count from 1 to 100.", max_tokens=64, take=take)


def _times(exchange: Exchange) -> Noted:
    """Raises Unclear where nothing is streamed, which is judged by itself."""
    chunks = stream_of(exchange).chunks
    different = list(dict.fromkeys(repr(one.value["created"]) for one in chunks if one.value and "created" in one.value))
    if len(different) > 1:
        told = f"{len(different)} values: {', '.join(different[:3])}"
        yield Finding("created changes within a stream", "$[*].created", "one value", shown(told))


@rule(
    "chat.stream.created",
    "tells one time in all chunks of a stream",
    Level.MUST,
    "chat.stream",
    LINK,
    on="chat.stream",
    seed=_long,
    via=("raw",),
)
def time_is_constant(exchange: Exchange) -> Noted:
    """Compares created of all chunks. A server that tells the time of each chunk is seen only where a stream crosses a second:
    the check chat.stream.created.second sees to it that one does.
    """
    ensure_values(exchange)
    yield from _times(exchange)


@check(
    "chat.stream.created.second",
    "tells one time in a stream that goes on for more than a second",
    Level.MUST,
    "chat.stream",
    LINK,
    revision=2,
)
def second_passes(target: Target, send: Send) -> Noted:
    """Streams up to 64 tokens until a second has passed between the first and the last piece, six times at most. A server so
    fast that none of these crosses a second has told each of them one time.
    """
    for take in range(MOST_STREAMS):
        exchange = send(_long(target, take))
        findings = list(_times(exchange))
        yield from findings
        if findings or _crosses_a_second(exchange):
            return


def _crosses_a_second(exchange: Exchange) -> bool:
    begun, ended = (exchange.started + exchange.pieces[place].at for place in (0, -1))
    return int(begun) != int(ended)
