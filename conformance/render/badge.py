"""A report as a badge: the answer of shields.io's endpoint badge. https://shields.io/badges/endpoint-badge."""

from __future__ import annotations

import json

from conformance.render.content import answers, kept_of
from conformance.report import Conformance, Report

_COLOURS = {
    Conformance.CONFORMANT: "brightgreen",
    Conformance.PARTIAL: "yellow",
    Conformance.NOT_CONFORMANT: "red",
    Conformance.NOT_SHOWN: "lightgrey",
}
_WORST_FIRST = (Conformance.NOT_CONFORMANT, Conformance.NOT_SHOWN, Conformance.PARTIAL, Conformance.CONFORMANT)


def render(report: Report) -> str:
    """The badge's JSON: the worst that the run says of a document, and how many promises are kept."""
    found = [what for _, what, _ in answers(report)] if report.footer.complete else []
    worst = min(found, key=_WORST_FIRST.index, default=Conformance.NOT_SHOWN)
    badge = {"schemaVersion": 1, "label": "OpenAI conformance", "message": _message(report, worst), "color": _COLOURS[worst]}
    return json.dumps(badge) + "\n"


def _message(report: Report, worst: Conformance) -> str:
    if not report.footer.complete:
        return "run not complete"
    return f"{worst.value}, {kept_of(report.verdicts)}"
