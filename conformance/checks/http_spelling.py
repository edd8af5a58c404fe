"""One JSON value has many spellings, and client libraries use them all: they have to mean the same.

The client for .NET escapes every letter beyond ASCII, that for Python none; some sort keys, some indent.
https://www.rfc-editor.org/rfc/rfc8259
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from conformance import calls
from conformance.answers import attempted, ensure_success
from conformance.effects import is_same_text
from conformance.messages import Json, Request, Send
from conformance.model import Finding, Level, Noted, Target
from conformance.registry import check

OBJECTS = "https://www.rfc-editor.org/rfc/rfc8259#section-4"
SPACE = "https://www.rfc-editor.org/rfc/rfc8259#section-2"
STRINGS = "https://www.rfc-editor.org/rfc/rfc8259#section-7"
NUMBERS = "https://www.rfc-editor.org/rfc/rfc8259#section-6"

SAID = "Repeat after me: Grüße, naïve café — 日本語 😀 🎉"
"""Letters of two, three and four bytes; those of four are two escapes in JSON."""


def escaped(text: str) -> str:
    """A text as JSON with every character escaped."""
    units = text.encode("utf-16-be")
    pairs = zip(units[::2], units[1::2], strict=True)
    return '"' + "".join(f"\\u{high:02x}{low:02x}" for high, low in pairs) + '"'


def spelled_out(value: Json) -> str:
    """JSON in which every string, keys as well, is nothing but escapes."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{escaped(key)}:{spelled_out(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(spelled_out, value)) + "]"
    return escaped(value) if isinstance(value, str) else json.dumps(value)


def turned(value: Json) -> Json:
    """The value with the members of its objects in the opposite order."""
    if isinstance(value, dict):
        return {key: turned(value[key]) for key in reversed(value)}
    return [turned(one) for one in value] if isinstance(value, list) else value


def spread(value: Json) -> str:
    """JSON with all the white space that it may have."""
    text = json.dumps(value, indent="\t", separators=(" , ", " \n : "), ensure_ascii=False)
    return f" \r\n\t{text} \r\n\t"


def _same(request: Request, spell: Callable[[Json], str], what: str, send: Send) -> Noted:
    """Sends the request in another spelling. Raises Ended where only that is refused."""
    other = replace(calls.raw_chat(spell(request.json).encode(), wrong=False), take=request.take)
    ensure_success(attempted(send, other, request))
    if not is_same_text(send, request, other):
        yield Finding(f"answers otherwise {what}", "$", "the same greedy answer", "another answer")


@check("http.spelling.order", "takes the members of objects in any order", Level.MUST, "http.spelling", OBJECTS)
def order(target: Target, send: Send) -> Noted:
    """Sends the members of every object in the opposite order: the role behind the content, the model last."""
    yield from _same(calls.chat(target), lambda value: json.dumps(turned(value)), "for another order of members", send)


@check("http.spelling.space", "takes white space between the parts of JSON", Level.MUST, "http.spelling", SPACE)
def space(target: Target, send: Send) -> Noted:
    """Sends tabs, line ends and spaces wherever JSON allows them."""
    yield from _same(calls.chat(target), spread, "for JSON with white space", send)


@check("http.spelling.escapes", "reads escaped letters as the letters they stand for", Level.MUST, "http.spelling", STRINGS)
def escapes(target: Target, send: Send) -> Noted:
    """Sends letters of two to four bytes in UTF-8 and then every string as escapes alone, among them pairs that stand for one
    letter, as the official client for .NET writes them.
    """
    yield from _same(calls.chat(target, SAID), spelled_out, "for escaped letters", send)


@check("http.spelling.numbers", "reads a number however it is written", Level.SHOULD, "http.spelling", NUMBERS)
def numbers(target: Target, send: Send) -> Noted:
    """Sends temperature and top_p, which are no integers, as 0 and 1 and then as 0.0 and 1.0e0."""
    request = calls.chat(target, top_p=1)

    def spell(value: Json) -> str:
        body = {name: held for name, held in value.items() if name not in ("temperature", "top_p")}
        return json.dumps(body)[:-1] + ', "temperature": 0.0, "top_p": 1.0e0}'

    yield from _same(request, spell, "for numbers written with a point", send)
