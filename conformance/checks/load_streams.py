"""Several different streams under way at once: each comes to its end, with its own pieces and under its own id.

https://platform.openai.com/docs/api-reference/chat-streaming
"""

from __future__ import annotations

from conformance.answers import chunks_of, given, given_chunks, is_ok, streamed_text
from conformance.checks.load_parallel import (
    answers,
    at_once,
    differing,
    one_by_one,
    swapped,
    unanswered,
)
from conformance.messages import Exchange, Send
from conformance.model import Finding, Level, Noted, Outcome, Target
from conformance.registry import check
from conformance.streams import read_stream

STREAMING = "https://platform.openai.com/docs/api-reference/chat-streaming"


@check("load.stream.answered", "answers several streams at once", Level.MUST, "load.stream", STREAMING, alone=True)
def streams_answered(target: Target, send: Send) -> Noted:
    """Asks for six different streams at once. What is neither refused with 429 or 503 has to bring chunks, and to come to its end
    where a single stream does.
    """
    requests = differing(target, stream=True)
    given_chunks(send, requests[0])
    ends = _ends(send(requests[0]))
    found = at_once(send, requests)
    for exchange in found:
        if is_ok(exchange) and exchange.failure is None:
            chunks_of(exchange)
            if ends and not _ends(exchange):
                yield Finding("a stream under load stops before its end", "$", "data: [DONE]", "no end", outcome=Outcome.FAILS)
    yield from unanswered(found, one_by_one(send, requests[:1]) * len(requests))


def _ends(exchange: Exchange) -> bool:
    return bool(read_stream(exchange.body).done)


@check(
    "load.stream.own",
    "streams to each of several requests at once its own answer",
    Level.MUST,
    "load.stream",
    STREAMING,
    alone=True,
)
def own_streams(target: Target, send: Send) -> Noted:
    """Holds six streams that were under way at once against the plain answers to the same prompts, each asked alone."""
    for request in differing(target):
        given(send, request)
    found = at_once(send, differing(target, stream=True))
    texts = {place: streamed_text(chunks_of(found[place])) for place in answers(found)}
    yield from swapped(target, send, texts, "$[*].choices[0].delta.content")


@check("load.stream.ids", "keeps the ids of several streams at once apart", Level.SHOULD, "load.stream", STREAMING, alone=True)
def stream_ids(target: Target, send: Send) -> Noted:
    """Holds the ids of all chunks of six streams against each other that were under way at once."""
    found = at_once(send, differing(target, stream=True))
    told = [{str(chunk.get("id")) for chunk in chunks_of(found[place])} for place in answers(found)]
    for place, mine in enumerate(told):
        shared = mine & set[str]().union(*told[:place]) - {"None", ""}
        if shared:
            yield Finding("streams that were under way at once share an id", "$[*].id", "an id of its own", min(shared)[:80])
