"""Servers that are wrong in one way: the reference server with its requests or answers bent on the way."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace

from conformance.judge import run_check
from conformance.messages import Exchange, Failure, Piece, Request, Send
from conformance.model import Case, Result, Target
from conformance.reference.app import MODEL, sending
from conformance.registry import all_checks
from conformance.wire import read_events

TARGET = Target("http://reference/v1", model=MODEL)


def result_of(id: str, send: Send) -> Result:
    return run_check(Case(all_checks()[id], "raw"), TARGET, send)


def right() -> Send:
    return sending()


def asking(change: Callable[[dict], dict], among: Callable[[dict], bool] = bool) -> Send:
    """Answers another request than was sent."""
    inner = sending()

    def send(request: Request) -> Exchange:
        body = request.json if request.method == "POST" else None
        bent = replace(request, json=change(dict(body))) if body and among(body) else request
        return replace(inner(bent), request=request)

    return send


def ignoring(*names: str) -> Send:
    """Knows nothing of some fields."""
    return asking(lambda body: {name: value for name, value in body.items() if name not in names})


def reading(among: Callable[[dict], bool] = bool, **fields: object) -> Send:
    """Reads some fields with values of its own."""
    return asking(lambda body: {**body, **fields}, among)


def answering(change: Callable[[dict, Request], dict], among: Callable[[dict], bool] = bool) -> Send:
    """Changes the JSON object of plain answers."""
    return _rewriting(
        lambda data, request: _encoded(change(json.loads(data), request)), lambda body: not _streams(body) and among(body)
    )


def streaming(change: Callable[[list[dict], Request], Iterable[dict]], among: Callable[[dict], bool] = bool) -> Send:
    """Changes the chunks of streams."""

    def changed(data: bytes, request: Request) -> bytes:
        events = [event.data for event in read_events(data).events]
        chunks = [json.loads(event) for event in events if event != "[DONE]"]
        return b"".join(b"data: " + _encoded(chunk) + b"\n\n" for chunk in change(chunks, request)) + b"data: [DONE]\n\n"

    return _rewriting(changed, lambda body: _streams(body) and among(body))


def refusing(among: Callable[[dict], bool], status: int = 400) -> Send:
    inner = sending()
    body = _encoded({"error": {"message": "no", "type": "invalid_request_error", "param": None, "code": None}})

    def send(request: Request) -> Exchange:
        refused = Exchange(request, status, (("content-type", "application/json"),), (Piece(0.0, body),))
        return refused if among(request.json or {}) else inner(request)

    return send


def curt(answer: dict, _: Request) -> dict:
    """A model that says the same two words whatever it is asked, and ends."""
    for choice in answer["choices"]:
        choice["message"]["content"], choice["finish_reason"] = "All right.", "stop"
    return {**answer, "usage": {**answer["usage"], "completion_tokens": 2}}


def thoughtful(answer: dict, request: Request) -> dict:
    """A model that is still thinking when the limit comes."""
    for choice in answer["choices"]:
        thought = {"content": "", "reasoning_content": choice["message"]["content"]}
        choice["message"].update(thought)
        choice["finish_reason"] = "length"
    spent = request.json.get("max_tokens") or request.json.get("max_completion_tokens")
    return {**answer, "usage": {**answer["usage"], "completion_tokens": spent * len(answer["choices"])}}


def hanging(among: Callable[[dict], bool]) -> Send:
    inner = sending()

    def send(request: Request) -> Exchange:
        return Exchange(request, failure=Failure("timeout", "60 s")) if among(request.json or {}) else inner(request)

    return send


def _rewriting(change: Callable[[bytes, Request], bytes], among: Callable[[dict], bool]) -> Send:
    inner = sending()

    def send(request: Request) -> Exchange:
        exchange = inner(request)
        if exchange.status != 200 or not request.json or not among(request.json):
            return exchange
        return replace(exchange, pieces=(Piece(0.0, change(exchange.body, request)),))

    return send


def _streams(body: dict) -> bool:
    return body.get("stream") is True


def _encoded(value: object) -> bytes:
    return json.dumps(value).encode()
