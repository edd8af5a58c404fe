"""Whether what was asked for had an effect: refusals that are due, and two answers held side by side."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from conformance.answers import Object, choices_of, ensure_success, finish_of, given, object_of, optional_count, refusal, text_of
from conformance.endpoints import is_error
from conformance.messages import Exchange, Request, Send
from conformance.model import Ended, Finding, Outcome, Unclear
from conformance.wire import read_json

ROUNDS = 4
LIKELY = math.log(0.1)


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


def unless_failing(exchange: Exchange, where: str = "") -> Iterator[Finding]:
    """What tells against an answer that may be anything but a failure: nothing for a 2xx, 4xx or 501. `where` is added to what
    is told. Raises Unclear.
    """
    try:
        ensure_success(exchange)
    except Unclear:
        raise
    except Ended as end:
        if end.finding.outcome is not Outcome.REFUSED:
            yield replace(end.finding, message=f"{end.finding.message} {where}".rstrip())


def start_of(exchange: Exchange) -> str:
    """The first characters of a body, for a finding."""
    return exchange.body[:120].decode("utf-8", "replace")


def was_cut(answer: Object, limit: int) -> bool:
    """Whether the first choice may have ended at the limit of tokens, whatever its finish_reason says. Raises Unclear."""
    count = optional_count(answer, "completion_tokens")
    return finish_of(answer) == "length" or (count is not None and count >= limit)


def tells_apart(send: Send, one: Request, other: Request) -> bool:
    """Whether the answers to two requests show that the model saw two different prompts: another number of prompt tokens, or
    another greedy text where the first comes again. Raises Unclear where neither tells, and Ended.
    """
    answers = object_of(send(one)), object_of(send(other))
    counts, texts = _prompts(*answers), [text_of(answer) for answer in answers]
    if None not in counts and counts[0] != counts[1]:
        return True
    if texts[0] != texts[1]:
        if text_of(given(send, replace(one, take=one.take + 1))) != texts[0]:
            raise Unclear("the same request does not get the same text twice at temperature 0")
        return True
    if None in counts:
        raise Unclear("the answers are the same, and no counts of prompt tokens tell them apart")
    return False


def is_unlike(one: Object, other: Object) -> bool:
    """Whether two answers have another text or, where both count them, another number of prompt tokens. Raises Unclear."""
    counts = _prompts(one, other)
    return text_of(one) != text_of(other) or (None not in counts and counts[0] != counts[1])


def _prompts(one: Object, other: Object) -> list[int | None]:
    return [optional_count(answer, "prompt_tokens") for answer in (one, other)]


def is_same_text(send: Send, one: Request, other: Request) -> bool:
    """Whether two requests that mean the same get the same greedy text, as `ever_alike` tells. Raises Unclear and Ended."""

    def text(request: Request, take: int) -> str:
        return text_of(object_of(send(replace(request, take=request.take + take))))

    return ever_alike(partial(text, one), partial(text, other))


def is_certain(send: Send, request: Request) -> bool:
    """Whether a model has next to no choice in what it answers to a request for log probabilities: by its own account the answer
    is one in ten or likelier. False where nothing is told.
    """
    try:
        told = choices_of(given(send, request))[0].get("logprobs")
    except Unclear:
        return False
    entries = told.get("content") if isinstance(told, dict) else None
    listed = entries if isinstance(entries, list) else []
    values = [value for entry in listed if isinstance(entry, dict) and isinstance(value := entry.get("logprob"), int | float)]
    return bool(values) and len(values) == len(listed) and sum(values) > LIKELY


def ever_alike(one: Callable[[int], str], other: Callable[[int], str]) -> bool:
    """Whether two ways to ask, each a function of the take, ever get the same answer in four rounds. Greedy answers are turned
    by noise now and then: even a server that tosses a coin between two answers gives the one four times here and the other
    four times there below 1e-2, and such a coin is rarer than one in a hundred. Raises Unclear where answers to one way do not
    repeat.
    """
    ones: set[str] = set()
    others: set[str] = set()
    for take in range(ROUNDS):
        ones.add(one(take))
        others.add(other(take))
        if ones & others:
            return True
    if len(ones) > 1 or len(others) > 1:
        raise Unclear("the same request does not get the same answer twice at temperature 0")
    return False
