"""A small language model: three-word memory of a built-in text with back-off, bent by what the prompt says.

It knows nothing and never needs to: what counts is that its distributions are proper ones, so that every sampling field
of the API does to them what it would do to a large model's.
"""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from zlib import crc32

from conformance.reference.text import PARAGRAPHS
from conformance.reference.values import Settings
from conformance.reference.vocabulary import END, spelled, spellings, tokens_of, words

SHORTEST, LONGEST = 26, 160
"""An answer ends by itself no earlier, and hardly later, than after so many tokens."""

_FORCED = 80.0
_FOND = 4
"""How much likelier than in its text are marks beyond ASCII: they are what servers trip over."""
_NEVER = -1e9


@dataclass(frozen=True)
class Token:
    """One drawn token with its log probability, and the likeliest alternatives, best first."""

    id: int
    logprob: float
    top: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True)
class Drawing:
    """What to draw from: the prompt's text, tokens that must come first, whether nothing may follow them, and a source of
    chance (the same number gives the same answer).
    """

    prompt: str
    script: tuple[int, ...] = ()
    closed: bool = False
    chance: int = 0


@cache
def _memory() -> tuple[dict[tuple[int, ...], Counter[int]], Counter[int]]:
    follows: dict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
    alone: Counter[int] = Counter()
    for paragraph in PARAGRAPHS:
        line = [END, END, *tokens_of(paragraph), END]
        alone.update(line[2:])
        for first, second, third in zip(line, line[1:], line[2:], strict=False):
            follows[first, second][third] += 1
            follows[second,][third] += 1
    return follows, alone


@lru_cache(maxsize=4096)
def _weights(before: tuple[int, int]) -> tuple[float, ...]:
    """How likely each word is after two others: three orders of memory, mixed."""
    follows, alone = _memory()
    found = [0.0] * len(words())
    for counts, share in ((alone, 1.0), (follows.get(before[1:]), 2.0), (follows.get(before), 2.5)):
        total = sum(counts.values()) if counts else 1
        for token, count in (counts or {}).items():
            found[token] += share * count / total * (1 if words()[token].isascii() else _FOND)
    return tuple(max(weight, 1e-6) for weight in found)


@lru_cache(maxsize=256)
def _heard(prompt: str) -> tuple[int, dict[int, Counter[int]], Counter[int]]:
    """A prompt's fingerprint, what follows what in it, and how often each of its tokens occurs."""
    said = tokens_of(prompt[-4000:])
    follows: dict[int, Counter[int]] = defaultdict(Counter)
    for first, second in pairwise(said):
        follows[first][second] += 1
    return crc32(prompt.encode("utf-8", "replace")), follows, Counter(token for token in said if token < len(words()))


def logits(drawing: Drawing, said: list[int]) -> dict[int, float]:
    """The log weight of every token that may come next."""
    fingerprint, follows, often = _heard(drawing.prompt)
    before = (said[-2] if len(said) > 1 else END, said[-1] if said else END)
    weights = dict(enumerate(_weights(before)))
    for token, count in often.items():
        weights[token] += 0.02 * min(count, 4)
    for token, count in follows.get(before[1], {}).items():
        weights[token] = weights.get(token, 0.0) + 1.5 * min(count, 4)
    key = (fingerprint ^ len(said) * 0x9E3779B1) & 0xFFFFFFFF
    found = {token: math.log(weight) + _whim(token, key) for token, weight in weights.items()}
    found[END] += -_FORCED if len(said) < SHORTEST else 20.0 * len(said) / LONGEST - 4.0
    return _whole_characters(found, said)


def _whim(token: int, key: int) -> float:
    """What the prompt has against a token at this place: a number from -1.2 to 1.2 without rhyme or reason."""
    mixed = ((token + 1) * 0x85EBCA6B ^ key) * 0xC2B2AE35 & 0xFFFFFFFF
    return (mixed >> 8) / 0xFFFFFF * 2.4 - 1.2


