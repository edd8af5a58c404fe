"""Secrets that come in parts: in the deltas of a stream, in the tokens of logprobs, each part too short to be told as one.

The texts at one place of a JSON document, or of a stream of them, are read as one text, as whoever shows a stream reads them.
https://platform.openai.com/docs/api-reference/chat-streaming
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate

from conformance.messages import Json
from conformance.spans import Span, marked, spans_of
from conformance.wire import Event, read_events, read_json

Place = tuple[str | int, ...]


@dataclass
class Part:
    """A text, or an array of bytes, in its container; `number` is the document that holds it."""

    number: int
    container: Json
    name: str | int

    @property
    def is_text(self) -> bool:
        """Whether it can be read as it is; bytes as numbers have to be put together first."""
        return isinstance(self.container[self.name], str)

    @property
    def data(self) -> bytes:
        """What it says."""
        value = self.container[self.name]
        return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else bytes(value)

    def mask(self, kept: bytes) -> None:
        """Puts what may be kept in its place."""
        was = self.container[self.name]
        self.container[self.name] = kept.decode("utf-8", "replace") if isinstance(was, str) else list(kept)


@dataclass
class Parts:
    """The parts at one place, in order."""

    parts: list[Part] = field(default_factory=list)

    def masked(self, secrets: tuple[str, ...], mark: bytes) -> set[int]:
        """Masks secrets that several parts add up to, and tells in which documents."""
        datas = [part.data for part in self.parts]
        several = len(datas) > 1 or not all(part.is_text for part in self.parts)
        found = spans_of(b"".join(datas), secrets) if several else []
        touched, offset = set(), 0
        for part, data in zip(self.parts, datas, strict=True):
            mine = [(start - offset, end - offset) for start, end in found if start < offset + len(data) and end > offset]
            offset += len(data)
            if mine and data:
                part.mask(without(data, mine, mark))
                touched.add(part.number)
        return touched


def without(data: bytes, spans: list[Span], mark: bytes) -> bytes:
    """What is left of some bytes without the spans; the mark stands where one begins."""
    kept, position = [], 0
    for start, end in spans:
        kept += [data[position : max(start, 0)], marked(data[start:end], mark) if start >= 0 else b""]
        position = min(end, len(data))
    return b"".join((*kept, data[position:]))


def gathered(documents: list[Json], secrets: tuple[str, ...], mark: bytes) -> set[int]:
    """Masks secrets in parts inside of documents, in place, and tells in which."""
    places: dict[Place, Parts] = {}
    for number, document in enumerate(documents):
        for place, container, name in _texts([document], 0, ()):
            places.setdefault(place, Parts()).parts.append(Part(number, container, name))
    touched: set[int] = set()
    for parts in places.values():
        touched |= parts.masked(secrets, mark)
    return touched


def _texts(container: Json, name: str | int, place: Place) -> Iterator[tuple[Place, Json, str | int]]:
    """Every text below a place, without recursion, since documents may be deep. Elements of arrays are told apart by their
    `index` alone.
    """
    left: list[tuple[Json, str | int, Place]] = [(container, name, place)]
    while left:
        holder, key, where = left.pop()
        value = holder[key]
        if isinstance(value, str) or (isinstance(value, list) and value and all(map(_is_byte, value))):
            yield where, holder, key
        elif isinstance(value, dict):
            own = value.get("index")
            inner = (*where, own) if isinstance(own, int) and len(where) < 40 else where
            left += [(value, one, (*inner, one) if len(inner) < 40 else inner) for one in reversed(value)]
        elif isinstance(value, list):
            left += [(value, at, where) for at in range(len(value) - 1, -1, -1)]


def _is_byte(value: Json) -> bool:
    return type(value) is int and 0 <= value < 256


def rewritten(body: bytes, secrets: tuple[str, ...], mark: bytes) -> list[tuple[int, int, bytes]]:
    """Where a body has to be written anew, and with what, so that its parts no longer add up to a secret."""
    events = read_events(body).events
    if not events:
        return _document(body, secrets, mark)
    documents = [_value(event.data) for event in events]
    touched = gathered(documents, secrets, mark)
    ends = [*(event.offset for event in events[1:]), len(body)]
    return [(events[at].offset, ends[at], _spelled(events[at], documents[at])) for at in sorted(touched)]


def _document(body: bytes, secrets: tuple[str, ...], mark: bytes) -> list[tuple[int, int, bytes]]:
    """The same for a body that is a document, or one in each line."""
    lines = [body] if read_json(body).ok else body.split(b"\n") if b"\n{" in body else []
    begins = [0, *accumulate(len(line) + 1 for line in lines)]
    documents = [_value(line.decode("utf-8", "replace")) for line in lines]
    touched = gathered(documents, secrets, mark)
    return [(begins[at], begins[at] + len(lines[at]), _dumped(documents[at]).encode()) for at in sorted(touched)]


def _value(text: str) -> Json:
    """The JSON in a text, for this use alone, or the text, which may be nested too deeply for the stack as it is here."""
    try:
        return json.loads(text.removeprefix("\ufeff"), parse_int=lambda digits: int(digits) if len(digits) < 4300 else digits)
    except (ValueError, RecursionError):
        return text


def _spelled(event: Event, value: Json) -> bytes:
    name = f"event: {event.event}\n" if event.event else ""
    data = value if isinstance(value, str) else _dumped(value)
    return f"{name}data: {data}\n\n".encode("utf-8", "surrogatepass")


def _dumped(value: Json) -> str:
    try:
        return json.dumps(value)
    except RecursionError:  # it could be read, just so
        return "null"
