"""A prompt that is longer than any model can read: refused, in a stream as well, and never answered by a part of it.

The prompt needs no tokenizer to be too long: digits, which no tokenizer joins over the spaces between
them.
https://platform.openai.com/docs/guides/error-codes
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from conformance import calls
from conformance.answers import (
    OF_PROXIES,
    Object,
    choices_of,
    ensure_success,
    finish_of,
    given,
    is_refused,
    object_of,
    optional_count,
    refusal,
)
from conformance.checks.errors_models import error_of
from conformance.endpoints import is_error
from conformance.messages import Exchange, Request, Send
from conformance.model import Ended, Finding, Level, Noted, Outcome, Seen, Target, Unclear
from conformance.registry import check
from conformance.wire import read_json

ERRORS = "https://platform.openai.com/docs/guides/error-codes"
CREATE = "https://platform.openai.com/docs/api-reference/chat/create"

DIGITS = 560_000
"""With the spaces between them, which most tokenizers count too, these are more than a million tokens, so that no usual server
has to read them, for good money, to find out.
"""

FEWEST = DIGITS // 2
"""A server that counts fewer tokens than half the digits has not read them all."""

LONG = "7 3 1 9 " * (DIGITS // 4)

CODE = "context_length_exceeded"

CLOSED = ("reset", "protocol", "connect")
"""How a connection ends where the server, or what stands before it, does not want to read on."""

AT_LAST: Mapping[str, Any] = {"alone": True, "last": True}
"""Some servers read such a prompt for minutes and answer nobody else, whoever waits: here nobody does."""


def asking_long(target: Target, *, stream: bool = False) -> Request:
    """A chat completion of one token whose prompt is too long."""
    wrong = replace(calls.chat(target, LONG, max_tokens=1), wrong=True)
    return replace(wrong, json={**wrong.json, "stream": True}) if stream else wrong


def asked_long(target: Target, send: Send, *, stream: bool = False) -> Exchange:
    """What came back for a prompt that is too long. Raises Unclear where nothing did: a server that is still reading when the
    time is up may have the window for it, and one that has no use for so many bytes may close the connection, unless it
    answers nobody else from then on. What stands before it says the same by a status of its own.
    """
    exchange = send(asking_long(target, stream=stream))
    failure = exchange.failure
    if failure and failure.kind == "timeout":
        raise Unclear(f"takes too long over a prompt beyond the window ({failure.message})")
    ended = _ended(exchange)
    if ended and not _is_down(send(calls.chat(target, take=1))):
        raise Unclear(f"gives up on a prompt of a million bytes ({ended}) and goes on to serve")
    return exchange


def _ended(exchange: Exchange) -> str:
    """How the server, or what stands before it, gave a prompt up without an answer; an empty string for an answer."""
    if exchange.failure:
        return exchange.failure.kind if exchange.failure.kind in CLOSED else ""
    return str(exchange.status) if exchange.status in OF_PROXIES else ""


def _is_down(exchange: Exchange) -> bool:
    """Whether nobody is there any more: a server that still works on the prompt may be late, or say that it is busy."""
    return exchange.status == 502 or (exchange.failure is not None and exchange.failure.kind in CLOSED)


def _refused(exchange: Exchange) -> bool:
    """Whether the prompt is refused; raises Unclear where that is not known, and Ended for a failure."""
    try:
        ensure_success(exchange)
    except Unclear:
        raise
    except Ended as end:
        if end.finding.outcome is Outcome.REFUSED:
            return True
        raise
    return False


@check(
    "errors.context.refused",
    "refuses a prompt that no model can read",
    Level.MUST,
    "errors.context",
    ERRORS,
    **AT_LAST,
)
def refused(target: Target, send: Send) -> Noted:
    """Sends a prompt of a million tokens. Any 4xx will do, 413 too; a 5xx, an error inside a success or the end of the server
    will not. Whether the prompt is cut to fit is asked by another check.
    """
    given(send, calls.chat(target))
    exchange = asked_long(target, send)
    yield Seen("status", exchange.status)
    if _refused(exchange):
        return
    if is_error(read_json(exchange.body).value):
        yield Finding("answers an error as a success", "status", "4xx", refusal(exchange), outcome=Outcome.FAILS)
        return
    raise Unclear("the prompt is answered")


@check(
    "errors.context.cut",
    "answers no part of a prompt for the whole",
    Level.MUST,
    "errors.context",
    CREATE,
    **AT_LAST,
)
def cut(target: Target, send: Send) -> Noted:
    """Looks at the same answer where there is one: fewer tokens counted than there are digits show that the beginning or the end
    was dropped. The user gets an answer to another question; only a finish_reason of length with nothing said tells of it.
    """
    exchange = asked_long(target, send)
    if _refused(exchange):
        return
    answer = object_of(exchange)
    count = optional_count(answer, "prompt_tokens")
    yield Seen("prompt_tokens", count)
    if count is None:
        raise Unclear("the answer does not count the prompt's tokens")
    if count >= FEWEST:
        raise Unclear("the model has a window for prompts of this length")
    if not _is_told(answer):
        message = "answers a part of a prompt that is too long, as if it were the whole"
        yield Finding(message, "$.usage.prompt_tokens", f"4xx with the code {CODE}", f"{count} tokens of at least {FEWEST}")


def _is_told(answer: Object) -> bool:
    """Whether the answer says that it ends where the window does, by saying nothing at all."""
    said = choices_of(answer)[0].get("message")
    return finish_of(answer) == "length" and not (isinstance(said, dict) and said.get("content"))


@check(
    "errors.context.code",
    f"gives a prompt that is too long the code {CODE}",
    Level.SHOULD,
    "errors.context",
    ERRORS,
    **AT_LAST,
)
def code(target: Target, send: Send) -> Noted:
    """Reads the code of the same refusal: programs shorten the conversation where they see it, and give up elsewhere. A 413 is
    about bytes and needs none.
    """
    exchange = asked_long(target, send)
    if exchange.status == 413 or not _refused(exchange) or not error_of(exchange):
        raise Unclear("the prompt is not refused with an error to read")
    found = error_of(exchange).get("code")
    yield Seen("code", found)
    if found != CODE:
        yield Finding("the code of a prompt that is too long is another one", "$.error.code", CODE, repr(found))


@check(
    "errors.context.stream",
    "refuses a stream of a prompt that no model can read",
    Level.MUST,
    "errors.stream",
    ERRORS,
    **AT_LAST,
)
def streamed(target: Target, send: Send) -> Noted:
    """Asks for a stream with the same prompt: the error has a status there too, and is not an event of a stream that began."""
    plain = asked_long(target, send)
    if not is_refused(plain):
        raise Unclear("the prompt is not refused without a stream either")
    exchange = asked_long(target, send, stream=True)
    yield Seen("status", exchange.status)
    if not _refused(exchange):
        told = refusal(exchange) if exchange.body else f"{exchange.status} and an empty stream"
        yield Finding("answers as a success what it refuses without a stream", "status", "4xx", told, outcome=Outcome.FAILS)
