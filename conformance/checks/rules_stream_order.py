"""Rules about the order of chunks in a streamed chat completion.

https://platform.openai.com/docs/api-reference/chat-streaming
"""

from __future__ import annotations

from itertools import pairwise

from conformance import calls
from conformance.endpoints import sent_json
from conformance.evidence import ensure_values, integer, is_tame, shown
from conformance.messages import Exchange, Request
from conformance.model import Finding, Level, Noted, Target
from conformance.registry import rule
from conformance.streams import stream_of, unbroken

STREAMING = "https://platform.openai.com/docs/api-reference/chat-streaming"
MIN_INCREMENTS = 4
"""Increments may happen to begin with what came before them, but not so many in a row."""
MIN_LETTERS = 3
"""Nor do the few of a short answer where the first has so many different letters: what repeats itself is laughter or digits."""
_MEMBERS = {"finish_reason", "finish_details"}

MIN_AGAIN = 12
"""No token is as long as this and all that a few before it were."""


def _long(target: Target) -> Request:
    return calls.stream(target, "Count from 1 to 30.", max_tokens=32)


@rule(
    "chat.stream.constant",
    "keeps id and model through a stream",
    Level.MUST,
    "chat.stream",
    STREAMING,
    on="chat.stream",
    seed=calls.stream,
)
def names_are_constant(exchange: Exchange) -> Noted:
    """Compares id and model of all chunks: clients join chunks by them. The time is another rule's."""
    ensure_values(exchange)
    chunks = stream_of(exchange).chunks
    for name in ("id", "model"):
        values = list(dict.fromkeys(repr(chunk.value[name]) for chunk in chunks if chunk.value and name in chunk.value))
        if len(values) > 1:
            told = f"{len(values)} values: {', '.join(values[:3])}"
            yield Finding(f"{name} changes within a stream", f"$[*].{name}", "one value", shown(told))


@rule("chat.stream.role", "tells the role first", Level.MUST, "chat.stream", STREAMING, on="chat.stream", seed=calls.stream)
def role_comes_first(exchange: Exchange) -> Noted:
    """Looks for the role in the first increment of every choice."""
    for deltas in stream_of(exchange).of_choice().values():
        first = next((delta for delta in deltas if isinstance(delta.choice.get("delta"), dict)), None)
        if first and not first.delta.get("role"):
            yield Finding("the first increment has no role", f"{first.where}.delta.role", "assistant", "absent or null")


@rule("chat.stream.role.once", "tells the role once", Level.SHOULD, "chat.stream", STREAMING, on="chat.stream", seed=calls.stream)
def role_comes_once(exchange: Exchange) -> Noted:
    """Looks for the role in later increments: the official client's own accumulator makes assistantassistant of it. A role of
    null tells none, and nothing is made of it.
    """
    for deltas in stream_of(exchange).of_choice().values():
        again = [delta for delta in deltas[1:] if delta.delta.get("role")]
        if again and not any("audio" in delta.delta for delta in deltas):
            yield Finding("the role is told again", f"{again[0].where}.delta.role", "absent", f"{len(again)} times more")


@rule(
    "chat.stream.finish",
    "finishes every choice once, at its end",
    Level.MUST,
    "chat.stream",
    STREAMING,
    on="chat.stream",
    seed=calls.stream,
)
def choices_finish_once(exchange: Exchange) -> Noted:
    """Looks for one finish_reason a choice, and for increments behind it."""
    for index, deltas in unbroken(exchange).of_choice().items():
        ends = [at for at, delta in enumerate(deltas) if delta.finished]
        if not ends and not any("audio" in delta.delta for delta in deltas):
            yield Finding("a choice has no finish_reason", f"$[*].choices[?index={index}].finish_reason", "one", "none")
        if len(ends) > 1:
            yield Finding(
                "a choice finishes more than once", f"{deltas[ends[1]].where}.finish_reason", "null", f"{len(ends)} times"
            )
        later = [delta for delta in deltas[ends[0] + 1 :] if delta.says] if ends else []
        if later and len(ends) == 1:
            yield Finding(
                "a choice goes on behind its finish_reason", f"{later[0].where}.delta", "nothing", shown(str(later[0].delta))
            )


