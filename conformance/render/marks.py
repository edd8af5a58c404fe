"""Where in an answer, or in a request, the bytes are that a finding speaks of.

A finding's `where` is a JSON path, the name of a header, or `status`. In streams the first step of a path counts the events. What
is missing has no bytes; then the smallest object that lacks it is marked, as long as that is no haystack.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from conformance.messages import Exchange, Request
from conformance.model import Finding
from conformance.wire import read_events

MOST_SPANS, MOST_PLACES = 40, 2000
"""How many places are marked for a finding, and how many are looked at."""
MOST_SEARCHED = 4_000_000
"""The longest body that is searched, in bytes."""
HAYSTACK = 600
"""The longest object that is marked for what it lacks."""

_STEP = re.compile(r"\.([A-Za-z_][\w-]*)|\[(-?\d+|\*)\]")
_PATH = re.compile(rf"\$(?:{_STEP.pattern})*")
_DATA = re.compile(r"^data: ?(.*?)\r?$", re.MULTILINE)
_PLACE = re.compile(r"at (?:byte|character) (\d+)")
_TWICE = re.compile(r"duplicate keys: (.*)")
_SPACE = re.compile(r"\s*")
_DECODER = json.JSONDecoder(strict=False)

Step = str | int


@dataclass(frozen=True)
class Mark:
    """A finding of a case, `of` by number, that an exchange may show. Where it is not `sure` that this is the exchange, what
    stands there has to agree with the finding; `first` tells the exchange that the case puts first.
    """

    finding: Finding
    of: int
    sure: bool
    first: bool


@dataclass(frozen=True)
class Span:
    """Characters from `start` to `end` that some case's finding speaks of, and its words."""

    start: int
    end: int
    of: int
    note: str


def text_of(data: bytes) -> str:
    """Bytes as characters that can be counted and cut; what is no UTF-8 is kept as surrogates."""
    return data.decode("utf-8", "surrogateescape")


def spans_in_body(exchange: Exchange, mark: Mark) -> Iterator[Span]:
    """The places in the answer's body; where some of them hold just what the finding tells, those alone."""
    if len(exchange.body) > MOST_SEARCHED:
        return
    finding, body = mark.finding, text_of(exchange.body)
    places = list(islice(_places(exchange, body, finding), MOST_PLACES))
    telling = [(start, end, lacks) for start, end, lacks in places if _agrees(body[start:end], finding)]
    belonging = telling or [place for place in places if _belongs(place[2], exchange.request, mark)]
    for start, end, lacks in belonging[:MOST_SPANS]:
        yield Span(start, end, mark.of, f"{finding.message}{' (missing in here)' if lacks else ''}")


def _belongs(lacks: bool, request: Request, mark: Mark) -> bool:
    """Whether a place is marked that does not hold what the finding tells. An answer lacks nothing that the finding speaks of as
    a part of the request.
    """
    if lacks and _is_nothing(mark.finding):
        return mark.sure or mark.first
    return mark.sure and not (lacks and any(_found(json.dumps(request.json), 0, _steps(mark.finding.where))))


def spans_in_request(text: str, mark: Mark) -> Iterator[Span]:
    """The places in the text of a request's body."""
    steps = _steps(mark.finding.where)
    if steps and mark.sure:
        for start, end in islice(_found(text, 0, steps), MOST_SPANS):
            yield Span(start, end, mark.of, mark.finding.message)


def marks_header(mark: Mark, name: str, value: str) -> bool:
    """Whether a finding speaks of a header."""
    return mark.finding.where.lower() == name.lower() and (mark.sure or _agrees(value, mark.finding))


def marks_status(mark: Mark, exchange: Exchange) -> bool:
    """Whether a finding speaks of the status."""
    if mark.finding.where != "status":
        return False
    status, _, rest = mark.finding.actual.partition(" ")
    same = "".join(text_of(exchange.body[:2000]).split()).startswith("".join(rest.split()))
    return mark.sure or (bool(rest.strip()) and status == str(exchange.status) and same)


