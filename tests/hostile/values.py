"""Bodies that break those who read them: JSON of every odd kind, and bytes that are no text.

https://seriot.ch/projects/parsing_json.html · https://docs.python.org/3/library/stdtypes.html#int-max-str-digits
"""

from functools import partial

from hostile.behaviours import add
from hostile.talk import EVENTS, PLAIN, Talk, chunk, completion, spelled

DEEP = 100_000
TEXT = spelled(completion())
DELTA = spelled(chunk(finish="stop"))


def within(member: bytes, value: bytes, text: bytes) -> bytes:
    """A text of JSON whose member is spelled otherwise."""
    before, found, after = text.partition(b'"%s": ' % member)
    assert found
    ends = [at for at in (after.find(b","), after.find(b"}")) if at >= 0]
    return before + found + value + after[min(ends) :]


def replacing(member: bytes, value: bytes, talk: Talk) -> bool:
    return talk.fitting(within(member, value, TEXT), within(member, value, DELTA))


def saying(body: bytes, talk: Talk) -> bool:
    return talk.fitting(body, body)


def typed(type: str, talk: Talk) -> bool:
    return talk.answer(b"data: " + DELTA + b"\n\n" if talk.streamed else TEXT, type=type)


def bare(body: bytes, talk: Talk) -> bool:
    return talk.answer(body, type=EVENTS if talk.streamed else PLAIN)


MEMBERS = {
    "deep-arrays-inside": (b"content", b"[" * DEEP + b"]" * DEEP),
    "deep-objects-inside": (b"content", b'{"a":' * DEEP + b"1" + b"}" * DEEP),
    "a-million-digits": (b"created", b"9" * 1_000_000),
    "a-million-decimals": (b"created", b"0." + b"3" * 1_000_000),
    "a-huge-exponent": (b"created", b"1e999999"),
    "a-tiny-exponent": (b"index", b"-1e-999999"),
    "not-a-number": (b"created", b"NaN"),
    "minus-infinity": (b"index", b"-Infinity"),
    "a-lone-surrogate": (b"content", rb'"\ud800 and \udfff"'),
    "nul-in-every-way": (b"content", b'"\\u0000 \0"'),
    "index-out-of-this-world": (b"index", b"4611686018427387904"),
    "index-is-true": (b"index", b"true"),
    "index-is-an-array": (b"index", b"[[0]]"),
    "content-is-an-object": (b"content", b'{"text": ["Hello!"]}'),
    "id-is-nested": (b"id", b'{"$oid": [{"a": {}}]}'),
    "model-is-a-number": (b"model", b"1e400"),
    "finish-reason-is-an-array": (b"finish_reason", b'[["stop"], "stop"]'),
    "duplicate-keys": (b"content", b'"a"' + b', "content": "b"' * 20_000),
}
for name, (member, value) in MEMBERS.items():
    add(f"values.{name}", partial(replacing, member, value), f"{member.decode()} as no reader expects it")

BODIES = {
    "deep-arrays": b"[" * DEEP,
    "deep-objects": b'{"a":' * DEEP + b"{}" + b"}" * DEEP,
    "invalid-utf-8": TEXT.replace(b"Hello", b"\xff\xfe\xc0\x80\xed\xa0\x80"),
    "utf-16": b"\xff\xfe" + TEXT.decode().encode("utf-16-le"),
    "a-byte-order-mark": b"\xef\xbb\xbf" + TEXT,
    "nothing": b"",
    "null": b"null",
    "a-string": b'"' + b"\\u001b[31m" * 9 + b'"',
    "an-empty-object": b"{}",
    "an-object-of-nulls": b'{"id":null,"object":null,"created":null,"model":null,"choices":null,"usage":null}',
    "choices-of-everything": b'{"choices": [null, 1, "a", [], {}, {"message": 3, "delta": 4}, {"index": {}, "message": {}}]}',
    "nothing-but-nul": b"\0" * 10_000,
    "nothing-but-blanks": b" \n" * 100_000,
}
for name, body in BODIES.items():
    add(f"values.{name}", partial(saying if name != "nothing" else bare, body), "a body that is no completion")

TYPES = {
    "charset-rot13": "application/json; charset=rot13",
    "charset-idna": "text/event-stream; charset=idna",
    "charset-unknown": "application/json; charset=\u00ff\u00fe-%s",
    "charset-utf-7": "application/json; charset=utf-7",
    "type-of-an-image": "image/png",
    "type-without-end": "application/json; " + "a=b; " * 10_000,
}
for name, kind in TYPES.items():
    add(f"values.{name}", partial(typed, kind), "a content type that makes readers choose a codec")
