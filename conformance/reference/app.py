"""The reference server without a socket: a function from what was asked to what is replied, and the Send made of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from conformance.messages import Exchange, Failure, Piece, Request, Send
from conformance.reference.browsers import is_preflight, leave, preflight
from conformance.reference.chat import answer as plain_answer
from conformance.reference.chat import completed
from conformance.reference.choices import letters, settings_of
from conformance.reference.compression import compressed, decoded
from conformance.reference.errors import bad_key, unknown_route, unreadable, wrong_content_type, wrong_method, wrong_type
from conformance.reference.faults import Fault, named
from conformance.reference.fields import check_request
from conformance.reference.jobs import create_job, listed_jobs
from conformance.reference.manners import as_noted, header_of, names_of, version_of
from conformance.reference.messages import check_window
from conformance.reference.models import NAMES, listed, retrieved, snapshot
from conformance.reference.stream import DONE, chunks, framed
from conformance.reference.values import Asked, Left, Object, Refused, Reply

JSON = "application/json"
SSE = "text/event-stream; charset=utf-8"
_LARGEST = 20_000_000
_PATIENCE = 60.0
"""Seconds after which the client of this process gives up."""


@dataclass(frozen=True)
class Server:
    """How a reference server is set up: the faults it has, the key it demands if any, and its clock in Unix seconds."""

    faults: tuple[Fault, ...] = ()
    api_key: str | None = None
    clock: Callable[[], float] = time.time
    memory: Object = field(default_factory=dict)

    def bent(self, stage: str, value: Any, asked: Asked) -> Any:
        """The value as the faults of this stage leave it."""
        for fault in self.faults:
            if stage in fault.stages:
                value = fault.run(value, asked)
        return value


def answer(asked: Asked, server: Server, chance: int) -> Reply:
    """The reply to a request. `chance` makes answers and ids differ; the same number gives the same reply."""
    asked = replace(asked, memory=server.memory)
    try:
        reply = _allowed(asked, server, chance)
    except Refused as refused:
        known = server.bent("refused", refused, asked)
        reply = Reply(known.status, (("content-type", JSON), *known.headers), (spelled(known.body),))
    own = (
        ("date", formatdate(server.clock(), usegmt=True)),
        ("openai-version", "2020-10-01"),
        ("openai-processing-ms", "12"),
        ("x-request-id", f"req_{chance:032x}"[:36]),
    )
    bent: Reply = server.bent("reply", replace(reply, headers=(*reply.headers, *own, *leave(asked))), asked)
    return compressed(bent, asked)


def _allowed(asked: Asked, server: Server, chance: int) -> Reply:
    """The reply to who has the key; HEAD is answered as GET is, and the body left out later."""
    if is_preflight(asked):
        return preflight(asked)
    _check_key(asked, server)
    return _routed(replace(asked, method="GET") if asked.method == "HEAD" else asked, server, chance)


def _check_key(asked: Asked, server: Server) -> None:
    scheme, _, key = asked.headers.get("authorization", "").partition(" ")
    if server.api_key is not None and (scheme.lower(), key) != ("bearer", server.api_key):
        raise bad_key()


def _routed(asked: Asked, server: Server, chance: int) -> Reply:
    path = unquote(asked.path)
    if path == "/chat/completions":
        _check_method(asked, "POST")
        return _chat(asked, server, chance)
    if path == "/fine_tuning/jobs":
        _check_method(asked, "GET", "POST")
        return _json(listed_jobs() if asked.method == "GET" else create_job(_read(asked)))
    if path == "/models":
        _check_method(asked, "GET")
        return _json(server.bent("models", listed(), asked))
    if path.startswith("/models/"):
        _check_method(asked, "GET")
        return _json(server.bent("model", retrieved(path.removeprefix("/models/")), asked))
    raise unknown_route(asked.method, asked.path)


def _check_method(asked: Asked, *allowed: str) -> None:
    if asked.method not in allowed:
        raise wrong_method(asked.method, ", ".join(allowed))


def _chat(asked: Asked, server: Server, chance: int) -> Reply:
    sent = server.bent("sent", _read(asked), asked)
    check_request(sent)
    check_window(sent["messages"])
    model = snapshot(sent["model"])
    settings = server.bent("settings", settings_of(sent), asked)
    stamp = ("chatcmpl-" + letters(str(chance), 29), int(server.clock()))
    done = completed(sent, settings, stamp, model, chance)
    if not sent.get("stream"):
        return _json(server.bent("answer", plain_answer(done), asked))
    listed_ = [server.bent("chunk", chunk, asked) for chunk in chunks(done, sent.get("stream_options") or {})]
    frames = [framed(chunk) for chunk in server.bent("chunks", listed_, asked)]
    headers = (("content-type", SSE), ("cache-control", "no-cache"))
    return Reply(200, headers, tuple(server.bent("frames", [*frames, DONE], asked)), first=1.2)


def _read(asked: Asked) -> Object:
    """The JSON object of a request's body. Raises Refused."""
    media = asked.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != JSON:
        raise wrong_content_type(media)
    if len(asked.body) > _LARGEST:
        raise unreadable()
    try:
        value = json.loads(asked.body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise unreadable() from None
    if not isinstance(value, dict):
        raise wrong_type("body", "an object", value)
    return dict(value)


def _no_constant(word: str) -> float:
    raise ValueError(f"{word} is no JSON")


def _json(value: Any) -> Reply:
    return Reply(200, (("content-type", JSON),), (spelled(value),))


def spelled(value: Any) -> bytes:
    """JSON as this server writes it: indented, with a last line end."""
    return _indented(json.dumps(value))


@lru_cache(maxsize=4096)
def _indented(text: str) -> bytes:
    return json.dumps(json.loads(text), ensure_ascii=False, indent=2).encode("utf-8", "replace") + b"\n"


def sending(*faults: str, api_key: str | None = None, clock: Callable[[], float] = time.time) -> Send:
    """A Send to a reference server in this process that has the named faults. A request's key decides its chance, so
    equal requests have equal answers and only another `take` draws anew. Raises UnknownFault.
    """
    server = Server(named(faults), api_key, clock)

    def send(request: Request) -> Exchange:
        asked = replace(asked_by(request, api_key), memory=server.memory)
        reply = answer(asked, server, int(request.key, 16))
        exchange = as_noted(_exchange(request, reply, server.clock()), reply)
        if exchange.failure and request.setup.manner in ("abort", "gone"):
            server.bent("left", Left(reply), asked)
        return exchange

    return send


def asked_by(request: Request, api_key: str | None = None) -> Asked:
    """The request as it would come over the wire."""
    headers = {name.lower(): value for name, value in request.headers}
    wanted = "Bearer {key}" if request.setup.authorization == "given" else request.setup.authorization
    given = wanted.replace("{key}", api_key or "none")
    if given != "none":
        headers.setdefault("authorization", given)
    headers |= header_of(request.setup)
    turn = 2 if request.setup.manner in ("reuse", "pipelined") else 1
    body = request.body if request.body is not None else b""
    if request.json is not None:
        headers.setdefault("content-type", JSON)
        body = json.dumps(request.json).encode()
    known = Asked(request.method, request.path, headers, body, version=version_of(request.setup))
    return replace(known, query=request.query, turn=turn, names=names_of(request.setup), manner=request.setup.manner)


def _exchange(request: Request, reply: Reply, now: float) -> Exchange:
    failure = Failure("reset", "the connection ended before the reply did") if reply.lost else None
    if reply.held >= _PATIENCE:
        return Exchange(request, failure=Failure("timeout", "no answer in time"), started=now, seconds=_PATIENCE)
    if reply.lost and not reply.frames:
        return Exchange(request, failure=failure, started=now, seconds=reply.first)
    frames, wrong = ((), "") if request.method == "HEAD" else decoded(reply)
    failure = Failure("protocol", f"no proper HTTP: {wrong}") if wrong else failure
    begun = reply.held + reply.first
    pieces = tuple(Piece(begun + place * reply.pause, frame) for place, frame in enumerate(frames))
    return Exchange(request, reply.status, reply.headers, pieces, failure, now, pieces[-1].at if pieces else begun)


MODEL, ALIAS = NAMES
