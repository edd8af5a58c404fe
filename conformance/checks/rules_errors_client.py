"""Rules about what error answers make clients do: whose fault they say it was, whether to send again, and what they give away.

The official clients send a request again, twice as a rule, after 408, 409, 429, every 5xx and wherever x-should-retry says so.
https://github.com/openai/openai-python#retries
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from conformance import calls
from conformance.answers import OF_PROXIES
from conformance.evidence import ensure_body, header_of, shown
from conformance.messages import Exchange, Request
from conformance.model import Finding, Level, Noted, Outcome, Target, Unclear
from conformance.registry import rule

ERRORS = "https://platform.openai.com/docs/guides/error-codes"
RETRIES = "https://github.com/openai/openai-python#retries"
INSIDES = "https://cwe.mitre.org/data/definitions/209.html"

_PASSING = OF_PROXIES | {501}
"""Not implemented, or said by what stands before a server or by one that has too much to do."""

_MISTAKES = frozenset({400, 401, 403, 404, 405, 413, 415, 422})
"""Statuses that say that the request itself is at fault, so that it is as wrong the second time."""


def _unknown(target: Target) -> Request:
    return calls.wrong(target, model="no-such-model")


@rule("errors.status.client", "calls a client's mistake one", Level.MUST, "errors.status", ERRORS, on="error", seed=_unknown)
def mistake_is_4xx(exchange: Exchange) -> Noted:
    """Looks at the status of every request that is wrong on purpose: a 5xx says that the server is at fault. The official client
    raises InternalServerError and sends the request twice more, programs alarm the operator or change the server. What proxies
    and busy servers say (502 to 504, 520 to 530) is exempt, and 501.
    """
    status = exchange.status or 0
    if not exchange.request.wrong or status in _PASSING:
        raise Unclear("the request is not known to be wrong")
    if status >= 500:
        told = f"{status} {shown(exchange.body[:160].decode('utf-8', 'replace'))}"
        yield Finding("answers a client's mistake as the server's own", "status", "4xx", told, outcome=Outcome.FAILS)


@rule(
    "errors.retry.mistake",
    "asks for no second try of a mistake",
    Level.SHOULD,
    "errors.retry",
    RETRIES,
    on="error",
    seed=_unknown,
)
def mistake_is_not_repeated(exchange: Exchange) -> Noted:
    """Looks for 4xx statuses after which the official client sends again: 408 and 409 for a request that is wrong on purpose, and
    x-should-retry: true beside a status that says that the request is at fault. Waits and load are all that comes of it.
    """
    status = exchange.status or 0
    if status in _MISTAKES:
        asked = (header_of(exchange, "x-should-retry") or "").strip().lower() == "true"
        if asked:
            yield Finding("asks for a second try of what is wrong", "x-should-retry", "false, or none", f"true beside {status}")
    elif not (exchange.request.wrong and status in (408, 409)):
        raise Unclear("the request is not known to be wrong")
    elif (header_of(exchange, "x-should-retry") or "").strip().lower() != "false":
        yield Finding("answers a mistake by a status that clients try again", "status", "400", str(status))


_INSIDES: Mapping[str, re.Pattern[str]] = {
    "a stack trace": re.compile(
        r"Traceback \(most recent call last\)"
        r"|\\n(?:\s|\\t)+at [\w$.<>]+ ?\([^()\s]{1,200}:\d+"
        r"|goroutine \d+ \[|panicked at [\w/.-]+:\d+"
    ),
    "the file and the line of its source": re.compile(r"File \\*\"[^\"]{1,200}\\*\", line \d"),
    "the path of a source file": re.compile(r"(?:/site-packages/|/dist-packages/|/node_modules/|\.cargo/registry/)[\w./@-]+"),
    "the digest of a key": re.compile(r"(?i:key|token|hash)\b[^\n\"]{0,40}?(?<![0-9A-Za-z])[0-9a-f]{64}(?![0-9A-Za-z])"),
    "a table of its database": re.compile(r"\b(?:psycopg2|sqlalchemy|prisma)[.:]|\b(?:SELECT .{1,80} FROM|INSERT INTO) \w"),
}


@rule(
    "errors.internals.trace",
    "tells nothing of its inside in errors",
    Level.SHOULD,
    "errors.internals",
    INSIDES,
    on="error",
    seed=_unknown,
    revision=2,
)
def error_is_discreet(exchange: Exchange) -> Noted:
    """Looks for stack traces, lines and paths of source files, statements of a database and SHA-256 digests of keys in error
    answers. What the request itself says may come back.
    """
    ensure_body(exchange)
    text = exchange.body[:100_000].decode("utf-8", "replace")
    sent = f"{exchange.request.path} {exchange.request.json!r} {exchange.request.body!r}"[:100_000]
    for what, pattern in _INSIDES.items():
        found = pattern.search(text)
        if found and found.group() not in sent:
            yield Finding(f"an error tells {what}", "$.error.message", "what is wrong with the request", shown(found.group(), 60))
