"""Servers that send too much: long, many, or small on the wire and huge when unpacked.

https://cwe.mitre.org/data/definitions/409.html · https://cwe.mitre.org/data/definitions/770.html
"""

import gzip
import os
import zlib
from base64 import b64decode
from functools import cache, partial

from hostile.behaviours import add, behaviour
from hostile.talk import EVENTS, PLAIN, Talk, chunk, completion, spelled

ALONE = {"alone": True, "codes": (1,), "says": "more than|runs past|no longer answers|no complete answer", "seconds": 120.0}
MORE = {**ALONE, "alone": False}
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
BROTLI = (
    "eNo7//9/PYMKw6ONDkXv///8/5+/gcVBRqzh3V/7////M05g6DjMdGHv/+f//9szCDEURjDs+v7/z///7A5MCnzcDt//zQeqYvBg"
    "OJLI+OLe/8///8szcDZY6DDc/V3/7/9/ZgVGgXbWBdX/z0Mt2cBQMmrJqCVD0RJ7APFnrt4="
)
"""A gibibyte of NULs in brotli, the brotli in zlib, the zlib in base64."""


@behaviour(**ALONE)
def a_body_without_end(talk: Talk) -> None:
    """A JSON array that goes on and on."""
    talk.begin(PLAIN)
    talk.send(b"[")
    talk.forever(b"[]," * 20000)


@behaviour(**MORE)
def a_text_without_end(talk: Talk) -> None:
    """A JSON text that goes on and on."""
    talk.begin(PLAIN)
    talk.send(b'{"choices": [{"message": {"content": "')
    talk.forever(b"la" * 30000)


@behaviour(**ALONE)
def events_without_end(talk: Talk) -> None:
    """Deltas by the million, as fast as it can."""
    talk.begin()
    talk.forever((b"data: " + spelled(chunk("la")) + b"\n\n") * 200)


@behaviour(**MORE)
def empty_events_without_end(talk: Talk) -> None:
    """Events of hardly any bytes by the million."""
    talk.begin()
    talk.forever(b"data:\n\n" * 9000)


@behaviour(**MORE)
def a_line_of_a_gigabyte(talk: Talk) -> None:
    """One line of an event stream, without an end of line."""
    talk.begin()
    talk.send(b"data: ")
    for _ in range(16384):
        talk.send(b"x" * 65536)


@behaviour(**MORE)
def an_event_of_a_million_lines(talk: Talk) -> None:
    """One event whose data lines never end."""
    talk.begin()
    talk.forever(b"data: x\n" * 8000)


@behaviour(**MORE)
def tiny_chunks(talk: Talk) -> None:
    """A million chunks of one byte."""
    talk.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n" + CHUNKED)
    talk.forever(b"1\r\n:\r\n" * 2000)


@behaviour(**MORE)
def headers_without_end(talk: Talk) -> None:
    """A head that never ends."""
    talk.send(b"HTTP/1.1 200 OK\r\n")
    talk.forever(b"X-Filler: %s\r\n" % (b"y" * 900) * 50)


@behaviour(**{**MORE, "says": ""})
def a_hundred_thousand_headers(talk: Talk) -> bool:
    """Many small headers, then a proper body."""
    headers = tuple(f"X-{number}: y" for number in range(100_000))
    return talk.answer(spelled(completion()), headers=headers)


@behaviour(**{**MORE, "says": ""})
def a_huge_header(talk: Talk) -> bool:
    """One header of eight megabytes."""
    return talk.answer(spelled(completion()), headers=("X-Huge: " + "y" * 2**23,))


@behaviour(**{**MORE, "says": ""})
def a_huge_status_line(talk: Talk) -> None:
    """A reason phrase of 64 megabytes."""
    talk.send(b"HTTP/1.1 200 ")
    for _ in range(1024):
        talk.send(b"OK" * 32768)


@cache
def packed(kind: str) -> bytes:
    """A gibibyte of NULs; gzip in gzip for "gzip, gzip"."""
    if kind == "br":
        return zlib.decompress(b64decode(BROTLI))
    if kind == "zstd":  # RLE blocks by hand: https://datatracker.ietf.org/doc/html/rfc8878#section-3.1.1.2.2
        blocks = [(131072 << 3 | 1 << 1 | (number == 8191)).to_bytes(3, "little") + b"\0" for number in range(8192)]
        return bytes.fromhex("28b52ffd") + b"\xc0\x58" + (2**30).to_bytes(8, "little") + b"".join(blocks)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(b"\0" * 2**20) + packer.flush(zlib.Z_FULL_FLUSH)  # after which it may stand again, and again
    data = b"\x78\xda" if kind == "deflate" else bytes.fromhex("1f8b0800000000000203")
    data += piece * 1024
    return gzip.compress(data) if kind == "gzip, gzip" else data


def bomb(kind: str, talk: Talk) -> bool:
    return talk.answer(packed(kind), type=EVENTS if talk.streamed else PLAIN, headers=(f"Content-Encoding: {kind}",))


for kind in ("gzip", "deflate"):
    add(f"volume.{kind}-bomb", partial(bomb, kind), "a gibibyte in a megabyte, compressed unasked", **MORE)
for kind in ("gzip, gzip", "br", "zstd"):
    name = kind.replace(", ", "-in-")
    add(f"volume.{name}-bomb", partial(bomb, kind), "a gibibyte in a few kilobytes, compressed unasked", **{**MORE, "says": ""})


@behaviour(**{**ALONE, "on": "models", "codes": (1, 4), "says": ""})
def ten_million_models(talk: Talk) -> None:
    """A list of models without an end."""
    talk.begin(PLAIN)
    talk.send(b'{"object": "list", "data": [')
    for number in range(1000):
        entry = b'{"id": "m%d", "object": "model", "created": 1, "owned_by": "me"}, ' % number
        talk.send(entry * 10_000)
    talk.send(b"{}]}")


@behaviour(**{**MORE, "says": ""})
def a_model_name_of_a_megabyte(talk: Talk) -> bool:
    """Every completion is of a model whose name is long."""
    name = "m" * 2**20
    return talk.fitting(spelled(completion(model=name)), spelled(chunk(finish="stop", model=name)))


@behaviour(**{**MORE, "says": ""})
def an_error_message_of_megabytes(talk: Talk) -> bool:
    """Refuses with many words."""
    error = {"message": "no " * 10**6, "type": "invalid_request_error", "param": None, "code": None}
    return talk.answer(spelled({"error": error}), "400 Bad Request")


@behaviour(**MORE)
def a_million_choices(talk: Talk) -> bool:
    """A completion with more choices than anyone asked for."""
    choice = completion()["choices"][0]
    return talk.answer(spelled(completion(choices=[choice] * 50_000)))


@behaviour(**{**ALONE, "says": "the budget of"})
def megabytes_in_every_answer(talk: Talk) -> bool:
    """Each answer is within bounds; hundreds of them are not."""
    text = "." * 4_000_000
    return talk.fitting(spelled(completion(text)), spelled(chunk(text, "stop")))


@behaviour(**{**ALONE, "says": "the budget of"})
def noise_that_does_not_compress(talk: Talk) -> bool:
    """Fills the disk of who keeps what was answered."""
    return talk.answer(os.urandom(7 * 2**20), type="application/octet-stream")