@rule(
    "chat.stream.finish.key",
    "has finish_reason in every chunk",
    Level.SHOULD,
    "chat.stream",
    STREAMING,
    on="chat.stream",
    seed=calls.stream,
    revision=2,
)
def finish_reason_is_a_member(exchange: Exchange) -> Noted:
    """Looks for the member finish_reason in every choice: null until the last. OpenAI's first vision model had finish_details."""
    without = [delta for delta in stream_of(exchange).deltas if not _MEMBERS & delta.choice.keys() and "audio" not in delta.delta]
    if without:
        yield Finding(
            "choices have no member finish_reason", f"{without[0].where}.finish_reason", "null", f"{len(without)} without"
        )


@rule(
    "chat.stream.order",
    "begins its choices in order",
    Level.SHOULD,
    "chat.stream",
    STREAMING,
    on="chat.stream",
    seed=calls.stream,
)
def choices_begin_in_order(exchange: Exchange) -> Noted:
    """Reads the first appearance of each choice: the official client's own accumulator fails if 1 comes before 0. A server that
    makes its choices side by side may begin with either, so what one run shows the next one may not.
    """
    first = [index for index in unbroken(exchange).of_choice() if integer(index) is not None]
    if first != sorted(first):
        yield Finding("choices begin out of order", "$[*].choices[*].index", shown(str(sorted(first))), shown(str(first)))


@rule(
    "chat.stream.choices",
    "has a choice in every chunk but that of usage",
    Level.SHOULD,
    "chat.stream",
    STREAMING,
    on="chat.stream",
    seed=calls.stream,
    revision=2,
)
def chunks_have_choices(exchange: Exchange) -> Noted:
    """Looks for chunks with an empty list of choices before the last choice: clients that read the first one fail there. Where
    usage stands is judged with usage.
    """
    chunks = [(chunk.where, value) for chunk in stream_of(exchange).chunks if (value := chunk.value)]
    last = max((at for at, (_, value) in enumerate(chunks) if value.get("choices")), default=len(chunks))
    for at, (where, value) in enumerate(chunks[:last]):
        if value.get("choices") == [] and not value.get("usage"):
            message = f"the stream {'goes on' if at else 'begins'} with a chunk without choices"
            yield Finding(message, f"{where}.choices", "a choice", "[]")
            return


@rule(
    "chat.stream.increments",
    "streams increments",
    Level.MUST,
    "chat.stream",
    STREAMING,
    on="chat.stream",
    seed=_long,
    revision=2,
)
def deltas_are_increments(exchange: Exchange) -> Noted:
    """Looks for text that repeats all that came before it in every increment. Of two or three increments it is told where chance
    is out of the question: each is longer than the last, and the first is no mere "ha". Not one stream of OpenAI's is so. A last
    increment that is all of the text before it, and long, is the same text said twice.
    """
    sent = sent_json(exchange)
    tame = isinstance(sent, dict) and is_tame(sent)
    for deltas in stream_of(exchange).of_choice().values():
        pieces = [piece for delta in deltas if isinstance(piece := delta.delta.get("content"), str) and piece]
        where = f"{deltas[0].where.partition('.')[0]}.choices[*].delta.content"
        if _repeat(pieces, tame):
            yield Finding("every increment repeats the text before it", where, "increments", shown(" | ".join(pieces[:4])))
        elif _is_told_again(pieces):
            yield Finding("the last increment is the whole text again", where, "increments", shown(" | ".join(pieces[-3:])))


def _is_told_again(pieces: list[str]) -> bool:
    return len(pieces) > 2 and len(pieces[-1]) >= MIN_AGAIN and pieces[-1].strip() == "".join(pieces[:-1]).strip()


def _repeat(pieces: list[str], tame: bool) -> bool:
    pairs = list(pairwise(pieces))
    grows = sum(len(later) > len(earlier) for earlier, later in pairs)
    if not pairs or not all(later.startswith(earlier) for earlier, later in pairs):
        return False
    if len(pieces) >= MIN_INCREMENTS:
        return grows >= MIN_INCREMENTS - 1
    letters = {letter for letter in pieces[0].lower() if letter.isalpha()}
    return tame and grows == len(pairs) and len(letters) >= MIN_LETTERS
