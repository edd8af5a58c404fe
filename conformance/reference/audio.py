"""Answers that are spoken: a moment of silence for every token, in the container that was asked for.

https://platform.openai.com/docs/guides/audio
"""

from __future__ import annotations

import struct
from base64 import b64encode

from conformance.reference.values import Object

FORMATS = ("wav", "aac", "mp3", "flac", "opus", "pcm16")
_RATE = 8000
_HOUR = 3600


def spoken(id: str, text: str, tokens: int, created: int) -> Object:
    """The `audio` member of a message: data, transcript and an hour until it expires. Whatever the format, silence is PCM."""
    samples = b"\0\0" * (tokens * _RATE // 100)
    head = b"RIFF" + struct.pack("<I", 36 + len(samples)) + b"WAVEfmt "
    head += struct.pack("<IHHIIHH", 16, 1, 1, _RATE, _RATE * 2, 2, 16) + b"data" + struct.pack("<I", len(samples))
    data = b64encode(head + samples).decode()
    return {"id": f"audio_{id}", "data": data, "expires_at": created + _HOUR, "transcript": text}
