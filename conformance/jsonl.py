"""An exchange as one line of JSON and back.

Lines of other recorders are read too: what they did not keep is empty, and `source` says so. Their paths stay as on the wire;
lines of the suite's own give back exactly the exchange they were made of. https://jsonlines.org
"""

from __future__ import annotations

import json
import math
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

from conformance.messages import Exchange, Failure, Json, Piece, Reading, Request, Setup
from conformance.redaction import DROPPED, redacted_exchange
from conformance.wire import is_deep

Headers = tuple[tuple[str, str], ...]
Line = dict[str, Any]

MOST_TWICE = 1 << 16
"""Bodies of more bytes are written once, beside the lengths of their pieces, and not once more in pieces."""


def line_of(exchange: Exchange, base_path: str = "/v1", secrets: Sequence[str] = ()) -> Line:
    """The exchange as a line, without secrets. `base_path` is the path of the base URL, which the request went below; "" for
    exchanges whose path is the one on the wire already.
    """
    exchange = redacted_exchange(exchange, secrets)
    return {
        "key": exchange.request.key,
        "request": _request_line(exchange.request, base_path.rstrip("/")),
        "response": None if exchange.status is None else _response_line(exchange),
        "error": exchange.failure and asdict(exchange.failure),
        "recorded_at": _moment(exchange.started),
        "started": exchange.started,
        "seconds": exchange.seconds,
        "readings": [asdict(reading) for reading in exchange.readings],
        "source": dict(exchange.source),
    }


def exchange_of(line: Line) -> Exchange:
    """The exchange that a line tells of. Raises KeyError, TypeError, ValueError, AttributeError or OverflowError for what is no
    such line.
    """
    if is_deep(line):
        raise ValueError("is nested too deeply")
    response = line.get("response") or {}
    source = dict(line.get("source") or {})
    if line.get("host"):
        source["host"] = line["host"]
    return Exchange(
        request=_request_of(line["request"], line.get("key")),
        status=_status(response.get("status")),
        headers=_headers_of(response),
        pieces=_pieces_of(response),
        failure=_failure_of(line.get("error")),
        started=_started(line),
        seconds=_number(line.get("seconds") or 0.0),
        readings=tuple(Reading(**_typed(reading, _READING)) for reading in line.get("readings") or ()),
        timed=_timed(response),
        source=source,
    )


def _request_line(request: Request, base_path: str) -> Line:
    line: Line = {"method": request.method, "path": base_path + request.path, "query": request.query}
    line |= _headers_line(request.headers) | {"json": request.json}
    if request.body is not None:
        line |= _bytes_line(request.body)
    setup = asdict(request.setup) | {"base_path": base_path}
    if setup["call"] == "create":
        del setup["call"]  # what lines of before the other ways are silent about
    if not setup["manner"]:
        del setup["manner"]
    return line | {"take": request.take, "wrong": request.wrong, "setup": setup}


def _request_of(line: Line, key: Json) -> Request:
    setup = dict(line.get("setup") or {})
    base_path = setup.pop("base_path", "")
    _typed(line, _REQUEST)
    request = Request(
        method=line["method"],
        path=line["path"].removeprefix(base_path),
        json=line.get("json"),
        body=_bytes_of(line),
        headers=_headers_of(line),
        query=line.get("query") or "",
        take=line.get("take", 0),
        setup=Setup(**_typed(setup, _SETUP)),
        wrong=line.get("wrong", False),
    )
    if isinstance(key, str) and key:
        vars(request)["key"] = key  # what the recording calls it; taking secrets out may have changed the content
    return request


def _response_line(exchange: Exchange) -> Line:
    line: Line = {"status": exchange.status} | _headers_line(exchange.headers)
    line |= {"body": None, "body_base64": None} | _bytes_line(exchange.body) | {"pieces": None}
    if not exchange.timed:
        return line
    if len(exchange.body) > MOST_TWICE:
        return line | {"pieces_lengths": [[piece.at, len(piece.data)] for piece in exchange.pieces]}
    try:
        return line | {"pieces": [[piece.at, piece.data.decode()] for piece in exchange.pieces]}
    except UnicodeDecodeError:  # also where a character is torn across pieces
        return line | {"pieces_base64": [[piece.at, b64encode(piece.data).decode()] for piece in exchange.pieces]}


