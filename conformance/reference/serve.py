"""The reference server on a socket of this machine. The only importer of starlette and uvicorn."""

from __future__ import annotations

import asyncio
import secrets
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from conformance.reference.app import Server, answer
from conformance.reference.faults import named
from conformance.reference.values import Asked, Left, Reply

PREFIX = "/v1"
_PAUSE = 0.001
_STALLED = 0.5
"""Seconds for a body to arrive in, beyond which its client is slow."""


class _Patient(H11Protocol):
    """HTTP/1.1 of uvicorn that answers clients who have closed their end of the connection behind the request."""

    def eof_received(self) -> bool:  # type: ignore[override]
        """Keeps the connection open for the answer."""
        return True


class _Everything:
    """An ASGI application that hands every request to the reference server."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.turns: Counter[tuple[str, int]] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        path = scope["raw_path"].decode("latin-1").partition("?")[0]
        headers = {name.lower(): value for name, value in request.headers.items()}
        inside = path.startswith(PREFIX + "/")
        below = path.removeprefix(PREFIX) if inside else "/" + path
        self.turns[scope["client"]] += 1
        began = time.monotonic()
        body = await request.body()
        asked = Asked(
            *(request.method, below, headers, body),
            memory=self.server.memory,
            manner="stalled" if time.monotonic() - began > _STALLED else "",
            version=scope["http_version"],
            query=scope["query_string"].decode("latin-1"),
            turn=self.turns[scope["client"]],
        )
        reply = await asyncio.to_thread(answer, asked, self.server, secrets.randbits(64))
        await asyncio.sleep(reply.held)
        await _response(reply, lambda: self.server.bent("left", Left(reply), asked))(scope, receive, send)


def _response(reply: Reply, left: Callable[[], object]) -> Response:
    if not reply.lost and len(reply.frames) < 2:
        response: Response = Response(b"".join(reply.frames), reply.status)
    else:
        response = StreamingResponse(_frames(reply, left), reply.status)
    length = [(name, value) for name, value in response.raw_headers if name == b"content-length"]
    said = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in reply.headers]
    response.raw_headers = said + length
    return response


async def _frames(reply: Reply, left: Callable[[], object]) -> AsyncIterator[bytes]:
    """The frames of a reply; `left` is called where the client leaves before the last."""
    try:
        for frame in reply.frames:
            yield frame
            await asyncio.sleep(_PAUSE)
    except BaseException:
        left()
        raise
    if reply.lost:
        raise ConnectionAbortedError("a fault ends the connection here")


def application(faults: tuple[str, ...] = (), api_key: str | None = None) -> Starlette:
    """The ASGI application with some faults. Raises UnknownFault."""
    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    everything = _Everything(Server(named(faults), api_key))
    return Starlette(routes=[Route("/{path:path}", everything, methods=methods)])


def _listening(port: int) -> socket.socket:
    """A socket that takes connections already. Raises OSError where the port is taken."""
    found = socket.socket()
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.bind(("127.0.0.1", port))
    found.listen(128)
    return found


def _uvicorn(faults: tuple[str, ...], api_key: str | None) -> uvicorn.Server:
    config = uvicorn.Config(
        application(faults, api_key),
        log_level="critical",
        http=_Patient,
        lifespan="off",
        ws="none",
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)


@contextmanager
def serving(port: int = 0, faults: tuple[str, ...] = (), api_key: str | None = None) -> Iterator[str]:
    """The base URL of a reference server that runs in a thread until the context ends. Raises OSError, UnknownFault."""
    server, listener = _uvicorn(faults, api_key), _listening(port)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.005)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}{PREFIX}"
    finally:
        server.should_exit = True
        thread.join(5)
        listener.close()


def serve(port: int = 0, faults: tuple[str, ...] = (), api_key: str | None = None) -> None:
    """Serves until interrupted, having said so in one line. Raises OSError, UnknownFault."""
    server, listener = _uvicorn(faults, api_key), _listening(port)
    sys.stdout.write(f"serving http://127.0.0.1:{listener.getsockname()[1]}{PREFIX}\n")
    sys.stdout.flush()
    with listener:
        server.run(sockets=[listener])
