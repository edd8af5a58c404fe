"""A report of 2,000 verdicts on 1,000 cases with 600 exchanges, plain and streamed, of ordinary size."""

import json
from dataclasses import replace

from sample_report import ASKED, GUIDE, HEADER, PAGE, by, verdict

from conformance.messages import Exchange, Piece, Request
from conformance.model import Finding, Level, Outcome, Stance, Standing
from conformance.report import Footer, Report

CASES, EXCHANGES = 1000, 600
_AREAS = ("chat", "models", "errors", "http", "clients")
_FARES = (
    (Outcome.WORKS, Standing.KEPT),
    (Outcome.DIFFERS, Standing.BROKEN),
    (Outcome.UNCLEAR, Standing.UNKNOWN),
    (Outcome.WORKS, Standing.SURPASSED),
    (Outcome.ACCEPTED, Standing.UNCLAIMED),
)


def _chunk(number, text):
    chunk = {"id": f"chatcmpl-{number}", "object": "chat.completion.chunk", "created": number, "choices": [{"delta": text}]}
    return f"data: {json.dumps(chunk)}\n\n".encode()


def exchange(number):
    """A stream, or a plain answer; `number` tells them apart."""
    streams = number % 3 == 0
    request = Request("POST", "/chat/completions", ASKED | {"seed": number, "stream": streams})
    if streams:
        pieces = tuple(Piece(0.1 + 0.02 * place, _chunk(number, f"word {place} ")) for place in range(20))
        return Exchange(request, 200, (("content-type", "text/event-stream"),), pieces, seconds=0.6)
    body = json.dumps({"id": f"chatcmpl-{number}", "created": number, "choices": [{"text": "words " * 60}]}).encode()
    return Exchange(request, 200, (("content-type", "application/json"),), (Piece(0.2, body),), seconds=0.2 + number / 1000)


MADE = tuple(map(exchange, range(EXCHANGES)))
TRAFFIC = {one.request.key: one for one in MADE}


def _verdicts(number):
    outcome, standing = _FARES[number % len(_FARES)]
    finding = Finding(f"created is {number}", "$.created", "a time in seconds", str(number), outcome=outcome)
    one = verdict(
        f"{_AREAS[number % 7 % 5]}.feature{number // 4}.check{number}",
        f"gives back what requirement {number} asks for",
        outcome,
        level=tuple(Level)[number % 3],
        via=("raw", "sdk", "sdk-async")[number % 3],
        findings=(finding,) if outcome is Outcome.DIFFERS else (),
        exchanges=(MADE[number % EXCHANGES], MADE[number * 7 % EXCHANGES]),
    )
    return by(one, PAGE, Stance.SUPPORTED, standing, (number,)), by(one, GUIDE, Stance.PARTIAL, standing)


REPORT = Report(
    replace(HEADER, started="2026-11-22T00:00:00Z"),
    tuple(one for number in range(CASES) for one in _verdicts(number)),
    Footer(True, EXCHANGES, 99_999, 120.0),
)
WIDE = replace(
    REPORT,
    header=replace(HEADER, matrices=()),
    verdicts=tuple(
        replace(one, case=f"{one.matrix}.{one.case}", matrix=None, stance=Stance.SUPPORTED) for one in REPORT.verdicts
    ),
)
"""The same with a case for every verdict: 2,000 rows."""
