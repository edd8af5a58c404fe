"""Where secrets stand in bytes: whole or in part, as they are or encoded, whatever the case of the letters.

A secret is looked for by short pieces of its spellings; what is found is followed to both sides as far as it goes on. Escapes of
JSON, URLs and HTML, one letter or all of them, are undone first. https://cwe.mitre.org/data/definitions/532.html
"""

from __future__ import annotations

import json
import re
from array import array
from base64 import b64encode
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, quote_plus

Span = tuple[int, int]

PLACEHOLDERS = frozenset(("ollama", "none", "null", "empty", "dummy", "unused", "test", "fake", "token", "bearer", "openai"))
"""What people give for a key where none is needed. To take these words out of answers would destroy them for nothing."""
SHORT = 8
"""A key of fewer characters is taken out only where it stands as a word of its own."""
FRAGMENT = 12
"""So many characters of a longer key are taken out even alone, since error messages quote keys in part."""

_GRAM = 6
_ESCAPE = re.compile(rb"\\+u00([0-9a-f]{2})|%(?:25)*([0-9a-f]{2})|&#x0*([0-9a-f]{2});|&#0*([0-9]{2,3});")
_SIGNS = (b"\\u00", b"%", b"&#")


@dataclass(frozen=True)
class _Searched:
    """What to look for: short pieces with the spellings that they are of and their places there, and short words."""

    grams: dict[bytes, list[tuple[bytes, int]]]
    words: re.Pattern[bytes] | None


def spans_of(data: bytes, secrets: tuple[str, ...]) -> list[Span]:
    """Where secrets stand, in order and apart from each other."""
    searched = _searched(secrets)
    if not (searched.grams or searched.words):
        return []
    lower = data.lower()
    found = list(_found(lower, searched))
    if any(sign in lower for sign in _SIGNS):
        plain, places = _unescaped(lower)
        found += [places.span(*span) for span in _found(plain, searched)]
    return _joined(found)


def _joined(found: list[Span]) -> list[Span]:
    """Spans in order; those that overlap become one."""
    joined: list[Span] = []
    for start, end in sorted(found):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _found(lower: bytes, searched: _Searched) -> Iterator[Span]:
    for gram, homes in searched.grams.items():
        place = lower.find(gram)
        while place >= 0:
            start, end = max((_followed(lower, place, form, at) for form, at in homes), key=lambda one: one[1] - one[0])
            if end > start:
                yield start, end
            place = lower.find(gram, max(place + 1, end))
    if searched.words:
        yield from (match.span() for match in searched.words.finditer(lower))


def _followed(data: bytes, place: int, form: bytes, at: int) -> Span:
    """The longest piece of a spelling around a place where the piece at `at` of it stands; empty where that is too short."""
    start, end = place, place + _GRAM
    while start > 0 and at > place - start and data[start - 1] == form[at - (place - start) - 1]:
        start -= 1
    while end < len(data) and at + end - place < len(form) and data[end] == form[at + end - place]:
        end += 1
    return (start, end) if end - start >= min(FRAGMENT, len(form)) else (place, place)


@dataclass(frozen=True)
class _Places:
    """Where the letters that were escaped stand: among the letters, and from where to where in the bytes."""

    letters: array[int]
    starts: array[int]
    ends: array[int]

    def span(self, start: int, end: int) -> Span:
        """A span of letters as one of bytes."""
        return self._byte(start)[0], self._byte(end - 1)[1]

    def _byte(self, letter: int) -> Span:
        number = bisect_right(self.letters, letter) - 1
        if number < 0:
            return letter, letter + 1
        if self.letters[number] == letter:
            return self.starts[number], self.ends[number]
        place = self.ends[number] + letter - self.letters[number] - 1
        return place, place + 1


def _unescaped(lower: bytes) -> tuple[bytes, _Places]:
    """The bytes with their escapes undone, and where these were."""
    places = _Places(array("q"), array("q"), array("q"))
    kept, length, position = [], 0, 0
    for match in _ESCAPE.finditer(lower):
        code = int(match[4]) if match[4] else int(match[1] or match[2] or match[3], 16)
        length += match.start() - position
        places.letters.append(length)
        places.starts.append(match.start())
        places.ends.append(match.end())
        kept += [lower[position : match.start()], bytes([code & 255]).lower()]
        length, position = length + 1, match.end()
    return b"".join((*kept, lower[position:])), places


@lru_cache(maxsize=16)
def _searched(secrets: tuple[str, ...]) -> _Searched:
    grams: dict[bytes, list[tuple[bytes, int]]] = {}
    for form in sorted({form.lower() for one in secrets if len(one) >= SHORT for form in _spellings(one)}):
        for at in {*range(0, len(form) - _GRAM + 1, _GRAM), len(form) - _GRAM}:
            homes = grams.setdefault(form[at : at + _GRAM], [])
            if len(homes) < 100:  # a key that repeats itself is found by the places at hand
                homes.append((form, at))
    words = {one.lower().encode() for one in secrets if 1 < len(one) < SHORT and one.lower() not in PLACEHOLDERS}
    pattern = b"|".join(rb"(?<![0-9a-z])" + re.escape(word) + rb"(?![0-9a-z])" for word in sorted(words))
    return _Searched(grams, re.compile(pattern) if pattern else None)


def _spellings(secret: str) -> set[bytes]:
    """The secret as it is, escaped for JSON and for URLs, in hex, and in base64 at each of the three alignments."""
    plain = secret.encode("utf-8", "surrogatepass")
    escaped = json.dumps(secret)[1:-1]
    texts = {escaped, escaped.replace("/", "\\/"), json.dumps(secret, ensure_ascii=False)[1:-1]}
    texts |= {quote(plain, safe=""), quote(plain), quote_plus(plain), plain.hex()}
    spelled = {plain, *(text.encode("utf-8", "surrogatepass") for text in texts)}
    for shift in range(3):
        whole = b64encode(b"\0" * shift + plain)
        bits = 8 * (shift + len(plain))
        inner = whole[-(-8 * shift // 6) : bits // 6]  # only characters that the secret alone makes
        spelled |= {inner, inner.translate(bytes.maketrans(b"+/", b"-_"))}
    return spelled
