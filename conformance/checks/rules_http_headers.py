"""Rules about headers that clients compute with: when to come again, and what is left of a quota.

https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 · https://platform.openai.com/docs/guides/rate-limits
"""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime

from conformance import calls
from conformance.evidence import header_of, shown
from conformance.messages import Exchange, Request
from conformance.model import Finding, Level, Noted, Target
from conformance.registry import rule

RETRY_AFTER = "https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3"
LIMITS = "https://platform.openai.com/docs/guides/rate-limits"

_COUNT = re.compile(r"-?\d{1,18}", re.ASCII)
_SPAN = re.compile(r"(?:\d+(?:\.\d+)?(?:ns|µs|us|ms|s|m|h|d))+|\d+(?:\.\d+)?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", re.ASCII)
_NAME = re.compile(r"x-ratelimit-(limit|remaining|reset)-(requests|tokens)", re.ASCII)


def _models(_: Target) -> Request:
    return calls.models()


@rule(
    "http.retry-after.form",
    "says in numbers or as a date when to come again",
    Level.SHOULD,
    "http.retry-after",
    RETRY_AFTER,
    on="any",
    seed=_models,
)
def retry_after(exchange: Exchange) -> Noted:
    """Reads Retry-After and retry-after-ms where they are sent: clients that cannot read them wait as long as they like. An
    answer without them is proper.
    """
    said = header_of(exchange, "retry-after")
    if said is not None and not (said.strip().isascii() and said.strip().isdigit()) and not _is_date(said):
        yield Finding(
            "says neither in seconds nor as a date when to come again",
            "Retry-After",
            "whole seconds or an HTTP date",
            shown(said),
        )
    fine = header_of(exchange, "retry-after-ms")
    if fine is not None and not re.fullmatch(r"\d+(\.\d+)?", fine.strip(), re.ASCII):
        yield Finding("says in no number of milliseconds when to come again", "retry-after-ms", "milliseconds", shown(fine))


def _is_date(text: str) -> bool:
    try:
        return parsedate_to_datetime(text) is not None
    except (TypeError, ValueError, OverflowError, IndexError):
        return False


@rule(
    "http.rate-limits.form",
    "tells its limits in numbers and spans of time",
    Level.MAY,
    "http.rate-limits",
    LIMITS,
    on="any",
    seed=calls.chat,
)
def limits(exchange: Exchange) -> Noted:
    """Reads x-ratelimit-limit, -remaining and -reset of requests and tokens, where they are sent: whole numbers, and spans like
    6m0s. Seconds alone and moments are read by most who read them at all, so they are no finding.
    """
    for name, value in _told(exchange):
        kind, said = name.split("-")[2], value.strip()
        good = _COUNT.fullmatch(said) if kind != "reset" else _SPAN.fullmatch(said) or _DATE.match(said)
        if not good:
            yield Finding("a limit is told in other words", name, _wanted(kind), shown(said) or "empty")


def _told(exchange: Exchange) -> list[tuple[str, str]]:
    """The headers about limits. Raises Unclear where a recorder masked one."""
    names = {name.lower() for name, _ in exchange.headers if _NAME.fullmatch(name.lower())}
    return [(name, header_of(exchange, name) or "") for name in sorted(names)]


def _wanted(kind: str) -> str:
    return "a span of time" if kind == "reset" else "a whole number"
