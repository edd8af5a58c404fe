"""Rules about the rivals of a token: how many there are, in which order, and what their probabilities add up to.

https://platform.openai.com/docs/api-reference/chat/object#chat/object-choices
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from conformance import calls
from conformance.answers import Object
from conformance.checks.rules_logprobs import ROUNDING, are_bytes, asking, entries_of, number_of, rivals_of
from conformance.evidence import asked, integer, shown
from conformance.messages import Exchange, Request
from conformance.model import Finding, Level, Noted, Target, Unclear
from conformance.registry import rule

OBJECT = "https://platform.openai.com/docs/api-reference/chat/object"


def _asking_for_none(target: Target) -> Request:
    return calls.story(target, max_tokens=calls.FEW, logprobs=True)


@rule(
    "chat.top_logprobs.bound",
    "lists at most the rivals asked for",
    Level.MUST,
    "chat.top_logprobs",
    OBJECT,
    on="chat.proper",
    seed=asking,
    revision=2,
)
def rivals_are_bounded(exchange: Exchange) -> Noted:
    """Counts `top_logprobs` of every token against the number asked for."""
    most = integer(asked(exchange).get("top_logprobs"))
    if most is None:
        raise Unclear("the request asks for no rivals")
    yield from _more_than(most, exchange)


@rule(
    "chat.top_logprobs.unasked",
    "lists no rivals where none were asked for",
    Level.SHOULD,
    "chat.logprobs",
    OBJECT,
    on="chat.proper",
    seed=_asking_for_none,
)
def rivals_are_asked_for(exchange: Exchange) -> Noted:
    """Counts `top_logprobs` of every token where the request has logprobs alone: OpenAI's lists are empty then."""
    if asked(exchange).get("top_logprobs") is not None:
        raise Unclear("the request asks for rivals")
    yield from _more_than(0, exchange)


def _more_than(most: int, exchange: Exchange) -> Noted:
    for where, entry in entries_of(exchange):
        if len(rivals_of(entry)) > most:
            told = str(len(rivals_of(entry)))
            yield Finding("lists more rivals than asked for", f"{where}.top_logprobs", f"at most {shown(most)}", told)


@rule(
    "chat.top_logprobs.order",
    "lists the likeliest rivals first",
    Level.MUST,
    "chat.top_logprobs",
    OBJECT,
    on="chat.proper",
    seed=asking,
)
def rivals_are_ordered(exchange: Exchange) -> Noted:
    """Reads the logprobs of rivals: falling, and together no more than certain."""
    for where, entry in entries_of(exchange):
        yield from _disorder(f"{where}.top_logprobs", [number_of(rival.get("logprob")) for rival in rivals_of(entry)])


def _disorder(where: str, said: list[float | None]) -> Iterator[Finding]:
    values = [value for value in said if value is not None and math.isfinite(value) and value <= ROUNDING]
    if any(later > earlier + ROUNDING for earlier, later in pairwise(values)):
        yield Finding("the rivals are not in order", where, "falling logprobs", shown(str(values)))
    total = sum(math.exp(value) for value in values)
    if total > 1 + ROUNDING:
        yield Finding("the rivals are more than certain together", where, "a sum of probabilities up to 1", f"{total:.4f}")


@rule(
    "chat.top_logprobs.chosen",
    "gives every token one logprob",
    Level.SHOULD,
    "chat.top_logprobs",
    OBJECT,
    on="chat.proper",
    seed=asking,
    revision=2,
)
def chosen_agrees(exchange: Exchange) -> Noted:
    """Compares the logprob of a chosen token with the same token among its rivals, and looks for rivals listed twice. Tokens that
    are parts of characters may be spelled alike, so nothing is said of those.
    """
    for where, entry in entries_of(exchange):
        alike = [number_of(one.get("logprob")) for one in rivals_of(entry) if _same(one, entry)]
        mine = number_of(entry.get("logprob"))
        if mine is not None and alike and alike[0] is not None and not abs(alike[0] - mine) < ROUNDING:
            yield Finding("the chosen token has two logprobs", where, shown(mine), shown(alike[0]))
        twice = _twice(rivals_of(entry))
        if twice is not None:
            yield Finding("lists a rival twice", f"{where}.top_logprobs", "every token once", shown(twice, 40))


def _twice(rivals: list[Object]) -> str | None:
    """The first token that is listed again, bytes and all."""
    seen: set[tuple[str, bytes]] = set()
    for token, given in ((rival.get("token"), rival.get("bytes")) for rival in rivals):
        mark = (str(token), bytes(given) if isinstance(given, list) and are_bytes(given) else b"")
        if mark in seen and "\ufffd" not in mark[0]:
            return mark[0]
        seen.add(mark)
    return None


def _same(one: Object, other: Object) -> bool:
    return one.get("token") == other.get("token") and one.get("bytes") == other.get("bytes")
