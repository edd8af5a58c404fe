"""Where secrets stand in bytes: whole or in part, as they are or encoded, whatever the case of the letters.

Escapes of JSON, URLs and HTML, one letter or all of them, are undone first; then what stands between letters is left out. The
time that it takes grows with the bytes and with nothing else, since who sends them may know the secret and mean harm.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from conformance.spellings import BETWEEN, PLACEHOLDERS, SHORT, loose_spellings, spellings, squeezed

Span = tuple[int, int]

FRAGMENT = 12
"""So many characters of a longer key are taken out even alone, since error messages quote keys in part."""

_HINT = 6
"""Bytes of a piece whose absence tells that no fragment is there."""
WINDOW = 1 << 18
"""Bytes that are looked through at a time, so that what is made of them takes little memory."""
_LONGEST = 16
"""Bytes that stand for a letter, at most."""

_ESCAPE = re.compile(
    rb"(\\{1,8}(?:u00[0-9a-f]{2}|u\{[0-9a-f]{1,6}\}|[nrt])|%(?:25){0,4}[0-9a-f]{2}|&#x0{0,8}[0-9a-f]{2};|&#0{0,8}[0-9]{2,3};)"
)
_SIGNS = (b"\\u", b"\\n", b"\\r", b"\\t", b"%", b"&#")
_APART = re.compile(b"([" + re.escape(BETWEEN) + b"]+)")
_NUMBERS = re.compile(rb"\d+(?:\s*,\s*\d+)+")


def spans_of(data: bytes, secrets: tuple[str, ...]) -> list[Span]:
    """Where secrets stand, in order and apart from each other."""
    sought = _sought(secrets)
    if len(data) < sought.shortest:
        return []
    found = [match.span() for match in sought.words.finditer(data.lower())] if sought.words else []
    for begin in range(0, len(data), max(WINDOW, sought.overlap)):
        window = data[begin : begin + max(WINDOW, sought.overlap) + sought.overlap].lower()
        found += [(begin + start, begin + end) for start, end in _found(window, sought)]
    return _joined(found)


def marked(found: bytes, mark: bytes) -> bytes:
    """The mark that stands in the place of what was found: numbers of an array stay numbers, so that JSON stays JSON."""
    return b", ".join(b"%d" % code for code in mark) if _NUMBERS.fullmatch(found) else mark


def _joined(found: list[Span]) -> list[Span]:
    """Spans in order; those that overlap become one."""
    joined: list[Span] = []
    for start, end in sorted(found):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _found(lower: bytes, sought: _Sought) -> Iterator[Span]:
    yield from sought.close.found(lower)
    plain = View.of(lower, _ESCAPE, _letter) if any(sign in lower for sign in _SIGNS) else None
    text = plain.text if plain else lower
    loose = list(_found_loose(text, sought.loose))
    yield from (plain.span(*span) for span in (*sought.close.found(text), *loose)) if plain else loose


def _found_loose(text: bytes, pieces: Pieces) -> Iterator[Span]:
    if any(True for _ in pieces.hinted(squeezed(text))):
        view = View.of(text, _APART, lambda _: b"")
        yield from (view.span(*span) for span in pieces.found(view.text))


def _letter(escape: bytes) -> bytes:
    if escape.endswith((b"n", b"r", b"t")):
        return b"\n"
    decimal = escape.startswith(b"&#") and escape[2:3] != b"x"
    code = int(escape[2:-1]) if decimal else int(escape.rstrip(b";}")[-2:].lstrip(b"{"), 16)
    return bytes([code & 255]).lower()


@dataclass(frozen=True)
class View:
    """Bytes as they read when something in them is understood, and where each part of them was: of every second part no more
    than one letter is left.
    """

    text: bytes
    ends: array[int]
    origins: array[int]

    @classmethod
    def of(cls, data: bytes, pattern: re.Pattern[bytes], read: Callable[[bytes], bytes]) -> View:
        """What is left when everything that a pattern of one group matches is read in this way."""
        parts = pattern.split(data)
        origins = array("q", accumulate(map(len, parts)))
        meanings = {one: read(one) for one in set(parts[1::2])}
        parts[1::2] = [meanings[one] for one in parts[1::2]]
        return cls(b"".join(parts), array("q", accumulate(map(len, parts))), origins)

    def span(self, start: int, end: int) -> Span:
        """A span of this text as one of the bytes."""
        return self._place(start)[0], self._place(end - 1)[1]

    def _place(self, letter: int) -> Span:
        part = bisect_right(self.ends, letter)
        begin, origin = (self.ends[part - 1], self.origins[part - 1]) if part else (0, 0)
        if part % 2:
            return origin, self.origins[part]
        return origin + letter - begin, origin + letter - begin + 1


@dataclass(frozen=True)
class Pieces:
    """Pieces of spellings by what hints at them, and of which spellings they are, where in these, and how much of those has to
    be there.
    """

    hints: dict[bytes, list[bytes]]
    homes: dict[bytes, list[tuple[bytes, int, int]]]

    def hinted(self, text: bytes) -> Iterator[bytes]:
        """The pieces that may be in a text."""
        for hint, pieces in self.hints.items():
            if hint in text:
                yield from pieces

    def found(self, lower: bytes) -> Iterator[Span]:
        """Where spellings stand. What was found is blotted out, so that nothing is found many times."""
        text = bytearray(lower)
        for piece in dict.fromkeys(self.hinted(lower)):
            place = text.find(piece)
            while place >= 0:
                start, end = max((_followed(lower, place, piece, home) for home in self.homes[piece]), key=_length)
                if end > start:
                    text[start:end] = bytes(end - start)
                    yield start, end
                place = text.find(piece, max(place + 1, end))


def _length(span: Span) -> int:
    return span[1] - span[0]


def _followed(data: bytes, place: int, piece: bytes, home: tuple[bytes, int, int]) -> Span:
    """The longest part of a spelling around a piece of it; empty where that is too short."""
    form, at, least = home
    start, end = place, place + len(piece)
    while start > 0 and at > place - start and data[start - 1] == form[at - (place - start) - 1]:
        start -= 1
    while end < len(data) and at + end - place < len(form) and data[end] == form[at + end - place]:
        end += 1
    return (start, end) if end - start >= least else (place, place)


def _close_pieces(forms: Iterable[bytes]) -> Pieces:
    """Every fragment of some spellings; a hint at it is in each of them."""
    made = Pieces({}, {})
    for form in forms:
        size = min(FRAGMENT, len(form))
        places = {*range(0, len(form) - _HINT + 1, _HINT), len(form) - _HINT}
        for at in range(len(form) - size + 1):
            _settle(made.homes, form[at : at + size], (form, at, size))
            hint = next(place for place in sorted(places) if place >= at)
            made.hints.setdefault(form[hint : hint + _HINT], []).append(form[at : at + size])
    return made


def _loose_pieces(forms: Iterable[bytes]) -> Pieces:
    """Pieces of some spellings of which one is in each half."""
    made = Pieces({}, {})
    for form in forms:
        least = max(FRAGMENT, len(form) // 2)
        for at in {*range(0, len(form) - FRAGMENT + 1, least - FRAGMENT + 1), len(form) - FRAGMENT}:
            piece = form[at : at + FRAGMENT]
            _settle(made.homes, piece, (form, at, least))
            made.hints[piece] = [piece]
    return made


def _settle(homes: dict[bytes, list[tuple[bytes, int, int]]], piece: bytes, home: tuple[bytes, int, int]) -> None:
    found = homes.setdefault(piece, [])
    if len(found) < 100:  # a key that repeats itself is found by the places at hand
        found.append(home)


@dataclass(frozen=True)
class _Sought:
    """What to look for: spellings at a stretch, others with something between their letters, and short words."""

    close: Pieces
    loose: Pieces
    words: re.Pattern[bytes] | None
    shortest: int
    overlap: int


@lru_cache(maxsize=16)
def _sought(secrets: tuple[str, ...]) -> _Sought:
    close = sorted({form.lower() for one in secrets if len(one) >= SHORT for form in spellings(one)})
    loose = sorted({form for one in secrets for form in loose_spellings(one)})
    words = sorted({one.lower().encode() for one in secrets if 1 < len(one) < SHORT and one.lower() not in PLACEHOLDERS})
    pattern = b"|".join(rb"(?<![0-9a-z])" + re.escape(word) + rb"(?![0-9a-z])" for word in words)
    lengths = [len(one) for one in (*close, *words)]
    return _Sought(
        _close_pieces(close),
        _loose_pieces(loose),
        re.compile(pattern) if pattern else None,
        min((min(FRAGMENT, one) for one in lengths), default=1 << 62),
        _LONGEST * max(map(len, (*close, *loose)), default=0),
    )
