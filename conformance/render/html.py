"""A report as one self-contained page: no network, a strict Content-Security-Policy, useful without scripts and on a phone.

The policy allows exactly the style and the script that lie beside this module, by their hashes: https://www.w3.org/TR/CSP3/#hash-source.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from importlib.resources import files

from conformance.messages import Exchange
from conformance.model import Standing
from conformance.render import content
from conformance.render.cards import TONES, answer_cards
from conformance.render.cases import Traffic, case_html, fragment
from conformance.render.entries import Entry, entries, grouped
from conformance.render.escape import for_html
from conformance.render.tables import to_html
from conformance.report import GateResult, Report, area_of


def render(report: Report, result: GateResult, exchanges: Mapping[str, Exchange], folder: str) -> str:
    """The page of a report that lies in `folder`, with the exchanges that its verdicts name."""
    style, script = _asset("page.css"), _asset("page.js")
    server = for_html(report.header.target.server or report.header.target.id or report.header.target.base_url or "a server", 80)
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_policy(style, script)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">',
            f"<title>{server}: OpenAI conformance</title>",
            f"<style>{style}</style></head><body>",
            *_body(report, result, Traffic(exchanges, folder), server),
            f"<script>{script}</script></body></html>\n",
        ]
    )


def _asset(name: str) -> str:
    return files("conformance.render").joinpath(name).read_text("utf-8")


def _policy(style: str, script: str) -> str:
    rules = (
        "default-src 'none'",
        f"style-src {_hash(style)}",
        f"script-src {_hash(script)}",
        "base-uri 'none'",
        "form-action 'none'",
    )
    return "; ".join(rules)


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _body(report: Report, result: GateResult, traffic: Traffic, server: str) -> Iterator[str]:
    yield f'<header><p class="eyebrow">OpenAI conformance</p><h1>{server}</h1>'
    yield f'<p class="soft">{for_html(report.header.target.model)}</p></header><main>'
    yield from answer_cards(report)
    yield _gate(report, result)
    yield f"<nav>{''.join(map(_anchor, ('Areas', 'Features', 'Cases', 'Run')))}</nav>"
    yield '<h2 id="areas">Areas</h2>'
    yield from map(to_html, (content.outcomes_table(report), content.standings_table(report), content.levels_table(report)))
    yield from _features(report)
    yield from _cases(report, traffic)
    yield '</main><footer id="run"><h2>Run</h2><dl class="facts">'
    yield from (f"<dt>{name}</dt><dd><bdi>{for_html(value)}</bdi></dd>" for name, value in content.facts(report))
    yield "</dl></footer>"


def _anchor(name: str) -> str:
    return f'<a href="#{name.lower()}">{name}</a>'


def _gate(report: Report, result: GateResult) -> str:
    first, *rest = map(for_html, content.gate_lines(report, result))
    tone, mark = ("good", "✓") if result.passed else ("bad", "✗")
    more = f"<ul>{''.join(f'<li>{line}</li>' for line in rest)}</ul>" if rest else ""
    return f'<div class="gate {tone}"><strong>{mark} {first}</strong>{more}</div>'


def _features(report: Report) -> Iterator[str]:
    yield '<h2 id="features">Features</h2>'
    tones = {word.value: tone for word, tone in TONES.items()} | {"right": "good", "wrong": "bad", "the server does more": "more"}
    links = {entry.first.feature: fragment(entry.cases[0]) for entry in reversed(entries(report))}
    for table in (content.disagreements_table(report), content.features_table(report)):
        if table.rows:
            yield to_html(table, tones, links)


def _cases(report: Report, traffic: Traffic) -> Iterator[str]:
    listed = entries(report)
    yield '<h2 id="cases">Cases</h2>'
    yield _filters(listed)
    for title, found in grouped(listed).items():
        if found:
            yield f'<section class="group"><h3>{title} ({len(found)})</h3>'
            yield from (case_html(entry, traffic) for entry in found)
            yield "</section>"


def _filters(listed: tuple[Entry, ...]) -> str:
    choices = {
        "area": sorted({area_of(entry.first) for entry in listed}),
        "standing": [word.value for word in Standing],
        "outcome": [word.value for word in content.OUTCOMES],
        "level": ["MUST", "SHOULD", "MAY"],
    }
    selects = "".join(_select(name, words) for name, words in choices.items())
    search = '<input type="search" placeholder="Search in cases, findings and traffic" aria-label="Search">'
    return (
        f'<div class="filters" hidden>{search}{selects}<button type="button">Clear</button><output class="soft"></output></div>'
    )


def _select(name: str, words: list[str]) -> str:
    options = "".join(f"<option>{for_html(word, 80)}</option>" for word in words)
    return f'<select name="{name}" aria-label="{name}"><option value="">any {name}</option>{options}</select>'
