"""Right answers, broken member by member: taken away, null, and of another type. Nearly every break is caught by some rule.

What is left is legal: OpenAI itself leaves it out or sends null, or clients do not read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from canned.errors import MODEL
from canned.making import (
    ASKED,
    COMPLETION,
    COUNTED,
    COUNTING,
    ERROR,
    FIRST,
    GOOD,
    OPENING,
    TOOL,
    answer,
    call,
    changed,
    chunk,
    stream,
)
from canned.plain import ASK_TOP, CALLED, DAY, RIVALS, TOKEN
from test_rules_canned import speaking

LISTED = changed(COMPLETION, ("choices.0.logprobs", {"content": [TOKEN | {"top_logprobs": RIVALS}, DAY]}))
CALLING = changed(COMPLETION, *CALLED)
DETAILED = changed(
    COMPLETION,
    ("usage.prompt_tokens_details", {"cached_tokens": 1}),
    ("usage.completion_tokens_details", {"reasoning_tokens": 1}),
)
STREAM = (*GOOD, COUNTED)
CALLS = (OPENING, chunk(call(arguments='{"a": 1}')), chunk({}, "tool_calls"))

LEGAL = (
    "system_fingerprint gone, null",
    "message.refusal null",
    "delta.refusal gone, null",
    "logprobs.refusal gone, null",
    "logprobs gone, null",
    "prompt_tokens_details gone, null",
    "completion_tokens_details gone, null",
    "cached_tokens gone, null",
    "reasoning_tokens gone, null",
    "bytes null",
    "delta.content gone, null",
    "param null",
    "code null",
)
"""Breaks that are none, by the end of the place."""


def breaks(value: Any, where: str = "") -> Iterator[tuple[str, str, Any]]:
    """Every member of a value, with each way to break it: the place, the way, and the broken value."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in members:
        place = f"{where}.{name}".lstrip(".")
        if isinstance(value, dict):
            yield from ((place, way, new) for way, new in ways(inner))
        yield from breaks(inner, place)


def ways(value: Any) -> list[tuple[str, Any]]:
    other = 7 if isinstance(value, str | dict | list | None) else "seven"
    return [("gone", ...), ("another type", other)] + ([] if value is None else [("null", None)])


def is_legal(place: str, way: str, asked: dict[str, Any] | None = None) -> bool:
    """Whether nothing is wrong with the break: what the request asks for has to be there."""
    if place.rpartition(".")[2] in (asked or {}):
        return False
    return any(f".{place} ".endswith(f".{entry.partition(' ')[0]} ") and way in entry.partition(" ")[2] for entry in LEGAL)


def broken() -> Iterator[tuple[str, bool, Any]]:
    """Every broken exchange, with its name and whether it is legal after all."""
    plain = ((COMPLETION, {}), (LISTED, ASK_TOP), (CALLING, {"tools": [TOOL]}), (DETAILED, {}))
    for kind, (body, asked) in zip(("plain", "logprobs", "calls", "details"), plain, strict=True):
        for place, way, new in breaks(body):
            yield f"{kind} {place} {way}", is_legal(place, way, asked), answer(changed(body, (place, new)), asked=ASKED | asked)
    for kind, chunks, asked in (("stream", STREAM, COUNTING), ("stream of calls", CALLS, {"tools": [TOOL]})):
        for at, one in enumerate(chunks):
            for place, way, new in breaks(one):
                mutant = changed(one, (place, new))
                name = f"{kind} {at} {place} {way}"
                yield (
                    name,
                    is_legal(place, way, asked),
                    stream(*chunks[:at], mutant, *chunks[at + 1 :], **asked),
                )
    for place, way, new in breaks(ERROR):
        yield f"error {place} {way}", is_legal(place, way), answer(changed(ERROR, (place, new)), status=400)
    for place, way, new in breaks(MODEL):
        body = {"object": "list", "data": [changed(MODEL, (place, new))]}
        yield f"model {place} {way}", is_legal(place, way), answer(body, asked=None, path="/models")


MUTANTS = list(broken())


def test_broken_members_are_caught() -> None:
    wrong = [(name, exchange) for name, legal, exchange in MUTANTS if not legal]
    missed = [name for name, exchange in wrong if not speaking(exchange)]
    print(f"{len(wrong) - len(missed)} of {len(wrong)} broken members caught; missed: {missed}")  # noqa: T201
    assert len(missed) <= 0.02 * len(wrong), missed


def test_legal_variety_passes() -> None:
    spoken = {name: found for name, legal, exchange in MUTANTS if legal and (found := speaking(exchange))}
    assert spoken == {}


@pytest.mark.parametrize("extra", ["x_extra", "reasoning_content", "provider", "timings"])
def test_members_that_openai_does_not_have_pass(extra: str) -> None:
    places = ("", "choices.0.", "choices.0.message.", "usage.")
    for place in places:
        assert speaking(answer(changed(COMPLETION, (f"{place}{extra}", {"a": [1]})))) == set()
    for place in ("", "choices.0.", "choices.0.delta."):
        assert speaking(stream(*[changed(one, (f"{place}{extra}", "x")) for one in (FIRST, *GOOD[1:])])) == set()
