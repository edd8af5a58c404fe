"""max_tokens and max_completion_tokens end an answer, and finish_reason says what ended it.

Real traffic never goes above its limit and ends with "length" exactly where it reached it.
https://platform.openai.com/docs/api-reference/chat/create#chat-create-max_completion_tokens
"""

from __future__ import annotations

from conformance.answers import (
    Object,
    answered,
    finish_of,
    given,
    is_ok,
    object_of,
    optional_count,
    text_of,
)
from conformance.calls import sentence, story
from conformance.messages import Send
from conformance.model import Finding, Level, Noted, Outcome, Seen, Target, Unclear
from conformance.registry import check
from conformance.texts import words_in

LINK = "https://platform.openai.com/docs/api-reference/chat/create#chat-create-"
FINISH = "https://platform.openai.com/docs/api-reference/chat/object#chat-object-choices-finish_reason"

FEW = 4
LONG = 64
"""Characters that no four tokens of an ordinary answer have."""


@check("chat.max_tokens.limit", "ends an answer after max_tokens", Level.MUST, "chat.max_tokens", f"{LINK}max_tokens")
def max_tokens(target: Target, send: Send) -> Noted:
    """Four tokens of a sentence that goes on under a limit of 48."""
    yield from _limited(target, send, "max_tokens")


@check(
    "chat.max_completion_tokens.limit",
    "ends an answer after max_completion_tokens",
    Level.MUST,
    "chat.max_completion_tokens",
    f"{LINK}max_completion_tokens",
)
def max_completion_tokens(target: Target, send: Send) -> Noted:
    """The same under the newer name, with no other limit set."""
    yield from _limited(target, send, "max_completion_tokens")


def _limited(target: Target, send: Send, name: str) -> Noted:
    """Compares the cut answer with the whole one, by count and by length; a count a little above the limit is judged by rules.
    Raises Unclear where the whole one is as short.
    """
    few, many = (Object({"max_tokens": ..., name: limit}) for limit in (FEW, 48))
    cut = answered(send, sentence(target, **few), sentence(target, max_tokens=...))
    whole = given(send, sentence(target, **many))
    count, length = optional_count(cut, "completion_tokens"), len(text_of(cut))
    if (count or 0) > 2 * FEW or (length > LONG and length >= len(text_of(whole))):
        actual = f"{count} tokens" if count else f"{length} characters"
        yield Finding("runs on past the limit", f"$.{name}", f"{FEW} tokens at most", actual, outcome=Outcome.IGNORED)
    elif not _longer(whole, cut):
        raise Unclear("the answer is no longer without the limit")


def _longer(one: Object, other: Object) -> bool:
    """Whether an answer says more than another, by its count or by its text."""
    counts = [optional_count(answer, "completion_tokens") or 0 for answer in (one, other)]
    return (counts[0] > counts[1] > 0) or len(text_of(one)) > len(text_of(other))


@check("chat.finish_reason.length", "says length where the limit cut an answer", Level.MUST, "chat.finish_reason", FINISH)
def length(target: Target, send: Send) -> Noted:
    """One token of a story that goes on; where a server takes no limit so low, eight."""
    whole = given(send, story(target))
    limit = next((limit for limit in (1, 8) if is_ok(send(story(target, max_tokens=limit)))), 1)
    cut = answered(send, story(target, max_tokens=limit), story(target))
    if (optional_count(cut, "completion_tokens") or 1) > 8 or not _longer(whole, cut):
        raise Unclear("the limit cut nothing")
    yield from _finished(cut, "length", "the limit cut it")


@check("chat.finish_reason.stop", "says stop where a stop string ended an answer", Level.MUST, "chat.finish_reason", FINISH)
def stop(target: Target, send: Send) -> Noted:
    """A word out of the answer as stop string; where that was not kept, an answer that ended before its limit."""
    text = text_of(given(send, story(target)))
    for word in words_in(text)[:1]:
        ended = send(story(target, stop=word))
        if is_ok(ended) and text_of(object_of(ended)).rstrip() == text[: text.index(word)].rstrip():
            yield from _finished(object_of(ended), "stop", "a stop string ended it")
            return
    natural = given(send, sentence(target))
    if (optional_count(natural, "completion_tokens") or LONG) >= 48:
        raise Unclear("no answer ended before its limit")
    yield from _finished(natural, "stop", "it ended by itself")


def _finished(answer: Object, expected: str, why: str) -> Noted:
    """Raises Unclear where there is no finish_reason: its shape is judged by the rules."""
    actual = finish_of(answer)
    if not actual:
        raise Unclear("the answer has no finish_reason to judge")
    yield Seen("finish_reason", actual)
    if actual != expected:
        yield Finding(f"ends with another finish_reason where {why}", "$.choices[0].finish_reason", expected, actual)
