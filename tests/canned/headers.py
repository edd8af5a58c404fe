"""Answers whose headers clients compute with, right and wrong."""

from __future__ import annotations

from dataclasses import replace

from canned.making import ERROR, Case, answer, chat, right, wrong


def refused(*headers, status=429):
    """A refusal with more headers."""
    exchange = answer(ERROR, status=status)
    return replace(exchange, headers=(*exchange.headers, *headers))


def answered(**limits):
    """A completion that tells some limits."""
    told = tuple((f"x-ratelimit-{name.replace('_', '-')}", value) for name, value in limits.items())
    return replace(chat(), headers=(*chat().headers, *told))


FORM = "http.retry-after.form"
LIMITS = "http.rate-limits.form"

CASES: tuple[Case, ...] = (
    right("a limit without a word about when", refused()),
    right("seconds to wait", refused(("Retry-After", "20"))),
    right("no seconds to wait", refused(("retry-after", "0"), status=503)),
    right("a date to wait for", refused(("Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT"))),
    right("milliseconds to wait", refused(("retry-after", "1"), ("retry-after-ms", "950"))),
    right("milliseconds and a fraction", refused(("retry-after-ms", "950.5"))),
    wrong("a fraction of a second to wait", refused(("Retry-After", "0.493")), FORM),
    wrong("seconds with a unit", refused(("Retry-After", "20s")), FORM),
    wrong("seconds below zero", refused(("Retry-After", "-5")), FORM),
    wrong("nothing to wait for", refused(("Retry-After", "")), FORM),
    wrong("two times to wait", refused(("Retry-After", "2814"), ("Retry-After", "2")), FORM),
    wrong("a date of another form", refused(("Retry-After", "in a minute")), FORM),
    wrong("milliseconds in words", refused(("retry-after-ms", "NaN")), FORM),
    right("limits as OpenAI tells them", answered(limit_requests="500", remaining_requests="499", reset_requests="120ms")),
    right("a long wait as OpenAI tells it", answered(limit_tokens="30000", remaining_tokens="0", reset_tokens="6m0.5s")),
    right("a wait in seconds", answered(reset_requests="8.64", reset_tokens="0")),
    right("a wait to a moment", answered(reset_requests="2026-11-22T07:28:00Z")),
    right("limits that are not known", answered(limit_tokens="-1", remaining_tokens="-1", reset_tokens="0")),
    right("limits of another kind", answered(limit_images="a few")),
    wrong("limits in words", answered(limit_requests="None"), LIMITS),
    wrong("an empty limit", answered(remaining_tokens=""), LIMITS),
    wrong("a limit with a fraction", answered(limit_tokens="1e6"), LIMITS),
    wrong("a wait in words", answered(reset_requests="soon"), LIMITS),
)
