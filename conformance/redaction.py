"""Takes secrets out of what is written down: the API key in every spelling it may come back in, and telling headers whole.

A server may echo a key in an error message, a proxy lower-cases headers, a debug dump has Basic credentials in base64.
https://cwe.mitre.org/data/definitions/532.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from urllib.parse import parse_qsl

from conformance.messages import Exchange, Failure, Json, Piece, Reading, Request
from conformance.scattered import gathered, rewritten
from conformance.spans import marked, spans_of
from conformance.spellings import SHORT

REDACTED = "[redacted]"
DROPPED = "<dropped>"
"""What stands for the value of a header that a recorder named and did not keep."""
TELLING = frozenset(
    ("authorization", "proxy-authorization", "api-key", "x-api-key", "x-goog-api-key", "x-auth-token", "cookie", "set-cookie")
)
"""Headers whose values are never written, whatever they are."""

_CREDENTIAL = re.compile(r"auth|token|secret|pass|cookie|credential|session|signature|(?:\b|_|api|access)key", re.IGNORECASE)
_PLAIN = re.compile(
    r"[a-z]{1,16}(?:-[a-z]{1,16})?|[0-9]{1,4}|https?://[a-z0-9.-]+(?::[0-9]+)?(?:/[a-z0-9._-]{0,16})*", re.IGNORECASE
)

_IN_QUERY = frozenset(("key", "api_key", "api-key", "apikey", "access_token", "token", "subscription-key"))


def redacted(value: Json, secrets: Sequence[str]) -> Json:
    """A JSON value, or a text, without the secrets, in its keys too."""
    if not secrets:
        return value
    if isinstance(value, str):
        return redacted_bytes(value.encode("utf-8", "surrogatepass"), secrets).decode("utf-8", "surrogatepass")
    if isinstance(value, dict):
        return {redacted(name, secrets): redacted(one, secrets) for name, one in value.items()}
    if isinstance(value, list):
        return [redacted(one, secrets) for one in value]
    return value


def redacted_bytes(data: bytes, secrets: Sequence[str]) -> bytes:
    """Bytes without the secrets."""
    return redacted_pieces((Piece(0.0, data),), secrets)[0].data


def redacted_pieces(pieces: Sequence[Piece], secrets: Sequence[str]) -> tuple[Piece, ...]:
    """Pieces without the secrets, also where one is torn across pieces: its mark stands in the piece where it begins."""
    data = b"".join(piece.data for piece in pieces)
    spans = spans_of(data, tuple(secrets))
    return _replaced(pieces, [(start, end, marked(data[start:end], REDACTED.encode())) for start, end in spans])


def redacted_body(pieces: Sequence[Piece], secrets: Sequence[str]) -> tuple[Piece, ...]:
    """The same for an answer, whose parts may add up to a secret. Such parts are written anew."""
    clean = redacted_pieces(pieces, secrets)
    return _replaced(clean, rewritten(b"".join(piece.data for piece in clean), tuple(secrets), REDACTED.encode()))


def _replaced(pieces: Sequence[Piece], changes: Sequence[tuple[int, int, bytes]]) -> tuple[Piece, ...]:
    """Pieces with other bytes at some places, which are in order and apart: what is new stands where an old place begins."""
    if not changes:
        return tuple(pieces)
    changed, offset = [], 0
    for piece in pieces:
        end = offset + len(piece.data)
        kept, position = [], offset
        for start, stop, new in changes:
            if stop > offset and start < end:
                kept += [piece.data[position - offset : max(start, offset) - offset], new if start >= offset else b""]
                position = min(stop, end)
        changed.append(Piece(piece.at, b"".join((*kept, piece.data[position - offset :]))))
        offset = end
    return tuple(changed)


def secrets_of_request(request: Request) -> tuple[str, ...]:
    """The keys that a recorded request carries itself, in its headers and its query, so that they can be taken out everywhere."""
    told = [value for name, value in request.headers if name.lower() in TELLING and not name.lower().endswith("cookie")]
    told = [value.strip().rpartition(" ")[2] for value in told]
    told += [value for name, value in parse_qsl(request.query) if name.lower() in _IN_QUERY]
    return tuple(dict.fromkeys(one for one in told if len(one) >= SHORT and "redacted" not in one.lower()))


def is_secret(name: str, value: str) -> bool:
    """Whether the value of an operator's own header is to be kept: any but a plain word, number or address, which only says where
    a gateway is to go. To take those out of answers would destroy them for nothing.
    """
    return bool(value) and (bool(_CREDENTIAL.search(name)) or not _PLAIN.fullmatch(value))


def redacted_exchange(exchange: Exchange, secrets: Sequence[str]) -> Exchange:
    """An exchange that may be written down. `source.headers_masked` names the answer's headers that were masked."""
    request, failure = exchange.request, exchange.failure
    clean = replace(
        request,
        path=redacted(request.path, secrets),
        query=redacted(request.query, secrets),
        json=redacted(request.json, secrets),
        body=None if request.body is None else redacted_bytes(request.body, secrets),
        headers=_headers(request.headers, secrets),
        setup=replace(request.setup, authorization=redacted(request.setup.authorization, secrets)),
    )
    vars(clean)["key"] = request.key  # the exchange is still known by what was asked
    return replace(
        exchange,
        request=clean,
        headers=_headers(exchange.headers, secrets),
        pieces=redacted_body(exchange.pieces, secrets) if secrets else exchange.pieces,
        failure=failure and Failure(failure.kind, redacted(failure.message, secrets)),
        readings=tuple(_reading(reading, secrets) for reading in exchange.readings),
        source=redacted(dict(exchange.source), secrets),
    )


def _headers(headers: Sequence[tuple[str, str]], secrets: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (redacted(name, secrets), REDACTED if name.lower() in TELLING else redacted(value, secrets)) for name, value in headers
    )


def _reading(reading: Reading, secrets: Sequence[str]) -> Reading:
    if not secrets:
        return reading
    value = redacted(deepcopy(reading.value), secrets)
    gathered(value if isinstance(value, list) else [value], tuple(secrets), REDACTED.encode())
    return replace(
        reading,
        value=value,
        message=redacted(reading.message, secrets),
        details=redacted(dict(reading.details), secrets),
    )
