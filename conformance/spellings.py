"""How a secret may be spelled: as it is, escaped or encoded, and as programs print bytes, a letter at a time.

https://cwe.mitre.org/data/definitions/532.html
"""

from __future__ import annotations

import json
from base64 import b32encode, b64encode
from collections.abc import Callable, Iterator
from urllib.parse import quote, quote_plus

PLACEHOLDERS = frozenset(("ollama", "none", "null", "empty", "dummy", "unused", "test", "fake", "token", "bearer", "openai"))
"""What people give for a key where none is needed. To take these words out of answers would destroy them for nothing."""
SHORT = 8
"""A key of fewer characters is taken out only where it stands as a word of its own."""
LONG = 16
"""A key of fewer letters and digits is looked for only where nothing stands between them: so few may meet by chance."""

_LETTERS = ("{:d}", "{:03o}", "x{:02x}", "0x{:02x}", "u{:04x}", "u{:08x}")
"""A byte alone, without what stands around it: [115 107], \\163, \\x73, 0x73, %u0073, \\U00000073."""
_KEPT = frozenset(b"0123456789abcdefghijklmnopqrstuvwxyz")
BARRIERS = frozenset(b'"{}[]')
"""What keeps letters apart: what stands in two strings of JSON is told from its parts, see `conformance.scattered`."""
BETWEEN = bytes(sorted(set(range(256)) - _KEPT - BARRIERS))
"""What may stand between two letters of a secret, in lower case: blanks, line ends, commas, colons, zeros, what is no ASCII."""


def spellings(secret: str) -> set[bytes]:
    """The secret as it is, escaped for JSON and for URLs, in hex, and in base64 at each of the three alignments."""
    plain = secret.encode("utf-8", "surrogatepass")
    escaped = json.dumps(secret)[1:-1]
    texts = {escaped, escaped.replace("/", "\\/"), json.dumps(secret, ensure_ascii=False)[1:-1]}
    texts |= {quote(plain, safe=""), quote(plain), quote_plus(plain), plain.hex()}
    based = set(_aligned(b64encode, plain, 3, 6))
    based |= {one.translate(bytes.maketrans(b"+/", b"-_")) for one in based}
    return {plain, *(text.encode("utf-8", "surrogatepass") for text in texts), *based}


def loose_spellings(secret: str) -> set[bytes]:
    """The letters and digits of other spellings, in lower case: what is left where they come one by one, in lines, or as numbers.
    None for a secret of few.
    """
    plain = secret.encode("utf-8", "surrogatepass")
    if len(squeezed(plain.lower())) < LONG:
        return set()
    letters = {"".join(map(form.format, plain)).encode() for form in _LETTERS}
    encoded = {plain, plain[::-1], plain.hex().encode(), secret.encode("utf-16-le", "surrogatepass").hex().encode()}
    based = {*_aligned(b64encode, plain, 3, 6), *_aligned(b32encode, plain, 5, 5)}
    return {squeezed(one.lower()) for one in letters | encoded | based}


def squeezed(lower: bytes) -> bytes:
    """Bytes without what may stand between letters."""
    return lower.translate(None, BETWEEN)


def _aligned(encode: Callable[[bytes], bytes], plain: bytes, shifts: int, bits: int) -> Iterator[bytes]:
    """The characters that the secret alone makes, behind so many bytes of something else. One stands for so many bits."""
    for shift in range(shifts):
        whole = encode(b"\0" * shift + plain)
        yield whole[-(-8 * shift // bits) : 8 * (shift + len(plain)) // bits]
