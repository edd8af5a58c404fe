"""A badge as a picture that needs nothing from elsewhere, with the words of badge.json (https://shields.io/badges/endpoint-badge)."""

from __future__ import annotations

import json

from conformance.render import badge
from conformance.render.escape import for_html
from conformance.report import Report

_COLOURS = {"brightgreen": "#2e7d32", "yellow": "#8a6100", "red": "#b3261e", "lightgrey": "#5b6475"}
_LETTER = 6.6
"""How wide a letter is at this size, on the average; textLength makes fonts keep to it."""


def shield(report: Report) -> str:
    """The badge of a report as SVG."""
    told = json.loads(badge.render(report))
    label, message, colour = str(told["label"]), str(told["message"]), _COLOURS[told["color"]]
    left, right = _wide(label), _wide(message)
    name, size = for_html(f"{label}: {message}"), f'width="{left + right}" height="20"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="named" {size} role="img" aria-label="{name}">'
        f'<title>{name}</title><path d="M0 0h{left}v20H0z" fill="#3b4252"/>'
        f'<path d="M{left} 0h{right}v20H{left}z" fill="{colour}"/>'
        f'<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f"{_text(label, 6, left)}{_text(message, left + 6, right)}</g></svg>\n"
    )


def _wide(text: str) -> int:
    return round(_LETTER * len(text)) + 12


def _text(text: str, at: int, wide: int) -> str:
    return f'<text x="{at}" y="14" textLength="{wide - 12}" lengthAdjust="spacingAndGlyphs">{for_html(text)}</text>'
