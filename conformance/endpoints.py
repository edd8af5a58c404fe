"""Which part of the API an exchange belongs to, told by the end of its path, so that proxies' prefixes do not matter.

Two APIs that are others have paths that end alike: https://docs.github.com/en/rest/models/catalog and
https://ai.google.dev/api/models, which recordings of programs for several servers hold too.
"""

from __future__ import annotations

import re
from functools import lru_cache

from conformance.messages import Exchange, Json
from conformance.wire import NOT_JSON, read_json

_PATHS = {
    "chat": r"/chat/completions/?$",
    "completions": r"(?<!/chat)/completions/?$",
    "embeddings": r"/embeddings/?$",
    "responses": r"/responses/?$",
    "models": r"(?<!/catalog)(?<!/v1beta)/models/?$",
    "model": r"(?<!/v1beta)/models/[^?]+$",
}


def endpoint_of(exchange: Exchange) -> str:
    """The endpoint's short name, or an empty string for a path that is none of the known ones."""
    return _endpoint(exchange.request.path)


@lru_cache(maxsize=256)
def _endpoint(path: str) -> str:
    return next((name for name, pattern in _PATHS.items() if re.search(pattern, path)), "")


def called(exchange: Exchange) -> str:
    """The endpoint's short name if the request has its method; an empty string for everything else."""
    endpoint = endpoint_of(exchange)
    return endpoint if exchange.request.method == _method(endpoint) else ""


def sent_json(exchange: Exchange) -> Json:
    """The JSON that the request carried, spelled as bytes or not; None where there was none or the recorder did not keep it."""
    request = exchange.request
    if request.json is not None or request.body is None:
        return request.json
    value = read_json(request.body).value
    return None if value is NOT_JSON else value


def wants_stream(exchange: Exchange) -> bool:
    """Whether the request asked for server-sent events; told by the answer where the recorder did not keep the request, or only
    a part of it, or where what it said was neither yes nor no.
    """
    sent = sent_json(exchange)
    flag = sent.get("stream") if isinstance(sent, dict) else None
    lost = sent is None and (exchange.request.body is None or bool(exchange.source))
    if lost or not isinstance(flag, bool | None):
        return exchange.body.lstrip().startswith((b"data:", b"event:", b":"))
    return flag is True


def applies(on: str, exchange: Exchange) -> bool:
    """Whether a rule about `on` judges this exchange.

    chat, chat.stream, models, model: proper answers (2xx) of that endpoint to proper requests; chat.proper: the first two
    together. error: answers of 400 and up. any: whatever came back whole, chat.any: the same of the chat endpoint.
    chat.begun: chat.proper, and answers of chat whose body came to an early end, which nothing else judges but the check
    that asked.
    """
    if exchange.status is None or exchange.request.method in ("HEAD", "OPTIONS"):
        return False
    cut = exchange.failure is not None
    if cut and on != "chat.begun":
        return False
    if on == "any":
        return True
    if on == "error":
        return exchange.status >= 400
    endpoint, _, kind = on.partition(".")
    if called(exchange) != endpoint:
        return False
    return kind == "any" or (cut and not exchange.request.wrong) or _proper(exchange, kind)


def _proper(exchange: Exchange, kind: str) -> bool:
    if exchange.request.wrong or exchange.status is None or not 200 <= exchange.status < 300:
        return False
    return (kind in ("proper", "begun") or wants_stream(exchange) == (kind == "stream")) and not is_error(
        read_json(exchange.body).value
    )


def _method(endpoint: str) -> str:
    return "GET" if endpoint in ("models", "model") else "POST"


def is_error(value: Json) -> bool:
    """Whether a JSON value is an error rather than an answer: as a success it is judged once, by its own rule. Some servers
    spell it flat: `{"object": "error", "message": ...}`.
    """
    if not isinstance(value, dict) or "choices" in value:
        return False
    return isinstance(value.get("error"), dict | str) or value.get("object") == "error"
