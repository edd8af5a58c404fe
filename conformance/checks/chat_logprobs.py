"""logprobs and top_logprobs: there when asked for, about the tokens of the text, and as many as asked for.

https://platform.openai.com/docs/api-reference/chat/create#chat-create-logprobs
"""

from __future__ import annotations

from conformance.answers import Object, answered, choices_of, given, message_of, speech_of
from conformance.calls import FEW, story
from conformance.messages import Json, Request, Send
from conformance.model import Finding, Level, Noted, Outcome, Target, Unclear
from conformance.registry import check

LINK = "https://platform.openai.com/docs/api-reference/chat/create#chat-create-logprobs"
TOP = "https://platform.openai.com/docs/api-reference/chat/create#chat-create-top_logprobs"
WHERE = "$.choices[0].logprobs"

MOST = 3


@check(
    "chat.logprobs.content",
    "gives the log probabilities of the tokens of the text",
    Level.MUST,
    "chat.logprobs",
    LINK,
)
def content(target: Target, send: Send) -> Noted:
    """The tokens, or their bytes, join to the text. White space at its ends, a special token that ended it and a character cut
    in two by the limit make no difference.
    """
    answer = answered(send, _asking(target), story(target))
    text = speech_of(answer)
    entries = _entries(answer)
    if entries is None:
        yield _missing(answer)
    elif not entries:
        yield Finding("lists no token", f"{WHERE}.content", "one entry a token", "none")
    elif not (_spell(text, "".join(_token(entry) for entry in entries), entries) or _spell(text, _bytes(entries), entries)):
        if any(key.startswith("reasoning") for key in message_of(answer)):
            raise Unclear("the answer has reasoning, whose tokens may be listed as well")
        joined = "".join(_token(entry) for entry in entries)
        yield Finding("lists tokens that do not join to the text", f"{WHERE}.content", repr(text[:80]), repr(joined[:80]))


@check("chat.logprobs.absent", "gives no log probabilities unasked", Level.SHOULD, "chat.logprobs", LINK)
def absent(target: Target, send: Send) -> Noted:
    """`logprobs` is null or left out."""
    told = choices_of(given(send, story(target)))[0].get("logprobs")
    if told is not None:
        yield Finding("gives log probabilities unasked", WHERE, "null, or left out", str(told)[:80])


@check(
    "chat.top_logprobs.count",
    "lists as many likely tokens as asked for",
    Level.SHOULD,
    "chat.top_logprobs",
    TOP,
)
def count(target: Target, send: Send) -> Noted:
    """Three alternatives for each token."""
    answer = answered(send, _asking(target, top_logprobs=MOST), _asking(target))
    found = [entry.get("top_logprobs") for entry in _entries(answer) or ()]
    if not found:
        raise Unclear("the answer has no log probabilities to judge")
    counts = [len(top) if isinstance(top, list) else 0 for top in found]
    if not any(counts):
        yield Finding("lists no alternatives", _top(0), f"{MOST} entries", "none", outcome=Outcome.IGNORED)
    elif set(counts) != {MOST}:
        place = next(place for place, number in enumerate(counts) if number != MOST)
        yield Finding("lists another number of alternatives", _top(place), f"{MOST} entries", str(counts[place]))


def _top(place: int) -> str:
    return f"{WHERE}.content[{place}].top_logprobs"


def _asking(target: Target, **fields: Json) -> Request:
    return story(target, max_tokens=FEW, logprobs=True, **fields)


def _entries(answer: Object) -> list[Object] | None:
    """The entries for the tokens of the text; None where there is no list of them."""
    told = choices_of(answer)[0].get("logprobs")
    found = told.get("content") if isinstance(told, dict) else None
    if not isinstance(found, list):
        return None
    if not all(isinstance(entry, dict) for entry in found):
        raise Unclear("the entries are no objects")
    return found


def _missing(answer: Object) -> Finding:
    told = choices_of(answer)[0].get("logprobs")
    if told is None:
        return Finding("gives no log probabilities", WHERE, "an object", "none", outcome=Outcome.IGNORED)
    return Finding("gives log probabilities of another shape", f"{WHERE}.content", "a list", str(told)[:80])


def _token(entry: Object) -> str:
    token = entry.get("token")
    return token if isinstance(token, str) else ""


def _bytes(entries: list[Object]) -> str:
    """The text that the entries' bytes spell, as far as it is whole; "" where any are missing."""
    found: list[int] = []
    for entry in entries:
        values = entry.get("bytes")
        if not isinstance(values, list) or not all(isinstance(value, int) and 0 <= value < 256 for value in values):
            return ""
        found += values
    return bytes(found).decode("utf-8", "ignore")


def _spell(text: str, joined: str, entries: list[Object]) -> bool:
    """Whether the tokens spell the text, but for its ends."""
    whole, said = text.strip().rstrip("\ufffd"), joined.strip().rstrip("\ufffd")
    return said == whole or said.removesuffix(_token(entries[-1]).strip()).rstrip() == whole
