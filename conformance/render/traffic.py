"""Exchanges as text for people: requests with their bodies laid out, answers as they came, both bounded."""

from __future__ import annotations

import json

from conformance.messages import MANNERS, Exchange, Reading, Request
from conformance.render.clock import span

HEAD, TAIL = 3072, 1024
"""How many characters of a body are shown from its beginning and from its end."""
MOST_HEADERS = 40


def headline(exchange: Exchange) -> str:
    """An exchange in one line: what was asked, what came back and how long it took."""
    failure = exchange.failure
    came = f"{failure.kind}: {failure.message}" if failure else str(exchange.status)
    also = f", {failure.kind}" if failure and exchange.status is not None else ""
    came = f"{exchange.status}{also}" if exchange.status is not None else came
    return f"{exchange.request.method} {exchange.request.path} → {came}, {len(exchange.body):,} bytes in {span(exchange.seconds)}"


def request_text(exchange: Exchange) -> str:
    """The request: its line, its headers, and its body, JSON laid out."""
    request = exchange.request
    query = f"?{request.query}" if request.query else ""
    lines = [f"{request.method} {request.path}{query}", *_headers(request.headers), setup_line(request)]
    body = excerpt(_request_body(request))
    return "\n".join([*lines, "", body] if body else lines)


def _request_body(request: Request) -> str:
    if request.body is not None:
        return request.body.decode("utf-8", "backslashreplace")
    return "" if request.json is None else json.dumps(request.json, indent=2, ensure_ascii=False)


def setup_line(request: Request) -> str:
    """How the client was set up, the more where that is not the ordinary way."""
    setup = request.setup
    told = [
        f"client {setup.client}",
        f"authorization {setup.authorization}" if setup.authorization != "given" else "",
        "" if setup.slash is None else f"base URL {'with' if setup.slash else 'without'} a trailing slash",
        "set up by environment variables" if setup.environment else "",
        f"called by {setup.call}" if setup.call != "create" else "",
        f"sent {setup.manner}: {MANNERS[setup.manner]}" if setup.manner in MANNERS else "",
        f"take {request.take}" if request.take else "",
    ]
    return f"({', '.join(filter(None, told))})"


def answer_text(exchange: Exchange) -> str:
    """The answer: its status, its headers and its body as it came, or how it failed; then what clients made of it."""
    lines = [] if exchange.status is None else [f"status {exchange.status}", *_headers(exchange.headers)]
    if exchange.failure:
        lines.append(f"failed: {exchange.failure.kind}: {exchange.failure.message}")
    body = excerpt(exchange.body.decode("utf-8", "backslashreplace"))
    read = reading_lines(exchange)
    return "\n".join([*lines, *(["", body] if body else []), *(["", *read] if read else [])])


def reading_lines(exchange: Exchange) -> list[str]:
    """What clients made of the answer, a line each."""
    return [_reading(reading) for reading in exchange.readings]


def _reading(reading: Reading) -> str:
    made = f"raises {reading.error}: {reading.message}" if reading.error else f"gives {reading.type or 'a value'}"
    return f"({reading.by} {excerpt(made)})"


def _headers(headers: tuple[tuple[str, str], ...]) -> list[str]:
    left = len(headers) - MOST_HEADERS
    lines = [excerpt(f"{name}: {value}", 300, 0) for name, value in headers[:MOST_HEADERS]]
    return [*lines, f"… {left} headers left out …"] if left > 0 else lines


def excerpt(text: str, head: int = HEAD, tail: int = TAIL) -> str:
    """The text, or its beginning and its end with a note on how much is left out between them."""
    left = len(text) - head - tail
    if left <= 0:
        return text
    return f"{text[:head]}\n… {left:,} characters left out …\n{text[len(text) - tail :]}"
