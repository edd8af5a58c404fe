"""Stop strings: the answer ends before the first of them, whole and in a stream, and no part of one is left in it.

The strings are taken out of a first answer, so any model will say them. Real traffic never contains its stop string.
https://platform.openai.com/docs/api-reference/chat/create#chat-create-stop
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from conformance.answers import (
    Object,
    answered,
    answered_chunks,
    given,
    given_chunks,
    message_of,
    speech_of,
    streamed_text,
    text_of,
)
from conformance.calls import story, told
from conformance.checks.chat_usage_details import thoughts_in
from conformance.messages import Request, Send
from conformance.model import Finding, Level, Noted, Outcome, Target, Unclear
from conformance.registry import check
from conformance.streams import answer_of
from conformance.texts import BEGINNING, phrases_in, words_in

LINK = "https://platform.openai.com/docs/api-reference/chat/create#chat-create-stop"

WHERE = "$.choices[0]"
NEVER_SAID = "\u2020\u2020"


class _Lost(Exception):
    """The answer took another way, or ended early: ask again."""


@check("chat.stop.string", "ends an answer before a stop string", Level.MUST, "chat.stop", LINK, revision=2)
def string(target: Target, send: Send) -> Noted:
    """A word from the middle of the answer; the answer up to it has to come back."""
    text, words = _said(target, send)
    request = story(target, stop=words[0])
    yield from _judged(text, words[0], request, lambda asked: answered(send, asked, story(target)))


@check("chat.stop.list", "ends an answer before the first of several stop strings", Level.MUST, "chat.stop", LINK, revision=2)
def several(target: Target, send: Send) -> Noted:
    """Four strings, as many as the API allows: the one that is met first stands last."""
    text, words = _said(target, send)
    stops = [NEVER_SAID, f"{NEVER_SAID}\n", words[min(1, len(words) - 1)], words[0]]
    request = story(target, stop=stops)
    yield from _judged(text, words[0], request, lambda asked: answered(send, asked, story(target)))


@check("chat.stop.stream", "lets no part of a stop string out into a stream", Level.MUST, "chat.stop", LINK, revision=2)
def stream(target: Target, send: Send) -> Noted:
    """Two words, so that the stop string is known only after its first tokens, which have to be held back until then."""
    plain, text = speech_of(given(send, story(target))), streamed_text(given_chunks(send, told(target)))
    if plain[:BEGINNING] != text[:BEGINNING] or len(text) > 2 * len(plain):
        raise Unclear("the free stream has another text, which is judged by itself")
    phrases = phrases_in(text)
    if not phrases:
        raise Unclear("the answer has no two words to stop at")
    request = told(target, stop=phrases[0])

    def ask(asked: Request) -> Object:
        answered_chunks(send, asked, told(target))
        return answer_of(send(asked))

    yield from _judged(text, phrases[0], request, ask)


def _said(target: Target, send: Send) -> tuple[str, list[str]]:
    """The free answer and the words to stop it at. Raises Unclear."""
    text = speech_of(given(send, story(target)))
    words = words_in(text)
    if not words:
        raise Unclear("the answer has no word to stop at")
    return text, words


def _judged(text: str, stop: str, request: Request, ask: Callable[[Request], Object]) -> Noted:
    """Compares with the free answer, twice if the first differs otherwise than by the stop. Raises Unclear if both do, and where
    the stop string ended the thoughts before a word was said.
    """
    before = text[: text.index(stop)]
    for take in (0, 1):
        answer = ask(replace(request, take=take))
        stopped = text_of(answer)
        if thoughts_in(message_of(answer)) and not stopped.strip():
            raise Unclear("the model is stopped while it thinks")
        try:
            yield from _compared(stopped, before, stop)
        except _Lost:
            continue
        return
    if before.startswith(stopped.rstrip()):
        yield Finding("loses text before the stop string", WHERE, repr(before[-40:]), repr(stopped[-40:]))
        return
    raise Unclear("the answer took another way and never met the stop string")


def _compared(stopped: str, before: str, stop: str) -> Noted:
    """Raises _Lost where the answer neither contains the stop string nor ends before it."""
    if stop in stopped:
        yield _passed(stopped, stop)
        return
    stem = before.rstrip()
    rest = stopped[len(stem) :].strip()
    if not stopped.startswith(stem) or (rest and not stop.startswith(rest)):
        raise _Lost
    if rest:
        yield Finding("leaves the beginning of the stop string in the text", WHERE, repr(stem[-40:]), repr(stopped[-40:]))


def _passed(stopped: str, stop: str) -> Finding:
    if stopped.rstrip().endswith(stop):
        return Finding("leaves the stop string in the text", WHERE, f"no {stop!r}", repr(stopped[-40:]))
    return Finding("runs on past the stop string", WHERE, f"no {stop!r}", repr(stopped[-40:]), outcome=Outcome.IGNORED)
