"""Headers by which OpenAI's API tells about an answer: whose id to give to support, how long it took, which version it is.

https://platform.openai.com/docs/api-reference/debugging-requests
"""

from __future__ import annotations

import re

from conformance import calls
from conformance.answers import given_success
from conformance.messages import Send
from conformance.model import Finding, Level, Noted, Target
from conformance.registry import check

DEBUGGING = "https://platform.openai.com/docs/api-reference/debugging-requests"


@check("http.request-id.unique", "gives every answer an id of its own", Level.SHOULD, "http.request-id", DEBUGGING)
def request_ids(target: Target, send: Send) -> Noted:
    """Looks for x-request-id in two answers: `_request_id` of the official clients and of their exceptions is made of it."""
    found = []
    for request in (calls.chat(target), calls.models()):
        said = given_success(send, request).header("x-request-id")
        found.append(said)
        if not (said or "").strip():
            what = f"{request.method} {request.path}"
            yield Finding(
                "an answer has no id", "x-request-id", f"an id in the answer to {what}", "absent" if said is None else "empty"
            )
            return
    if found[0] == found[1]:
        yield Finding("two answers have one id", "x-request-id", "different ids", str(found[0])[:120])


@check("http.processing-ms.number", "tells the milliseconds that an answer took", Level.MAY, "http.processing-ms", DEBUGGING)
def processing(target: Target, send: Send) -> Noted:
    """Looks for openai-processing-ms, a whole number."""
    yield from _told(target, send, "openai-processing-ms", r"\d+", "a whole number")


@check("http.version.date", "tells the version of the API", Level.MAY, "http.version", DEBUGGING)
def version(target: Target, send: Send) -> Noted:
    """Looks for openai-version, a date; OpenAI's own says 2020-10-01 ever since."""
    yield from _told(target, send, "openai-version", r"\d{4}-\d\d-\d\d", "a date")


def _told(target: Target, send: Send, name: str, pattern: str, what: str) -> Noted:
    said = given_success(send, calls.chat(target)).header(name)
    if not re.fullmatch(pattern, said or "", re.ASCII):
        yield Finding("the answer does not tell it", name, what, "absent" if said is None else said[:120])
