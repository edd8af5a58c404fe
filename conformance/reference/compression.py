"""Compressed replies: frame by frame, each flushed, so that a stream stays one.

https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1.3
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace

from conformance.reference.values import Asked, Reply

_GZIP = zlib.MAX_WBITS | 16


def compressed(reply: Reply, asked: Asked) -> Reply:
    """The reply compressed for who asks for nothing but gzip, if it is not labelled so already."""
    if asked.headers.get("accept-encoding") != "gzip" or labelled(reply) or not any(reply.frames):
        return reply
    return replace(reply, headers=(*reply.headers, ("content-encoding", "gzip")), frames=tuple(_packed(reply.frames)))


def labelled(reply: Reply) -> bool:
    """Whether the reply is called compressed."""
    return ("content-encoding", "gzip") in reply.headers


def decoded(reply: Reply) -> tuple[tuple[bytes, ...], str]:
    """The frames as a client decodes them, and what goes wrong with that."""
    if not labelled(reply):
        return reply.frames, ""
    decoder = zlib.decompressobj(_GZIP)
    try:
        return tuple(map(decoder.decompress, reply.frames)), ""
    except zlib.error as error:
        return (), str(error)


def _packed(frames: Iterable[bytes]) -> Iterator[bytes]:
    packer, last = zlib.compressobj(wbits=_GZIP), b""
    for frame in frames:
        if last:
            yield last
        last = packer.compress(frame) + packer.flush(zlib.Z_SYNC_FLUSH)
    yield last + packer.flush()
