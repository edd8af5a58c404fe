"""A streamed chat completion as a typed view: chunks, error events and [DONE] in the order of their arrival, and put together.

https://platform.openai.com/docs/api-reference/chat-streaming
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from conformance.answers import Object
from conformance.endpoints import wants_stream
from conformance.messages import Exchange, Json
from conformance.model import Unclear
from conformance.recent import recent
from conformance.wire import Event, Events, read_events, read_json

DONE = "[DONE]"


@dataclass(frozen=True)
class Message:
    """One event's data: its position among the events, the name of the event, the text, and the object if it is one."""

    position: int
    name: str
    text: str
    value: Object | None
    problems: tuple[str, ...]
    offset: int = 0

    @property
    def where(self) -> str:
        """The JSON path, with the events as an array."""
        return f"$[{self.position}]"


@dataclass(frozen=True)
class Delta:
    """One choice's share of a chunk."""

    chunk: Message
    place: int
    choice: Object

    @property
    def where(self) -> str:
        """The JSON path of the choice."""
        return f"{self.chunk.where}.choices[{self.place}]"

    @property
    def index(self) -> Json:
        """The choice that it belongs to; without any index the first."""
        return self.choice.get("index", 0)

    @property
    def delta(self) -> Object:
        """The increment; empty where it is missing or of a wrong type."""
        delta = self.choice.get("delta")
        return delta if isinstance(delta, dict) else {}

    @property
    def finished(self) -> bool:
        """Whether it carries a finish_reason, or what OpenAI's first vision model sent in its place."""
        return self.choice.get("finish_reason") not in (None, "") or bool(self.choice.get("finish_details"))

    @property
    def calls(self) -> list[Object]:
        """The fragments of tool calls."""
        calls = self.delta.get("tool_calls")
        return [call for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []

    @property
    def says(self) -> bool:
        """Whether it adds anything to the message."""
        return any(value for name, value in self.delta.items() if name != "role")


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
        choices = [_choice(index, deltas) for index, deltas in sorted(self._of_choice.items())]
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


Piece = tuple[str, str]
"""The JSON path of an increment, and its text."""


def arguments_of(deltas: list[Delta]) -> dict[int, list[Piece]]:
    """The increments of the arguments of each call, in order of first appearance; calls without an index are left out."""
    found: dict[int, list[Piece]] = {}
    for delta in deltas:
        for place, call in enumerate(delta.calls):
            index, function = call.get("index"), call.get("function")
            text = function.get("arguments") if isinstance(function, dict) else None
            if isinstance(index, int) and isinstance(text, str) and text:
                found.setdefault(index, []).append((f"{delta.where}.delta.tool_calls[{place}].function.arguments", text))
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


def _choice(index: int, deltas: list[Delta]) -> Object:
    message: Object = {"role": "assistant", "content": None}
    for delta in deltas:
        for name, value in delta.delta.items():
            if isinstance(value, str) and name != "role":
                before = message.get(name)
                message[name] = before + value if isinstance(before, str) else value
            elif isinstance(value, dict):
                message[name] = _merged(message.get(name), value)
    calls = _calls(deltas)
    entries = [entry for delta in deltas for entry in _entries(delta)]
    asked = any(isinstance(delta.choice.get("logprobs"), dict) for delta in deltas)
    reasons = [reason for delta in deltas if isinstance(reason := delta.choice.get("finish_reason"), str) and reason]
    return {
        "index": index,
        "message": message | ({"tool_calls": calls} if calls else {}),
        "finish_reason": reasons[-1] if reasons else None,
        "logprobs": {"content": entries} if asked else None,
    }


def _merged(old: Json, new: Object) -> Object:
    merged = dict(old) if isinstance(old, dict) else {}
    for name, value in new.items():
        before = merged.get(name)
        merged[name] = before + value if isinstance(before, str) and isinstance(value, str) else value
    return merged


def _entries(delta: Delta) -> list[Json]:
    logprobs = delta.choice.get("logprobs")
    content = logprobs.get("content") if isinstance(logprobs, dict) else None
    return content if isinstance(content, list) else []


_NOTHING: dict[str, Object] = {"function": {"arguments": ""}, "custom": {"input": ""}}
"""What a call says whose fragments say nothing."""


def _calls(deltas: list[Delta]) -> list[Object]:
    found: dict[Json, Object] = {}
    for call in (call for delta in deltas for call in delta.calls):
        index = call.get("index")
        whole = found.setdefault(index if isinstance(index, int) else 0, {"id": "", "type": call.get("type")})
        whole["id"] = whole["id"] or call.get("id") or ""
        for kind in ("function", "custom"):
            if isinstance(part := call.get(kind), dict):
                known = whole.get(kind)
                name = known.get("name") if known else None
                whole[kind] = _NOTHING[kind] | _merged(known, part) | {"name": name or part.get("name")}
    return [found[index] for index in sorted(found)]
