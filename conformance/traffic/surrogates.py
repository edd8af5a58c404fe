r"""JSON whose escapes stand for half a character (`\udc80` alone), as some proxies write bytes that are no UTF-8: RFC 8259 leaves
open what they mean (https://www.rfc-editor.org/rfc/rfc8259#section-8.2), and fast parsers refuse them. Here each becomes U+FFFD.
"""

from __future__ import annotations

import re
from typing import Protocol

_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)
_FIRST_HALF = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}")
_LONGEST = len(rb"\udbff\udfff")


class Reads(Protocol):
    """What bytes are read from."""

    def read(self, size: int = -1, /) -> bytes:
        """Some bytes, b"" at the end."""


class Mended:
    """A file of JSON in which every escape stands for a character."""

    def __init__(self, file: Reads) -> None:
        self._file = file
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """Some bytes, b"" at the end; more or fewer than asked for."""
        while True:
            data = self._file.read(size)
            text = self._rest + data
            self._rest = b""
            if data:
                text, self._rest = _cut(text)
            mended = _ESCAPE.sub(_character, text) if b"\\u" in text else text
            if mended or not data:
                return mended


def _cut(text: bytes) -> tuple[bytes, bytes]:
    """The text up to where an escape may be torn at its end, and the rest."""
    at = text.find(b"\\", max(len(text) - _LONGEST, 0))
    if at < 0:
        return text, b""
    if _FIRST_HALF.fullmatch(text, at - 6, at):
        at -= 6
    begin = len(text[:at].rstrip(b"\\"))  # where backslashes begin, an escape does, and each second one is another
    at -= (at - begin) % 2
    return text[:at], text[at:]


def _character(escape: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if escape[1] else escape[0]
