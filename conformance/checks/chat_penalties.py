"""frequency_penalty, presence_penalty and logit_bias change what is said, and in the direction that their sign tells.

Both penalties are subtracted from the scores of tokens that were said before, so a negative one makes loops and a positive
one makes variety: https://platform.openai.com/docs/api-reference/chat/create#chat-create-frequency_penalty
"""

from __future__ import annotations

from dataclasses import replace

from conformance.answers import Object, answered, given, is_ok, object_of, speech_of, text_of
from conformance.calls import STORY, chat, story
from conformance.effects import is_certain
from conformance.messages import Json, Request, Send
from conformance.model import Finding, Level, Noted, Outcome, Target, Unclear
from conformance.registry import check
from conformance.texts import common_start, variety

LINK = "https://platform.openai.com/docs/api-reference/chat/create#chat-create-"

LIMIT = 2.0
MARKET = "Describe a day at the market with its people, sounds and smells."
CLEARLY = 0.2
ENOUGH = 40
"""Characters from which on the variety of a text tells something."""

TOKENS = ((1500, 1700), (100, 110))
"""Pairs of ids. The first are ordinary tokens in the vocabularies we know of: bytes and control tokens, up to a thousand of them,
come before. The second are there even where every token is a byte.
"""


@check(
    "chat.frequency_penalty.effect",
    "repeats itself less the higher frequency_penalty is",
    Level.SHOULD,
    "chat.frequency_penalty",
    f"{LINK}frequency_penalty",
    revision=2,
)
def frequency(target: Target, send: Send) -> Noted:
    """64 greedy tokens at -2 and at 2, for two prompts if need be. At -2 whatever is said twice gains with every time and soon
    wins over everything else, so equal answers are out of the question.
    """
    yield from _penalised(target, send, "frequency_penalty")


@check(
    "chat.presence_penalty.effect",
    "repeats itself less the higher presence_penalty is",
    Level.SHOULD,
    "chat.presence_penalty",
    f"{LINK}presence_penalty",
    revision=2,
)
def presence(target: Target, send: Send) -> Noted:
    """64 greedy tokens at -2 and at 2, for two prompts if need be. Four points lie between the two wherever a token that was
    said competes with one that was not; if that turns one token in nine, answers to both prompts that are all the same come
    by chance below 1e-6.
    """
    yield from _penalised(target, send, "presence_penalty")


def _penalised(target: Target, send: Send, name: str) -> Noted:
    """Compares the variety of the answers at both ends; answers that are about as varied, but differ, do so every time or by
    noise. Raises Unclear.
    """
    for said in (STORY, MARKET):
        ends = [_at(target, name, at, said) for at in (-LIMIT, LIMIT)]
        low, high = (text_of(answered(send, end, story(target))) for end in ends)
        gain = _gain(low, high)
        if gain > CLEARLY:
            return
        if gain < -CLEARLY:
            actual = f"variety {variety(low):.2f} at -2 and {variety(high):.2f} at 2"
            yield Finding("repeats itself more where it is penalised", f"$.{name}", "more variety at 2 than at -2", actual)
            return
        if low != high and all(_steady(send, end) for end in ends):
            return
    if low != high:
        raise Unclear("the answers differ, but also where nothing changes")
    if len(low) < ENOUGH:
        raise Unclear("the model says too little to repeat itself")
    if is_certain(send, _at(target, name, 0, STORY, logprobs=True)):
        raise Unclear("the model is too certain of its answer to be turned")
    yield Finding("gives the same answer at -2 and at 2", f"$.{name}", "another answer", "the same", outcome=Outcome.IGNORED)


def _steady(send: Send, request: Request) -> bool:
    """Whether a request gets the same answer twice more."""
    return len({text_of(given(send, replace(request, take=take))) for take in range(3)}) == 1


def _gain(low: str, high: str) -> float:
    """How much more varied the answer at 2 is; 0 where one is too short to tell."""
    return variety(high) - variety(low) if min(len(low), len(high)) >= ENOUGH else 0.0


def _at(target: Target, name: str, value: float, said: str, **more: Json) -> Request:
    fields: Object = {name: value, "max_tokens": 64, **more}
    return chat(target, said, **fields)


@check(
    "chat.logit_bias.force",
    "says the token that logit_bias forces",
    Level.SHOULD,
    "chat.logit_bias",
    f"{LINK}logit_bias",
    revision=2,
)
def force(target: Target, send: Send) -> Noted:
    """A bias of 100 decides every step, so two tokens, forced one at a time, give answers that have next to nothing in common
    with the free answer or with each other. Which tokens the ids stand for does not matter, as long as the vocabulary has them.
    """
    free = speech_of(answered(send, story(target), story(target)))
    tokens = _tokens(target, send, free)
    forced = [text_of(answered(send, _forcing(target, token), story(target))) for token in tokens]
    if not any(text.strip() for text in forced):
        raise Unclear("the forced tokens cannot be seen")
    if all(free.startswith(text) for text in forced):
        actual = "the same answer"
        yield Finding("speaks as if there were no bias", "$.logit_bias", "another answer", actual, outcome=Outcome.IGNORED)
    elif common_start(*forced) > 8 and variety(forced[0]) > 0.5:
        raise Unclear("the answers differ from the free one, but not from each other")


def _tokens(target: Target, send: Send, free: str) -> tuple[int, int]:
    """The first pair of ids that a server takes and that makes a difference; the first of all where none does."""
    for pair in TOKENS:
        exchange = send(_forcing(target, pair[0]))
        if is_ok(exchange) and not free.startswith(text_of(object_of(exchange))):
            return pair
    return TOKENS[0]


def _forcing(target: Target, token: int) -> Request:
    return story(target, max_tokens=16, logit_bias={str(token): 100})
