"""A request as a few lines of Python for the official client, so that anybody sees what the server answers to it.

https://github.com/openai/openai-python#usage and, for what the client has no method for, #undocumented-endpoints.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pprint import pformat
from urllib.parse import parse_qsl, unquote

from conformance.messages import Json, Request
from conformance.model import Target

WIDTH = 100
_CHAT = """
audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens messages metadata modalities
model moderation n parallel_tool_calls prediction presence_penalty prompt_cache_key prompt_cache_options prompt_cache_retention
reasoning_effort response_format safety_identifier seed service_tier stop store stream stream_options temperature tool_choice
tools top_logprobs top_p user verbosity web_search_options
"""
CHAT = frozenset(_CHAT.split())
"""The fields that the client's method for chat completions knows; others go through `extra_body`."""


def sdk_snippet(target: Target, request: Request) -> str:
    """Python that sends the request through the official client, the key read from the environment; an empty text where the
    client cannot be brought to send it: bodies that are no JSON, odd ways to speak HTTP, headers outside of ASCII.
    """
    if not _can_be_said(request):
        return ""
    call = _call(request)
    said = f"for chunk in {call}:\n    print(chunk)" if _streams(request) and _is_chat(request) else f"print({call})"
    omit = ", Omit" if request.setup.authorization == "none" else ""
    key = f"os.environ.get({target.key_variable!r}, 'unused')"
    return f"import os\n\nfrom openai import OpenAI{omit}\n\nkey = {key}\nclient = {_client(target, request)}\n{said}\n"


def _can_be_said(request: Request) -> bool:
    setup = request.setup
    plain = all(text.isascii() for pair in request.headers for text in pair) and setup.authorization.isascii()
    if request.body is not None or setup.manner or not plain or request.method not in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        return False
    try:
        json.dumps(request.json, allow_nan=False)
    except ValueError:
        return False
    return request.method == "POST" or request.json is None


def _client(target: Target, request: Request) -> str:
    base = target.base_url if request.setup.slash is None else target.base_url.rstrip("/") + "/" * request.setup.slash
    return f"OpenAI(base_url={base!r}, api_key=key, max_retries=0)"


class _Code(str):
    """Python that stands among values."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _headers(request: Request) -> dict[str, Json]:
    how = request.setup.authorization
    found: dict[str, Json] = dict(request.headers)
    if how == "none":
        found["Authorization"] = _Code("Omit()")
    elif how != "given":
        before, holds, after = how.partition("{key}")
        parts = (repr(before), "key", repr(after)) if holds else (repr(how),)
        found["Authorization"] = _Code(" + ".join(part for part in parts if part != "''"))
    return found


def _call(request: Request) -> str:
    extras = _extras(request)
    model = request.path.removeprefix("/models/")
    if request.method == "GET" and request.path == "/models":
        return _written("client.models.list", extras)
    if request.method == "GET" and model not in ("", request.path):
        return _written("client.models.retrieve", {"model": unquote(model)} | extras)
    if _is_chat(request):
        known = {name: value for name, value in request.json.items() if name in CHAT}
        others = {name: value for name, value in request.json.items() if name not in CHAT}
        return _written("client.chat.completions.create", known | ({"extra_body": others} if others else {}) | extras)
    return _generic(request)


def _extras(request: Request) -> dict[str, Json]:
    found: dict[str, Json] = {"extra_headers": _headers(request), "extra_query": dict(_query(request))}
    return {name: value for name, value in found.items() if value}


def _is_chat(request: Request) -> bool:
    fields = request.json
    named = (request.method, request.path) == ("POST", "/chat/completions")
    return named and isinstance(fields, dict) and {"model", "messages"} <= fields.keys()


def _streams(request: Request) -> bool:
    return isinstance(request.json, dict) and bool(request.json.get("stream"))


def _generic(request: Request) -> str:
    options = {"headers": _headers(request), "params": dict(_query(request))}
    told = {name: value for name, value in options.items() if value}
    words = [repr(request.path), "cast_to=str"]
    words += [_keyword("body", request.json)] if request.json is not None else []
    words += [_keyword("options", told)] if told else []
    return _joined(f"client.{request.method.lower()}", words)


def _query(request: Request) -> list[tuple[str, str]]:
    return parse_qsl(request.query, keep_blank_values=True)


def _written(method: str, arguments: Mapping[str, Json]) -> str:
    return _joined(method, [_keyword(name, value) for name, value in arguments.items()])


def _joined(method: str, words: list[str]) -> str:
    inner = "".join(f"    {word},\n" for word in words)
    return f"{method}(\n{inner})" if words else f"{method}()"


def _keyword(name: str, value: Json) -> str:
    lines = pformat(value, width=WIDTH - len(name) - 6, sort_dicts=False).split("\n")
    return f"{name}=" + f"\n{' ' * (len(name) + 5)}".join(lines)
