"""Which method of the SDK says a request: the one a user would call, or the generic one where there is none.

https://github.com/openai/openai-python/blob/main/api.md
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from operator import attrgetter
from typing import Any
from urllib.parse import parse_qsl, unquote

from conformance.drivers.sdk_helpers import helped
from conformance.messages import Request

NAMED = {
    "POST /chat/completions": "chat.completions.create",
    "POST /completions": "completions.create",
    "POST /embeddings": "embeddings.create",
    "POST /moderations": "moderations.create",
    "POST /responses": "responses.create",
    "GET /models": "models.list",
}


def call(client: Any, request: Request, headers: Mapping[str, Any], stream_class: Any) -> Any:
    """Says the request through an SDK client, sync or async; gives what the method gives. Fields that the method does not
    know go through `extra_body`, since unknown keywords raise. Raises what the method raises, and AttributeError for a
    method of HTTP that the SDK has no word for.
    """
    extras: dict[str, Any] = {"extra_headers": headers}
    if request.query:
        extras["extra_query"] = dict(parse_qsl(request.query, keep_blank_values=True))
    model = request.path.removeprefix("/models/")
    if request.method == "GET" and model not in ("", request.path):
        return client.models.retrieve(unquote(model), **extras)
    name = NAMED.get(f"{request.method} {request.path}")
    fields = request.json if request.body is None else None
    if name and isinstance(fields, dict | None):
        method = attrgetter(name)(client)
        known = inspect.signature(method).parameters
        if all(one in (fields or {}) for one, it in known.items() if it.default is it.empty):
            said = _keywords(fields or {}, set(known))
            if request.setup.call != "create" and name == NAMED["POST /chat/completions"]:
                return helped(client, request.setup.call, said, extras)
            return method(**said, **extras)
    return _generic(client, request, headers, stream_class)


def _keywords(fields: Mapping[str, Any], known: set[str]) -> dict[str, Any]:
    known = {name for name in known if not name.startswith("extra_") and name != "timeout"}
    others = {name: value for name, value in fields.items() if name not in known}
    said = {name: value for name, value in fields.items() if name in known}
    return said | {"extra_body": others} if others else said


def _generic(client: Any, request: Request, headers: Mapping[str, Any], stream_class: Any) -> Any:
    options: dict[str, Any] = {"headers": headers, "params": dict(parse_qsl(request.query, keep_blank_values=True))}
    said: dict[str, Any] = {"cast_to": object, "options": options}
    if request.body is not None:
        said["content"] = request.body
    elif request.json is not None:
        said["body"] = request.json
    if isinstance(request.json, dict) and request.json.get("stream") is True:
        said |= {"stream": True, "stream_cls": stream_class[object]}
    return getattr(client, request.method.lower())(request.path, **said)
