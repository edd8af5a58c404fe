"""Many of one thing where a reader expects few: in heads, between chunks, behind the end, in one event.

https://www.rfc-editor.org/rfc/rfc9112#name-chunked-transfer-coding · https://nvd.nist.gov/vuln/detail/CVE-2020-8492
"""

import gzip
import json
from functools import cache, partial

from hostile.behaviours import add, behaviour
from hostile.talk import EVENTS, PLAIN, Talk, chunk, completion, events, spelled

TEXT = spelled(completion())
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
LENGTH = b"Content-Length: %d\r\n\r\n" % len(TEXT)
MOST = 95_000
"""Bytes of a header that HTTP libraries still take."""


def heads(line: bytes, talk: Talk) -> bool:
    talk.send(OK + line + b"\r\n" + LENGTH + TEXT)
    return True


LINES = {
    "cookies": b"\r\n".join(b"Set-Cookie: c%d=v; Domain=.example.com; Path=/; HttpOnly" % number for number in range(1500)),
    "a-cookie-of-blanks": b"Set-Cookie: a=b; expires=" + b"1" + b" " * MOST + b"x",
    "a-cookie-of-digits": b"Set-Cookie: a=b; expires=Mon, 01-Jan-" + b"9" * MOST + b" 00:00:00 GMT; max-age=" + b"9" * 300,
    "a-cookie-of-semicolons": b"Set-Cookie: " + b";" * MOST,
    "a-type-of-open-quotes": b'Content-Type: application/json; a="' + b";" * MOST,
    "a-type-of-quotes": b"Content-Type: application/json; a=" + b'"' * MOST,
    "a-type-of-stars": b"Content-Type: application/json; " + b"".join(b"a*%d*=%%41; " % number for number in range(6000)),
    "codings": b"Content-Encoding: " + b", ".join([b"identity"] * 9000),
    "links": b"Link: " + b", ".join([b'<http://127.0.0.1:9/>; rel="next"'] * 2500),
    "challenges": b"\r\n".join([b'WWW-Authenticate: Digest realm="a", nonce="b", qop="auth"'] * 1500),
    "dates": b"Date: " + b"Mon, " * 19_000,
    "a-retry-of-digits": b"Retry-After: " + b"9" * MOST + b"\r\nretry-after-ms: " + b"1" * 900,
    "limits": b"\r\n".join(b"x-ratelimit-limit-%d: 9e%d" % (number, number) for number in range(3000)),
    "names-of-names": b"\r\n".join(b"%s: 1" % (b"X-" + b"a" * number) for number in range(1, 420)),
    "variations": b"Vary: " + b"*, " * 30_000,
    "a-long-id": b"x-request-id: " + b"-" * MOST + b"\r\nOpenAI-Processing-Ms: 1e400\r\nOpenAI-Version: \xff\xfe",
}
for name, line in LINES.items():
    add(f"floods.{name}", partial(heads, line), "a head just small enough to be read, and long to understand")


