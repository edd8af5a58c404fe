"""What tests of the plain HTTP driver share: requests, and a client of short patience."""

from collections.abc import Iterator
from contextlib import contextmanager

from loopback import serving

from conformance.drivers.limits import Limits
from conformance.drivers.raw import connected
from conformance.messages import Exchange, Request, Send
from conformance.model import Target

GET = Request("GET", "/models")
POST = Request("POST", "/chat/completions", {"a": "é"})
QUICK = Limits(timeout=0.4)


@contextmanager
def speaking(url: str, key: str | None = None, limits: Limits = QUICK, headers=()) -> Iterator[Send]:
    with connected(Target(url), key, limits, headers) as send:
        yield send


def ask(answer, request: Request = GET, limits: Limits = QUICK, key: str | None = None) -> Exchange:
    with serving(answer) as served, speaking(served.url, key, limits) as send:
        return send(request)
