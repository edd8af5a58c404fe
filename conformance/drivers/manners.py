"""Requests as bytes, spelled in all the ways that HTTP/1.1 allows and clients in the field use.

https://www.rfc-editor.org/rfc/rfc9112 · https://www.rfc-editor.org/rfc/rfc9110#name-expect
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from conformance.drivers.raw import Headers, headers_of, spelled, url_of
from conformance.messages import MANNERS, Request

CHUNK = 7
"""Bytes in a chunk of a chunked body."""

STALL = 1.0
"""Seconds between the halves of a stalled body."""

_ADDED = {
    "expect": ("Expect", "100-continue"),
    "close": ("Connection", "close"),
    "compressed": ("Accept-Encoding", "gzip"),
}


@dataclass(frozen=True)
class Spelled:
    """A request as it goes over the wire: its head, and its body in parts."""

    head: bytes
    parts: tuple[bytes, ...]

    @property
    def whole(self) -> bytes:
        """All of it."""
        return b"".join((self.head, *self.parts))


def spelling(base_url: str, request: Request, key: str | None, operators: Headers) -> Spelled:
    """The bytes of a request in its manner. Raises ValueError for a manner that does not exist and for headers of two lines."""
    manner = request.setup.manner
    if manner and manner not in MANNERS:
        raise ValueError(f"there is no manner {manner!r}")
    body = spelled(request)
    url = urlsplit(url_of(base_url, request))
    headers = [("Host", _host(url.netloc, url.scheme)), *headers_of(request, key, operators), *_framing(request, body)]
    if manner in _ADDED:
        name, value = _ADDED[manner]
        headers = [*(pair for pair in headers if pair[0].lower() != name.lower()), (name, value)]
    target = quote(url.path or "/", safe=_PLAIN) + (f"?{quote(url.query, safe=_PLAIN)}" if url.query else "")
    version = "1.0" if manner == "http/1.0" else "1.1"
    lines = [f"{request.method} {target} HTTP/{version}", *(_line(name, value, manner) for name, value in headers)]
    return Spelled("".join(f"{line}\r\n" for line in [*lines, ""]).encode(), tuple(_parts(manner, body)))


_PLAIN = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"<>\\^`{|}')
"""Characters of a URL that stay as they are."""


def _host(place: str, scheme: str) -> str:
    host = place.rpartition("@")[2]
    return host.removesuffix({"http": ":80", "https": ":443"}[scheme])


def _framing(request: Request, body: bytes) -> Iterator[tuple[str, str]]:
    if request.setup.manner == "chunked":
        yield "Transfer-Encoding", "chunked"
    elif body or request.method in ("POST", "PUT", "PATCH"):
        yield "Content-Length", str(len(body))


def _line(name: str, value: str, manner: str) -> str:
    if any(mark in name + value for mark in "\r\n\0"):
        raise ValueError(f"the header {name!r} has a line end in it")
    name = {"lower-case": name.lower(), "upper-case": name.upper()}.get(manner, name)
    return f"{name}: {value}"


def _parts(manner: str, body: bytes) -> Iterator[bytes]:
    if manner == "chunked":
        for at in range(0, len(body), CHUNK):
            part = body[at : at + CHUNK]
            yield b"%x\r\n%s\r\n" % (len(part), part)
        yield b"0\r\n\r\n"
    elif manner == "stalled":
        yield from (body[: len(body) // 2], body[len(body) // 2 :])
    else:
        yield body
