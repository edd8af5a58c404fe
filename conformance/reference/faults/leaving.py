"""Faults towards clients that leave in the middle, or write and read in their own way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.reference.errors import unreadable
from conformance.reference.faults.parts import GITHUB
from conformance.reference.faults.registry import fault
from conformance.reference.values import Asked, Left, Reply

_GHOST, _WHOLE = 1.0, 256
"""Seconds that a server works for a client that has left an answer of so many tokens."""

_FOR_EVER = 3600.0


@fault(
    "works-for-who-has-left",
    seen=GITHUB + "oobabooga/textgen/issues/4521",
    on="left reply",
    speaks=("load.abort.frees", "load.abort.plain"),
    loaded=True,
)
def works_for_who_has_left(value: Left | Reply, asked: Asked) -> Left | Reply:
    """Goes on generating for clients that have left, with nobody else's turn before that is done."""
    if isinstance(value, Left):
        asked.memory["ghosts"] = asked.memory.get("ghosts", 0) + asked.sent.get("max_tokens", _WHOLE) / _WHOLE
    elif asked.manner != "gone" and asked.sent.get("stream") is not True:
        return replace(value, held=_GHOST * asked.memory.pop("ghosts", 0))
    return value


@fault(
    "dies-when-clients-leave",
    seen=GITHUB + "sgl-project/sglang/issues/39216",
    on="left reply",
    speaks=("load.abort.answers",),
    loaded=True,
)
def dies_when_clients_leave(value: Left | Reply, asked: Asked) -> Left | Reply:
    """Falls over a client that leaves, and answers nobody from then on."""
    if isinstance(value, Left):
        asked.memory["dead"] = True
    elif asked.memory.get("dead"):
        return replace(value, frames=(), lost=True)
    return value


@fault(
    "half-a-body-taken-for-all",
    seen=GITHUB + "juks/iso-8583-socket-queue/issues/82",
    on="sent",
    speaks=("load.stalled-writer.answered",),
    loaded=True,
)
def half_a_body_taken_for_all(sent: Any, asked: Asked) -> Any:
    """Takes what has arrived of a body for the whole."""
    if asked.manner == "stalled":
        raise unreadable()
    return sent


@fault(
    "slow-readers-cut-off",
    seen=GITHUB + "dhyansraj/mcp-mesh/issues/1567",
    on="reply",
    speaks=("load.slow-reader.whole",),
    loaded=True,
)
def slow_readers_cut_off(reply: Reply, asked: Asked) -> Reply:
    """Takes a client that does not read fast enough for one that has left, and ends its stream."""
    return replace(reply, frames=reply.frames[: len(reply.frames) // 2]) if asked.manner == "slow" else reply


@fault(
    "requests-ahead-forgotten",
    seen=GITHUB + "yhirose/cpp-httplib/issues/1271",
    on="reply",
    speaks=("load.pipelined.answered",),
    loaded=True,
)
def requests_ahead_forgotten(reply: Reply, asked: Asked) -> Reply:
    """Forgets what it has read beyond the end of a request."""
    return replace(reply, held=_FOR_EVER) if asked.manner == "pipelined" else reply


@fault(
    "half-closed-taken-for-gone",
    seen=GITHUB + "oven-sh/bun/pull/43473",
    on="reply",
    speaks=("load.half-closed.answered",),
    loaded=True,
)
def half_closed_taken_for_gone(reply: Reply, asked: Asked) -> Reply:
    """Takes a client that has closed its end of the connection for one that has left."""
    return replace(reply, frames=(), lost=True) if asked.manner == "half-closed" else reply
