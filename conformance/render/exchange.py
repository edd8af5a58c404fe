"""One exchange on the page: request and answer with the marked bytes, when its pieces came, and how to send it again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from conformance.messages import Exchange, Request
from conformance.model import Target
from conformance.render.clock import timeline
from conformance.render.escape import clip, for_html, for_pre
from conformance.render.excerpts import excerpt_html
from conformance.render.marks import Mark, marks_header, marks_status, spans_in_body, spans_in_request, text_of
from conformance.render.traffic import MOST_HEADERS, headline, reading_lines, setup_line
from conformance.reproducing import curl_line, sent_again
from conformance.snippets import sdk_snippet

LONGEST_LINE = 6000
"""The longest curl line that is shown; in place of a longer one stands the command that prints it, and no Python."""


def exchange_html(exchange: Exchange, marks: Sequence[Mark], target: Target, command: str) -> str:
    """What stands inside of an exchange. `command` prints its curl line."""
    again = sent_again(target, exchange)
    curl = curl_line(*again)
    snippet = sdk_snippet(*again) if len(curl) <= LONGEST_LINE else ""
    return (
        f'<div class="sides"><div><h4>Request</h4>{_pre(_request(exchange.request, marks))}</div>'
        f"<div><h4>Answer</h4>{_pre(_answer(exchange, marks))}</div></div>{timeline(exchange)}"
        f"{_copied('curl', curl if len(curl) <= LONGEST_LINE else command)}"
        f"{_copied('Python, official SDK', snippet) if snippet else ''}"
    )


def named(exchange: Exchange) -> str:
    """An exchange in one line."""
    return for_html(headline(exchange), 300)


def _pre(lines: Iterable[str]) -> str:
    return f'<pre tabindex="0">{chr(10).join(lines)}</pre>'


def _copied(name: str, text: str) -> str:
    return f'<h4>{name}</h4><pre class="copy" tabindex="0">{for_pre(text.rstrip())}</pre>'


def _request(request: Request, marks: Sequence[Mark]) -> Iterable[str]:
    query = f"?{request.query}" if request.query else ""
    yield for_html(f"{request.method} {request.path}{query}")
    yield from _headers(request.headers, ())
    yield f'<span class="left">{for_html(setup_line(request))}</span>'
    if text := _body_of(request):
        yield ""
        yield excerpt_html(text, [span for mark in marks for span in spans_in_request(text, mark)])


def _body_of(request: Request) -> str:
    if request.body is not None:
        return text_of(request.body)
    return "" if request.json is None else json.dumps(request.json, indent=2, ensure_ascii=False)


def _answer(exchange: Exchange, marks: Sequence[Mark]) -> Iterable[str]:
    if exchange.status is not None:
        yield _header(f"status {exchange.status}", [mark for mark in marks if marks_status(mark, exchange)])
        yield from _headers(exchange.headers, marks)
    if exchange.failure:
        yield f"<mark>{for_html(f'failed: {exchange.failure.kind}: {exchange.failure.message}')}</mark>"
    if exchange.body:
        spans = [span for mark in marks for span in spans_in_body(exchange, mark)]
        yield ""
        yield excerpt_html(text_of(exchange.body), spans)
    for line in reading_lines(exchange):
        yield f'<span class="left">{for_html(line)}</span>'


def _headers(headers: Sequence[tuple[str, str]], marks: Sequence[Mark]) -> Iterable[str]:
    for name, value in headers[:MOST_HEADERS]:
        yield _header(clip(f"{name}: {value}", 300), [mark for mark in marks if marks_header(mark, name, value)])
    if left := len(headers[MOST_HEADERS:]):
        yield f'<span class="left">… {left} headers left out …</span>'


def _header(line: str, marks: Sequence[Mark]) -> str:
    if not marks:
        return for_html(line)
    of = " ".join(dict.fromkeys(str(mark.of) for mark in marks))
    notes = "; ".join(dict.fromkeys(mark.finding.message for mark in marks))
    return f'<mark data-of="{of}" title="{for_html(notes, 300)}">{for_html(line)}</mark>'
