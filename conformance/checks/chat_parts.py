"""Content as an array of parts: text, which means the same as a string, and images.

https://platform.openai.com/docs/api-reference/chat/create#chat-create-messages
"""

from __future__ import annotations

import base64
import struct
import zlib
from dataclasses import replace

from conformance import calls
from conformance.answers import Object, answered, given, optional_count, speech_of, text_of
from conformance.effects import is_same_text, tells_apart
from conformance.messages import Json, Request, Send
from conformance.model import Finding, Level, Noted, Outcome, Target, Unclear
from conformance.registry import check

CREATE = "https://platform.openai.com/docs/api-reference/chat/create#chat-create-messages"
IMAGES = "https://platform.openai.com/docs/guides/images-vision"

COUNTING = "Count from one to five."
GREETING = "Hello!"
SIDE = 64
"""Pixels along an image's side: more than one patch of any vision model."""

_WHERE = "$.messages[0].content"


def _text(said: str) -> Json:
    return {"type": "text", "text": said}


def _parts(target: Target, *parts: Json) -> Request:
    return calls.chat(target, [{"role": "user", "content": list(parts)}])


def _loss(plain: Object, parts: Object) -> Finding | None:
    """The finding that token counts allow: a shorter prompt has lost the text, a longer one holds more than it."""
    counts = optional_count(plain, "prompt_tokens"), optional_count(parts, "prompt_tokens")
    if counts[0] is None or counts[1] is None or counts[0] == counts[1]:
        return None
    expected, actual = f"{counts[0]} prompt_tokens, as for the string", str(counts[1])
    if counts[1] < counts[0]:
        return Finding("the text of the parts is lost", _WHERE, expected, actual, outcome=Outcome.IGNORED)
    return Finding("the parts reach the model as more than their text", _WHERE, expected, actual)


@check("chat.content-parts.text", "takes a text part like a string", Level.MUST, "chat.content-parts", CREATE)
def text_part(target: Target, send: Send) -> Noted:
    """Sends two prompts as strings and as arrays of one text part: the greedy texts are the same. Two, since a server that
    loses the text may give the right answer to one of them by chance.
    """
    strings = [calls.chat(target, said) for said in (COUNTING, GREETING)]
    arrays = [_parts(target, _text(said)) for said in (COUNTING, GREETING)]
    first = [answered(send, array, string) for array, string in zip(arrays, strings, strict=True)]
    plain = [given(send, string) for string in strings]
    if text_of(plain[0]) == text_of(plain[1]):
        raise Unclear("the model gives the same text to two different prompts")
    for string, array, of_string, of_array in zip(strings, arrays, plain, first, strict=True):
        if text_of(of_string) != text_of(of_array) and (loss := _loss(of_string, of_array)):
            yield loss
        elif not is_same_text(send, string, array):
            yield Finding("a text part gets another answer than the string", _WHERE, text_of(of_string), text_of(of_array))


@check("chat.content-parts.several", "takes every part of a message", Level.MUST, "chat.content-parts", CREATE, revision=2)
def several_parts(target: Target, send: Send) -> Noted:
    """Adds a second text part to a first one: the answer or the number of prompt tokens changes."""
    one, two = _parts(target, _text(GREETING)), _parts(target, _text(GREETING), _text(COUNTING))
    for parts in (two, one):
        answered(send, parts, calls.chat(target))
    if not tells_apart(send, one, two):
        expected = "another answer or prompt_tokens than with one part"
        yield Finding("the second part is lost", f"{_WHERE}[1]", expected, "the same", outcome=Outcome.IGNORED)


def solid_png(red: int, green: int, blue: int) -> str:
    """A square image of one colour as a data URL."""

    def block(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + bytes((red, green, blue)) * SIDE) * SIDE
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    blocks = block(b"IHDR", header) + block(b"IDAT", zlib.compress(rows)) + block(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + blocks).decode()


def seer(target: Target) -> Target:
    """The target whose model sees, if there is one."""
    return replace(target, model=target.vision_model or target.model)


def seeing(target: Target, url: str, wrong: bool = False) -> Request:
    """A question about the image at a URL, to the model that sees if there is one."""
    image = {"type": "image_url", "image_url": {"url": url}}
    return replace(_parts(seer(target), _text("What colour is this image? One word."), image), wrong=wrong)


@check("chat.vision.image", "sees the image it is given", Level.MUST, "chat.vision", IMAGES, revision=2)
def image(target: Target, send: Send) -> Noted:
    """Shows a red and a blue square with the same question: the answers differ, and what is the same for the same image. A
    prompt of as many tokens as without an image has not got one.
    """
    blind = _parts(seer(target), _text("What colour is this image? One word."))
    shown = seeing(target, solid_png(255, 0, 0))
    red = answered(send, shown, blind)
    blue = answered(send, seeing(target, solid_png(0, 0, 255)), blind)
    given(send, blind)
    if speech_of(red) != speech_of(blue):
        again = given(send, replace(shown, take=1))
        if speech_of(again) != speech_of(red):
            raise Unclear("the same image does not get the same text twice at temperature 0")
    elif tells_apart(send, blind, shown):
        raise Unclear("the model gives the same answer to a red and to a blue image")
    else:
        actual = "the answer and the tokens of the question alone"
        yield Finding("the image is lost", f"{_WHERE}[1]", "another answer than without it", actual, outcome=Outcome.IGNORED)
