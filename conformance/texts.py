"""Comparisons of texts that hold for any model and any language: how alike, how varied, where a piece can be taken out."""

from __future__ import annotations

import re
from collections.abc import Iterable

BEGINNING = 60
"""Characters from the start of a text that are compared where small numeric noise must not count: a dozen tokens or so."""

_AFTER = 12
_WORD = re.compile(r"\b\w{4,12}")
_PHRASE = re.compile(r"\b\w{3,} \w{3,}\b")


def common_start(one: str, other: str) -> int:
    """How many characters two texts have in common from the start."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (left, right) in pairs if left != right), min(len(one), len(other)))


def beginnings(texts: Iterable[str]) -> set[str]:
    """The different ways in which some texts begin."""
    return {text[:BEGINNING] for text in texts}


def variety(text: str) -> float:
    """The share of different ones among the runs of three characters: near 0 for a loop, 0 for hardly any text at all."""
    runs = [text[place : place + 3] for place in range(len(text) - 2)]
    return len(set(runs)) / len(runs) if runs else 0.0


def words_in(text: str) -> list[str]:
    """Words that a text can be cut at: each begins and ends without white space, and stands there for the first time, a
    dozen characters from the start or later.
    """
    return _first_times(_WORD, text)


def phrases_in(text: str) -> list[str]:
    """The same for pairs of words, which few vocabularies hold in one token."""
    return _first_times(_PHRASE, text)


def _first_times(pattern: re.Pattern[str], text: str) -> list[str]:
    found = pattern.finditer(text, _AFTER)
    return [match.group() for match in found if text.find(match.group()) == match.start()]
