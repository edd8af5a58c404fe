"""A rule about when a stream arrives: increments as they are made, not all at once when the answer is ready.

https://platform.openai.com/docs/api-reference/chat-streaming
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate

from conformance import calls
from conformance.evidence import ensure_live
from conformance.messages import Exchange, Request
from conformance.model import Finding, Level, Noted, Target, Unclear
from conformance.registry import rule
from conformance.streams import unbroken

STREAMING = "https://platform.openai.com/docs/api-reference/chat-streaming"

MIN_INCREMENTS = 24
MIN_SECONDS = 1.0
BURST_SECONDS = 0.005
"""No model makes so many tokens in so short a time: five thousand a second and more."""
SPREAD_SECONDS = 0.025
"""What was held back does not arrive over so long a time on its own."""


def _long(target: Target) -> Request:
    return calls.stream(target, "Count from 1 to 100.", max_tokens=64)


@rule(
    "chat.stream.incremental",
    "sends increments as they are made",
    Level.SHOULD,
    "chat.stream",
    STREAMING,
    on="chat.stream",
    seed=_long,
    by_chance=True,
    revision=2,
)
def delivery_is_incremental(exchange: Exchange) -> Noted:
    """Compares the arrival of the first and the last increment of longer answers: where they are apart, the server sends as it
    makes them. A stream that was held back arrives within five milliseconds, after a second or more of silence; a proxy in
    between may be the one that held it. One such stream among others may have waited for a busy machine.
    """
    ensure_live(exchange)
    offsets = [delta.chunk.offset for delta in unbroken(exchange).deltas if delta.says]
    if len(offsets) < 2:
        raise Unclear("the answer is too short to tell")
    ends = list(accumulate(len(piece.data) for piece in exchange.pieces))
    first, last = (exchange.pieces[bisect_left(ends, offset + 1)].at for offset in (offsets[0], offsets[-1]))
    if last - first >= SPREAD_SECONDS:
        return
    if len(offsets) < MIN_INCREMENTS or first < MIN_SECONDS:
        raise Unclear("the answer came too fast to tell")
    if last - first < BURST_SECONDS:
        told = f"{len(offsets)} increments within {last - first:.4f} s after {first:.1f} s"
        yield Finding("the stream arrives all at once", "$", "increments as they are made", told)
