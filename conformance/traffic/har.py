"""HTTP Archives (HAR 1.2), as browsers and proxies export them: http://www.softwareishard.com/blog/har-12-spec/.

Chromium adds members that begin with an underscore, of which `_error` tells that an answer broke off, whatever its status.
Bodies may be missing, cut, in base64, packed, or read as Latin-1 where they are UTF-8. What is no call of an API (pages,
scripts, preflights, web sockets) is left out.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime

from conformance.messages import Exchange, Json
from conformance.traffic.told import Headers, Told, exchange_from
from conformance.wire import read_json

_PAGES = ("document", "stylesheet", "script", "image", "font", "media", "manifest", "websocket", "ping", "texttrack", "preflight")
_ENDING = re.compile(rb"data: ?\[DONE\]\s*$")


def entry_exchange(entry: Mapping[str, Json], number: int) -> Exchange | None:
    """The exchange of an entry; None for what is no call. Raises KeyError, TypeError, AttributeError or ValueError."""
    request, response = entry["request"], entry.get("response") or {}
    if _is_page(entry, request, response):
        return None
    headers = _headers(response.get("headers"))
    body, source, lacks = _content(response.get("content") or {}, entry, headers)
    status = int(response.get("status") or 0)
    told = Told(
        method=str(request["method"]),
        url=str(request["url"]),
        sent=_sent(request.get("postData")),
        sent_headers=_headers(request.get("headers")),
        status=status if status > 0 else None,
        headers=headers,
        body=body,
        started=moment(entry.get("startedDateTime")),
        seconds=_seconds(entry.get("time")),
        error="" if status > 0 and body and _is_whole(body) else _trouble(response),
        lacks=lacks,
        source=source,
    )
    return exchange_from(told, number)


def _trouble(response: Mapping[str, Json]) -> str:
    """What kept the answer from coming whole. Who has read all of it and then hangs up leaves such a word too."""
    return str(response.get("_error") or response.get("_failureText") or "")[:200]


def _seconds(said: Json) -> float:
    """Milliseconds as seconds; recorders write -1 for what they do not know."""
    told = float(said or 0.0) / 1000
    return told if 0 <= told < 1e9 else 0.0


def moment(said: Json) -> float:
    """A time in ISO 8601 as Unix time; 0 where it is none."""
    try:
        return datetime.fromisoformat(str(said).replace("Z", "+00:00")).timestamp()
    except (ValueError, OverflowError):
        return 0.0


def unpacked(text: str | bytes) -> bytes | None:
    """The bytes of a text in base64, with line ends or without; None where it is none."""
    spelled = text.encode("ascii", "replace") if isinstance(text, str) else text
    try:
        return b64decode(b"".join(spelled.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _is_page(entry: Mapping[str, Json], request: Mapping[str, Json], response: Mapping[str, Json]) -> bool:
    if entry.get("_resourceType") in _PAGES or "_webSocketMessages" in entry or response.get("status") == 101:
        return True
    if request.get("method") == "OPTIONS":
        return True
    accepted = next((value for name, value in _headers(request.get("headers")) if name.lower() == "accept"), "")
    return accepted.startswith("text/html")


def _headers(listed: Json) -> Headers:
    """Names and values; the pseudo-headers of HTTP/2 are none."""
    pairs = [(str(one["name"]), str(one.get("value") or "")) for one in listed or () if isinstance(one, dict) and "name" in one]
    return tuple(pair for pair in pairs if not pair[0].startswith(":"))


def _sent(posted: Json) -> bytes | None:
    if not isinstance(posted, dict) or not isinstance(posted.get("text"), str):
        return None
    if posted.get("encoding") == "base64" or posted.get("_encoding") == "base64":
        return unpacked(posted["text"])
    return _bytes(posted["text"], str(posted.get("mimeType") or ""))


def _content(
    content: Mapping[str, Json], entry: Mapping[str, Json], headers: Headers
) -> tuple[bytes | None, dict[str, Json], str]:
    """The body, what is to be said of the source, and what is lacking."""
    text, size = content.get("text"), content.get("size")
    if not isinstance(text, str) or (not text and isinstance(size, int) and size > 0):
        return _rebuilt(entry)
    if content.get("encoding") == "base64":
        body = _joined(text) if text.startswith("[") else unpacked(text)
        return body, {}, "" if body is not None else "the body is no base64"
    kind = next((value for name, value in headers if name.lower() == "content-type"), str(content.get("mimeType") or ""))
    data = _bytes(text, kind)
    if isinstance(size, int) and size > len(data) and not _is_whole(data):
        return None, {}, "the body was cut by the recorder"
    spared = size == len(data)  # a byte that was no UTF-8 would count as the three of its sign of replacement
    return data, {} if spared or "\ufffd" not in text else {"fidelity": "text"}, ""


def _joined(text: str) -> bytes | None:
    """Polly.JS keeps what came in several pieces as an array: https://netflix.github.io/pollyjs/."""
    pieces = read_json(text.encode()).value
    parts = [unpacked(one) for one in pieces if isinstance(one, str)] if isinstance(pieces, list) else [None]
    return None if None in parts else b"".join(part for part in parts if part)


def _rebuilt(entry: Mapping[str, Json]) -> tuple[bytes | None, dict[str, Json], str]:
    """Chromium keeps the events of a stream apart where it has no body; their bytes are not those of the wire."""
    events = entry.get("_eventSourceMessages") or entry.get("_eventStreamMessages")
    if not isinstance(events, list):
        return None, {}, "the body was not kept"
    lines = [_event(one) for one in events if isinstance(one, dict)]
    return "".join(lines).encode("utf-8", "replace"), {"fidelity": "events"}, ""


def _event(event: Mapping[str, Json]) -> str:
    name = event.get("eventName")
    named = f"event: {name}\n" if name and name != "message" else ""
    data = str(event.get("data") or "").replace("\n", "\ndata: ")
    return f"{named}data: {data}\n\n"


def _is_whole(data: bytes) -> bool:
    return bool(_ENDING.search(data[-64:])) or (data[:1] in b"{[" and read_json(data).ok)


def _bytes(text: str, kind: str) -> bytes:
    """The bytes of a text. Without a charset recorders take UTF-8 for Latin-1 (the fallback of HTTP's old days) or for what
    browsers call so; text that would be UTF-8 if it were, is.
    """
    if text.startswith("\x1f\x8b") and max(text) <= "\xff":
        return text.encode("latin-1")
    if "charset" not in kind.lower() and not text.isascii() and max(text) <= "\u2122":
        for code in ("latin-1", "cp1252"):
            try:
                data = text.encode(code)
                data.decode("utf-8")
            except UnicodeError:
                continue
            return data
    return text.encode("utf-8", "surrogateescape") if _escapes(text) else text.encode("utf-8", "replace")


def _escapes(text: str) -> bool:
    try:
        text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True
