"""Right and wrong requests under way at once: what is wrong with one is not told to another.

https://platform.openai.com/docs/guides/error-codes
"""

from __future__ import annotations

from dataclasses import replace

from conformance import calls
from conformance.answers import given
from conformance.checks.load_parallel import ERRORS, differing, is_busy, one_by_one, unanswered
from conformance.effects import unless_refused
from conformance.messages import Send
from conformance.model import Level, Noted, Target, Unclear
from conformance.registry import check
from conformance.together import together


@check(
    "load.parallel.errors",
    "refuses a wrong request and answers a right one at once",
    Level.MUST,
    "load.parallel",
    ERRORS,
    alone=True,
)
def errors(target: Target, send: Send) -> Noted:
    """Sends three right requests and three without any messages at once. Unclear where a wrong one alone is not refused, or a
    right one behind it is not answered.
    """
    good = differing(target)[:3]
    bad = [replace(calls.wrong(target, messages=...), take=take) for take in range(4)]
    if list(unless_refused(send(bad[3]), "")):
        raise Unclear("the wrong request is not refused")
    again = [replace(request, take=3) for request in good]
    for request in again:
        given(send, request)
    found = together(send, [replace(one, take=2) for one in good] + bad[:3])
    yield from unanswered(found[:3], one_by_one(send, again))
    for exchange in found[3:]:
        if not is_busy(exchange):
            yield from unless_refused(exchange, "answers under load a request that it refuses alone")
