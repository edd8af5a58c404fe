"""Rules about the choices of a chat completion and what they say, plain or streamed.

https://platform.openai.com/docs/api-reference/chat/object
"""

from __future__ import annotations

import re

from conformance import calls
from conformance.answers import Object, choices_of
from conformance.endpoints import wants_stream
from conformance.evidence import asked, ensure_values, integer, is_tame, shown
from conformance.messages import Exchange, Json, Request
from conformance.model import Finding, Level, Noted, Outcome, Seen, Target, Unclear
from conformance.registry import rule
from conformance.streams import answer_of, stream_of
from conformance.wire import read_json

OBJECT = "https://platform.openai.com/docs/api-reference/chat/object"
CREATE = "https://platform.openai.com/docs/api-reference/chat/create"
AN_HOUR = 3600

_INSTEAD = ("tool_calls", "function_call", "refusal", "audio")
"""What a message may carry in place of content."""

_CUT = ("length", "content_filter")
"""Reasons to end that may leave nothing to say."""


@rule("chat.choices.index", "numbers its choices from 0", Level.MUST, "chat", OBJECT, on="chat.proper", seed=calls.chat)
def choices_are_numbered(exchange: Exchange) -> Noted:
    """Reads the index of every choice: 0 to n-1, each once."""
    indices = [choice.get("index") for choice in choices_of(answer_of(exchange))]
    numbers = [number for index in indices if (number := integer(index)) is not None]
    if len(numbers) == len(indices) and sorted(numbers) != list(range(len(numbers))):
        yield Finding("numbers its choices otherwise", "$.choices[*].index", "0 to n-1, each once", shown(str(sorted(numbers))))


@rule("chat.created.clock", "dates completions by its clock", Level.SHOULD, "chat", OBJECT, on="chat.proper", seed=calls.chat)
def created_is_now(exchange: Exchange) -> Noted:
    """Compares `created` with the clock of this run, to the hour. Dates in recordings are often edited, so they tell nothing."""
    if exchange.source or not exchange.started:
        raise Unclear("the time of the answer is not known")
    first = stream_of(exchange).chunks[0].value if wants_stream(exchange) else read_json(exchange.body).value
    created = integer(first.get("created")) if isinstance(first, dict) else None
    if created is None or not 1e9 < created < 1e11:
        raise Unclear("created is no time to compare")
    if abs(created - exchange.started) > AN_HOUR + exchange.seconds:
        yield Finding("created is not the time of the answer", "$.created", f"about {exchange.started:.0f}", shown(created))


@rule("chat.content.present", "says something or calls something", Level.MUST, "chat", OBJECT, on="chat", seed=calls.chat)
def content_is_present(exchange: Exchange) -> Noted:
    """Reads `message.content`: null or missing only beside tool calls, a refusal or audio, or where the answer was cut."""
    for place, choice in enumerate(choices_of(answer_of(exchange))):
        message = _message(choice)
        cut = choice.get("finish_reason") in _CUT
        if message.get("content") is None and not cut and not any(message.get(name) for name in _INSTEAD):
            yield Finding("the message has no content", f"$.choices[{place}].message.content", "a string", _said(message))


@rule("chat.content.key", "has the member content in every message", Level.SHOULD, "chat", OBJECT, on="chat", seed=calls.chat)
def content_is_a_member(exchange: Exchange) -> Noted:
    """Reads `message.content` beside tool calls and the like: null, but there."""
    for place, choice in enumerate(choices_of(answer_of(exchange))):
        message = _message(choice)
        if "content" not in message and any(message.get(name) for name in _INSTEAD):
            yield Finding("the message has no member content", f"$.choices[{place}].message.content", "null", "absent")


def _said(message: Object) -> str:
    return "null" if "content" in message else "absent"


def _message(choice: Object) -> Object:
    message = choice.get("message")
    if not isinstance(message, dict):
        raise Unclear("the answer has no message to judge")
    return message


_BROKEN = re.compile("[\ufffd\ud800-\udfff]")


@rule("chat.content.text", "answers in whole characters", Level.SHOULD, "chat", OBJECT, on="chat.proper", seed=calls.chat)
def content_is_text(exchange: Exchange) -> Noted:
    """Looks for U+FFFD and lone surrogates in the content, unless the request holds such, samples wildly or was cut short."""
    ensure_values(exchange)
    if not is_tame(asked(exchange)) or not _is_utf8(exchange.body):
        raise Unclear("the request may lead to broken characters, or the bytes are no UTF-8 to begin with")
    for place, choice in enumerate(choices_of(answer_of(exchange))):
        text = _message(choice).get("content")
        if isinstance(text, str) and (torn := _torn(text, choice)):
            yield Finding("the text holds a broken character", f"$.choices[{place}].message.content", "whole characters", torn)


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _torn(text: str, choice: Object) -> str:
    whole = text.rstrip("\ufffd") if choice.get("finish_reason") == "length" else text
    found = _BROKEN.search(whole)
    return shown(ascii(whole[max(0, found.start() - 20) : found.start() + 20])) if found else ""


def _three(target: Target) -> Request:
    return calls.chat(target, n=2)


@rule(
    "chat.n.count",
    "gives as many choices as asked for",
    Level.MUST,
    "chat.n",
    CREATE,
    on="chat.proper",
    seed=_three,
    revision=2,
)
def choices_are_counted(exchange: Exchange) -> Noted:
    """Compares the number of choices with `n`. One choice where one is wanted shows nothing of it."""
    wanted = integer(asked(exchange).get("n", 1))
    if wanted is None or wanted < 1:
        raise Unclear("the request asks for no number of choices")
    given = len(choices_of(answer_of(exchange)))
    if given == wanted == 1:
        raise Unclear("the request asks for one choice")
    yield Seen("choices", given)
    if given != wanted:
        outcome = Outcome.IGNORED if given == 1 else Outcome.DIFFERS
        yield Finding("gives another number of choices", "$.choices", shown(wanted), str(given), outcome=outcome)


def _stopped(target: Target) -> Request:
    return calls.chat(target, stop=["e"])


@rule("chat.stop.absent", "leaves stop strings out", Level.MUST, "chat.stop", CREATE, on="chat.proper", seed=_stopped)
def stop_is_absent(exchange: Exchange) -> Noted:
    """Looks for the stop strings of the request in the content."""
    ensure_values(exchange)
    stops = _stops(asked(exchange).get("stop"))
    for place, choice in enumerate(choices_of(answer_of(exchange))):
        text = _message(choice).get("content")
        if isinstance(text, str):
            yield from (_runs_on(text, stop, place) for stop in stops if stop in text)


def _stops(said: Json) -> list[str]:
    listed = said if isinstance(said, list) else [said]
    stops = [stop for stop in listed if isinstance(stop, str) and stop]
    if not stops:
        raise Unclear("the request names no stop string")
    return stops


def _runs_on(text: str, stop: str, place: int) -> Finding:
    kept = text.index(stop) + len(stop) == len(text)
    message = "the text ends with the stop string itself" if kept else "the text runs on past the stop string"
    outcome = Outcome.DIFFERS if kept else Outcome.IGNORED
    return Finding(message, f"$.choices[{place}].message.content", f"no {shown(stop, 40)!r}", shown(text[-60:]), outcome=outcome)
