"""Chance and its absence: seed, temperature and top_p do something, told by whether answers repeat.

Greedy or seeded answers are "mostly deterministic" by the API's own words, since batching moves the last bits of a number:
one answer that differs is no fault. So eight are compared where the first two differ, and a field counts as ignored only
where no two of them begin alike. With a chance of 10 % that noise changes the first dozen tokens of an answer, that needs
seven changes in eight answers, all of them different ones: below 1e-6.
https://platform.openai.com/docs/api-reference/chat/create#chat-create-seed
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from conformance.answers import answered, given, is_ok, speech_of
from conformance.calls import sampled, story, wrong
from conformance.effects import is_certain, unless_refused
from conformance.messages import Request, Send
from conformance.model import Ended, Finding, Level, Noted, Outcome, Seen, Target, Unclear
from conformance.registry import check
from conformance.texts import beginnings

LINK = "https://platform.openai.com/docs/api-reference/chat/create#chat-create-"

TAKES = 8
SAMPLES = 6
ENOUGH = 40
"""Characters that an answer must have if it is to be held against a server that it comes again and again."""

OUT_OF_RANGE = (-0.1, 2.1)


@check("chat.seed.repeats", "gives the same answer for the same seed", Level.SHOULD, "chat.seed", f"{LINK}seed")
def repeats(target: Target, send: Send) -> Noted:
    """One seed at temperature 1.5, again until an answer comes back. Where other seeds give that same answer too, what the
    seed does cannot be seen.
    """
    request, control = sampled(target, seed=1), sampled(target)
    texts = _until_one_returns(send, request, control)
    if texts is None:
        yield _never_repeats("never repeats an answer, though the seed is the same", "$.seed")
    elif len(set(texts)) == 1 and len(set(_seeded(target, send))) == 1:
        yield _accepted("gives one answer whatever the seed", "$.seed")


@check(
    "chat.seed.temperature",
    "keeps the temperature beside a seed",
    Level.SHOULD,
    "chat.seed.temperature",
    f"{LINK}seed",
    revision=2,
)
def seeded(target: Target, send: Send) -> Noted:
    """Up to six seeds at temperature 1.5 until two answers differ. A right server fails by chance only if one answer comes
    six times: below 1e-6 as long as two samples of 24 tokens agree less than once in sixteen times.
    """
    texts = _seeded(target, send)
    yield Seen("distinct_texts", len(set(texts)))
    if len(set(texts)) == 1:
        yield _never_varies(target, send, "gives one answer for all seeds at temperature 1.5", texts[0])


def _seeded(target: Target, send: Send) -> list[str]:
    control = sampled(target)
    return list(_until_two_differ(send, [sampled(target, seed=seed) for seed in range(1, SAMPLES + 1)], control))


@check("chat.temperature.zero", "repeats its answer at temperature 0", Level.SHOULD, "chat.temperature", f"{LINK}temperature")
def zero(target: Target, send: Send) -> Noted:
    """The same prompt at temperature 0 until an answer of 48 tokens comes back."""
    if _until_one_returns(send, story(target), story(target, temperature=...)) is None:
        yield _never_repeats("never repeats an answer at temperature 0", "$.temperature")


@check(
    "chat.temperature.varies",
    "varies its answers at a high temperature",
    Level.MUST,
    "chat.temperature",
    f"{LINK}temperature",
    revision=2,
)
def varies(target: Target, send: Send) -> Noted:
    """Up to six answers at temperature 1.5 (1 where that is refused, which is judged by itself), without a seed, until two
    differ. By chance a right server fails as seldom as with seeds. If answers do vary with the seed, the temperature is at
    work and a fixed seed was put in.
    """
    texts = _free(target, send)
    if len(set(texts)) > 1:
        return
    if _vary_with_seed(target, send):
        yield Finding(
            "gives the same answer every time unless a seed is given", "$.temperature", "answers that vary", "one answer"
        )
    else:
        yield _never_varies(target, send, "gives one answer at temperature 1.5", texts[0])


def _free(target: Target, send: Send) -> list[str]:
    hot = sampled(target) if is_ok(send(sampled(target))) else sampled(target, temperature=1)
    return list(_until_two_differ(send, [replace(hot, take=take) for take in range(SAMPLES)], story(target)))


def _vary_with_seed(target: Target, send: Send) -> bool:
    try:
        return len(set(_seeded(target, send))) > 1
    except Ended:
        return False


@check(
    "chat.temperature.range", "takes temperatures from 0 to 2 only", Level.SHOULD, "chat.temperature.range", f"{LINK}temperature"
)
def ranges(target: Target, send: Send) -> Noted:
    """The ends of the range are taken, what lies outside is refused."""
    plain = sampled(target, max_tokens=2, temperature=1)
    for inside in (0, 2):
        answered(send, sampled(target, max_tokens=2, temperature=inside), plain)
    for outside in OUT_OF_RANGE:
        yield from unless_refused(send(wrong(target, max_tokens=2, temperature=outside)), f"takes temperature {outside}")


@check("chat.top_p.narrow", "samples from the likeliest tokens alone at a tiny top_p", Level.SHOULD, "chat.top_p", f"{LINK}top_p")
def narrow(target: Target, send: Send) -> Noted:
    """At temperature 1.5 a top_p of 0.0001 leaves one token to choose from, so that answers repeat. Where they repeat without
    it as well, what it does cannot be seen.
    """
    request, control = sampled(target, top_p=0.0001), sampled(target)
    if _until_one_returns(send, request, control) is None:
        yield _never_repeats("never repeats an answer at top_p 0.0001", "$.top_p")
    elif len(set(_free(target, send))) == 1:
        yield _accepted("gives one answer whatever top_p", "$.top_p")


def _until_two_differ(send: Send, requests: list[Request], control: Request) -> Iterator[str]:
    """The answers to some requests, up to the first that differs from the one before."""
    first = None
    for request in requests:
        text = speech_of(answered(send, request, control))
        first = text if first is None else first
        yield text
        if text != first:
            return


def _until_one_returns(send: Send, request: Request, control: Request) -> list[str] | None:
    """Two answers to one request if they are equal, else eight, among which one comes three times; None where all of them
    begin differently. Raises Unclear for what lies between.
    """
    asked = [replace(request, take=take) for take in range(TAKES)]
    texts = [speech_of(answered(send, one, control)) for one in asked[:2]]
    if texts[0] == texts[1]:
        return texts
    texts += [speech_of(given(send, one)) for one in asked[2:]]
    if max(Counter(texts).values()) > 2:
        return texts
    if len(beginnings(texts)) < TAKES:
        raise Unclear("the answers differ, though some begin alike")
    return None


def _never_repeats(message: str, where: str) -> Finding:
    said = f"{TAKES} answers that begin differently"
    return Finding(message, where, "answers that repeat", said, outcome=Outcome.IGNORED)


def _never_varies(target: Target, send: Send, message: str, text: str) -> Finding:
    """Raises Unclear for a text that is too short to be varied, or that the model is all but certain of."""
    if len(text) < ENOUGH:
        raise Unclear("the model says too little for its answers to vary")
    if is_certain(send, sampled(target, logprobs=True)):
        raise Unclear("the model is too certain of its answer for it to vary")
    actual = f"{SAMPLES} times {text[:ENOUGH]!r}"
    return Finding(message, "$.temperature", "answers that vary", actual, outcome=Outcome.IGNORED)


def _accepted(message: str, where: str) -> Finding:
    return Finding(f"{message}, so that its effect cannot be seen", where, outcome=Outcome.ACCEPTED)
