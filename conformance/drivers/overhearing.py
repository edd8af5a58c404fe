"""Transports for the official SDK's own HTTP client that note every byte while the SDK consumes it.

The SDK stops to read at [DONE] and wherever it raises; what the server sends after that is read on here, so that the same
bytes are judged whoever asked. https://www.python-httpx.org/advanced/transports/#custom-transports
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import suppress
from typing import Any

import httpx2

from conformance.drivers.hearing import Heard
from conformance.drivers.lines import Line, no_certificates

Run = Callable[[Coroutine[Any, Any, Any]], Any]
ONE = httpx2.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=2.0)
GRACE = 1.0
"""Seconds that a stream may go on after [DONE]."""


class Overhearing(httpx2.BaseTransport):
    """One exchange on one line, noted."""

    def __init__(self, line: Line[httpx2.HTTPTransport], heard: Heard) -> None:
        self._line = line
        self._heard = heard

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Passes a request on. Raises what the transport raises, having noted it."""
        _prepare(request, self._heard, self._line.plug.trace)
        try:
            response = self._line.transport.handle_request(request)
        except Exception as error:
            self._heard.broke(error, self._line.plug.pulled)
            if self._line.plug.fresh or not self._heard.stale:
                raise
            self._heard.failure = None
            self._line.renew()
            return self.handle_request(request)
        return _shown(response, self._heard, self._line.plug.sent, Body(response, self._heard, self._line))


class Body(httpx2.SyncByteStream):
    """A body that is noted while it is read."""

    def __init__(self, response: httpx2.Response, heard: Heard, line: Line[httpx2.HTTPTransport]) -> None:
        assert isinstance(response.stream, httpx2.SyncByteStream)  # noqa: S101 -- the synchronous transport gives nothing else
        self._response, self._heard, self._plug = response, heard, line.plug
        self._parts = iter(response.stream)

    def __iter__(self) -> Iterator[bytes]:
        try:
            for data in self._parts:
                yield self._heard.take(data)
        except Exception as error:
            self._parts = iter(())
            self._heard.broke(error, self._plug.pulled)
            raise

    def close(self) -> None:
        """Reads on to the end."""
        with suppress(Exception):
            while not _done(self._heard) and (data := next(self._parts, None)) is not None:
                self._heard.take(data)
            with self._plug.soon(GRACE):
                for data in self._parts:
                    self._heard.take(data)
        self._response.close()


class OverhearingAsync(httpx2.AsyncBaseTransport):
    """The same for the asynchronous client."""

    def __init__(self, line: Line[Any], heard: Heard) -> None:
        self._line = line
        self._heard = heard

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Passes a request on. Raises what the transport raises, having noted it."""
        _prepare(request, self._heard, self._line.plug.atrace)
        try:
            response = await self._line.transport.handle_async_request(request)
        except Exception as error:
            self._heard.broke(error, self._line.plug.pulled)
            if self._line.plug.fresh or not self._heard.stale:
                raise
            self._heard.failure = None
            await self._line.transport.aclose()
            self._line.replace()
            return await self.handle_async_request(request)
        return _shown(response, self._heard, self._line.plug.sent, AsyncBody(response, self._heard, self._line))


class AsyncBody(httpx2.AsyncByteStream):
    """A body that is noted while it is read."""

    def __init__(self, response: httpx2.Response, heard: Heard, line: Line[Any]) -> None:
        assert isinstance(response.stream, httpx2.AsyncByteStream)  # noqa: S101 -- the asynchronous transport gives nothing else
        self._response, self._heard, self._plug = response, heard, line.plug
        self._parts = aiter(response.stream)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for data in self._parts:
                yield self._heard.take(data)
        except Exception as error:
            self._parts = aiter(_Nothing())
            self._heard.broke(error, self._plug.pulled)
            raise

    async def aclose(self) -> None:
        """Reads on to the end."""
        with suppress(Exception):
            while not _done(self._heard) and (data := await anext(self._parts, None)) is not None:
                self._heard.take(data)
            with self._plug.soon(GRACE):
                async for data in self._parts:
                    self._heard.take(data)
        await self._response.aclose()


class _Nothing(httpx2.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in ():
            yield b""


def transports(base_url: str, insecure: bool) -> Callable[[], httpx2.HTTPTransport]:
    """Makes transports of one connection at a time that share one store of certificates."""
    verify = _verification(base_url, insecure)
    return lambda: httpx2.HTTPTransport(verify=verify, trust_env=False, limits=ONE)


def async_transports(base_url: str, insecure: bool, run: Run) -> Callable[[], httpx2.AsyncHTTPTransport]:
    """The same for the asynchronous client; `run` runs a coroutine on its event loop."""
    verify = _verification(base_url, insecure)

    class Transport(httpx2.AsyncHTTPTransport):
        """Can be closed from outside the loop."""

        def close(self) -> None:
            """Waits until it is closed."""
            run(self.aclose())

    return lambda: Transport(verify=verify, trust_env=False, limits=ONE)


def _verification(base_url: str, insecure: bool) -> ssl.SSLContext:
    secure = base_url.lower().startswith("https:")
    return httpx2.create_ssl_context(verify=not insecure) if secure else no_certificates()


def client(transport: httpx2.BaseTransport) -> httpx2.Client:
    """What is given to the SDK in the place of its own default, which follows redirects and reads the environment."""
    return httpx2.Client(transport=transport, follow_redirects=False, trust_env=False)


def async_client(transport: httpx2.AsyncBaseTransport) -> httpx2.AsyncClient:
    """The same for the asynchronous client."""
    return httpx2.AsyncClient(transport=transport, follow_redirects=False, trust_env=False)


def replayed(heard: Heard) -> httpx2.MockTransport:
    """A transport that answers what was heard, once more and all at once."""
    headers = [pair for pair in heard.headers if pair[0].lower() not in _FRAMING]
    body = b"".join(piece.data for piece in heard.pieces)
    return httpx2.MockTransport(lambda _: httpx2.Response(heard.status or 0, headers=headers, content=body))


_FRAMING = ("content-encoding", "content-length", "transfer-encoding")
_DONE = (b"data: [DONE]", b"data:[DONE]")


def _done(heard: Heard) -> bool:
    tail = b"".join(piece.data for piece in heard.pieces[-8:])
    return any(mark in tail for mark in _DONE)


def _prepare(request: httpx2.Request, heard: Heard, trace: Any) -> None:
    request.headers["accept-encoding"] = "identity"
    request.extensions |= {"timeout": heard.limits.phases, "trace": trace}


def _shown(response: httpx2.Response, heard: Heard, sent: float, body: Body | AsyncBody) -> httpx2.Response:
    """The response as the SDK gets it. What was compressed regardless is decoded already, in bounded steps; the SDK's own client
    would decode all of it at once, a bomb too, so that it is not told of any coding.
    """
    heard.open(response.status_code, response.headers.raw, sent)
    hidden = _FRAMING if response.headers.get("content-encoding") is not None else ()
    headers = [(name, value) for name, value in response.headers.raw if name.lower().decode("latin-1") not in hidden]
    return httpx2.Response(response.status_code, headers=headers, stream=body, extensions=response.extensions)
