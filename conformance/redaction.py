"""Takes secrets out of what is written down: the API key in every spelling it may come back in, and telling headers whole.

A server may echo a key in an error message, a proxy lower-cases headers, a debug dump has Basic credentials in base64.
https://cwe.mitre.org/data/definitions/532.html
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from urllib.parse import parse_qsl, quote, quote_plus

from conformance.messages import Exchange, Failure, Json, Piece, Reading, Request

REDACTED = "[redacted]"
TELLING = frozenset(
    ("authorization", "proxy-authorization", "api-key", "x-api-key", "x-goog-api-key", "x-auth-token", "cookie", "set-cookie")
)
"""Headers whose values are never written, whatever they are."""

PLACEHOLDERS = frozenset(("ollama", "none", "null", "empty", "dummy", "unused", "test", "fake", "token", "bearer", "openai"))
"""What people give for a key where none is needed. To take these words out of answers would destroy them for nothing."""

_IN_QUERY = frozenset(("key", "api_key", "api-key", "apikey", "access_token", "token", "subscription-key"))

_SHORT = 8
"""A key of fewer characters is taken out only where it stands as a word of its own."""
_FRAGMENT = 12
"""So many characters of a key's beginning or end are taken out even alone, since error messages quote keys in part."""


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
    spans = _spans(data, tuple(secrets))
    return redacted_pieces((Piece(0.0, data),), secrets)[0].data if spans else data


def redacted_pieces(pieces: Sequence[Piece], secrets: Sequence[str]) -> tuple[Piece, ...]:
    """Pieces without the secrets, also where one is torn across pieces: its mark stands in the piece where it begins."""
    spans = _spans(b"".join(piece.data for piece in pieces), tuple(secrets))
    if not spans:
        return tuple(pieces)
    cleaned, offset = [], 0
    for piece in pieces:
        cleaned.append(Piece(piece.at, _without(piece.data, offset, spans)))
        offset += len(piece.data)
    return tuple(cleaned)


def secrets_of_request(request: Request) -> tuple[str, ...]:
    """The keys that a recorded request carries itself, in its headers and its query, so that they can be taken out everywhere."""
    told = [value for name, value in request.headers if name.lower() in TELLING and not name.lower().endswith("cookie")]
    told = [value.strip().rpartition(" ")[2] for value in told]
    told += [value for name, value in parse_qsl(request.query) if name.lower() in _IN_QUERY]
    return tuple(dict.fromkeys(one for one in told if len(one) >= _SHORT and "redacted" not in one.lower()))


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
        pieces=redacted_pieces(exchange.pieces, secrets),
        failure=failure and Failure(failure.kind, redacted(failure.message, secrets)),
        readings=tuple(_reading(reading, secrets) for reading in exchange.readings),
        source=redacted(dict(exchange.source), secrets),
    )


def _headers(headers: Sequence[tuple[str, str]], secrets: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (redacted(name, secrets), REDACTED if name.lower() in TELLING else redacted(value, secrets)) for name, value in headers
    )


def _reading(reading: Reading, secrets: Sequence[str]) -> Reading:
    return replace(
        reading,
        value=redacted(reading.value, secrets),
        message=redacted(reading.message, secrets),
        details=redacted(dict(reading.details), secrets),
    )


def _without(data: bytes, offset: int, spans: Sequence[tuple[int, int]]) -> bytes:
    """What is left of the bytes at an offset when the spans are gone."""
    kept, position = [], 0
    for start, end in ((start - offset, end - offset) for start, end in spans):
        if end <= 0 or start >= len(data):
            continue
        kept.append(data[position : max(start, 0)])
        if start >= 0:
            kept.append(REDACTED.encode())
        position = min(end, len(data))
    return b"".join((*kept, data[position:]))


def _spans(data: bytes, secrets: tuple[str, ...]) -> list[tuple[int, int]]:
    """Where secrets stand, in order and apart from each other."""
    needles, pattern, begun = _searched(secrets)
    lower = data.lower() if needles else b""
    if not any(needle in lower for needle in needles):  # the quick way for nearly all data
        return []
    spans: list[tuple[int, int]] = []
    for match in pattern.finditer(lower):
        start, end = match.span()
        end = max([end, *(start + _common(whole, lower[start : start + len(whole)]) for whole in begun.get(match[0], ()))])
        if spans and start < spans[-1][1]:  # the beginning just found goes on into what looked like the next
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _common(one: bytes, other: bytes) -> int:
    """How many bytes both begin with."""
    return next((at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), min(len(one), len(other)))


@lru_cache(maxsize=16)
def _searched(secrets: tuple[str, ...]) -> tuple[tuple[bytes, ...], re.Pattern[bytes], dict[bytes, list[bytes]]]:
    """The shortest texts to look for, the pattern that finds whole spellings, beginnings and ends, in this order, and the
    spellings that a beginning may be of. All in lower case.
    """
    words = {one.lower().encode() for one in secrets if 1 < len(one) < _SHORT and one.lower() not in PLACEHOLDERS}
    forms = {form.lower() for one in secrets if len(one) >= _SHORT for form in _spellings(one)}
    begun: dict[bytes, list[bytes]] = {}
    for form in sorted(forms):
        begun.setdefault(form[:_FRAGMENT], []).append(form)
    ends = {form[-_FRAGMENT:] for form in forms}
    patterns = [re.escape(form) for form in (*sorted(forms, key=len, reverse=True), *sorted(begun), *sorted(ends))]
    patterns += [rb"(?<![0-9a-z])" + re.escape(word) + rb"(?![0-9a-z])" for word in sorted(words)]
    return tuple(sorted({*words, *begun, *ends})), re.compile(b"|".join(patterns) or rb"(?!)"), begun


def _spellings(secret: str) -> set[bytes]:
    """The secret as it is, escaped for JSON and for URLs, in hex, and in base64 at each of the three alignments."""
    plain = secret.encode("utf-8", "surrogatepass")
    escaped = json.dumps(secret)[1:-1]
    texts = {escaped, escaped.replace("/", "\\/"), json.dumps(secret, ensure_ascii=False)[1:-1]}
    texts |= {quote(plain, safe=""), quote(plain), quote_plus(plain), plain.hex()}
    spelled = {plain, *(text.encode("utf-8", "surrogatepass") for text in texts)}
    for shift in range(3):
        whole = b64encode(b"\0" * shift + plain)
        bits = 8 * (shift + len(plain))
        inner = whole[-(-8 * shift // 6) : bits // 6]  # only characters that the secret alone makes
        spelled |= {inner, inner.translate(bytes.maketrans(b"+/", b"-_"))}
    return spelled
