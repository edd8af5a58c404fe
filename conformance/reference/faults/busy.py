"""Faults of servers that have no room for all who come at once."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from conformance.reference.errors import envelope
from conformance.reference.faults.load import crowded
from conformance.reference.faults.parts import GITHUB
from conformance.reference.faults.registry import fault
from conformance.reference.values import Asked, Reply

ROOM = 8
"""Requests that an overloaded server takes at once."""


def error(reply: Reply, status: int, body: Any) -> Reply:
    """An error in the place of a reply."""
    return replace(reply, status=status, headers=(("content-type", "application/json"),), frames=(json.dumps(body).encode(),))


@fault(
    "resets-when-busy",
    seen=GITHUB + "ggml-org/llama.cpp/issues/11411",
    on="sent reply",
    speaks=("load.burst.kept",),
    loaded=True,
)
def resets_when_busy(value: Any, asked: Asked) -> Any:
    """Closes the connection of who comes when there is no room."""
    return replace(value, frames=(), lost=True) if crowded(value, asked, ROOM) else value


@fault("busy-is-400", seen=GITHUB + "tontinton/maki/issues/777", on="sent reply", speaks=("load.burst.answered",), loaded=True)
def busy_is_400(value: Any, asked: Asked) -> Any:
    """Calls its own lack of room the client's mistake."""
    return error(value, 400, envelope("currently overloaded")) if crowded(value, asked, ROOM) else value


@fault(
    "busy-is-200",
    seen=GITHUB + "agentitive/spellbound/issues/3",
    on="sent reply",
    speaks=("load.burst.answered",),
    also=("errors.envelope",),
    loaded=True,
)
def busy_is_200(value: Any, asked: Asked) -> Any:
    """Tells of its lack of room in a success."""
    return error(value, 200, envelope("that model is overloaded", "server_error")) if crowded(value, asked, ROOM) else value


@fault(
    "busy-is-500",
    seen=GITHUB + "NVIDIA-NeMo/Guardrails/issues/2332",
    on="sent reply",
    speaks=("load.burst.refused",),
    loaded=True,
)
def busy_is_500(value: Any, asked: Asked) -> Any:
    """Falls over a full queue."""
    return error(value, 500, envelope("Internal server error", "server_error")) if crowded(value, asked, ROOM) else value


@fault(
    "busy-in-words",
    seen=GITHUB + "BerriAI/litellm/issues/27823",
    on="sent reply",
    speaks=("load.burst.refused",),
    loaded=True,
)
def busy_in_words(value: Any, asked: Asked) -> Any:
    """Refuses for lack of room with the word None where there is no value."""
    told = envelope("Try again in 60 seconds.", "None", "None", "429")
    return error(value, 429, told) if crowded(value, asked, ROOM) else value


@fault(
    "busy-is-bare",
    seen=GITHUB + "Augustas11/macprovider/issues/190",
    on="sent reply",
    speaks=("errors.envelope",),
    loaded=True,
)
def busy_is_bare(value: Any, asked: Asked) -> Any:
    """Refuses for lack of room with an error object of a code alone."""
    return error(value, 429, {"error": {"code": "http_429"}}) if crowded(value, asked, ROOM) else value
