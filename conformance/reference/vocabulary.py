"""The reference model's tokens: words with the space before them, fragments of words, marks of JSON and, last, every byte.

Any text has tokens and its tokens spell it again, as with byte-level vocabularies of real models:
https://github.com/openai/tiktoken
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import product
from string import ascii_lowercase

from conformance.reference.text import PARAGRAPHS

END = 0
"""The token that ends an answer; it spells nothing."""

_PART = re.compile(r" ?[^\W\d_]+| ?\d| ?[^\w\s]+|\s|_")
_JSON = r"""
{" ": ":" "," "} " } { [ ] }, ]} }} {} [] ":{" ":[ ":[" "] "], ":{ },{" \" \n true false null
"""
_LONGEST = 16


def parts_of(text: str) -> list[str]:
    """The text cut into words, digits and runs of marks."""
    return _PART.findall(text)


@cache
def words() -> tuple[bytes, ...]:
    """The spellings that the model may say of its own accord; END first."""
    read = [part.encode() for paragraph in PARAGRAPHS for part in parts_of(paragraph)]
    return (b"", *dict.fromkeys(read))


@cache
def spellings() -> tuple[bytes, ...]:
    """The spelling of every token, by its id."""
    pairs = [(first + second).encode() for first, second in product(ascii_lowercase, repeat=2)]
    triples = ("".join(letters).encode() for letters in product(ascii_lowercase, repeat=3))
    fragments = [*(mark.encode() for mark in _JSON.split()), *pairs, *(b" " + pair for pair in pairs), *triples]
    single = [bytes([byte]) for byte in range(256)]
    return tuple(dict.fromkeys([*words(), *fragments, *single]))


@cache
def ids() -> dict[bytes, int]:
    """The id of every spelling."""
    return {spelling: number for number, spelling in enumerate(spellings()) if spelling}


@lru_cache(maxsize=4096)
def tokens_of(text: str) -> tuple[int, ...]:
    """The tokens that spell a text; lone surrogates count as the replacement character."""
    return tuple(token for part in parts_of(text) for token in _tokens_of_part(part))


@lru_cache(maxsize=16384)
def _tokens_of_part(part: str) -> tuple[int, ...]:
    data, known = part.encode("utf-8", "replace"), ids()
    found: list[int] = []
    while data:
        size = next(size for size in range(min(_LONGEST, len(data)), 0, -1) if data[:size] in known)
        found.append(known[data[:size]])
        data = data[size:]
    return tuple(found)


def spelled(tokens: tuple[int, ...] | list[int]) -> bytes:
    """The bytes that some tokens spell."""
    known = spellings()
    return b"".join(known[token] for token in tokens)
