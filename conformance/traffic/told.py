"""What a recorder told of one exchange, in whatever format, as an exchange."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from conformance.messages import Exchange, Failure, Json, Piece, Request
from conformance.traffic.decoding import decoded
from conformance.wire import read_json

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Told:
    """One exchange as its recorder tells it. Bodies are bytes, decoded or not; None stands for what was not kept.

    `error` is what kept the answer from coming, or from coming whole; `lacks` says in words what is missing.
    """

    method: str
    url: str
    sent: bytes | None
    sent_headers: Headers
    status: int | None
    headers: Headers
    body: bytes | None
    started: float = 0.0
    seconds: float = 0.0
    error: str = ""
    lacks: str = ""
    source: Mapping[str, Json] = field(default_factory=dict)


def exchange_from(told: Told, number: int) -> Exchange:
    """The exchange. `number` is its place in the file, which tells equal requests apart."""
    url = _split(told.url)
    body, lacks = _body(told)
    source = {"fidelity": "raw", "headers_complete": bool(told.headers), "host": url.netloc.rpartition("@")[2], **told.source}
    return Exchange(
        request=_request(told, url, number),
        status=told.status,
        headers=told.headers,
        pieces=(Piece(0.0, body),) if body and told.status is not None else (),
        failure=Failure("lost", told.error or "the recording holds no answer") if told.status is None or told.error else None,
        started=told.started,
        seconds=told.seconds,
        timed=False,
        source=source | ({"lacks": lacks} if lacks else {}),
    )


def _body(told: Told) -> tuple[bytes, str]:
    if told.body is None:
        return b"", told.lacks or "the body was not kept"
    encoding = _encoding(told.headers)
    body = decoded(told.body, encoding)
    return (body, told.lacks) if body is not None else (b"", f"the body is kept in a coding that cannot be undone ({encoding})")


def _encoding(headers: Headers) -> str:
    return next((value for name, value in headers if name.lower() == "content-encoding"), "")


def _request(told: Told, url: SplitResult, number: int) -> Request:
    sent = decoded(told.sent or b"", _encoding(told.sent_headers)) or told.sent or None
    value = read_json(sent) if sent else None
    plain = value is not None and value.ok and not value.problems
    request = Request(
        method=told.method.upper(),
        path=url.path or "/",
        json=value.value if plain and value else None,
        body=None if plain else sent,
        headers=told.sent_headers,
        query=url.query,
    )
    what = json.dumps([request.method, request.path, number, told.started, told.status]).encode()
    parts = hashlib.sha256(b"\0".join((what, sent or b"", told.body or b"")))
    vars(request)["key"] = parts.hexdigest()[:16]  # without headers and query, which may hold secrets
    return request


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:  # brackets that are no IPv6 address
        return SplitResult("", "", "", "", "")
