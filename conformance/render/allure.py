"""A verdict as Allure tells it: labels, links, steps and attachments as values, and the one place where they are handed over.

The only importer of allure. What pytest items are and how they ended is allure-pytest's own business. It finds a case again
from run to run by the item's name and parameters, so nothing here adds a parameter, and a case's repr is its id.
https://allurereport.org/docs/pytest-reference/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import allure

from conformance.messages import Exchange
from conformance.model import Level, Verdict
from conformance.render.content import matrix_name
from conformance.render.entries import Entry, facts_of
from conformance.render.escape import for_terminal, is_address, visible
from conformance.render.traffic import answer_text, headline, request_text
from conformance.report import FAILURES, area_of

MOST_EXCHANGES = 10
"""How many exchanges of a case are handed over."""

_SEVERITIES = {Level.MUST: "critical", Level.SHOULD: "normal", Level.MAY: "minor"}


@dataclass(frozen=True)
class Attachment:
    """A plain text and its name."""

    name: str
    text: str


@dataclass(frozen=True)
class Step:
    """An exchange, or one document's verdict, which may have failed."""

    title: str
    failed: bool = False
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Notes:
    """All that Allure is told of a case. `labels` are pairs of label type and value, `links` of address and name."""

    title: str
    labels: tuple[tuple[str, str], ...]
    links: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]
    attachments: tuple[Attachment, ...]


def notes(verdicts: Sequence[Verdict], exchanges: Mapping[str, Exchange], folder: str) -> Notes:
    """What to tell of one case, from its verdicts (at least one, one a document) and the exchanges at hand."""
    entry = Entry((verdicts[0].case,), tuple(verdicts))
    first = entry.first
    told = "\n".join(f"{name}: {value}" for name, value in facts_of(entry, folder))
    asked = (_exchange_step(exchanges[key]) for key in entry.exchanges[:MOST_EXCHANGES] if key in exchanges)
    return Notes(
        title=for_terminal(f"{first.case}: {first.title}"),
        labels=_labels(entry),
        links=((first.link, "source"),) if is_address(first.link) else (),
        steps=(*asked, *map(_verdict_step, verdicts)),
        attachments=(Attachment("verdict", visible(told, keep="\n\t")),),
    )


def _labels(entry: Entry) -> tuple[tuple[str, str], ...]:
    first, area = entry.first, for_terminal(area_of(entry.first), 80)
    feature = for_terminal(first.feature, 200)
    tags = dict.fromkeys((first.via, first.outcome.value, *(one.standing.value for one in entry.verdicts)))
    fixed = (
        ("severity", _SEVERITIES[first.level]),
        ("epic", area),
        ("feature", feature),
        ("parentSuite", area),
        ("suite", feature),
    )
    return (*fixed, *(("tag", for_terminal(tag, 80)) for tag in tags))


def _exchange_step(exchange: Exchange) -> Step:
    texts = (("request", request_text(exchange)), ("answer", answer_text(exchange)))
    return Step(
        for_terminal(headline(exchange)), attachments=tuple(Attachment(name, visible(text, "\n\t")) for name, text in texts)
    )


def _verdict_step(verdict: Verdict) -> Step:
    words = f"{verdict.stance.value}, {verdict.outcome.value}: {verdict.standing.value}"
    return Step(for_terminal(f"{matrix_name(verdict.matrix)}: {words}"), failed=verdict.standing in FAILURES)


def hand_over(told: Notes) -> None:
    """Gives the notes to Allure, for the item that is running; without `--alluredir` nothing comes of it."""
    dynamic: Any = allure.dynamic  # its methods are not typed
    dynamic.title(told.title)
    for name, value in told.labels:
        dynamic.label(name, value)
    for address, name in told.links:
        dynamic.link(address, name=name)
    for step in told.steps:
        _take(step)
    _attach(told.attachments)


def _take(step: Step) -> None:
    """A step fails by an exception that ends inside of it, for Allure knows no other way."""
    with suppress(AssertionError), allure.step(step.title):
        _attach(step.attachments)
        if step.failed:
            raise AssertionError(step.title)


def _attach(attachments: tuple[Attachment, ...]) -> None:
    for attachment in attachments:
        allure.attach(attachment.text, name=attachment.name, attachment_type=allure.attachment_type.TEXT)
