"""What pages of other origins need: answers to preflights, and answers that a browser lets a page read.

https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from __future__ import annotations

from conformance.reference.values import Asked, Reply

_ANYONE = ("access-control-allow-origin", "*")


def is_preflight(asked: Asked) -> bool:
    """Whether a browser asks what it may send."""
    return asked.method == "OPTIONS" and "access-control-request-method" in asked.headers


def preflight(asked: Asked) -> Reply:
    """Leave to send what was asked for; no key is needed, since browsers send none here."""
    allowed = (
        ("access-control-allow-methods", "GET, POST, DELETE, OPTIONS"),
        ("access-control-allow-headers", asked.headers.get("access-control-request-headers", "*")),
        ("access-control-max-age", "600"),
    )
    return Reply(204, allowed, (b"",))


def leave(asked: Asked) -> tuple[tuple[str, str], ...]:
    """The headers that let a page read the answer."""
    return (_ANYONE, ("access-control-expose-headers", "x-request-id")) if "origin" in asked.headers else ()
