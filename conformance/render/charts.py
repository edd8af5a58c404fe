"""Pictures of a whole report: how each area fares, and how long its answers took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

from conformance.messages import Exchange
from conformance.model import Outcome, Standing, Verdict
from conformance.render.cards import TONES, bar_svg
from conformance.render.clock import histogram
from conformance.render.content import OUTCOMES, STANDINGS, matrix_name
from conformance.render.escape import for_html
from conformance.report import Report, by_area, by_matrix, outcomes, standings

MOST_DOCUMENTS = 8
"""How many documents have a column of bars; the tables have them all."""


def area_bars(report: Report) -> str:
    """A row an area: what was seen, and how the word of each document was kept."""
    named = list(by_matrix(report))[:MOST_DOCUMENTS]
    heads = ("area", "matches OpenAI", *(f"keeps its word: {matrix_name(name)}" for name in named))
    rows = "".join(_row(area, found, named) for area, found in by_area(report).items())
    head = "".join(f'<th scope="col">{for_html(name, 80)}</th>' for name in heads)
    return (
        '<div class="scroll" role="region" aria-label="Areas" tabindex="0"><table class="bars"><caption>How each area fares'
        f"</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(area: str, verdicts: tuple[Verdict, ...], named: list[str | None]) -> str:
    seen = outcomes(verdicts)
    cells = _cell({word: seen[word] for word in OUTCOMES})
    for name in named:
        counts = standings(one for one in verdicts if one.matrix == name)
        cells += _cell({word: counts[word] for word in STANDINGS})
    return f'<tr><th scope="row"><a href="#?area={for_html(area, 80)}">{for_html(area, 80)}</a></th>{cells}</tr>'


def _cell(counts: Mapping[Outcome, int] | Mapping[Standing, int]) -> str:
    told = ", ".join(
        f'<span class="{TONES[word]}"><b>{number:,}</b> {word.value}</span>' for word, number in counts.items() if number
    )
    return f"<td>{bar_svg(counts)}<small>{told}</small></td>"


def clocks(exchanges: Iterable[Exchange]) -> str:
    """How long answers took, and how the pieces of streams came."""
    timed = [one for one in exchanges if one.timed and one.failure is None and one.status is not None]
    streams = [one for one in timed if _is_stream(one)]
    plain = [one.seconds for one in timed if not _is_stream(one)]
    pauses = [after.at - before.at for one in streams for before, after in pairwise(one.pieces)]
    drawn = (
        histogram("Whole answers, to the end", plain),
        histogram("Streams, to the first piece", [one.pieces[0].at for one in streams if one.pieces]),
        histogram("Streams, between two pieces", pauses),
    )
    return f'<div class="clocks">{"".join(drawn)}</div>' if any(drawn) else ""


def _is_stream(exchange: Exchange) -> bool:
    return "event-stream" in (exchange.header("content-type") or "").lower()
