"""What a server is like after an error: the same as before.

https://platform.openai.com/docs/guides/error-codes
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from conformance import calls
from conformance.answers import choices_of, given, object_of
from conformance.messages import Request, Send
from conformance.model import Ended, Finding, Level, Noted, Target, Unclear
from conformance.registry import check

ERRORS = "https://platform.openai.com/docs/guides/error-codes"

BROKEN = b'{"messages": [{"role": "user", "content": "\xff'
"""A body that ends in the middle of a string that is no UTF-8."""


DEEP = 90
"""Levels of a schema, two of JSON each: more than clients have a use for (OpenAI's allows ten), and few enough to be
recorded and read again. https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
"""


def _nested(levels: int) -> Any:
    """A schema of objects in objects."""
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(levels):
        schema = {"type": "object", "properties": {"a": schema}, "required": ["a"], "additionalProperties": False}
    return schema


@check("errors.recovery.after", "answers properly after an error", Level.MUST, "errors.recovery", ERRORS)
def recovery(target: Target, send: Send) -> Noted:
    """Sends a proper request after three wrong ones: a broken body, a conversation of a wrong type, and an empty one. A server
    that does not answer before them either is another check's finding.
    """
    given(send, calls.chat(target))
    for wrong in (calls.raw_chat(BROKEN), calls.wrong(target, messages="Hello!"), calls.wrong(target, messages=[])):
        send(replace(wrong, take=1))
    yield from _wounded(target, send, 1, "errors")


@check("errors.recovery.repeated", "answers properly after the same error twice", Level.MUST, "errors.recovery", ERRORS)
def repeated(target: Target, send: Send) -> Noted:
    """Sends seven kinds of mistakes twice each, which servers were seen to die of at the second time, and a proper request at the
    end: a limit of 0, a role and a format that do not exist, a schema nested two hundred levels deep, a list of choices as some
    servers want it, a stream of an empty conversation, and no body at all.
    """
    given(send, calls.chat(target))
    for wrong in _mistakes(target):
        for take in (2, 3):
            send(replace(wrong, take=take, wrong=True))
    yield from _wounded(target, send, 2, "errors that came twice")


def _mistakes(target: Target) -> Iterator[Request]:
    deep = {"type": "json_schema", "json_schema": {"name": "deep", "strict": True, "schema": _nested(DEEP)}}
    yield calls.chat(target, max_tokens=0, stop=[" ", "e"])
    yield calls.chat(target, [{"role": "nobody", "content": "Hello!"}], max_tokens=1)
    yield calls.chat(target, response_format={"type": "no_such_format"}, max_tokens=1)
    yield calls.chat(target, response_format=deep, max_tokens=1)
    yield calls.chat(target, guided_choice=["yes", 5, None], max_tokens=1)
    yield calls.stream(target, [], max_tokens=1)
    yield calls.raw_chat(b"")


def _wounded(target: Target, send: Send, take: int, after: str) -> Iterator[Finding]:
    """The finding that a proper request is not answered any more. Raises Unclear."""
    try:
        choices_of(object_of(send(calls.chat(target, take=take))))
    except Unclear:
        raise
    except Ended as end:
        yield replace(end.finding, message=f"{end.finding.message} after {after}")
