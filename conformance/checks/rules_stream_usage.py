"""Rules about usage in streams: one chunk of it, exactly where stream_options asks.

https://platform.openai.com/docs/api-reference/chat/create#chat-create-stream_options
"""

from __future__ import annotations

from conformance import calls
from conformance.answers import Object
from conformance.evidence import asked, shown
from conformance.messages import Exchange, Json, Request
from conformance.model import Finding, Level, Noted, Outcome, Seen, Target, Unclear
from conformance.registry import rule
from conformance.streams import Stream, unbroken

OPTIONS = "https://platform.openai.com/docs/api-reference/chat/create#chat-create-stream_options"


def _counting(target: Target) -> Request:
    return calls.stream(target, stream_options={"include_usage": True})


def _asks(exchange: Exchange) -> bool:
    """Whether the request asks for usage. Raises Unclear where the request is not known."""
    options = asked(exchange).get("stream_options")
    return isinstance(options, dict) and options.get("include_usage") is True


def _counts(stream: Stream) -> list[tuple[str, Object]]:
    """The chunks that hold token counts, with their places."""
    return [(chunk.where, chunk.value) for chunk in stream.chunks if chunk.value and chunk.value.get("usage")]


@rule(
    "chat.stream.usage",
    "counts tokens in a stream that asks for it",
    Level.SHOULD,
    "chat.stream_options",
    OPTIONS,
    on="chat.stream",
    seed=_counting,
)
def usage_comes_when_asked(exchange: Exchange) -> Noted:
    """Looks for usage in streams whose request has include_usage. Three of 2,883 recorded streams of OpenAI lack it, so it is
    no more than SHOULD here; a check of its own asks for it.
    """
    counts = _counts(unbroken(exchange))
    if not _asks(exchange):
        raise Unclear("the request asks for no usage")
    yield Seen("usage", bool(counts))
    if not counts:
        yield Finding("the stream has no usage", "$[-1].usage", "token counts", "absent", outcome=Outcome.IGNORED)


@rule(
    "chat.stream.usage.chunk",
    "counts tokens in one chunk of its own, behind all choices",
    Level.SHOULD,
    "chat.stream_options",
    OPTIONS,
    on="chat.stream",
    seed=_counting,
    revision=2,
)
def usage_has_its_chunk(exchange: Exchange) -> Noted:
    """Reads the chunks with usage: one, with an empty list of choices, and no choice behind it but of an answer in sound."""
    stream = unbroken(exchange)
    counts = _counts(stream)
    if not counts or not _asks(exchange):
        raise Unclear("the stream has no usage that was asked for")
    where, chunk = counts[-1]
    if len(counts) > 1:
        yield Finding("several chunks have usage", f"{counts[0][0]}.usage", "null", f"{len(counts)} with token counts")
    elif _goes_on(stream, where):
        yield Finding("choices follow the chunk with usage", where, "usage in the last chunk", "choices behind it")
    if chunk.get("choices"):
        yield Finding("the chunk with usage has choices", f"{where}.choices", "[]", _counted(chunk["choices"]))


def _counted(choices: Json) -> str:
    return f"{len(choices)} of them" if isinstance(choices, list) else shown(choices)


def _goes_on(stream: Stream, where: str) -> bool:
    """Whether a choice says something or finishes behind a chunk; OpenAI's own does where it speaks aloud."""
    place = next(chunk.position for chunk in stream.chunks if chunk.where == where)
    later = [delta for delta in stream.deltas if delta.chunk.position > place and (delta.says or delta.finished)]
    return bool(later) and not any("audio" in delta.delta for delta in stream.deltas)


@rule(
    "chat.stream.usage.unasked",
    "counts tokens in a stream on request only",
    Level.SHOULD,
    "chat.stream",
    OPTIONS,
    on="chat.stream",
    seed=calls.stream,
)
def usage_stays_out(exchange: Exchange) -> Noted:
    """Looks for usage in streams whose request does not ask: its chunk has no choices, and older clients read the first one."""
    counts = _counts(unbroken(exchange))
    if _asks(exchange):
        raise Unclear("the request asks for usage")
    if counts:
        yield Finding("the stream has usage that nobody asked for", f"{counts[0][0]}.usage", "absent", "token counts")
