"""What all pages of the site share: the frame with its policy, tables whose cells are HTML already, and links."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib.resources import files

from conformance.model import Outcome, Standing
from conformance.render.cards import TONES
from conformance.render.escape import for_html
from conformance.report import Conformance
from conformance.report.history import Stored


@cache
def _style() -> str:
    parts = (files("conformance.render").joinpath(name).read_text("utf-8") for name in ("page.css", "site/site.css"))
    return "".join(parts)


def page(title: str, eyebrow: str, body: Iterable[str]) -> str:
    """A whole page; `eyebrow` is HTML, `title` is text. The policy allows nothing but the style, by its hash."""
    style = _style()
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    name = for_html(title, 120)
    lines = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">',
        f"<title>{name}: OpenAI conformance</title><style>{style}</style></head><body>",
        f'<header><p class="eyebrow">{eyebrow}</p><h1><bdi>{name}</bdi></h1></header><main>',
        *body,
        "</main></body></html>\n",
    ]
    return "\n".join(lines)


def table(title: str, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of cells that are HTML; the first of each row is its head."""
    head = "".join(f'<th scope="col">{one}</th>' for one in heads)
    body = "".join(f"<tr>{_row(list(row))}</tr>" for row in rows)
    name = for_html(title, 160)
    caption = f"<caption>{name}</caption><thead><tr>{head}</tr></thead>"
    return (
        f'<div class="scroll" role="region" aria-label="{name}" tabindex="0"><table>{caption}<tbody>{body}</tbody></table></div>'
    )


def _row(cells: list[str]) -> str:
    return f'<th scope="row">{cells[0]}</th>' + "".join(f"<td>{cell}</td>" for cell in cells[1:])


def chip(word: Outcome | Standing | Conformance) -> str:
    """A word in its colour."""
    return f'<span class="chip {TONES[word]}">{word.value}</span>'


def words(text: str, most: int = 120) -> str:
    """Words of others in a line of ours: their direction stays their own."""
    return f"<bdi>{for_html(text, most)}</bdi>"


def link(path: str, text: str) -> str:
    """A link to a path that holds plain characters only."""
    return f'<a href="{path}">{words(text)}</a>'


def when(stored: Stored) -> str:
    """When a report's run began."""
    return stored.report.header.started or "at an unknown time"


def report_link(stored: Stored, up: str) -> str:
    """A link to a report's page, or to its record where it has none; says when the report is not complete."""
    name = "report.html" if "report.html" in stored.files else "report.ndjson"
    told = "" if stored.complete else ' <span class="chip open">not complete</span>'
    return f'<span class="when">{link(f"{up}{stored.place}/{name}", when(stored))}</span>{told}'


def note(text: str) -> str:
    """A remark that readers need before they believe what follows."""
    return f'<p class="soft">{for_html(text, 2000)}</p>'
