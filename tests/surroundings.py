"""Ways to run one check against a scripted server, shared by the tests of the checks around generation."""

import json
from dataclasses import replace

from bending import TARGET

from conformance.judge import run_check
from conformance.messages import Exchange, Piece, Reading, Request, Send
from conformance.model import Case, Outcome, Result, Target
from conformance.registry import all_checks


def outcome_of(id: str, send: Send, target: Target = TARGET, via: str = "") -> Outcome:
    return result_of(id, send, target, via).outcome


def result_of(id: str, send: Send, target: Target = TARGET, via: str = "") -> Result:
    check = all_checks()[id]
    return run_check(Case(check, via or check.via[0]), target, send)


def ids_of(module: str) -> list[str]:
    """The checks that a module declares."""
    return [one.id for one in all_checks().values() if one.run.__module__ == f"conformance.checks.{module}"]


def reply(request: Request, status: int, value: object = None, body: bytes | None = None) -> Exchange:
    """An answer of a JSON value, or of bytes."""
    data = json.dumps(value).encode() if body is None else body
    return Exchange(request, status, (("content-type", "application/json"),), (Piece(0.0, data),))


def completion(text: str | None, finish: str = "stop", prompt: int = 9, spent: int = 3, **message: object) -> dict:
    """A chat completion."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text, **message}, "finish_reason": finish}
    usage = {"prompt_tokens": prompt, "completion_tokens": spent, "total_tokens": prompt + spent}
    return {"id": "a", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}


def saying(text: str | None, finish: str = "stop", **more: object) -> Send:
    """A server that gives one answer to everything."""
    return lambda request: reply(request, 200, completion(text, finish, **more))


def refusing_all(status: int = 400) -> Send:
    """A server that refuses everything."""
    return lambda request: reply(request, status, {"error": {"message": "no", "type": "t", "param": None, "code": None}})


def except_for(among, answer, inner: Send) -> Send:
    """A server that answers some requests otherwise; `answer` takes the request."""
    return lambda request: answer(request) if among(request) else inner(request)


def read_by_sdk(inner: Send, **reading: object) -> Send:
    """A server heard through the official client, which makes of every answer what came, or what is told."""

    def send(request: Request) -> Exchange:
        exchange = inner(request)
        return replace(exchange, readings=(Reading("sdk", **{"value": _made_of(exchange), **reading}),))

    return send


def _made_of(exchange: Exchange) -> object:
    text = exchange.body.decode()
    if text.startswith("data:"):
        return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: {")]
    return json.loads(text)
