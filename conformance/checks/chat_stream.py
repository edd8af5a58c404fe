"""Streams on and off: the flag decides, the text is the same either way, and nothing of the server's own stream is in it.

https://platform.openai.com/docs/api-reference/chat/create#chat-create-stream
"""

from __future__ import annotations

from conformance.answers import Object, choices_of, chunks_of, deltas_of, given, given_chunks, object_of, speech_of, streamed_text
from conformance.calls import chat, story, stream, told
from conformance.messages import Exchange, Send
from conformance.model import Finding, Level, Noted, Outcome, Seen, Target, Unclear
from conformance.registry import check
from conformance.wire import read_json

LINK = "https://platform.openai.com/docs/api-reference/chat/create#chat-create-stream"
CHUNK = "https://platform.openai.com/docs/api-reference/chat/streaming"

ROUNDS = 8
NATIVE = {"done", "done_reason", "response", "total_duration", "load_duration", "prompt_eval_count", "prompt_eval_duration"} | {
    "eval_count",
    "eval_duration",
    "timings",
    "tokens_predicted",
    "tokens_evaluated",
    "generation_settings",
}
"""Fields of the native streams of Ollama and llama.cpp that no chunk of the API has."""


@check("chat.stream.flag", "streams when asked to, and only then", Level.MUST, "chat.stream", LINK)
def flag(target: Target, send: Send) -> Noted:
    """`stream` left out and false give one JSON object, true gives events."""
    plain = chat(target)
    if not _has_events(send(plain)):
        given(send, plain)
    for request, said in ((plain, "left out"), (chat(target, stream=False), "false")):
        exchange = send(request)
        if _has_events(exchange):
            yield Finding(f"streams though stream is {said}", "$", "a JSON object", exchange.body[:60].decode("utf-8", "replace"))
        else:
            choices_of(object_of(exchange))
    streamed = send(stream(target))
    value = read_json(streamed.body).value
    if isinstance(value, dict) and "choices" in value:
        yield Finding("answers in one piece though asked to stream", "$", "events", "a JSON object", outcome=Outcome.IGNORED)
    else:
        chunks_of(streamed)


def _has_events(exchange: Exchange) -> bool:
    return exchange.body.lstrip().startswith((b"data:", b"event:", b":"))


@check("chat.stream.equality", "streams the text of the plain answer", Level.MUST, "chat.stream.equality", LINK)
def equality(target: Target, send: Send) -> Noted:
    """Greedy answers, plain and streamed, until the stream gives a text that came plainly before, or the other way round.

    Noise may turn a greedy answer, so eight of each are asked for where they differ. Even a server that tosses a coin
    between two answers gives the one eight times plainly and the other eight times streamed below 1e-4, and such a coin is
    rarer than one in a hundred; where plain answers come in more than two versions nothing is said.
    """
    plain, streamed = set(), set()
    for take in range(ROUNDS):
        plain.add(speech_of(given(send, story(target, take=take))))
        streamed.add(_whole_text(given_chunks(send, told(target, take=take))))
        if plain & streamed:
            return
    if len(plain) > 2:
        raise Unclear("plain answers differ among themselves")
    yield Finding("streams another text than it gives plainly", "$", repr(min(plain)[-80:]), repr(min(streamed)[-80:]))


def _whole_text(chunks: list[Object]) -> str:
    """Raises Unclear for a stream that was cut by an error or has no deltas: that is judged by the rules."""
    if any("error" in chunk for chunk in chunks) or not deltas_of(chunks):
        raise Unclear("the stream has no whole text to compare")
    return streamed_text(chunks)


@check("chat.stream.foreign", "keeps the fields of its own stream out of the chunks", Level.MUST, "chat.stream.foreign", CHUNK)
def foreign(target: Target, send: Send) -> Noted:
    """Durations, evaluation counts, `done` and the like belong to native streams. Only a document that promises their absence
    makes them a fault.
    """
    chunks = given_chunks(send, told(target))
    found = sorted(NATIVE & {name for chunk in chunks for name in chunk})
    yield Seen("foreign_fields", found)
    for name in found:
        yield Finding(f"puts {name} into its chunks", f"$[*].{name}", "absent", "present")