def _timed(response: Mapping[str, Json]) -> bool:
    """A lost exchange has nothing whose time could be missing."""
    return not response or any(response.get(name) is not None for name in ("pieces", "pieces_base64", "pieces_lengths"))


def _pieces_of(response: Mapping[str, Json]) -> tuple[Piece, ...]:
    if response.get("pieces_base64"):
        return tuple(Piece(_number(at), b64decode(data)) for at, data in response["pieces_base64"])
    if isinstance(response.get("pieces"), list):
        return tuple(Piece(_number(at), text.encode()) for at, text in response["pieces"])
    body = _bytes_of(response)
    if response.get("pieces_lengths"):
        times, lengths = zip(*response["pieces_lengths"], strict=True)
        ends = tuple(accumulate(lengths))
        if any(length < 0 for length in lengths):
            raise ValueError("a piece has a negative length")
        parts = zip(map(_number, times), lengths, ends, strict=True)
        return tuple(Piece(at, (body or b"")[end - length : end]) for at, length, end in parts)
    return (Piece(0.0, body),) if body else ()


def _bytes_line(data: bytes) -> Line:
    try:
        return {"body": data.decode()}
    except UnicodeDecodeError:
        return {"body": None, "body_base64": b64encode(data).decode()}


def _bytes_of(line: Mapping[str, Json]) -> bytes | None:
    if line.get("body_base64") is not None:
        return b64decode(line["body_base64"])
    text = line.get("body")
    if not isinstance(text, str | None):
        raise TypeError("a body is no text")
    return None if text is None else text.encode("utf-8", "surrogatepass")


def _headers_line(headers: Headers) -> Line:
    """Names to values, repeated ones joined; the exact pairs too where that loses something."""
    joined: dict[str, str] = {}
    names: dict[str, str] = {}
    for name, value in headers:
        first = names.setdefault(name.lower(), name)
        joined[first] = f"{joined[first]}, {value}" if first in joined else value
    exact = {} if tuple(joined.items()) == headers else {"headers_exact": [list(pair) for pair in headers]}
    return {"headers": joined} | exact


def _headers_of(line: Mapping[str, Json]) -> Headers:
    found = line.get("headers_exact") or line.get("headers") or {}
    pairs = found.items() if isinstance(found, dict) else found
    listed = ((name, one) for name, value in pairs for one in (value if isinstance(value, list) else [value]))
    return tuple((str(name), DROPPED if one is None else str(one)) for name, one in listed)


_REQUEST = {"method": str, "path": str, "query": str | None, "take": int, "wrong": bool}
_SETUP = dict.fromkeys(("client", "authorization", "call", "manner"), str) | {"slash": int | None, "environment": bool}
_READING = dict.fromkeys(("by", "type", "error", "message"), str) | {"details": dict}


def _typed(line: Line, types: Mapping[str, Any]) -> Line:
    """A line whose members are what they ought to be, where they are there. Raises TypeError."""
    for name, kind in types.items():
        if name in line and not isinstance(line[name], kind):
            raise TypeError(f"{name} is not {kind}")
    return line


def _number(told: Json) -> float:
    """A finite number. Raises TypeError, ValueError or OverflowError."""
    if not math.isfinite(found := float(told)):
        raise ValueError(f"{found} is no time")
    return found


def _failure_of(error: Json) -> Failure | None:
    """What another recorder calls an error is its own trouble, not the server's: lost."""
    if isinstance(error, dict) and isinstance(error.get("kind"), str):
        return Failure(error["kind"], str(error.get("message", "")))
    return Failure("lost", error if isinstance(error, str) else json.dumps(error)) if error else None


def _status(status: Json) -> int | None:
    return None if status is None else int(status)


def _moment(started: float) -> str | None:
    try:
        return datetime.fromtimestamp(started, UTC).isoformat().replace("+00:00", "Z") if started else None
    except (OverflowError, OSError, ValueError):
        return None


def _started(line: Line) -> float:
    if "started" in line:
        return _number(line["started"])
    told = re.sub(r"Z$", "+00:00", str(line.get("recorded_at") or ""))
    try:
        return datetime.fromisoformat(told).timestamp()
    except (OverflowError, ValueError):
        return 0.0
