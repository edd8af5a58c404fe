"""Bodies that a recorder kept as they were sent, decoded, never beyond a bound: https://www.rfc-editor.org/rfc/rfc9110#section-8.4."""

from __future__ import annotations

import zlib

MOST_BYTES = 64 << 20
"""How large a body may become."""

_GZIP = b"\x1f"
"""The first byte of what gzip made; the second is no UTF-8, so that it is lost where the body was read as text."""


def decoded(body: bytes, encoding: str) -> bytes | None:
    """The body without its content coding. Recorders often undo it and leave the header: then it is given back as it is. None
    where it cannot be decoded: cut short, too large, read as text, or in a coding that is not known here.
    """
    for coding in reversed([one.strip().lower() for one in encoding.split(",")]):
        if coding in ("", "identity", "aws-chunked") or not body:
            continue
        found = _undone(body, coding)
        if found is None:
            return None
        body = found
    return body


def _undone(body: bytes, coding: str) -> bytes | None:
    if coding in ("gzip", "x-gzip"):
        return _inflated(body, 31) if body.startswith(_GZIP) else body
    if coding == "deflate":
        return body if _is_text(body) else _inflated(body, 15) or _inflated(body, -15)
    return body if _is_text(body) else None


def _inflated(body: bytes, window: int) -> bytes | None:
    """Members of gzip follow each other in some streams; a member that is not whole makes the body unknown."""
    made = b""
    while body:
        reader = zlib.decompressobj(window)
        try:
            made += reader.decompress(body, MOST_BYTES - len(made))
        except zlib.error:
            return None
        if not reader.eof:
            return None
        body = reader.unused_data if reader.unused_data[:2] == body[:2] else b""
        if len(made) >= MOST_BYTES:
            return None
    return made


def _is_text(body: bytes) -> bool:
    """Whether a body is plainly not compressed: UTF-8 without control characters at its beginning."""
    start = body[:512]
    try:
        text = start.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(start) - 3:
            return False
        text = start[: error.start].decode("utf-8")
    return all(char.isprintable() or char in "\r\n\t\ufeff" for char in text)
