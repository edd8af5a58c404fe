"""Rules about a streamed chat completion as bytes: server-sent events of one JSON object each, and [DONE] behind the last.

https://html.spec.whatwg.org/multipage/server-sent-events.html · https://platform.openai.com/docs/api-reference/chat-streaming
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from conformance import calls
from conformance.endpoints import sent_json
from conformance.evidence import ensure_body, ensure_bytes, is_tame, shown
from conformance.increments import Piece, arguments_of
from conformance.messages import Exchange
from conformance.model import Finding, Level, Noted, Outcome, Unclear
from conformance.registry import rule
from conformance.streams import DONE, Stream, read_stream, stream_of, unbroken, whole_of
from conformance.wire import read_json

STREAMING = "https://platform.openai.com/docs/api-reference/chat-streaming"
SSE = "https://html.spec.whatwg.org/multipage/server-sent-events.html"
CREATE = "https://platform.openai.com/docs/api-reference/chat/create"
NAMED = "thread."
"""The official Python client wraps the data of events of such names, and nobody finds the choices."""


@rule("chat.complete", "brings its answers to an end", Level.MUST, "chat", CREATE, on="chat.begun", seed=calls.stream)
def answer_is_whole(exchange: Exchange) -> Noted:
    """Looks for answers whose bytes stopped coming after a good start."""
    failure = exchange.failure
    if failure is None:
        return
    if failure.kind not in ("reset", "protocol", "timeout"):
        raise Unclear("the suite itself ended the answer")
    told = shown(f"{failure.kind}: {failure.message}")
    yield Finding("the answer breaks off", "", "the end of the body", told, outcome=Outcome.FAILS)


@rule(
    "chat.stream.events",
    "streams events where a stream is asked for",
    Level.MUST,
    "chat.stream",
    STREAMING,
    on="chat.stream",
    seed=calls.stream,
    revision=2,
)
def answer_is_a_stream(exchange: Exchange) -> Noted:
    """Looks for at least one chunk: the official client makes an empty answer of anything else, without an error."""
    ensure_body(exchange)
    stream = read_stream(exchange.body)
    if stream.chunks or stream.errors:
        return
    parsed = read_json(exchange.body)
    if parsed.ok:
        ensure_bytes(exchange)  # who puts streams together writes them anew
    plain = isinstance(parsed.value, dict)
    outcome = Outcome.IGNORED if plain else Outcome.FAILS
    message = "answers a request for a stream in one piece" if plain else f"streams no chunk at all: {_lack(stream)}"
    start = shown(exchange.body[:120].decode("utf-8", "replace")) or "an empty body"
    yield Finding(message, "$", "server-sent events of chunks", start, outcome=outcome)


def _lack(stream: Stream) -> str:
    """What keeps the first event from being a chunk."""
    first = next((message for message in stream.messages if message.text != DONE), None)
    if first is None:
        return "no event but [DONE]" if stream.messages else "no event with data"
    merged = " and its lines may be those of several events, with no blank line between them" if "\n" in first.text else ""
    return shown(f"the data of its first event {first.problems[0]}{merged}")


@rule(
    "chat.stream.framing",
    "frames events as the standard has it",
    Level.MUST,
    "chat.stream",
    SSE,
    on="chat.stream",
    seed=calls.stream,
    revision=2,
)
def events_are_framed(exchange: Exchange) -> Noted:
    """Reads the blocks of the stream: no byte order mark, an end to every event, data in every block. Recorders are known to
    trim ends.
    """
    ensure_bytes(exchange)
    events = stream_of(exchange).events
    for problem in events.problems:
        if "UTF-8" not in problem:
            told = shown(ascii(exchange.body[:40]))
            yield Finding(
                f"the stream {shown(problem)}, so the official Python client misses its first line", "byte 0", "data:", told
            )
    if events.tail and DONE not in events.tail[:40] and not exchange.source:
        yield Finding("the last event has no blank line behind it and is lost", "$[-1]", "a blank line", shown(events.tail, 120))
    if events.hollow:
        message = "a block without data makes the official Python client read an empty event"
        yield Finding(
            message, f"byte {events.hollow[0]}", "data in every block that is no comment", f"{len(events.hollow)} without"
        )
    for event in events.events:
        if event.event.startswith(NAMED):
            yield Finding(
                "an event has a name that belongs to another endpoint", f"byte {event.offset}", "no name", shown(event.event)
            )
            return


@rule(
    "chat.stream.lines",
    "sends nothing but fields and comments",
    Level.SHOULD,
    "chat.stream",
    SSE,
    on="chat.stream",
    seed=calls.stream,
)
def lines_are_fields(exchange: Exchange) -> Noted:
    """Looks for lines that are no field of an event: clients pass over them, so what they say is lost. A comment keeps alive."""
    ensure_bytes(exchange)
    strays = stream_of(exchange).events.strays
    if strays:
        offset, line = strays[0]
        more = f", and {len(strays) - 1} more" if strays[1:] else ""
        message = "the stream has lines that clients pass over"
        yield Finding(message, f"byte {offset}", "a field (data: …) or a comment (: …)", shown(ascii(line)) + more)


@rule(
    "chat.stream.names", "leaves its events unnamed", Level.SHOULD, "chat.stream", STREAMING, on="chat.stream", seed=calls.stream
)
def events_are_unnamed(exchange: Exchange) -> Noted:
    """Reads the event field of chunks: browsers hand named events to nobody who listens for messages."""
    names = sorted({chunk.name for chunk in stream_of(exchange).chunks} - {"", "message"})
    if names:
        yield Finding("chunks come as named events", "$", "no event field", shown(", ".join(names)))


@rule(
    "chat.stream.json",
    "sends one JSON object an event",
    Level.MUST,
    "chat.stream",
    STREAMING,
    on="chat.stream",
    seed=calls.stream,
)
def data_is_json(exchange: Exchange) -> Noted:
    """Reads the data of every event strictly; the official clients stop at the first that they cannot read."""
    ensure_bytes(exchange)
    for message in stream_of(exchange).messages:
        for problem in message.problems:
            yield Finding(
                f"the data of an event {shown(problem)}", message.where, "one JSON object", shown(message.text, 120) or "empty"
            )


@rule(
    "chat.stream.done",
    "ends with [DONE], once",
    Level.MUST,
    "chat.stream",
    STREAMING,
    on="chat.stream",
    seed=calls.stream,
    revision=2,
)
def done_is_last(exchange: Exchange) -> Noted:
    """Looks for the event `[DONE]`, spelled exactly so, at the end and nowhere else."""
    stream = whole_of(exchange)
    last = len(stream.messages) - 1
    if not stream.done:
        if not stream.errors and DONE not in stream.events.tail[:40]:
            yield Finding("the stream has no [DONE]", f"$[{last}]", DONE, shown(stream.messages[-1].text, 120))
        return
    if len(stream.done) > 1:
        yield Finding("the stream has [DONE] more than once", f"$[{stream.done[1]}]", "one", str(len(stream.done)))
    if any(message.position > stream.done[0] for message in stream.messages if message.position not in stream.done):
        yield Finding("events follow [DONE]", f"$[{stream.done[0]}]", "nothing", f"{last - stream.done[0]} more")
    if stream.messages[stream.done[0]].text != DONE:
        ensure_bytes(exchange)
        yield Finding(
            "[DONE] has spaces behind it", f"$[{stream.done[0]}]", DONE, shown(repr(stream.messages[stream.done[0]].text))
        )


@rule("chat.stream.end", "ends [DONE] with a blank line", Level.SHOULD, "chat.stream", SSE, on="chat.stream", seed=calls.stream)
def done_is_dispatched(exchange: Exchange) -> Noted:
    """Looks for the blank line behind [DONE], without which it is no event. Recorders are known to trim ends."""
    if exchange.source:
        raise Unclear("recorders trim the end of a body")
    tail = stream_of(exchange).events.tail
    if DONE in tail[:40]:
        yield Finding("[DONE] has no blank line behind it", "$[-1]", "data: [DONE] and a blank line", shown(repr(tail[-40:])))


@rule(
    "chat.stream.utf8",
    "never tears a character apart",
    Level.MUST,
    "chat.stream",
    STREAMING,
    on="chat.stream",
    seed=calls.stream,
    revision=2,
)
def characters_are_whole(exchange: Exchange) -> Noted:
    """Looks for bytes that are no UTF-8 and for characters that two increments share: the end of one and the start of the next
    are replacement characters, or the halves of a surrogate pair.
    """
    ensure_bytes(exchange)
    stream = unbroken(exchange)
    for problem in stream.events.problems:
        if "UTF-8" in problem:
            yield Finding("the stream is not UTF-8", shown(problem.removeprefix("is not UTF-8 at ")), "UTF-8", "other bytes")
    sent = sent_json(exchange)
    for pieces in _texts(stream) if isinstance(sent, dict) and is_tame(sent) else ():
        for (_, before), (where, after) in pairwise(pieces):
            if _is_torn(before[-1], after[0]):
                told = ascii(before[-8:]) + " " + ascii(after[:8])
                yield Finding("two increments share a character", where, "whole characters", told)
                break


def _texts(stream: Stream) -> Iterator[list[Piece]]:
    """What is streamed piece by piece: of every choice the text, the refusal, and the arguments of each call."""
    for deltas in stream.of_choice().values():
        for name in ("content", "refusal"):
            yield [(f"{one.where}.delta.{name}", text) for one in deltas if isinstance(text := one.delta.get(name), str) and text]
        yield from arguments_of(deltas).values()


def _is_torn(last: str, first: str) -> bool:
    halves = "\ud800" <= last <= "\udbff" and "\udc00" <= first <= "\udfff"
    return halves or last == first == "\ufffd"
