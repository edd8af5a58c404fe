"""A rule about what the official Python client makes of successes.

https://github.com/openai/openai-python
"""

from __future__ import annotations

from conformance import calls
from conformance.answers import is_ok
from conformance.evidence import shown
from conformance.messages import Exchange
from conformance.model import Finding, Level, Noted, Outcome, Unclear
from conformance.registry import rule

SDK = "https://github.com/openai/openai-python"


@rule(
    "clients.sdk.reads",
    "is read by the official client",
    Level.MUST,
    "clients.sdk",
    SDK,
    on="any",
    seed=calls.chat,
    via=("sdk", "sdk-async"),
)
def client_reads_it(exchange: Exchange) -> Noted:
    """Looks for exceptions of the official client on answers to proper requests that are successes. What its strict mode says
    is told beside it, never by itself: it refuses answers of OpenAI's own. The helpers raise for answers that a limit cut, which
    is no fault, so checks of their own look at them.
    """
    readings = {reading.by: reading for reading in exchange.readings}
    reading = readings.get("sdk")
    helped = exchange.request.setup.call in ("stream", "parse")
    if reading is None or helped or exchange.request.wrong or not is_ok(exchange):
        raise Unclear("the official client read no success here")
    if reading.error:
        strict = readings.get("sdk-strict")
        seen_by = ("sdk", "sdk-strict") if strict and strict.error else ("sdk",)
        told = shown(f"{reading.error}: {reading.message}")
        yield Finding(
            "the official client fails on the answer",
            "",
            "an object of the client's",
            told,
            seen_by=seen_by,
            outcome=Outcome.FAILS,
        )