@behaviour()
def interim_answers_before_the_answer(talk: Talk) -> bool:
    """Nine hundred interim answers with headers, and then a proper one."""
    talk.send(b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nContent-Length: 9\r\n\r\n" * 900)
    return talk.properly()


@behaviour()
def extensions_of_chunks(talk: Talk) -> bool:
    """Chunks of one byte, each with an extension of kilobytes."""
    told = b"".join(b"1;a=%s\r\n%c\r\n" % (b"b" * 9000, byte) for byte in TEXT)
    talk.send(OK + b"Transfer-Encoding: chunked\r\n\r\n" + told + b"0\r\n\r\n")
    return True


@behaviour(codes=(1,))
def an_extension_of_megabytes(talk: Talk) -> None:
    """One chunk whose extension takes megabytes."""
    talk.send(OK + b"Transfer-Encoding: chunked\r\n\r\n5;a=")
    talk.forever(b"b" * 65536)


@behaviour(codes=(0, 1))
def trailers_by_the_thousand(talk: Talk) -> None:
    """Trailers as fast as it can, among them such as belong into a head."""
    talk.send(OK + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n" % (len(TEXT), TEXT))
    talk.forever(b"Content-Length: 3\r\nContent-Encoding: gzip\r\nSet-Cookie: a=b\r\n" * 200)


@cache
def packed(kind: str) -> bytes:
    """Bodies whose codings take long or do nothing."""
    if kind == "empty-blocks":  # stored blocks of no bytes, that never come to an end
        return bytes.fromhex("1f8b0800000000000203") + b"\0\0\0\xff\xff" * 2_000_000
    if kind == "behind-its-end":
        return gzip.compress(TEXT) + b"\0" * 20_000_000
    if kind == "many-members":
        return gzip.compress(b" ") * 100_000 + gzip.compress(TEXT)
    data = TEXT
    for _ in range(kind.count("gzip")):
        data = gzip.compress(data)
    return data


CODINGS = {
    "three-codings": ("gzip, gzip, gzip", "gzip, gzip, gzip"),
    "more-codings-than-told": ("gzip, gzip", "gzip"),
    "fewer-codings-than-told": ("gzip", "gzip, gzip, x-gzip"),
    "five-codings": ("gzip, gzip, gzip, gzip, gzip", "gzip, gzip, gzip, gzip, gzip"),
    "no-coding-though-told": ("", "gzip"),
    "no-brotli-though-told": ("", "br"),
    "no-zstd-though-told": ("", "zstd, gzip"),
    "empty-blocks-of-gzip": ("empty-blocks", "gzip"),
    "zeros-behind-the-end-of-gzip": ("behind-its-end", "gzip"),
    "members-of-gzip": ("many-members", "gzip"),
}


def coded(kind: str, told: str, talk: Talk) -> bool:
    return talk.answer(packed(kind), type=EVENTS if talk.streamed else PLAIN, headers=(f"Content-Encoding: {told}",))


for name, (kind, told) in CODINGS.items():
    add(f"floods.{name}", partial(coded, kind, told), "codings that do not fit what is coded", codes=(0, 1))


def streaming(body: bytes, talk: Talk) -> object:
    return talk.answer(body, type=EVENTS) if talk.streamed else talk.properly()


DELTA = b"data: " + spelled(chunk()) + b"\n\n"
DONE = b"data: [DONE]\n\n"
STREAMS = {
    "retries": b"retry: 99999999999999999999\nretry: -1\nretry: \xd9\xa3\n\n" * 6000 + DELTA + DONE,
    "ids": b"".join(b"id: %d\0\nid: %s\n" % (number, b"9" * 300) for number in range(4000)) + DELTA + DONE,
    "names-of-events": b"event: " + b"e" * 1_000_000 + b"\n" + DELTA + DONE,
    "returns": (DELTA + DONE).replace(b"\n", b"\r") + b"\r" * 1_000_000,
    "marks-of-order": (b"\xef\xbb\xbf" + DELTA) * 400 + DELTA.replace(b"{", b"\xef\xbb\xbf{", 1) * 9 + DONE,
    "dones": DELTA + DONE * 15_000,
    "choices-by-index": events(*({**chunk(), "choices": [{**chunk()["choices"][0], "index": at}]} for at in range(9000))),
    "calls-by-index": events(
        *(
            {**chunk(), "choices": [{"index": 0, "delta": {"tool_calls": [{"index": at, "id": "c", "function": {}}]}}]}
            for at in range(6000)
        )
    ),
    "an-error-in-the-stream": DELTA * 3 + b'data: {"error": {"message": "%s"}}\n\n' % (b"no " * 300_000) + DONE,
    "numbers-of-no-end": b'data: {"choices": [{"index": 1e999, "delta": {"tool_calls": [{"index": 1e400}]}}]}\n\n' * 9 + DONE,
}
for name, body in STREAMS.items():
    add(f"floods.{name}", partial(streaming, body), "a stream with many of what there is one of")

NAMES = (
    *("__class__", "__dict__", "__init__", "__stream__", "model_dump", "model_extra", "model_fields_set", "_request_id", "self"),
    *("", "\0", "$ref", "$schema", "index", "choices", "constructor", "__proto__", "a.b[0]", "\ud800"),
)


def repeating(text: str, count: int, talk: Talk) -> bool:
    whole = spelled(completion("")).replace(b'""', b'"' + text.encode() * count + b'"', 1)
    return talk.fitting(whole, spelled(chunk("", "stop")).replace(b'""', b'"' + text.encode() * count + b'"', 1))


for name, text in {"percents": "%41", "escapes": "\\u0041", "references": "&#65;", "line-ends": "\\n"}.items():
    why = "millions of escapes, which whoever looks for something behind them has to undo"
    add(f"floods.{name}", partial(repeating, text, 3_900_000 // len(text)), why, codes=(1,), seconds=240.0)


@behaviour()
def members_named_like_methods(talk: Talk) -> bool:
    """Members whose names mean something to the classes that are made of them."""
    odd: dict[str, object] = {name: {name: [name, None]} for name in NAMES if name not in ("index", "choices")}
    whole, delta = completion(**odd), chunk(finish="stop", **odd)
    whole["choices"][0]["message"] |= odd
    delta["choices"][0]["delta"] |= odd
    return talk.fitting(json.dumps(whole).encode(), json.dumps(delta).encode())


@behaviour()
def keys_given_twice_a_thousand_times(talk: Talk) -> bool:
    """Objects of nearly a thousand names, each twice."""
    one = b"{" + b",".join(b'"k%d":1' % (number % 480) for number in range(960)) + b"}"
    body = b'{"choices": [' + b",".join([one] * 150) + b"]}"
    return talk.fitting(body, body)
