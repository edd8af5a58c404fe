"""Bytes read strictly: JSON by RFC 8259 and server-sent events by the WHATWG algorithm, with everything odd about them noted.

Both readers are total: whatever bytes come in, a value comes out and the problems are listed beside it.
https://www.rfc-editor.org/rfc/rfc8259 · https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from conformance.messages import Json

NOT_JSON = object()
"""Stands for the value of bytes that no reader of JSON would take."""

_DIGITS = 4300
_END_OF_LINE = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True)
class Parsed:
    """A JSON text: its value as lenient clients read it (or NOT_JSON), and what a strict reader objects to."""

    value: Json
    problems: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether any reader would get a value."""
        return self.value is not NOT_JSON


@dataclass(frozen=True)
class Event:
    """One dispatched event: its data, its type field and the offset of its first byte in the body."""

    data: str
    event: str = ""
    offset: int = 0


@dataclass(frozen=True)
class Events:
    """A body read as server-sent events. `tail` is text that no blank line completed: browsers and the SDK drop it.

    `hollow` holds the offsets of blank lines that end a block without data. Browsers dispatch nothing there, but the official
    Python client does, with empty data, if the block has an event or retry line or any block so far had an id.
    """

    events: tuple[Event, ...]
    problems: tuple[str, ...] = ()
    comments: int = 0
    tail: str = ""
    hollow: tuple[int, ...] = ()


@lru_cache(maxsize=4096)
def read_json(data: bytes) -> Parsed:
    """The JSON value in some bytes. Problems: bom, utf-8, duplicate key, non-number (NaN, Infinity), depth, number, syntax.

    Values are shared between callers and must not be changed.
    """
    problems: list[str] = []
    if data.startswith(b"\xef\xbb\xbf"):
        problems.append("starts with a byte order mark")
        data = data[3:]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        problems.append(f"is not UTF-8 at byte {error.start}")
        text = data.decode("utf-8", "replace")

    def once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        found = dict(pairs)
        if len(found) != len(pairs):
            keys = [key for key, _ in pairs]
            twice = sorted({key for key in keys if keys.count(key) > 1}) if len(keys) < 1000 else ["…"]
            problems.append(f"has duplicate keys: {', '.join(twice)}")
        return found

    def constant(word: str) -> float:
        problems.append(f"contains {word}, which is not JSON")
        return float(word.replace("Infinity", "inf"))

    try:
        value = json.loads(text, object_pairs_hook=once, parse_constant=constant, parse_int=_integer)
    except RecursionError:
        return Parsed(NOT_JSON, (*problems, "is nested too deeply to read"))
    except ValueError as error:
        where = f" at character {error.pos}" if isinstance(error, json.JSONDecodeError) else ""
        what = "is empty" if not text.strip() else f"is not JSON{where}"
        return Parsed(NOT_JSON, (*problems, what))
    return Parsed(value, tuple(dict.fromkeys(problems)))


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) < _DIGITS else float(digits)


@lru_cache(maxsize=512)
def read_events(body: bytes) -> Events:
    """The events of a body, by the WHATWG algorithm: LF, CRLF or CR end a line, a blank line dispatches, an end without one
    drops the event. Legal variety (comments, no space after the colon, several data lines) is read, never a problem.
    """
    problems: list[str] = []
    offset = 3 if body.startswith(b"\xef\xbb\xbf") else 0
    if offset:
        problems.append("starts with a byte order mark")
    events: list[Event] = []
    comments = 0
    data: list[str] = []
    hollow: list[int] = []
    kind, begin, pending, named, numbered = "", offset, False, False, False
    for raw, start in _lines(body, offset):
        try:
            line = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            problems.append(f"is not UTF-8 at byte {start + error.start}")
            line = raw.decode("utf-8", "replace")
        if not line:
            if data:
                events.append(Event("\n".join(data), kind, begin))
            elif named or numbered:
                hollow.append(start)
            data, kind, pending, named = [], "", False, False
            continue
        if not (data or kind):
            begin = start
        if line.startswith(":"):
            comments += 1
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        pending = pending or name == "data"
        if name == "data":
            data.append(value)
        elif name == "event":
            kind, named = value, named or bool(value)
        elif name == "retry":
            named = named or (value.isascii() and value.isdigit())
        elif name == "id":
            numbered = bool(value) if "\0" not in value else numbered
        else:
            problems.append(f"has a line that is no field of an event: {line[:60]!r}")
    tail = body[begin:].decode("utf-8", "replace") if pending else ""
    return Events(tuple(events), tuple(dict.fromkeys(problems)), comments, tail, tuple(hollow))


def _lines(body: bytes, position: int) -> Iterator[tuple[bytes, int]]:
    """Each line, without its end, and its offset."""
    for match in _END_OF_LINE.finditer(body, position):
        yield body[position : match.start()], position
        position = match.end()
    if position < len(body):
        yield body[position:], position
