"""What tests of the official clients share: a server's answers, requests, and a client of short patience."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from loopback import serving

from conformance.drivers.limits import Limits
from conformance.drivers.sdk import connected
from conformance.messages import Exchange, Request, Send
from conformance.model import Target

MODELS = {"object": "list", "data": [{"id": "m", "object": "model", "created": 1, "owned_by": "me"}]}
ANSWER = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "finish_reason": "stop", "logprobs": None, "message": {"role": "assistant", "content": "Hi"}}],
}
FIELDS = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
GET = Request("GET", "/models")
POST = Request("POST", "/chat/completions", FIELDS)
STREAM = Request("POST", "/chat/completions", FIELDS | {"stream": True})
BOTH = pytest.mark.parametrize("client", ["sdk", "sdk-async"])
QUICK = Limits(timeout=1.0)


def dumped(value: object) -> bytes:
    return json.dumps(value).encode()


def event(text: str) -> bytes:
    delta = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    one = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [delta]}
    return b"data: " + dumped(one) + b"\n\n"


DONE = b"data: [DONE]\n\n"


def through(client: str, request: Request, **setup: object) -> Request:
    return replace(request, setup=replace(request.setup, client=client, **setup))


@contextmanager
def speaking(url: str, key: str | None = None, limits: Limits = QUICK, headers=()) -> Iterator[Send]:
    with connected(Target(url), key, limits, headers) as send:
        yield send


def ask(answer, request: Request, limits: Limits = QUICK) -> Exchange:
    with serving(answer) as served, speaking(served.url, limits=limits) as send:
        return send(request)
