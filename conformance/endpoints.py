"""Which part of the API an exchange belongs to, told by the end of its path, so that proxies' prefixes do not matter."""

from __future__ import annotations

import re

from conformance.messages import Exchange
from conformance.wire import read_json

_PATHS = {
    "chat": r"/chat/completions/?$",
    "completions": r"(?<!/chat)/completions/?$",
    "embeddings": r"/embeddings/?$",
    "responses": r"/responses/?$",
    "models": r"/models/?$",
    "model": r"/models/[^?]+$",
}


def endpoint_of(exchange: Exchange) -> str:
    """The endpoint's short name, or an empty string for a path that is none of the known ones."""
    path = exchange.request.path
    return next((name for name, pattern in _PATHS.items() if re.search(pattern, path)), "")


def wants_stream(exchange: Exchange) -> bool:
    """Whether the request asked for server-sent events."""
    sent = exchange.request.json
    return isinstance(sent, dict) and sent.get("stream") is True


def applies(on: str, exchange: Exchange) -> bool:
    """Whether a rule about `on` judges this exchange.

    chat, chat.stream, models, model: proper answers (2xx) of that endpoint to proper requests. error: answers of 400 and up.
    any: whatever came back, chat.any: the same of the chat endpoint. Exchanges that failed are judged by their check.
    """
    if exchange.status is None or exchange.request.method == "HEAD":
        return False
    if on == "any":
        return True
    if on == "error":
        return exchange.status >= 400
    endpoint, _, kind = on.partition(".")
    if endpoint_of(exchange) != endpoint or exchange.request.method != _method(endpoint):
        return False
    if kind == "any":
        return True
    proper = 200 <= exchange.status < 300 and not exchange.request.wrong
    return proper and wants_stream(exchange) == (kind == "stream") and not _error_in_disguise(exchange, kind)


def _method(endpoint: str) -> str:
    return "GET" if endpoint in ("models", "model") else "POST"


def _error_in_disguise(exchange: Exchange, kind: str) -> bool:
    """A 200 whose whole body is an error object is judged once, by its own rule."""
    value = read_json(exchange.body).value if not kind else None
    return isinstance(value, dict) and isinstance(value.get("error"), dict | str) and "choices" not in value
