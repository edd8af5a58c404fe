"""Several different requests under way at once: each gets an answer, and its own. Servers that share state between slots, or
between the threads that answer, mix them up.

Every prompt is asked alone first. An answer that is not the same under load proves nothing, since numbers come out differently
in a batch; the answer to somebody else's prompt does. https://platform.openai.com/docs/api-reference/chat/create
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from conformance import calls
from conformance.answers import (
    Object,
    ensure_success,
    given,
    is_ok,
    object_of,
    optional_count,
    refusal,
    text_of,
)
from conformance.messages import Exchange, Request, Send
from conformance.model import Finding, Level, Noted, Outcome, Seen, Target, Unclear
from conformance.registry import check
from conformance.streams import answer_of
from conformance.together import together

CREATE = "https://platform.openai.com/docs/api-reference/chat/create"
OBJECT = "https://platform.openai.com/docs/api-reference/chat/object"
ERRORS = "https://platform.openai.com/docs/guides/error-codes"
TEMPERATURE = "https://platform.openai.com/docs/api-reference/chat/create#chat-create-temperature"

PROMPTS = (
    "Name a bird.",
    "Name a river in Europe, and the sea that it ends in.",
    "Explain to a child, in simple words, why ships made of iron float on water.",
    "Write the first line of a letter from a lighthouse keeper to her brother, who has left the island for the city.",
    "Translate into French, word by word and without any remark: the old baker opens his small shop long before the sun"
    " rises over the roofs of the town.",
    "List what one needs for a soup of carrots, then say how long it boils, how it is served, what goes well with it, and"
    " what can be made of the rest of it on the next day, if anything is left.",
)
"""Prompts that no two models answer alike, each by a dozen words longer than the one before, so that their counts differ."""

FEW = 8
"""Tokens of such an answer: enough to tell it from another."""

SLOWER = 2
"""So many times as long as one by one a server may take for requests that come at once."""

BUSY = (429, 503)
"""Statuses that refuse a request because of others, as OpenAI documents them."""


def is_busy(exchange: Exchange) -> bool:
    """Whether a request was refused because of too many others."""
    return exchange.status in BUSY and exchange.failure is None


def differing(target: Target, stream: bool = False) -> list[Request]:
    """A request for each of the prompts."""
    return [(calls.stream if stream else calls.chat)(target, prompt, max_tokens=FEW) for prompt in PROMPTS]


def at_once(send: Send, requests: list[Request]) -> list[Exchange]:
    """The exchanges of requests sent together; none of them is one that was sent alone."""
    return together(send, [replace(request, take=1) for request in requests])


def answers(exchanges: list[Exchange]) -> dict[int, Object]:
    """The answers by the places of their requests. Raises Unclear where there are no two."""
    found = {place: answer_of(one) for place, one in enumerate(exchanges) if is_ok(one) and one.failure is None}
    if len(found) < 2:
        raise Unclear("there are no two answers to compare")
    return found


def one_by_one(send: Send, requests: Sequence[Request]) -> float:
    """The seconds that requests took which were sent alone."""
    return sum(send(request).seconds for request in requests)


def _is_only_slow(exchange: Exchange, seconds: float) -> bool:
    """Whether an answer that did not come in time may have been under way, as slow as the server is alone."""
    late = exchange.failure is not None and exchange.failure.kind == "timeout"
    return late and seconds * SLOWER >= exchange.seconds


def unanswered(exchanges: list[Exchange], seconds: float) -> Iterator[Finding]:
    """What tells against a server that was asked at once for several answers, for which it takes so many seconds one by one.
    Raises Unclear where the suite gave up.
    """
    for exchange in exchanges:
        if is_busy(exchange):
            continue
        if exchange.failure is None and is_ok(exchange):
            continue
        if _is_only_slow(exchange, seconds):
            raise Unclear("the server is so slow that the suite did not wait for all answers")
        if exchange.status is not None and exchange.failure is None and exchange.status >= 400:
            said = refusal(exchange)
            yield Finding("refuses under load what it answers alone", "status", "2xx", said, outcome=Outcome.FAILS)
        else:
            ensure_success(exchange)


@check("load.parallel.answered", "answers several requests at once", Level.MUST, "load.parallel", CREATE, alone=True)
def answered(target: Target, send: Send) -> Noted:
    """Sends six different requests at once. A server may well refuse some with 429 or 503; what else it refuses though it
    answers the same request alone, or leaves without a complete answer, it has lost.
    """
    requests = differing(target)
    for request in requests:
        given(send, request)
    for exchange in (found := at_once(send, requests)):
        if is_ok(exchange) and exchange.failure is None:
            object_of(exchange)
    yield from unanswered(found, one_by_one(send, requests))
    yield Seen("refused", sum(map(is_busy, found)))


@check(
    "load.parallel.own",
    "answers each of several requests at once with its own answer",
    Level.MUST,
    "load.parallel",
    CREATE,
    alone=True,
)
def own(target: Target, send: Send) -> Noted:
    """Sends six prompts alone and then at once: no text may be the one that belongs to another prompt."""
    for request in (requests := differing(target)):
        given(send, request)
    texts = {place: text_of(answer) for place, answer in answers(at_once(send, requests)).items()}
    yield from swapped(target, send, texts, "$.choices[0].message.content")


def swapped(target: Target, send: Send, texts: dict[int, str], where: str) -> Iterator[Finding]:
    """A finding for each text that belongs to another prompt, and that its own prompt alone does not get a second time either.
    Raises Unclear where hardly any texts differ.
    """
    requests = differing(target)
    alone = [text_of(given(send, request)) for request in requests]
    if len(set(alone)) < len(alone) / 2:
        raise Unclear("the model answers different prompts alike")
    for place, text in texts.items():
        if not text.strip() or text == alone[place] or alone.count(text) != 1:
            continue
        if text != text_of(given(send, replace(requests[place], take=3))):
            yield Finding("a request is answered with the answer to another", where, alone[place][:80], text[:80])


@check(
    "load.parallel.usage",
    "counts the tokens of each of several requests at once",
    Level.MUST,
    "load.parallel",
    OBJECT,
    alone=True,
)
def usage(target: Target, send: Send) -> Noted:
    """Sends six prompts of different lengths alone and then at once: no count of prompt tokens may be that of another prompt.
    Servers that leave out what they remember of a prompt count it otherwise a second time, which is no finding.
    """
    requests = differing(target)
    alone = [optional_count(given(send, request), "prompt_tokens") for request in requests]
    if None in alone or len(set(alone)) < len(alone):
        raise Unclear("the counts of prompt tokens do not tell the prompts apart")
    for place, answer in answers(at_once(send, requests)).items():
        count = optional_count(answer, "prompt_tokens")
        again = replace(requests[place], take=3)
        if count != alone[place] and count in alone and optional_count(given(send, again), "prompt_tokens") == alone[place]:
            where = "$.usage.prompt_tokens"
            yield Finding("a request is told the token count of another", where, str(alone[place]), str(count))


@check(
    "load.parallel.ids",
    "gives each of several answers at once an id of its own",
    Level.SHOULD,
    "load.parallel",
    OBJECT,
    alone=True,
)
def ids(target: Target, send: Send) -> Noted:
    """Holds the ids of six answers against each other that were under way at once."""
    found = answers(at_once(send, differing(target)))
    told = [told for answer in found.values() if isinstance(told := answer.get("id"), str) and told]
    if len(told) < 2:
        raise Unclear("there are no two ids to compare")
    for one in sorted({one for one in told if told.count(one) > 1}):
        yield Finding("answers that were under way at once have one id", "$.id", "an id of its own", one[:80])


@check("load.greedy.equal", "answers greedily under load as it does alone", Level.MAY, "load.greedy", TEMPERATURE, alone=True)
def greedy(target: Target, send: Send) -> Noted:
    """Sends six prompts at temperature 0 alone and then at once, and tells the share of equal texts. Batches round otherwise, so
    a few may differ on any server; a finding is that fewer than half are equal.
    """
    requests = differing(target)
    alone = [text_of(given(send, request)) for request in requests]
    texts = {place: text_of(answer) for place, answer in answers(at_once(send, requests)).items()}
    if any(text_of(given(send, replace(request, take=3))) != alone[place] for place, request in enumerate(requests[:3])):
        raise Unclear("greedy texts are not repeated alone either")
    equal = sum(text == alone[place] for place, text in texts.items())
    yield Seen("equal_share", round(equal / len(texts), 3))
    if equal < len(texts) / 2:
        yield Finding(
            "greedy texts are other ones under load", "$.choices[0].message.content", "mostly equal", f"{equal} of {len(texts)}"
        )
