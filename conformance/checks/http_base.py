"""The base URL, which people write with and without a slash at its end.

https://platform.openai.com/docs/api-reference/introduction
"""

from __future__ import annotations

from dataclasses import replace

from conformance import calls
from conformance.answers import choices_of, object_of
from conformance.messages import Send, Setup
from conformance.model import Level, Noted, Target
from conformance.registry import check

INTRODUCTION = "https://platform.openai.com/docs/api-reference/introduction"


@check(
    "http.base-url.slash",
    "answers whether or not the base URL ends with a slash",
    Level.MUST,
    "http.base-url",
    INTRODUCTION,
    via=("raw", "sdk"),
)
def slash(target: Target, send: Send) -> Noted:
    """Sends one request through a client whose base URL ends with a slash, and through one whose base URL does not."""
    for ends in (True, False):
        choices_of(object_of(send(replace(calls.chat(target), setup=Setup(slash=ends)))))
    yield from ()
