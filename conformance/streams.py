"""A streamed chat completion as a typed view: chunks, error events and [DONE] in the order of their arrival, and put together.

https://platform.openai.com/docs/api-reference/chat-streaming
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from conformance.answers import Object
from conformance.endpoints import wants_stream
from conformance.increments import Delta, Message, choice_of
from conformance.messages import Exchange
from conformance.model import Unclear
from conformance.recent import recent
from conformance.wire import Event, Events, read_events, read_json

DONE = "[DONE]"


@dataclass(frozen=True)
class Stream:
    """A stream as the rules see it. `messages` holds every event's data, in order. What is made of them is made once, for many
    rules ask for it, and must not be changed.
    """

    events: Events
    messages: tuple[Message, ...]

    @cached_property
    def chunks(self) -> list[Message]:
        """The JSON objects that are no errors."""
        return [one for one in self.messages if one.value is not None and not _is_error(one)]

    @cached_property
    def errors(self) -> list[Message]:
        """The events that tell of an error."""
        return [one for one in self.messages if one.value is not None and _is_error(one)]

    @cached_property
    def done(self) -> list[int]:
        """The positions of [DONE]."""
        return [one.position for one in self.messages if one.text.rstrip(" ") == DONE]

    @cached_property
    def ended(self) -> bool:
        """Whether it came to any end: a reason to finish, [DONE], if only as the torn last line, or an error."""
        told = bool(self.done or self.errors) or DONE in self.events.tail[:40]
        return told or any(delta.finished for delta in self.deltas)

    @cached_property
    def deltas(self) -> list[Delta]:
        """Every choice of every chunk, in order."""
        return [delta for chunk in self.chunks for delta in _deltas(chunk)]

    def of_choice(self) -> dict[int, list[Delta]]:
        """The deltas of each choice, in order of their first appearance. Indices that are no integers are left out."""
        return self._of_choice

    @cached_property
    def whole(self) -> Object:
        """The chat completion that the increments add up to; what is malformed is left out."""
        choices = [choice_of(index, deltas) for index, deltas in sorted(self._of_choice.items())]
        usages = [usage for chunk in self.chunks if isinstance(usage := (chunk.value or {}).get("usage"), dict)]
        first = self.chunks[0].value if self.chunks else None
        return {"choices": choices, "model": (first or {}).get("model"), "usage": usages[-1] if usages else None}

    @cached_property
    def _of_choice(self) -> dict[int, list[Delta]]:
        found: dict[int, list[Delta]] = {}
        for delta in self.deltas:
            if isinstance(delta.index, int):
                found.setdefault(delta.index, []).append(delta)
        return found


def _is_error(message: Message) -> bool:
    value = message.value or {}
    told = value.get("error")
    if told or value.get("choices"):
        return bool(told)
    return told is not None or value.get("object") == "error" or message.name == "error"


def _deltas(chunk: Message) -> Iterator[Delta]:
    choices = (chunk.value or {}).get("choices")
    for place, choice in enumerate(choices if isinstance(choices, list) else ()):
        if isinstance(choice, dict):
            yield Delta(chunk, place, choice)


@recent
def read_stream(body: bytes) -> Stream:
    """The stream in a body. Total: whatever the bytes, a view comes out, empty where there is nothing to see."""
    events = read_events(body)
    return Stream(events, tuple(_message(position, event) for position, event in enumerate(events.events)))


def _message(position: int, event: Event) -> Message:
    if event.data.rstrip(" ") == DONE:
        return Message(position, event.event, event.data, None, (), event.offset)
    parsed = read_json(event.data.encode("utf-8", "surrogatepass"))
    value = parsed.value if isinstance(parsed.value, dict) else None
    problems = parsed.problems or (() if value is not None else ("is no JSON object",))
    return Message(position, event.event, event.data, value, problems, event.offset)


def stream_of(exchange: Exchange) -> Stream:
    """The stream of an answer. Raises Unclear where it has no chunk: that is judged by a rule of its own."""
    stream = read_stream(exchange.body)
    if not stream.chunks:
        raise Unclear("the answer streams no chunk to judge")
    return stream


def whole_of(exchange: Exchange) -> Stream:
    """The stream of an answer, as far as it goes. Raises Unclear where a recording has no end of any kind: whoever recorded it
    may have gone before the server was done.
    """
    stream = stream_of(exchange)
    if exchange.source and not stream.ended:
        raise Unclear("the recording may end before the stream does")
    return stream


def unbroken(exchange: Exchange) -> Stream:
    """The stream of an answer that nothing cut short, no error and no recorder. Raises Unclear."""
    stream = whole_of(exchange)
    if stream.errors:
        raise Unclear("an error ended the stream")
    return stream


def plain_of(exchange: Exchange) -> Object:
    """The JSON object of a plain answer. Raises Unclear where there is none: that is judged by a rule of its own."""
    value = read_json(exchange.body).value
    if not isinstance(value, dict):
        raise Unclear("the answer is no JSON object to judge")
    return value


def answer_of(exchange: Exchange) -> Object:
    """The answer as a plain chat completion, put together where it was streamed. Raises Unclear."""
    return assembled(unbroken(exchange)) if wants_stream(exchange) else plain_of(exchange)


def assembled(stream: Stream) -> Object:
    """The chat completion that the increments of a stream add up to; what is malformed is left out."""
    return stream.whole
