"""The cases of the page: each a `details` element with what is required, what was seen and the exchanges that show it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice

from conformance.messages import Exchange
from conformance.render.cards import TONES
from conformance.render.entries import Entry, curl_line, facts_of
from conformance.render.escape import for_html, for_pre, is_address
from conformance.render.traffic import answer_text, headline, request_text
from conformance.report import area_of

MOST_EXCHANGES = 5
"""How many exchanges a case shows; the others are named."""
MOST_CHARACTERS = 4_000_000
"""How much of the page may be exchanges."""


@dataclass
class Traffic:
    """The exchanges that a page may show, and what it has shown: each once, later cases link to it, until the page is full."""

    exchanges: Mapping[str, Exchange]
    folder: str
    shown: set[str] = field(default_factory=set)
    room: int = MOST_CHARACTERS

    def take(self, key: str) -> str:
        """An exchange as HTML where it is shown first, else a link or its mere key."""
        if key in self.shown:
            return (
                f'<p><a href="#x-{fragment(key)}">{_named(self.exchanges[key])}</a> <span class="soft">(shown above)</span></p>'
            )
        exchange = self.exchanges.get(key)
        if exchange is None:
            return f'<p class="soft">exchange {for_html(key, 80)}, which is not at hand</p>'
        text = _exchange(key, exchange, self.folder)
        if len(text) > self.room:
            return f"<p>{_named(exchange)} {_curl(key, self.folder)}</p>"
        self.shown.add(key)
        self.room -= len(text)
        return text


def case_html(entry: Entry, traffic: Traffic) -> str:
    """One case, closed."""
    tone, first = TONES[entry.standing], entry.first
    name = for_html(entry.cases[0], 200)
    data = {
        "area": area_of(first),
        "level": first.level.value,
        "outcome": first.outcome.value,
        "standing": " ".join(dict.fromkeys(one.standing.value for one in entry.verdicts)),
    }
    attributes = " ".join(f'data-{key}="{for_html(value, 80)}"' for key, value in data.items())
    summary = (
        f'<span class="chip">{entry.standing.value}</span><span class="level">{first.level.value}</span>'
        f'<span>{for_html(first.title)}<span class="id">{name}</span></span>'
    )
    rest = f"<dl>{_facts(entry, traffic.folder)}</dl>{_exchanges(entry, traffic)}"
    link = f'<p class="soft"><a href="#{fragment(entry.cases[0])}">link to this case</a></p>'
    return (
        f'<details class="case {tone}" id="{fragment(entry.cases[0])}" {attributes}><summary>{summary}</summary>'
        f'<div class="body">{rest}{link}</div></details>'
    )


def _facts(entry: Entry, folder: str) -> str:
    told = (one for one in facts_of(entry, folder) if one != ("requirement", entry.first.title))
    return "".join(f"<dt>{for_html(name, 80)}</dt><dd>{_value(name, value)}</dd>" for name, value in told)


def _value(name: str, value: str) -> str:
    if name == "source":
        return _linked(value)
    if name in ("expected", "actual"):
        return f"<code>{for_html(value)}</code>"
    return f'<code class="curl">{for_html(value)}</code>' if name == "reproduce" else f"<bdi>{for_html(value)}</bdi>"


def _linked(text: str) -> str:
    """Web addresses as links; nothing else becomes one, whatever a report says."""
    address, space, rest = text.partition(" ")
    if not is_address(address):
        return for_html(text)
    safe = for_html(address)
    return f'<a href="{safe}" rel="noopener noreferrer">{safe}</a>{space}{for_html(rest)}'


def _exchanges(entry: Entry, traffic: Traffic) -> str:
    keys = entry.exchanges
    left = len(keys) - MOST_EXCHANGES
    more = f'<p class="soft">and {left} more in exchanges.jsonl.gz</p>' if left > 0 else ""
    return "".join(map(traffic.take, islice(keys, MOST_EXCHANGES))) + more


def _exchange(key: str, exchange: Exchange, folder: str) -> str:
    parts = (("Request", request_text(exchange)), ("Answer", answer_text(exchange)))
    shown = "".join(f"<h4>{name}</h4><pre>{for_pre(text)}</pre>" for name, text in parts)
    return (
        f'<details class="exchange" id="x-{fragment(key)}"><summary>{_named(exchange)}</summary>'
        f"<div>{shown}<h4>Reproduce</h4>{_curl(key, folder)}</div></details>"
    )


def _named(exchange: Exchange) -> str:
    return f"<code>{for_html(headline(exchange), 300)}</code>"


def _curl(key: str, folder: str) -> str:
    return f'<code class="curl">{for_html(curl_line(key, folder))}</code>'


def fragment(name: str) -> str:
    """A name as an id, which holds no white space, and as the fragment that leads to it; safe inside quotes."""
    return re.sub(r"[^\w.@:+-]", "_", name[:200], flags=re.ASCII)
