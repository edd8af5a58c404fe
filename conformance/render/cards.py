"""The top of the page: one card for what was seen, one for each document, each with a bar of its counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from conformance.model import Outcome, Standing
from conformance.render.content import OUTCOMES, STANDINGS, answers, count, matrix_name
from conformance.render.escape import clip, for_html, visible
from conformance.report import Conformance, Report, by_case, by_matrix, outcomes, standings

TONES: Mapping[Outcome | Standing | Conformance, str] = {
    Outcome.WORKS: "good",
    Outcome.ACCEPTED: "good",
    Outcome.IGNORED: "open",
    Outcome.REFUSED: "calm",
    Outcome.DIFFERS: "bad",
    Outcome.FAILS: "bad",
    Outcome.UNCLEAR: "open",
    Standing.KEPT: "good",
    Standing.SURPASSED: "more",
    Standing.BROKEN: "bad",
    Standing.FAULT: "bad",
    Standing.UNKNOWN: "open",
    Standing.UNCLAIMED: "calm",
    Conformance.CONFORMANT: "good",
    Conformance.PARTIAL: "open",
    Conformance.NOT_CONFORMANT: "bad",
    Conformance.NOT_SHOWN: "calm",
}
"""The colour of a word; the word itself always stands beside it."""

_MARKS = {
    Conformance.CONFORMANT: "✓",
    Conformance.PARTIAL: "◐",
    Conformance.NOT_CONFORMANT: "✗",
    Conformance.NOT_SHOWN: "?",
}


def answer_cards(report: Report) -> Iterator[str]:
    """The answer to both questions: does it match OpenAI, and does it keep its word."""
    yield '<section class="answers">'
    yield _matching(report)
    found = by_matrix(report)
    for matrix, what, why in answers(report):
        counts = standings(found[matrix])
        head = f"{_MARKS[what]} {what.value}"
        picks = f"document={quote(visible(clip(matrix_name(matrix), 80)))}&" if len(found) > 1 else ""
        bar = _bar({word: counts[word] for word in STANDINGS}, f"{picks}standing")
        yield _card(TONES[what], "Does it keep its word?", matrix_name(matrix), head, why, bar)
    yield "</section>"


def _matching(report: Report) -> str:
    counts = outcomes(report.verdicts)
    alike = counts[Outcome.WORKS] + counts[Outcome.ACCEPTED]
    total = len(by_case(report))
    head = f"{100 * alike // (total or 1)} % of {count(total, 'case')}"
    bar = _bar({word: counts[word] for word in OUTCOMES}, "outcome")
    cut = "" if report.footer.complete else ", as far as the run came"
    why = f"in {alike:,} the server does what OpenAI's API does{cut}"
    return _card("more", "Does it match OpenAI?", "all cases, promised or not", head, why, bar)


def _card(tone: str, question: str, name: str, head: str, why: str, bar: str) -> str:
    asked = f'<p class="eyebrow">{for_html(question)}</p><span class="id">{for_html(name, 80)}</span>'
    told = f'<strong>{for_html(head)}</strong><p class="soft">{for_html(why)}</p>'
    return f'<div class="answer {tone}">{asked}{told}{bar}</div>'


def _bar(counts: Mapping[Outcome, int] | Mapping[Standing, int], picks: str) -> str:
    """A bar of the counts, and a legend that says the same in words, each a link to what it counts."""
    legend = "".join(
        f'<li><a class="chip {TONES[word]}" href="#?{for_html(picks)}={word.value}">{number:,} {word.value}</a></li>'
        for word, number in counts.items()
        if number
    )
    return f'{bar_svg(counts)}<ul class="legend">{legend}</ul>'


def bar_svg(counts: Mapping[Outcome, int] | Mapping[Standing, int]) -> str:
    """A bar of counts, each as wide as it is large and in its colour."""
    shown = {word: number for word, number in counts.items() if number}
    total, at, rects = sum(shown.values()) or 1, 0.0, ""
    for word, number in shown.items():
        width = 100 * number / total
        rects += f'<rect class="{TONES[word]}" x="{at:.2f}" width="{max(width - 0.4, 0.2):.2f}" height="4"/>'
        at += width
    return f'<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">{rects}</svg>'


def chip(word: Outcome | Standing) -> str:
    """A word in its colour."""
    return f'<span class="chip {TONES[word]}">{word.value}</span>'
