"""Times as small pictures: when the pieces of one answer came, and how long many of them took. The words say the same."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import median, quantiles

from conformance.messages import Exchange

WIDTH, HEIGHT, BINS = 600, 48, 28
MOST_STROKES = 600
"""A stroke a piece; of more pieces, those of one place become one."""


def span(seconds: float) -> str:
    """A time as people say it: 0.4 ms, 12 ms, 3.2 s."""
    if seconds >= 1:
        return f"{seconds:,.1f} s"
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.01 else f"{seconds * 1000:.1f} ms"


def timeline(exchange: Exchange) -> str:
    """When the pieces of an answer came; nothing for an answer of one piece, or where nobody noted the times."""
    pieces = [piece for piece in exchange.pieces if piece.data]
    if len(pieces) < 2 or not exchange.timed:
        return ""
    times = [piece.at for piece in pieces]
    whole = max(exchange.seconds, *times) or 1.0
    begin, stop = max(pairwise(times), key=lambda pair: pair[1] - pair[0])
    most = math.log1p(max(len(piece.data) for piece in pieces))
    strokes = {round(WIDTH * one.at / whole, 1): HEIGHT * (0.3 + 0.65 * math.log1p(len(one.data)) / most) for one in pieces}
    if len(strokes) > MOST_STROKES:
        strokes = {float(round(x)): height for x, height in strokes.items()}
    path = "".join(f"M{x:g} {HEIGHT}V{HEIGHT - height:.1f}" for x, height in strokes.items())
    pause = f'<rect class="open" x="{WIDTH * begin / whole:.1f}" width="{WIDTH * (stop - begin) / whole:.1f}" height="{HEIGHT}"/>'
    told = (
        f"{len(pieces):,} pieces: the first after {span(times[0])}, the last after {span(times[-1])}; "
        f"the longest pause {span(stop - begin)}"
    )
    return _figure(told, f'{pause}<path d="{path}"/>', ("0", span(whole)), "timeline")


def histogram(title: str, values: Sequence[float]) -> str:
    """How times are spread, on a scale of powers of two; nothing where there is none to show."""
    shown = sorted(max(value, 0.00005) for value in values)
    if len(shown) < 2:
        return ""
    low, high = math.log2(shown[0]), math.log2(shown[-1])
    counts = [0] * BINS
    for value in shown:
        counts[min(int(BINS * (math.log2(value) - low) / ((high - low) or 1)), BINS - 1)] += 1
    wide = WIDTH / BINS
    bars = "".join(
        f'<rect class="more" x="{wide * place + 1:.1f}" y="{HEIGHT - _height(number, counts):.1f}" '
        f'width="{wide - 2:.1f}" height="{_height(number, counts):.1f}"/>'
        for place, number in enumerate(counts)
        if number
    )
    most = quantiles(shown, n=20, method="inclusive")[-1]
    told = f"{len(shown):,} in all: half within {span(median(shown))}, 19 of 20 within {span(most)}"
    return _figure(told, bars, (span(shown[0]), span(shown[-1])), "histogram", title)


def _height(number: int, counts: Sequence[int]) -> float:
    return max(2.0, (HEIGHT - 2) * number / max(counts))


def _figure(told: str, drawn: str, ends: tuple[str, str], kind: str, title: str = "") -> str:
    named = f"<strong>{title}</strong>" if title else ""
    svg = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" aria-hidden="true">{drawn}</svg>'
    axis = f'<div class="axis" aria-hidden="true"><span>{ends[0]}</span><span>{ends[1]}</span></div>'
    return f'<figure class="{kind}">{named}{svg}{axis}<figcaption>{told}</figcaption></figure>'
