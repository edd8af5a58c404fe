"""The official Python SDK as users have it, on its own HTTP stack, with the bytes overheard on their way to it.

With overhearing.py the only importer of openai and httpx2, which load at the first request only, since they take a second.
Every answer has the reading "sdk"; a complete 2xx has "sdk-strict" too: the same bytes, replayed to a client that validates.
https://github.com/openai/openai-python
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from conformance.drivers.hearing import Heard
from conformance.drivers.limits import Limits
from conformance.drivers.lines import Line, Lines, mute
from conformance.drivers.readings import read, read_async
from conformance.drivers.sdk_calls import call
from conformance.messages import Exchange, Piece, Reading, Request, Send
from conformance.model import Target

UNUSED = "unused"
"""What an SDK client is given for a key where the operator has none: it refuses to be built without."""

_ENVIRONMENT = threading.Lock()


class NotSent(RuntimeError):
    """Raised where the SDK refuses to send a request at all, which is the suite's error."""


@contextmanager
def connected(
    target: Target,
    key: str | None,
    limits: Limits,
    headers: tuple[tuple[str, str], ...] = (),
    insecure: bool = False,
) -> Iterator[Send]:
    """A `Send` that speaks through the SDK, as `setup.client` says: sdk (the default) or sdk-async. Any number of threads may
    call it. Whatever the server does comes back as an exchange with the SDK's readings. Raises NotSent.
    """
    speakers: dict[bool, _Speaker] = {}
    lock = threading.Lock()

    def speaker(asynchronous: bool) -> _Speaker:
        with lock:
            if asynchronous not in speakers:
                make = _AsyncSpeaker if asynchronous else _Speaker
                speakers[asynchronous] = make(target, key, limits, headers, insecure)
            return speakers[asynchronous]

    try:
        yield lambda request: speaker(request.setup.client == "sdk-async").send(request)
    finally:
        for one in speakers.values():
            one.close()


class _Speaker:
    """One kind of SDK client and its connections."""

    def __init__(
        self, target: Target, key: str | None, limits: Limits, headers: tuple[tuple[str, str], ...], insecure: bool
    ) -> None:
        with _environment({}):  # the SDK reads OPENAI_LOG when it is imported
            import openai

            from conformance.drivers import overhearing
        mute("openai", "httpx2", "httpcore2", "asyncio")
        self._openai = openai
        self._overhearing = overhearing
        self._target, self._key, self._limits, self._headers = target, key, limits, headers
        self._lines: Lines[Any] = Lines(self._transports(insecure))
        self._rehearse()

    def _rehearse(self) -> None:
        """Calls what will be called, with nobody there: the SDK loads its parts at their first use, which takes longer than
        many a server and must not count as the server's time.
        """
        heard = Heard(self._limits, status=200, pieces=[Piece(0.0, b"{}")])
        for request in (Request("GET", "/models"), Request("POST", "/chat/completions", {"model": "", "messages": []})):
            self._replay(request, heard)

    def send(self, request: Request) -> Exchange:
        """Says the request and hears the answer."""
        heard = Heard(self._limits)
        with self._lines.one() as line:
            with line.plug.within(self._limits.timeout):
                reading = self._read(request, line, heard)
            if line.plug.pulled:
                heard.late()
            if heard.failure:
                line.renew()
        if heard.status is None and heard.failure is None:
            raise NotSent(f"{request.method} {request.path}: {reading.error}: {reading.message}")
        return heard.exchange(request, self._readings(request, reading, heard))

    def close(self) -> None:
        """Closes every connection."""
        self._lines.close()

    def _transports(self, insecure: bool) -> Any:
        return self._overhearing.transports(self._target.base_url, insecure)

    def _read(self, request: Request, line: Line[Any], heard: Heard) -> Reading:
        http = self._overhearing.client(self._overhearing.Overhearing(line, heard))
        with http:
            client = self._client(request, self._openai.OpenAI, http_client=http)
            return read("sdk", partial(call, client, request, self._extra(request), self._openai.Stream))

    def _readings(self, request: Request, reading: Reading, heard: Heard) -> tuple[Reading, ...]:
        if heard.failure and heard.failure.kind == "limit":
            return ()  # it was not the SDK that gave up
        if heard.failure or not 200 <= (heard.status or 0) < 300:
            return (reading,)
        return (reading, self._replay(request, heard))

    def _replay(self, request: Request, heard: Heard) -> Reading:
        with self._overhearing.client(self._overhearing.replayed(heard)) as http:
            client = self._client(request, self._openai.OpenAI, http_client=http, _strict_response_validation=True)
            return read("sdk-strict", partial(call, client, request, self._extra(request), self._openai.Stream))

    def _client(self, request: Request, make: Any, **settings: Any) -> Any:
        """A client set up as the request says, and by nothing else that may lie about in the environment."""
        base_url = self._target.base_url
        if request.setup.slash is not None:
            base_url = base_url.rstrip("/") + "/" * request.setup.slash
        if request.setup.environment:
            with _environment({"OPENAI_BASE_URL": base_url, "OPENAI_API_KEY": self._api_key(request)}):
                client = make(**settings)
            client.max_retries = 0
            return client
        with _environment({}):
            return make(base_url=base_url, api_key=self._api_key(request), max_retries=0, **settings)

    def _api_key(self, request: Request) -> str:
        authorization = request.setup.authorization
        if authorization == "given":
            return self._key or UNUSED
        return authorization.removeprefix("Bearer ") if authorization.startswith("Bearer ") else UNUSED

    def _extra(self, request: Request) -> Mapping[str, Any]:
        """Headers beyond the SDK's own, with the only way it has to leave Authorization out or to say another scheme."""
        extra: dict[str, Any] = dict(self._headers)
        authorization = request.setup.authorization
        if authorization != "given":
            extra = {name: value for name, value in extra.items() if name.lower() != "authorization"}
        if authorization == "none":
            extra["Authorization"] = self._openai.Omit()
        elif authorization != "given" and not authorization.startswith("Bearer "):
            extra["Authorization"] = authorization
        return extra | dict(request.headers)


class _AsyncSpeaker(_Speaker):
    """The same with the asynchronous client, on an event loop in a thread of its own."""

    def close(self) -> None:
        """Closes every connection, then the loop."""
        super().close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _transports(self, insecure: bool) -> Any:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sdk-async", daemon=True)
        self._thread.start()
        return self._overhearing.async_transports(self._target.base_url, insecure, self._run)

    def _run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def _read(self, request: Request, line: Line[Any], heard: Heard) -> Reading:
        reading: Reading = self._run(self._converse(request, line, heard))
        return reading

    async def _converse(self, request: Request, line: Line[Any], heard: Heard) -> Reading:
        async with self._overhearing.async_client(self._overhearing.OverhearingAsync(line, heard)) as http:
            client = self._client(request, self._openai.AsyncOpenAI, http_client=http)
            return await read_async("sdk", partial(call, client, request, self._extra(request), self._openai.AsyncStream))


@contextmanager
def _environment(settings: Mapping[str, str]) -> Iterator[None]:
    """The environment with these settings of the SDK's and no others, for the time of building a client."""
    with _ENVIRONMENT:
        # only the names that matter are looked up: pytest sets and removes one of its own meanwhile
        saved = {name: os.environ[name] for name in os.environ if name.startswith(("OPENAI_", "AZURE_OPENAI_"))}
        for name in saved:
            del os.environ[name]
        os.environ.update(settings)
        try:
            yield
        finally:
            for name in settings:
                os.environ.pop(name, None)
            os.environ.update(saved)
