"""Mistakes at the endpoints beside chat: whoever has them says what is wrong, whoever has not says that, and nobody fails.

https://platform.openai.com/docs/guides/error-codes
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance import calls
from conformance.answers import OF_PROXIES, given
from conformance.checks.errors_models import UNKNOWN
from conformance.effects import unless_failing
from conformance.messages import Request, Send
from conformance.model import Level, Noted, Target
from conformance.registry import check

ERRORS = "https://platform.openai.com/docs/guides/error-codes"

Fields = Mapping[str, Any]

ENDPOINTS: Mapping[str, tuple[Fields, Fields, tuple[Fields, ...]]] = {
    "/completions": (
        {"prompt": "Hello!"},
        {"max_tokens": 1},
        ({}, {"prompt": {"text": "Hello!"}}, {"prompt": "Hello!", "response_format": {"type": "json_schema"}}),
    ),
    "/embeddings": ({"input": "Hello!"}, {}, ({}, {"input": {"text": "Hello!"}}, {"input": []})),
    "/responses": (
        {"input": "Hello!"},
        {"max_output_tokens": 16},
        ({"input": 5}, {"input": [{"role": "nobody", "content": "Hello!"}]}, {"input": "Hello!", "tools": "set_lamp"}),
    ),
}
"""Of each endpoint a proper request, what keeps an answer short, and mistakes."""


def _mistakes(target: Target, path: str) -> Iterator[tuple[str, Request]]:
    """Requests that are wrong, and what is wrong with them."""
    proper, short, mistakes = ENDPOINTS[path]
    yield "a model that does not exist", Request("POST", path, {"model": UNKNOWN, **proper, **short}, wrong=True)
    for fields in mistakes:
        yield repr(dict(fields)), Request("POST", path, {"model": target.model, **short, **fields}, wrong=True)
    typed = (("Content-Type", "application/json"),)
    yield "a body that is no JSON", Request("POST", path, body=b'{"model": nonsense}', headers=typed, wrong=True)


@check("errors.status.endpoints", "never fails over a mistake at its other endpoints", Level.MUST, "errors.status", ERRORS)
def endpoints(target: Target, send: Send) -> Noted:
    """Sends completions, embeddings and responses an unknown model, fields that are missing or of a wrong type, and a body that
    is no JSON. To answer, to refuse, and to have no such endpoint are all proper, to fail is not; what stands before the server
    may say that nobody is there.
    """
    given(send, calls.chat(target))
    for path in ENDPOINTS:
        for what, request in _mistakes(target, path):
            exchange = send(request)
            if exchange.status not in OF_PROXIES:
                yield from unless_failing(exchange, f"to {what} at {path}")
