"""Token counts: larger for longer prompts and answers, the same for a prompt seen before, and in streams on request.

https://platform.openai.com/docs/api-reference/chat/object#chat-object-usage
"""

from __future__ import annotations

from conformance.answers import (
    Object,
    answered_chunks,
    choices_of,
    count_of,
    finish_of,
    given,
    optional_count,
    streamed_text,
    text_of,
)
from conformance.calls import chat, sampled, sentence, story, told
from conformance.messages import Request, Send
from conformance.model import Finding, Level, Noted, Outcome, Seen, Target, Unclear
from conformance.registry import check

LINK = "https://platform.openai.com/docs/api-reference/chat/object#chat-object-usage"
STREAM = "https://platform.openai.com/docs/api-reference/chat/create#chat-create-stream_options"

PROMPT, ANSWER = "prompt_tokens", "completion_tokens"
LONG = "Here are some words: " + "the sea was calm and the ship was slow, " * 8 + "and that is all."


@check("chat.usage.repeat", "counts the same prompt tokens for a prompt seen before", Level.MUST, "chat.usage.cached", LINK)
def repeat(target: Target, send: Send) -> Noted:
    """One request twice. Tokens that were found in a cache count like all others, so the second number is the first."""
    first, second = (count_of(given(send, story(target, take=take)), PROMPT) for take in (0, 1))
    yield Seen(PROMPT, second)
    if second != first or second <= 0:
        yield Finding(
            "counts another number of prompt tokens for a prompt seen before", f"$.usage.{PROMPT}", _above(first), str(second)
        )


def _above(count: int) -> str:
    return str(count) if count > 0 else "more than 0"


@check("chat.usage.grows", "counts more tokens for longer prompts and answers", Level.MUST, "chat.usage", LINK)
def grows(target: Target, send: Send) -> Noted:
    """A short and a long prompt, a short and a long answer. Where counts shrink for a prompt seen before, which is judged by
    itself, the prompts tell nothing.
    """
    hello, long = given(send, chat(target)), given(send, chat(target, LONG))
    less, more = count_of(hello, PROMPT), count_of(long, PROMPT)
    if more <= less:
        _ensure_steady(target, send)
        yield Finding("counts no more prompt tokens for a longer prompt", f"$.usage.{PROMPT}", f"more than {less}", str(more))
    yield from _answers(given(send, sentence(target, max_tokens=4)), given(send, story(target)))


@check("chat.usage.choices", "counts the tokens of every choice", Level.SHOULD, "chat.usage", LINK)
def choices(target: Target, send: Send) -> Noted:
    """Three choices at once. Each that was cut by the limit of 24 tokens has so many, so two of them are 48 at the least."""
    answer = given(send, sampled(target, n=3))
    cut = [choice for choice in choices_of(answer) if choice.get("finish_reason") == "length"]
    if len(cut) < 2:
        raise Unclear("there are no two choices that were cut by the limit")
    alone, count = given(send, sampled(target)), optional_count(answer, ANSWER)
    if count is None or (finish_of(alone) == "length" and count_of(alone, ANSWER) != 24):
        raise Unclear("tokens are not counted up to the limit")
    least = 24 * len(cut)
    if count < least:
        yield Finding("leaves the tokens of some choices out", f"$.usage.{ANSWER}", f"at least {least}", str(count))


@check("chat.usage.once", "counts the prompt once, however many choices", Level.SHOULD, "chat.usage", LINK)
def once(target: Target, send: Send) -> Noted:
    """The same prompt with one choice and with three."""
    alone, answer = given(send, sampled(target)), given(send, sampled(target, n=3))
    if len(choices_of(answer)) < 2:
        raise Unclear("there are no choices beside the first")
    one, all_of_them = optional_count(alone, PROMPT), optional_count(answer, PROMPT)
    if one and all_of_them is not None and all_of_them > one:
        _ensure_steady(target, send)
        yield Finding("counts the prompt anew for further choices", f"$.usage.{PROMPT}", str(one), str(all_of_them))


def _answers(short: Object, long: Object) -> Noted:
    less, more = count_of(short, ANSWER), count_of(long, ANSWER)
    if more <= less and len(text_of(long)) > len(text_of(short)):
        yield Finding("counts no more completion tokens for a longer answer", f"$.usage.{ANSWER}", f"more than {less}", str(more))


def _ensure_steady(target: Target, send: Send) -> None:
    """Raises Unclear where the count for one prompt is not always the same."""
    counts = {optional_count(given(send, story(target, take=take)), PROMPT) for take in (0, 1)}
    if len(counts) > 1 or None in counts:
        raise Unclear("the count for one prompt is not always the same")


@check("chat.stream_options.usage", "ends a stream with its usage on request", Level.MUST, "chat.stream_options", STREAM)
def usage(target: Target, send: Send) -> Noted:
    """`include_usage` brings a chunk with the counts; where it stands and what else is in it is judged by the rules."""
    chunks = answered_chunks(send, _with_usage(target), told(target))
    if any("error" in chunk for chunk in chunks):
        raise Unclear("the stream was cut by an error")
    if _usage_in(chunks) is None:
        yield Finding("streams no usage though asked to", "$[-1].usage", "an object", "none", outcome=Outcome.IGNORED)


@check("chat.stream_options.equal", "counts the same in a stream as in a plain answer", Level.MUST, "chat.stream_options", STREAM)
def equal(target: Target, send: Send) -> Noted:
    """The prompt counts the same; so does the answer where the texts are the same, but for the token that ended it."""
    plain = given(send, story(target))
    chunks = answered_chunks(send, _with_usage(target), told(target))
    streamed: Object = {"usage": _usage_in(chunks)}
    if count_of(plain, PROMPT) != count_of(streamed, PROMPT):
        _ensure_steady(target, send)
        yield _unequal(PROMPT, plain, streamed)
    if text_of(plain) == streamed_text(chunks) and abs(count_of(plain, ANSWER) - count_of(streamed, ANSWER)) > 1:
        yield _unequal(ANSWER, plain, streamed)


def _with_usage(target: Target) -> Request:
    return told(target, stream_options={"include_usage": True})


def _usage_in(chunks: list[Object]) -> Object | None:
    return next((usage for chunk in reversed(chunks) if isinstance(usage := chunk.get("usage"), dict)), None)


def _unequal(name: str, plain: Object, streamed: Object) -> Finding:
    expected, actual = count_of(plain, name), count_of(streamed, name)
    return Finding("counts otherwise in a stream", f"$[-1].usage.{name}", f"{expected}, as in the plain answer", str(actual))
