"""Bytes read strictly: JSON by RFC 8259 and server-sent events by the WHATWG algorithm, with everything odd about them noted.

Both readers are total: whatever bytes come in, a value comes out and the problems are listed beside it.
https://www.rfc-editor.org/rfc/rfc8259 · https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from conformance.messages import Json
from conformance.recent import recent

NOT_JSON = object()
"""Stands for the value of bytes that no reader of JSON would take."""

_BOM = b"\xef\xbb\xbf"
_DIGITS = 4300
_END_OF_LINE = re.compile(rb"\r\n|\n|\r")


DEEPEST = 200
"""Levels of nesting that whoever copies, cleans and spells a value can do with, wherever on the stack that happens."""


def is_deep(value: Json) -> bool:
    """Whether a value is nested deeper than DEEPEST."""
    level = [value]
    for _ in range(DEEPEST + 1):
        containers = [one for one in level if isinstance(one, dict | list)]
        if not containers:
            return False
        level = [inner for one in containers for inner in (one.values() if isinstance(one, dict) else one)]
    return True


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
    """A body read as server-sent events. `tail` is text that no blank line completed: browsers and the SDK drop it. `strays` are
    lines that are no field of an event, which readers pass over, with their offsets.

    `hollow` holds the offsets of blank lines that end a block without data. Browsers dispatch nothing there, but the official
    Python client does, with empty data, if the block has an event or retry line or any block so far had an id.
    """

    events: tuple[Event, ...]
    problems: tuple[str, ...] = ()
    comments: int = 0
    tail: str = ""
    hollow: tuple[int, ...] = ()
    strays: tuple[tuple[int, str], ...] = ()


@recent
def read_json(data: bytes) -> Parsed:
    """The JSON value in some bytes. Problems: bom, utf-8, duplicate key, non-number (NaN, Infinity), depth, number, syntax.

    Values are shared between callers and must not be changed.
    """
    problems: list[str] = []
    if data.startswith(_BOM):
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
            counts = Counter(key for key, _ in pairs)
            twice = sorted(key for key, count in counts.items() if count > 1)
            problems.append(f"has duplicate keys: {', '.join(twice[:9])}{', …' if len(twice) > 9 else ''}")
        return found

    def constant(word: str) -> float:
        problems.append(f"contains {word}, which is not JSON")
        return float(word.replace("Infinity", "inf"))

    try:
        value = json.loads(text, object_pairs_hook=once, parse_constant=constant, parse_int=_integer)
        if data.count(b"[") + data.count(b"{") > DEEPEST and is_deep(value):
            raise RecursionError
    except RecursionError:
        return Parsed(NOT_JSON, (*problems, "is nested too deeply to read"))
    except ValueError as error:
        where = f" at character {error.pos}" if isinstance(error, json.JSONDecodeError) else ""
        what = "is empty" if not text.strip() else f"is not JSON{where}"
        return Parsed(NOT_JSON, (*problems, what))
    return Parsed(value, tuple(dict.fromkeys(problems)))


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) < _DIGITS else float(digits)


@recent
def read_events(body: bytes) -> Events:
    """The events of a body, by the WHATWG algorithm: LF, CRLF or CR end a line, a blank line dispatches, an end without one
    drops the event. Legal variety (comments, no space after the colon, several data lines) is read, never a problem.
    """
    reader = _Reader()
    offset = len(_BOM) if body.startswith(_BOM) else 0
    if offset:
        reader.problems.append("starts with a byte order mark")
    reader.begin = offset
    for raw, start in _lines(body, offset):
        reader.take(reader.text_of(raw, start), start)
    tail = body[reader.begin :].decode("utf-8", "replace") if reader.data else ""
    problems, hollow, strays = tuple(dict.fromkeys(reader.problems)), tuple(reader.hollow), tuple(reader.strays)
    return Events(tuple(reader.events), problems, reader.comments, tail, hollow, strays)


@dataclass
class _Reader:
    """What a reader of events knows between two lines: what it has found, and the block that it is in."""

    events: list[Event] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    hollow: list[int] = field(default_factory=list)
    strays: list[tuple[int, str]] = field(default_factory=list)
    comments: int = 0
    begin: int = 0
    data: list[str] = field(default_factory=list)
    kind: str = ""
    named: bool = False
    numbered: bool = False

    def text_of(self, raw: bytes, start: int) -> str:
        """The text of a line, with replacement characters where it is no UTF-8."""
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            self.problems.append(f"is not UTF-8 at byte {start + error.start}")
            return raw.decode("utf-8", "replace")

    def take(self, line: str, start: int) -> None:
        """Reads one line that begins at an offset."""
        if not line:
            self._dispatch(start)
            return
        if not (self.data or self.kind):
            self.begin = start
        if line.startswith(":"):
            self.comments += 1
            return
        name, _, value = line.partition(":")
        if not self._field(name, value.removeprefix(" ")):
            self.strays.append((start, line[:60]))

    def _dispatch(self, start: int) -> None:
        if self.data:
            self.events.append(Event("\n".join(self.data), self.kind, self.begin))
        elif self.named or self.numbered:
            self.hollow.append(start)
        self.data, self.kind, self.named = [], "", False

    def _field(self, name: str, value: str) -> bool:
        """Takes a field in; says whether it is one."""
        if name == "data":
            self.data.append(value)
        elif name == "event":
            self.kind, self.named = value, self.named or bool(value)
        elif name == "retry":
            self.named = self.named or (value.isascii() and value.isdigit())
        elif name == "id":
            self.numbered = bool(value) if "\0" not in value else self.numbered
        else:
            return False
        return True


def _lines(body: bytes, position: int) -> Iterator[tuple[bytes, int]]:
    """Each line, without its end, and its offset."""
    for match in _END_OF_LINE.finditer(body, position):
        yield body[position : match.start()], position
        position = match.end()
    if position < len(body):
        yield body[position:], position