def _places(exchange: Exchange, body: str, finding: Finding) -> Iterator[tuple[int, int, bool]]:
    if finding.where == "$":
        yield from _of_the_whole(body, finding.message)
        return
    steps = _steps(finding.where)
    for length in range(len(steps), -1, -1) if steps else ():
        found = list(islice(_in_answer(exchange, body, steps[:length]), MOST_PLACES))
        lacks = length < len(steps)
        if found:
            yield from ((start, end, lacks) for start, end in found if not lacks or end - start <= HAYSTACK)
            return


def _of_the_whole(body: str, message: str) -> Iterator[tuple[int, int, bool]]:
    """What is wrong with a body as a whole: the place that the message tells, keys that are there twice, or all of it."""
    if place := _PLACE.search(message):
        at = min(int(place[1]), len(body))
        if " byte " in f" {place[0]} ":
            at = len(text_of(body.encode("utf-8", "surrogateescape")[:at]))
        yield at, min(at + 1, len(body)), False
    elif twice := _TWICE.search(message):
        for key in twice[1].split(", "):
            yield from ((found.start(), found.end(), False) for found in re.finditer(rf'"{re.escape(key)}"(?=\s*:)', body))
    elif body.strip() and len(body) <= HAYSTACK:
        yield 0, len(body), False


def _in_answer(exchange: Exchange, body: str, steps: list[Step]) -> Iterator[tuple[int, int]]:
    first, *rest = steps or ("",)
    if (not isinstance(first, int) and first != "*") or body.lstrip().startswith(("[", "{")):
        yield from _found(body, 0, steps)
        return
    events = read_events(exchange.body).events
    chosen = events if first == "*" else events[int(first) :][:1]
    for event in chosen[:MOST_PLACES]:
        at = len(text_of(exchange.body[: event.offset])) if not body.isascii() else event.offset
        if data := _DATA.search(body, at):
            yield from _found(body, data.start(1), rest) if rest else [data.span(1)]


def _steps(where: str) -> list[Step]:
    if not _PATH.fullmatch(where):
        return []
    return [name or (place if place == "*" else int(place)) for name, place in _STEP.findall(where)]


def _found(text: str, at: int, steps: list[Step]) -> Iterator[tuple[int, int]]:
    """Where a path leads to in a JSON text whose value begins at some place; nothing where it is broken before that."""
    try:
        yield from _descended(text, _skip(text, at), steps)
    except (ValueError, RecursionError, IndexError):
        return


def _descended(text: str, at: int, steps: list[Step]) -> Iterator[tuple[int, int]]:
    if not steps:
        yield at, _end(text, at)
        return
    first, *rest = steps
    members = list(_members(text, at)) if isinstance(first, int) and first < 0 else _members(text, at)
    wanted = len(members) + first if isinstance(members, list) and isinstance(first, int) else first
    for name, start in members:
        if first == "*" or (name == wanted and type(name) is type(wanted)):
            yield from _descended(text, start, rest)


def _members(text: str, at: int) -> Iterator[tuple[Step, int]]:
    """The members of the object or array at a place: name or index, and where the value begins."""
    opening, position, index = text[at], _skip(text, at + 1), 0
    if opening not in "[{":
        return
    while text[position] not in "]}":
        name: Step = index
        if opening == "{":
            name, position = _DECODER.raw_decode(text, position)
            position = _skip(text, _skip(text, position) + 1)
        yield name, position
        position, index = _skip(text, _end(text, position)), index + 1
        position = _skip(text, position + 1) if text[position] == "," else position


def _end(text: str, at: int) -> int:
    return _DECODER.raw_decode(text, at)[1]


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _agrees(value: str, finding: Finding) -> bool:
    """Whether a value is the one that the finding tells of, or begins as what it tells at length."""
    told, bare = finding.actual.strip(), value.strip('"')
    return bool(told) and (told in (value, bare, repr(bare)) or (len(told) > 30 and value.startswith(told.rstrip("…"))))


def _is_nothing(finding: Finding) -> bool:
    return finding.actual in ("absent", "None", "none", "null", "")
