"""Every mistake gets an answer: no request that is merely wrong may hang a server, close its connection or end it.

Nothing is asked here that other checks do not ask as well; what the answer is, they judge.
https://platform.openai.com/docs/guides/error-codes
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance import calls
from conformance.answers import given
from conformance.checks.errors_bounds import BOUNDS, is_dear
from conformance.checks.errors_definitions import BROKEN_IMAGES, DEFINITIONS
from conformance.checks.errors_missing import MEMBERS
from conformance.checks.errors_requests import RANGES, WRONG_TYPES
from conformance.messages import Send
from conformance.model import Finding, Level, Noted, Outcome, Target, Unclear
from conformance.registry import check

ERRORS = "https://platform.openai.com/docs/guides/error-codes"

LOST = ("timeout", "reset", "protocol", "connect")
"""How an answer fails to come where it is the server's doing."""

MOST_LOST = 3
"""So many answers that never come are waited for."""


def mistakes() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What is wrong with a request, in words, and its fields."""
    yield from MEMBERS.values()
    yield from ((what, fields) for what, _, _, fields in DEFINITIONS.values())
    yield from BROKEN_IMAGES.values()
    yield from RANGES.values()
    yield from ((f"{name} of a wrong type", fields) for name, fields in WRONG_TYPES.items())
    outside = ((name, fields) for name, (_, bounds) in BOUNDS.items() for fields in bounds.outside if not is_dear(fields))
    yield from ((f"a {name} out of bounds", fields) for name, fields in outside)


@check("errors.status.answered", "answers every mistake", Level.MUST, "errors.status", ERRORS)
def answered(target: Target, send: Send) -> Noted:
    """Looks at the answers to 67 kinds of mistakes for those that never came: time ran out, or the connection broke. A server
    that a slip of one client can stop is stopped for all.
    """
    given(send, calls.chat(target))
    lost = 0
    for what, fields in mistakes():
        failure = send(calls.wrong(target, **{"max_tokens": 1, **fields})).failure
        said = f"{failure.kind}: {failure.message}" if failure else ""
        if failure and failure.kind not in LOST:
            raise Unclear(said)
        if failure:
            lost += 1
            yield Finding(f"gives no answer to {what}", "", "4xx", said, outcome=Outcome.FAILS)
        if lost == MOST_LOST:
            return
