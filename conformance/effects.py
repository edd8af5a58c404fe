"""Whether what was asked for had an effect: refusals that are due, and two answers held side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conformance.answers import Object, ensure_success, finish_of, object_of, optional_count, refusal, text_of
from conformance.endpoints import is_error
from conformance.messages import Exchange, Request, Send
from conformance.model import Ended, Finding, Outcome, Unclear
from conformance.wire import read_json


def unless_refused(exchange: Exchange, message: str) -> Iterator[Finding]:
    """What tells against an answer that ought to be a refusal: nothing for a 4xx or 501. A 2xx has ignored what is wrong with
    the request, and `message` says so; an error inside a 2xx differs; a 5xx or a lost answer fails. Raises Unclear.
    """
    try:
        ensure_success(exchange)
    except Unclear:
        raise
    except Ended as end:
        yield from () if end.finding.outcome is Outcome.REFUSED else (replace(end.finding, expected="4xx"),)
        return
    if is_error(read_json(exchange.body).value):
        yield Finding("answers an error as a success", "status", "4xx", refusal(exchange))
    else:
        yield Finding(message, "status", "4xx", f"{exchange.status} {start_of(exchange)}", outcome=Outcome.IGNORED)


def start_of(exchange: Exchange) -> str:
    """The first characters of a body, for a finding."""
    return exchange.body[:120].decode("utf-8", "replace")


def was_cut(answer: Object, limit: int) -> bool:
    """Whether the first choice may have ended at the limit of tokens, whatever its finish_reason says. Raises Unclear."""
    count = optional_count(answer, "completion_tokens")
    return finish_of(answer) == "length" or (count is not None and count >= limit)


def tells_apart(one: Object, other: Object) -> bool:
    """Whether two answers show that the model saw two different prompts: another text or another number of prompt tokens.
    Raises Unclear where a text is no text.
    """
    counts = [optional_count(answer, "prompt_tokens") for answer in (one, other)]
    return text_of(one) != text_of(other) or (None not in counts and counts[0] != counts[1])


def is_same_text(send: Send, one: Request, other: Request) -> bool:
    """Whether two requests that mean the same get the same greedy text. Where they do not, both are sent once more, since a
    server may compute with a little noise. Raises Unclear where the texts of one request do not repeat, and Ended.
    """
    ones, others = {text_of(object_of(send(one)))}, {text_of(object_of(send(other)))}
    if ones & others:
        return True
    ones.add(text_of(object_of(send(replace(one, take=one.take + 1)))))
    others.add(text_of(object_of(send(replace(other, take=other.take + 1)))))
    if ones & others:
        return True
    if len(ones) > 1 or len(others) > 1:
        raise Unclear("the same request does not get the same text twice at temperature 0")
    return False
