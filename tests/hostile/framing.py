"""Answers that are no proper HTTP, or lie about where they end. https://www.rfc-editor.org/rfc/rfc9112"""

import os
from functools import partial

from hostile.behaviours import add
from hostile.talk import Talk, completion, spelled

TEXT = spelled(completion())
SIZE = len(TEXT)
JSON = b"Content-Type: application/json\r\n"
OK = b"HTTP/1.1 200 OK\r\n" + JSON
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n"


def saying(data: bytes, talk: Talk) -> None:
    talk.send(data)


def lengths(*values: object) -> bytes:
    return OK + b"".join(b"Content-Length: %s\r\n" % str(value).encode() for value in values) + b"\r\n" + TEXT


def status(line: bytes) -> bytes:
    return line + b"\r\n" + JSON + b"Content-Length: %d\r\n\r\n" % SIZE + TEXT


ANSWERS = {
    "chunk-size-is-no-number": CHUNKED + b"\r\nzz\r\n" + TEXT,
    "chunk-size-overflows": CHUNKED + b"\r\n" + b"F" * 40 + b"\r\n" + TEXT,
    "chunk-size-is-negative": CHUNKED + b"\r\n-5\r\n" + TEXT,
    "chunk-without-its-end": CHUNKED + b"\r\n%x\r\n%s" % (SIZE, TEXT),
    "chunk-longer-than-said": CHUNKED + b"\r\n5\r\n" + TEXT + b"\r\n0\r\n\r\n",
    "chunks-and-length": CHUNKED + b"Content-Length: 3\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (SIZE, TEXT),
    "chunked-twice": CHUNKED + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (SIZE, TEXT),
    "unknown-transfer-coding": OK + b"Transfer-Encoding: gzip, x-mine\r\n\r\n" + TEXT,
    "length-is-negative": lengths(-5),
    "length-is-huge": lengths(10**30),
    "length-is-no-number": lengths("0x1f"),
    "lengths-differ": lengths(SIZE, 5),
    "length-too-small": lengths(SIZE - 9),
    "length-too-large": lengths(SIZE + 9),
    "no-content-with-content": status(b"HTTP/1.1 204 No Content"),
    "not-modified-with-content": status(b"HTTP/1.1 304 Not Modified"),
    "status-99": status(b"HTTP/1.1 099 Early"),
    "status-999": status(b"HTTP/1.1 999 Request denied"),
    "status-1000": status(b"HTTP/1.1 1000 Too Much"),
    "status-is-negative": status(b"HTTP/1.1 -200 OK"),
    "status-is-a-word": status(b"HTTP/1.1 okay"),
    "switching-protocols": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n" + os.urandom(99),
    "http-0.9": TEXT,
    "http-3.7": status(b"HTTP/3.7 200 OK"),
    "http-2-frames": bytes.fromhex("00000004000000000000000000") + b"\0" * 40,
    "binary-garbage": bytes(range(256)) * 20,
    "a-tls-alert": bytes.fromhex("15030100020228"),
    "another-protocol": b"220 mail ESMTP\r\n+OK POP3\r\nSSH-2.0-OpenSSH_9.9\r\n",
    "a-header-without-a-name": OK + b": nameless\r\n\r\n" + TEXT,
    "a-header-with-nul": OK + b"X-Nul: a\0b\r\nContent-Length: %d\r\n\r\n" % SIZE + TEXT,
    "a-folded-header": OK + b"X-Folded: a\r\n b\r\n\tc\r\nContent-Length: %d\r\n\r\n" % SIZE + TEXT,
    "bare-returns": OK.replace(b"\r\n", b"\r") + b"\r" + TEXT,
    "an-answer-too-many": status(b"HTTP/1.1 200 OK") + status(b"HTTP/1.1 200 OK") * 3,
}
for name, data in ANSWERS.items():
    add(f"framing.{name}", partial(saying, data), "bytes that HTTP does not allow, or that two readers read in two ways")