def _whole_characters(found: dict[int, float], said: list[int]) -> dict[int, float]:
    """The same without tokens that would tear a character: bytes beyond ASCII follow only where they complete one."""
    known = spellings()
    tail = spelled(said[-3:])
    open_ = next((tail[-size:] for size in (1, 2, 3) if tail[-size:][:1] >= b"\xc0" and _length(tail[-size:]) > size), b"")
    if open_:
        inside = {token: value for token, value in found.items() if b"\x80" <= known[token][:1] < b"\xc0"}
        return inside or found
    return {token: value for token, value in found.items() if not b"\x80" <= known[token][:1] < b"\xc0"}


def _length(lead: bytes) -> int:
    """How many bytes the character has that starts with this byte."""
    return 4 if lead[0] >= 0xF0 else 3 if lead[0] >= 0xE0 else 2


@lru_cache(maxsize=4096)
def drawn(drawing: Drawing, settings: Settings) -> tuple[tuple[Token, ...], bool]:
    """The tokens of one answer and whether it ended by itself; without a limit it does."""
    chance = random.Random(f"{drawing.chance}|{drawing.prompt}")  # noqa: S311 - a model's dice, no secret
    most = LONGEST * 4 if settings.most is None else settings.most
    said: list[int] = []
    tokens: list[Token] = []
    while len(tokens) < most:
        scores = _scores(drawing, settings, said)
        token = _chosen(scores, settings, chance)
        if token == END:
            return tuple(tokens), True
        tokens.append(_told(token, scores, settings))
        said.append(token)
    return tuple(tokens), settings.most is None


def _scores(drawing: Drawing, settings: Settings, said: list[int]) -> dict[int, float]:
    """The logits with penalties, biases and what the script demands."""
    found = logits(drawing, said)
    for token, count in Counter(said).items():
        if token in found:
            found[token] -= settings.presence + settings.frequency * count
    for token, bias in settings.bias:
        if token < len(spellings()):
            found[token] = _NEVER if bias <= -100 else found.get(token, -20.0) + bias
    if len(said) < len(drawing.script):
        found[drawing.script[len(said)]] = 2 * _FORCED + 100
    elif drawing.closed:
        found[END] = 2 * _FORCED + 100
    return found


def _chosen(scores: dict[int, float], settings: Settings, chance: random.Random) -> int:
    best = max(scores, key=lambda token: (scores[token], -token))
    if settings.temperature == 0 or settings.top_p == 0:
        return best
    top = scores[best]
    shares = {token: math.exp((score - top) / settings.temperature) for token, score in scores.items()}
    if settings.top_p < 1:
        shares = _nucleus(shares, settings.top_p)
    return chance.choices(list(shares), list(shares.values()))[0]


def _nucleus(shares: dict[int, float], top_p: float) -> dict[int, float]:
    """The likeliest tokens that make up `top_p` of the mass, at least one."""
    goal, mass, kept = top_p * sum(shares.values()), 0.0, {}
    for token in sorted(shares, key=lambda token: -shares[token]):
        kept[token] = shares[token]
        mass += shares[token]
        if mass >= goal:
            break
    return kept


def _told(token: int, scores: dict[int, float], settings: Settings) -> Token:
    """The token with its log probability where the request wants to know it: as the model has it, before temperature."""
    if not settings.logprobs:
        return Token(token, 0.0)
    top = max(scores.values())
    whole = top + math.log(sum(math.exp(score - top) for score in scores.values()))
    best = sorted(scores, key=lambda one: (-scores[one], one))[: settings.top_logprobs]
    return Token(token, _log(scores[token] - whole), tuple((one, _log(scores[one] - whole)) for one in best))


def _log(value: float) -> float:
    """A log probability as the API writes it: never above 0, and -9999.0 for what cannot happen."""
    return max(min(round(value, 8), 0.0), -9999.0)
