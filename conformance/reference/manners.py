"""How the client `wire` looks to the reference server in this process, and what that client would note of it.

https://www.rfc-editor.org/rfc/rfc9112#name-connection-management
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.messages import Exchange, Failure, Setup
from conformance.reference.values import Reply

_HEADERS = {
    "chunked": ("transfer-encoding", "chunked"),
    "expect": ("expect", "100-continue"),
    "close": ("connection", "close"),
    "compressed": ("accept-encoding", "gzip"),
}


def header_of(setup: Setup) -> tuple[tuple[str, str], ...]:
    """The header that tells a request's manner, if one does."""
    return (_HEADERS[setup.manner],) if setup.manner in _HEADERS else ()


def version_of(setup: Setup) -> str:
    """The version of HTTP that a request is of."""
    return "1.0" if setup.manner == "http/1.0" else "1.1"


def names_of(setup: Setup) -> str:
    """How the names of headers are spelled: lower, upper, or as usual."""
    return {"lower-case": "lower", "upper-case": "upper"}.get(setup.manner, "")


def as_noted(exchange: Exchange, reply: Reply) -> Exchange:
    """An exchange as the client `wire` would give it."""
    setup = exchange.request.setup
    if setup.client != "wire" or exchange.status is None:
        return exchange
    if setup.manner == "gone":
        cut = Failure("limit", "the client closed the connection behind the request, as it meant to")
        return Exchange(exchange.request, failure=cut, started=exchange.started, timed=False)
    noted: dict[str, Any] = {"version": "1.1"}
    if setup.manner == "expect":
        noted["interim"] = [100]
    if setup.manner in ("close", "http/1.0"):
        noted["closed"] = not reply.keeps
    if setup.manner == "reuse":
        noted |= {"reused": False, "dropped": True} if reply.drops else {"reused": True}
    known = replace(exchange, source=noted, timed=setup.manner not in ("abort", "gone", "slow"))
    if setup.manner != "abort" or not exchange.pieces:
        return known
    cut = Failure("limit", "the client closed the connection at the first bytes of the body, as it meant to")
    return replace(known, pieces=exchange.pieces[:1], failure=cut, seconds=exchange.pieces[0].at)
