"""Text of any length for the page: its beginning, its end, and what is marked in between; the rest is counted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise

from conformance.render.escape import for_html, for_pre
from conformance.render.marks import Span

HEAD, TAIL, AROUND, MARKED = 2400, 800, 160, 1200
"""How many characters are shown from the beginning, from the end, around a mark, and of what is marked."""
MOST_SPANS = 120

_BYTE = re.compile("[\udc80-\udcff]")


def excerpt_html(text: str, spans: Iterable[Span] = ()) -> str:
    """The text as HTML for a preformatted element, with the spans marked."""
    marked = sorted(islice(spans, MOST_SPANS), key=lambda one: (one.start, one.end))
    parts, at = [], 0
    for start, end in _windows(len(text), marked):
        parts += [_left(start - at), _marked(text, start, end, marked)]
        at = end
    return "".join([*parts, _left(len(text) - at)])


def _left(count: int) -> str:
    return f'<span class="left">… {count:,} characters left out …</span>' if count > 0 else ""


def _windows(size: int, spans: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """The parts that are shown, in order and apart."""
    wanted = [(0, HEAD), (size - TAIL, size)]
    for one in spans:
        wanted += [(one.start - AROUND, min(one.end, one.start + MARKED) + AROUND), (one.end - AROUND, one.end + AROUND)]
    start, end = 0, 0
    for low, high in sorted((max(low, 0), min(high, size)) for low, high in wanted):
        if low > end + AROUND:
            yield start, end
            start = low
        end = max(end, high)
    yield start, end


def _marked(text: str, start: int, end: int, spans: Sequence[Span]) -> str:
    inside = [one for one in spans if one.start < end and one.end > start]
    cuts = sorted({start, end, *(min(max(place, start), end) for one in inside for place in (one.start, one.end))})
    return "".join(
        _piece(text[low:high], [one for one in inside if one.start <= low and one.end >= high]) for low, high in pairwise(cuts)
    )


def _piece(text: str, spans: Sequence[Span]) -> str:
    shown = _BYTE.sub(lambda byte: f"\\x{ord(byte[0]) - 0xDC00:02x}", text)
    if not spans:
        return for_pre(shown)
    of = " ".join(dict.fromkeys(str(one.of) for one in spans))
    notes = "; ".join(dict.fromkeys(one.note for one in spans))
    return f'<mark data-of="{of}" title="{for_html(notes, 300)}">{for_pre(shown)}</mark>'
