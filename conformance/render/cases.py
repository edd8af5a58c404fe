"""The cases of the page: each a `details` element with what is required, what was seen and the exchanges that show it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from conformance.messages import Exchange
from conformance.model import Finding, Outcome, Target
from conformance.render.cards import TONES, chip
from conformance.render.content import matrix_name, says
from conformance.render.entries import Entry, curl_line, own_reason
from conformance.render.escape import for_html, is_address
from conformance.render.exchange import exchange_html, named
from conformance.render.features import data_of
from conformance.render.marks import Mark

MOST_EXCHANGES = 5
"""How many exchanges a case shows; the others are named."""
MOST_TRAFFIC, MOST_TELLING = 4_000_000, 2_000_000
"""How many bytes of the page may be exchanges, and how many what else there is to tell of cases."""

_OF_A_RULE = re.compile(r"\d+ of \d+ exchanges")


@dataclass
class Room:
    """Bytes that are left for something."""

    left: int

    def takes(self, text: str) -> bool:
        """Whether there is room for a text; if so there is less of it afterwards."""
        size = len(text.encode("utf-8", "replace"))
        if size <= self.left:
            self.left -= size
            return True
        return False


@dataclass
class Traffic:
    """The exchanges that a page may show, and what it has shown: each once, later cases link to it, until the page is full.
    `documents` are those that the page tells of, in its order.
    """

    exchanges: Mapping[str, Exchange]
    folder: str
    target: Target
    marks: Mapping[str, list[Mark]]
    documents: Sequence[str | None]
    shown: set[str] = field(default_factory=set)
    room: Room = field(default_factory=lambda: Room(MOST_TRAFFIC))
    telling: Room = field(default_factory=lambda: Room(MOST_TELLING))

    def take(self, key: str, opened: bool = False) -> str:
        """An exchange as HTML where it is shown first, else a link or its mere key."""
        exchange = self.exchanges.get(key)
        if exchange is None:
            return f'<p class="soft">exchange {for_html(key, 80)}, which is not at hand</p>'
        if key in self.shown:
            return f'<a class="again" href="#x-{fragment(key)}">{named(exchange)}</a>'
        command = curl_line(key, self.folder)
        text = exchange_html(exchange, self.marks.get(key, ()), self.target, command)
        if not self.room.takes(text):
            return f'<p>{named(exchange)} <code class="curl">{for_html(command)}</code></p>'
        self.shown.add(key)
        return (
            f'<details class="exchange" id="x-{fragment(key)}"{" open" if opened else ""}><summary>{named(exchange)}</summary>'
            f"<div>{text}</div></details>"
        )


def marks_of(listed: tuple[Entry, ...]) -> Mapping[str, list[Mark]]:
    """What to mark in which exchange. A case's one finding is in its first exchange, and in all that break a rule, where the
    first of several is in the first; which of the others is where, only the bytes tell.
    """
    found: dict[str, list[Mark]] = {}
    for number, entry in enumerate(listed):
        telling = [one for one in entry.findings if one.outcome is not Outcome.UNCLEAR]
        of_a_rule = bool(_OF_A_RULE.fullmatch(entry.first.reason))
        in_order = of_a_rule and len({one.outcome for one in telling}) == 1
        for place, key in enumerate(islice(entry.exchanges, MOST_EXCHANGES)):
            alone = len(telling) == 1 and (place == 0 or of_a_rule)
            found.setdefault(key, []).extend(
                Mark(one, number, alone or (in_order and place == index == 0), place == 0)
                for index, one in enumerate(telling)
                if one.where
            )
    return found


def case_html(entry: Entry, number: int, traffic: Traffic) -> str:
    """One case, closed. To a browser that runs scripts what it holds is text, until the script of the page unpacks it."""
    tone, first = TONES[entry.standing], entry.first
    name = for_html(entry.cases[0], 200)
    summary = (
        f'<span class="chip">{entry.standing.value}</span><span class="level">{first.level.value}</span>'
        f'<span>{for_html(first.title, 300)}{_why(entry)}<span class="id">{name}</span></span>'
    )
    told = f"<dl>{''.join(_facts(entry))}</dl>{''.join(map(_finding, entry.findings))}"
    if not traffic.telling.takes(told):
        told = '<p class="soft">The page is full; report.ndjson has the rest.</p>'
    link = f'<a href="#{fragment(entry.cases[0])}">link to this case</a>'
    held = f"<noscript>{told}{_exchanges(entry, traffic)}{link}</noscript>"
    data = data_of(entry.verdicts, traffic.documents)
    return (
        f'<details class="case {tone}" id="{fragment(entry.cases[0])}" data-n="{number}" {data}>'
        f'<summary>{summary}</summary><div class="body">{held}</div></details>'
    )


def _why(entry: Entry) -> str:
    """What tells against it in one line, or why it is not clear."""
    told = entry.findings[0].message if entry.findings else entry.worst.reason
    return f'<span class="why">{for_html(told, 200)}</span>' if told else ""


def _facts(entry: Entry) -> Iterator[str]:
    first = entry.first
    by = "" if first.authority == "openai" else f" (by {for_html(first.authority, 80)})"
    yield f"<dt>seen</dt><dd>{chip(first.outcome)} {for_html(entry.reason)}</dd>"
    for one in entry.verdicts:
        told = for_html(f"{says(one)}{own_reason(entry, one)}")
        yield f"<dt>{for_html(matrix_name(one.matrix), 80)}</dt><dd>{chip(one.standing)} {told}</dd>"
    source = f", see {_linked(first.link)}{by}" if first.link else ""
    yield f"<dt>feature</dt><dd>{for_html(first.feature, 120)}, through {for_html(first.via, 40)}{source}</dd>"


def _linked(address: str) -> str:
    """Web addresses as links; nothing else becomes one, whatever a report says."""
    safe = for_html(address)
    return f'<a href="{safe}">{safe}</a>' if is_address(address) else safe


def _finding(finding: Finding) -> str:
    if finding.outcome is Outcome.UNCLEAR:
        return ""
    where = f' <code class="where">{for_html(finding.where, 200)}</code>' if finding.where else ""
    by = f" seen by {for_html(', '.join(finding.seen_by), 80)}" if finding.seen_by else ""
    sides = ((name, text) for name, text in (("expected", finding.expected), ("actual", finding.actual)) if text)
    pair = "".join(f'<div class="{name}"><dt>{name}</dt><dd>{for_html(text)}</dd></div>' for name, text in sides)
    return (
        f'<div class="finding"><p><strong>{for_html(finding.message)}</strong>{where}{by}</p><dl class="pair">{pair}</dl></div>'
    )


def _exchanges(entry: Entry, traffic: Traffic) -> str:
    keys, telling = entry.exchanges, any(one.outcome is not Outcome.UNCLEAR for one in entry.findings)
    left = len(keys) - MOST_EXCHANGES
    more = f'<p class="soft">and {left} more in exchanges.jsonl.gz</p>' if left > 0 else ""
    shown = (traffic.take(key, telling and place == 0) for place, key in enumerate(islice(keys, MOST_EXCHANGES)))
    return "".join(shown) + more


def fragment(name: str) -> str:
    """A name as an id, which holds no white space, and as the fragment that leads to it; safe inside quotes."""
    return re.sub(r"[^\w.@:+-]", "_", name[:200], flags=re.ASCII)
