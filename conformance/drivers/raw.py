"""Plain HTTP/1.1, with nothing between the bytes and who judges them: no redirects, cookies, proxies, retries or decompression.

The only importer of httpx, of which the transport alone is used. https://www.python-httpx.org/advanced/transports/
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx

from conformance import __version__
from conformance.drivers.hearing import Heard
from conformance.drivers.limits import Limits
from conformance.drivers.lines import Line, Lines, mute, no_certificates
from conformance.messages import Exchange, Request, Send
from conformance.model import Target

Headers = tuple[tuple[str, str], ...]
_Line = Line[httpx.HTTPTransport]


@contextmanager
def connected(target: Target, key: str | None, limits: Limits, headers: Headers = (), insecure: bool = False) -> Iterator[Send]:
    """A `Send` that speaks plain HTTP to the target; any number of threads may call it. Whatever the server does comes back
    as an exchange, failures included. Raises ValueError for a base URL that is none.
    """
    mute("httpx", "httpcore")
    lines = Lines(_transports(target.base_url, insecure))

    def send(request: Request) -> Exchange:
        wire = _wire(target.base_url, request, headers_of(request, key, headers))
        with lines.one() as line:
            heard = _ask(line, wire, limits)
            if heard.stale and not line.plug.fresh:
                line.renew()
                heard = _ask(line, wire, limits)
            if heard.failure:
                line.renew()
        return heard.exchange(request)

    try:
        yield send
    finally:
        lines.close()


def url_of(base_url: str, request: Request) -> str:
    """Where a request goes. A base URL's own query (`?api-version=…`) goes along. Raises ValueError."""
    base = urlsplit(base_url)
    if base.scheme not in ("http", "https") or not base.hostname:
        raise ValueError(f"{base_url!r} is no http or https URL")
    query = "&".join(part for part in (base.query, request.query) if part)
    path = f"{base.path.rstrip('/')}/{request.path.lstrip('/')}"
    return base._replace(path=path, query=query, fragment="").geturl()


def spelled(request: Request) -> bytes:
    """The request's body: its bytes as they are, or its JSON, compact and in UTF-8."""
    if request.body is not None or request.json is None:
        return request.body or b""
    try:
        return json.dumps(request.json, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:  # a lone surrogate can only be escaped
        return json.dumps(request.json, separators=(",", ":")).encode()


def headers_of(request: Request, key: str | None, operators: Headers) -> Headers:
    """The headers of a request; what the request says goes before what the operator says, and that before what is usual."""
    authorization = request.setup.authorization
    if authorization != "given":
        operators = tuple(pair for pair in operators if pair[0].lower() != "authorization")
    usual = [("User-Agent", f"openai-conformance/{__version__}"), ("Accept", "*/*"), ("Accept-Encoding", "identity")]
    if request.json is not None and request.body is None:
        usual.append(("Content-Type", "application/json"))
    if authorization == "given" and key:
        usual.append(("Authorization", f"Bearer {key}"))
    elif authorization not in ("given", "none"):
        usual.append(("Authorization", authorization.replace("{key}", key or "none")))
    said = {name.lower() for name, _ in request.headers}
    operators = tuple(pair for pair in operators if pair[0].lower() not in said)
    said |= {name.lower() for name, _ in operators}
    return (*(pair for pair in usual if pair[0].lower() not in said), *operators, *request.headers)


def _wire(base_url: str, request: Request, headers: Headers) -> httpx.Request:
    return httpx.Request(request.method, url_of(base_url, request), headers=list(headers), content=spelled(request) or None)


def _ask(line: _Line, wire: httpx.Request, limits: Limits) -> Heard:
    """One attempt on one line."""
    heard = Heard(limits)
    wire.extensions = {"timeout": limits.phases, "trace": line.plug.trace}
    with line.plug.within(limits.timeout):
        try:
            _listen(line, wire, heard)
        except httpx.LocalProtocolError:  # not the server's doing
            raise
        except Exception as error:  # whatever else goes wrong here comes from the server's bytes
            heard.broke(error, line.plug.pulled)
    if line.plug.pulled:  # to a reader a cut connection may look like a proper end
        heard.late()
    return heard


def _listen(line: _Line, wire: httpx.Request, heard: Heard) -> None:
    response = line.transport.handle_request(wire)
    try:
        heard.open(response.status_code, response.headers.raw, line.plug.sent)
        assert isinstance(response.stream, httpx.SyncByteStream)  # noqa: S101 -- the synchronous transport gives nothing else
        for data in response.stream:
            heard.take(data)
    finally:
        response.close()


def _transports(base_url: str, insecure: bool) -> Callable[[], httpx.HTTPTransport]:
    """Makes transports that share one store of certificates, if there is any need of one. Raises ValueError."""
    url_of(base_url, Request("GET", "/"))
    secure = base_url.lower().startswith("https:")
    verify = httpx.create_ssl_context(verify=not insecure) if secure else no_certificates()
    one = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=2.0)
    return lambda: httpx.HTTPTransport(verify=verify, trust_env=False, limits=one)
