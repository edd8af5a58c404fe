"""Charts of reports over time. Each line joins only reports that asked the same; the numbers are in the table beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance.model import Outcome
from conformance.render.cards import TONES
from conformance.render.content import count
from conformance.render.escape import for_html
from conformance.render.site.frame import when, words
from conformance.report.history import Server
from conformance.report.trends import Line

_TONES = ("more", "open", "calm")
"""None that means good or bad: lines differ by their number and dashes too."""

_WIDTH, _HEIGHT, _LEFT, _TOP = 720.0, 150.0, 44.0, 22.0
MOST_PAST = 40
"""How many outcomes a strip shows, the last ones."""


def chart(title: str, server: Server, lines: Sequence[Line]) -> str:
    """Shares over time, with a legend that says what each line's reports have in common."""
    if not lines:
        return ""
    drawn = "".join(_drawn(number, line, server) for number, line in enumerate(lines))
    label = for_html(f"{title}: {'; '.join(f'line {number}: {_spoken(line)}' for number, line in enumerate(lines, 1))}", 2000)
    picture = (
        f'<svg viewBox="0 0 {_WIDTH + 60:.0f} {_HEIGHT + 56:.0f}" role="img" aria-label="{label}">'
        f"{''.join(_grid(server))}{''.join(_cuts(server))}{drawn}</svg>"
    )
    legend = "".join(f"<li>{_legend(line)}</li>" for line in lines)
    name = for_html(title)
    plot = f'<div class="plot" role="region" aria-label="Chart: {name}" tabindex="0">{picture}</div>'
    return f'<div class="trend"><h3>{name}</h3>{plot}<ol>{legend}</ol></div>'


def _spoken(line: Line) -> str:
    return ", ".join(f"{point.good} of {point.of}" for point in line.points)


def _legend(line: Line) -> str:
    model = f", model {words(line.model)}" if line.model else ""
    last = line.points[-1]
    return (
        f"suite {words(line.suite)}{model}: {count(line.cases, 'case')} in equal revisions, {count(len(line.points), 'report')}; "
        f"last {last.good} of {last.of} ({_share(last.good, last.of):.1f} %)"
    )


def _share(good: int, of: int) -> float:
    return 100 * good / of


def _x(server: Server, at: int) -> float:
    return _LEFT + (_WIDTH - _LEFT) * (at / (len(server.reports) - 1) if len(server.reports) > 1 else 0.5)


def _y(share: float) -> float:
    return _TOP + _HEIGHT * (1 - share / 100)


def _grid(server: Server) -> Iterator[str]:
    for share in (0, 50, 100):
        yield f'<line class="grid" x1="{_LEFT:.0f}" x2="{_WIDTH:.0f}" y1="{_y(share):.1f}" y2="{_y(share):.1f}"/>'
        yield f'<text x="{_LEFT - 8:.0f}" y="{_y(share) + 4:.1f}" font-size="12" text-anchor="end">{share} %</text>'
    ends = {0: "start", len(server.reports) - 1: "end"} if len(server.reports) > 1 else {0: "middle"}
    for at, anchor in ends.items():
        date = for_html(when(server.reports[at])[:10], 40)
        place = f'x="{_x(server, at):.1f}" y="{_TOP + _HEIGHT + 26:.0f}"'
        yield f'<text {place} font-size="12" text-anchor="{anchor}">{date}</text>'


def _cuts(server: Server) -> Iterator[str]:
    """Where the suite became another version."""
    for at in range(1, len(server.reports)):
        if server.reports[at].suite != server.reports[at - 1].suite:
            x = (_x(server, at) + _x(server, at - 1)) / 2
            yield f'<line class="cut" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP:.0f}" y2="{_TOP + _HEIGHT:.0f}"/>'


def _drawn(number: int, line: Line, server: Server) -> str:
    places = [(_x(server, one.at), _y(_share(one.good, one.of))) for one in line.points]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    dash = f' stroke-dasharray="{4 + 2 * number} 4"' if number else ""
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"><title>{_told(server, line, at)}</title></circle>'
        for at, (x, y) in enumerate(places)
    )
    end = f'<text x="{places[-1][0]:.1f}" y="{places[-1][1] - 9:.1f}" font-size="12" text-anchor="middle">{number + 1}</text>'
    return f'<g class="{_TONES[number % len(_TONES)]}"><path d="{path}"{dash}/>{dots}{end}</g>'


def _told(server: Server, line: Line, at: int) -> str:
    point = line.points[at]
    said = f"{when(server.reports[point.at])}, suite {line.suite}: {point.good} of {point.of}"
    return for_html(said, 300)


def strip(past: Sequence[Outcome]) -> str:
    """The outcomes of reports that asked the same, the oldest first, as a row of squares."""
    shown = past[-MOST_PAST:]
    squares = "".join(
        f'<rect class="{TONES[one]}" x="{12 * at}" width="10" height="12"><title>{one.value}</title></rect>'
        for at, one in enumerate(shown)
    )
    wide, label = 12 * len(shown), ", then ".join(one.value for one in shown)
    return (
        f'<svg class="strip" viewBox="0 0 {wide} 12" width="{wide}" height="12" role="img" aria-label="{label}">{squares}</svg>'
    )
