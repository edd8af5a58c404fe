"""Requests and exchanges as values: what goes over the wire, with nothing that sends it. Standard library only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

MANNERS = {
    "chunked": "the body in chunks of a few bytes, without its length",
    "expect": "Expect: 100-continue, and the body once the server says so or a second has passed",
    "http/1.0": "as HTTP/1.0",
    "close": "Connection: close, and five seconds of patience for the server to do so",
    "lower-case": "the names of all headers in lower case",
    "upper-case": "the names of all headers in upper case",
    "reuse": "twice on one connection, one after the other; the second answer counts",
    "pipelined": "twice on one connection, both written at once; the second answer counts",
    "half-closed": "the client's end of the connection closed behind the request",
    "stalled": "half of the body, a pause of a second, and the rest",
    "abort": "the connection closed at the first bytes of the answer's body",
    "gone": "the connection closed right behind the request, without a look at the answer",
    "slow": "the answer read in small pieces with pauses",
    "compressed": "Accept-Encoding: gzip",
}
"""The odd ways to speak HTTP that the client `wire` knows; the empty word is the ordinary way."""

Json = Any
"""A JSON value as Python sees it: dict, list, str, int, float, bool or None."""


@dataclass(frozen=True)
class Setup:
    """How the client that sends a request is set up; documents make promises about that as well.

    `client` is raw, sdk, sdk-async or wire. `slash` tells whether the base URL ends with a slash (None: as the operator gave it).
    `authorization` is "given" (the operator's key), "none" (no header), or the literal header value, in which {key} stands for
    the operator's key.
    `environment` sets the SDK up from OPENAI_BASE_URL and OPENAI_API_KEY instead of by arguments. `call` is the way in which
    the SDK is asked for a chat completion: create, stream (its helper, not the field), parse or raw-response. `manner` is one
    of MANNERS, which only the client wire speaks.
    """

    client: str = "raw"
    slash: bool | None = None
    authorization: str = "given"
    environment: bool = False
    call: str = "create"
    manner: str = ""


@dataclass(frozen=True)
class Request:
    """One HTTP request as a value; `path` is below the base URL. At most one of `json` and `body` is set.

    `take` tells deliberate repetitions apart. `wrong` marks requests that are meant to be refused: the answer is judged
    by the error and HTTP rules only. The key is a content hash, so equal requests are asked once.
    """

    method: str
    path: str
    json: Json = None
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    query: str = ""
    take: int = 0
    setup: Setup = Setup()
    wrong: bool = False

    @cached_property
    def key(self) -> str:
        """Sixteen hex digits that stand for method, path, body, headers, set-up and take."""
        setup = self.setup
        what = [self.method, self.path, self.query, self.json, (self.body or b"").hex(), self.headers, self.take]
        how = [setup.client, setup.slash, setup.authorization, setup.environment]
        how += [setup.call] if setup.call != "create" else []
        how += [f"manner {setup.manner}"] if setup.manner else []
        return hashlib.sha256(json.dumps([what, how], sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Piece:
    """Bytes of a body and when they arrived, in seconds since the request was sent."""

    at: float
    data: bytes


@dataclass(frozen=True)
class Failure:
    """Why no complete answer came: kind is connect, timeout, reset, protocol, limit, budget or lost."""

    kind: str
    message: str


@dataclass(frozen=True)
class Reading:
    """What one client library made of an answer: `by` is sdk or sdk-strict; `error` names the exception, if any."""

    by: str
    value: Json = None
    type: str = ""
    error: str = ""
    message: str = ""
    details: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class Exchange:
    """A request and everything that came back: bytes with arrival times, or the failure, and the clients' readings.

    `started` is Unix time in seconds, `seconds` the duration. `timed` is false where a recorder kept no arrival times.
    `source` holds what a recorder said of itself (contract: fidelity, headers_complete, headers_masked, sanitised). The client
    wire notes there what it saw of the connection: `interim` (statuses below 200), `closed` (whether the server closed it
    behind the answer), `reused` (whether it took the second request), `dropped` (whether it closed the connection before that
    without a word), `version` (of the answer: "1.0" or "1.1").
    """

    request: Request
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    pieces: tuple[Piece, ...] = ()
    failure: Failure | None = None
    started: float = 0.0
    seconds: float = 0.0
    readings: tuple[Reading, ...] = ()
    timed: bool = True
    source: Mapping[str, Json] = field(default_factory=dict)

    @cached_property
    def body(self) -> bytes:
        """The body after content decoding."""
        return b"".join(piece.data for piece in self.pieces)

    def header(self, name: str) -> str | None:
        """The values of a response header joined by comma and space (RFC 9110, 5.3), or None."""
        return self._by_name.get(name.lower())

    @cached_property
    def _by_name(self) -> Mapping[str, str]:
        found: dict[str, list[str]] = {}
        for name, value in self.headers:
            found.setdefault(name.lower(), []).append(value)
        return {name: ", ".join(values) for name, values in found.items()}


Send = Callable[[Request], Exchange]
"""The only seam: raw HTTP, the SDK, a replay and the in-process reference server are all of this type."""
