"""Whatever a server answers, no check and no rule raises: a traceback in a run would be the suite's own fault."""

import json
from dataclasses import replace

import pytest
from against import TARGET, ran, raw_cases, right
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.judge import run_rule
from conformance.messages import Exchange, Failure, Piece, Reading
from conformance.registry import all_cases

QUICK = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))

LABELS = ("application/json", "text/event-stream", "text/html; charset=utf-8", "", "application/json; charset=\xff")
KINDS = ("connect", "timeout", "reset", "protocol", "limit", "budget", "lost")

NAMES = """
id object created model choices usage index message delta content role tool_calls function name arguments type error data
finish_reason logprobs token bytes logprob top_logprobs prompt_tokens completion_tokens total_tokens
"""
names = st.sampled_from(NAMES.split())
scalars = st.none() | st.booleans() | st.integers(-3, 10**20) | st.floats() | st.text(max_size=8)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4), max_leaves=8
)


def framed(value):
    return b"data: " + json.dumps(value).encode() + b"\n\n"


soups = st.one_of(
    st.binary(max_size=60),
    values.map(lambda value: json.dumps(value).encode()),
    st.lists(values.map(framed) | st.sampled_from([b"data: [DONE]\n\n", b": ping\n\n", b"data: ", b"\xff\n\n"]), max_size=6).map(
        b"".join
    ),
)


@st.composite
def replies(draw):
    """An answer to any request: status, headers, bytes in pieces, or none at all."""
    body = draw(soups)
    cuts = sorted(draw(st.lists(st.integers(0, len(body)), max_size=2)))
    parts = [body[start:end] for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    status = draw(st.sampled_from([None, 100, 200, 200, 200, 204, 301, 400, 404, 422, 500, 501, 503, 799]))
    failure = Failure(draw(st.sampled_from(KINDS)), "…") if status is None or draw(st.integers(0, 9)) == 0 else None
    headers = (("Content-Type", draw(st.sampled_from(LABELS))), ("x-request-id", draw(st.text(max_size=4))))
    reading = Reading(draw(st.sampled_from(["sdk", "sdk-strict"])), draw(values), error=draw(st.sampled_from(["", "TypeError"])))
    return status, headers, tuple(Piece(0.1 * at, part) for at, part in enumerate(parts)), failure, (reading,)


def exchange_of(request, reply):
    status, headers, pieces, failure, readings = reply
    return Exchange(request, status, headers, pieces, failure, 1_795_000_000.0, 0.5, readings)


def answering(drawn):
    """A server that gives the drawn answers in turn."""
    turn = iter(range(10**6))

    def send(request):
        return exchange_of(request, drawn[next(turn) % len(drawn)])

    return send


@QUICK
@given(st.lists(replies(), min_size=1, max_size=3))
def test_checks_are_total_over_any_answer(drawn):
    for case in all_cases():
        if not case.check.on:
            ran(case, answering(drawn))


@QUICK
@given(replies(), st.data())
def test_rules_are_total_over_any_answer(reply, data):
    known = data.draw(st.sampled_from(REQUESTS))
    for case in all_cases():
        if case.check.on:
            spoken = replace(known, setup=replace(known.setup, client=case.via))
            run_rule(case, [exchange_of(spoken, reply)])


REQUESTS = sorted(
    {one.request.key: one.request for found in right().values() for one in found.exchanges}.values(), key=lambda one: one.key
)


@st.composite
def wounds(draw):
    """A change to the JSON of a right answer: something in it replaced or left out."""
    return draw(st.lists(st.integers(0, 12), min_size=1, max_size=5)), draw(values), draw(st.booleans())


def wounded(value, way, other, gone):
    """The value with what lies at the end of the way replaced by another or gone."""
    if not isinstance(value, dict | list) or not value or not way:
        return other
    keys = list(value) if isinstance(value, dict) else range(len(value))
    key = list(keys)[way[0] % len(keys)]
    copy = dict(value) if isinstance(value, dict) else list(value)
    if gone and len(way) == 1:
        del copy[key]
    else:
        copy[key] = wounded(value[key], way[1:], other, gone)
    return copy


def wounding(case, wound):
    """The server that gave the right answers, each with the wound; a stream is wounded in one event."""
    kept = {one.request.key: one for one in right()[case.check.id].exchanges}

    def send(request):
        exchange = kept.get(request.key) or next(iter(kept.values()))
        frames = [Piece(piece.at, hurt(piece.data, wound)) for piece in exchange.pieces]
        return Exchange(request, exchange.status, exchange.headers, tuple(frames), None, exchange.started, exchange.seconds)

    return send


def hurt(data, wound):
    text = data.removeprefix(b"data: ")
    try:
        value = wounded(json.loads(text), *wound)
    except ValueError:
        return data
    return framed(value) if text != data else json.dumps(value).encode()


@pytest.mark.parametrize("case", raw_cases(rules=False), ids=repr)
@settings(QUICK, max_examples=8)
@given(wounds())
def test_checks_are_total_over_wounded_answers(case, wound):
    ran(case, wounding(case, wound))


@pytest.mark.parametrize("case", raw_cases(rules=True), ids=repr)
@settings(QUICK, max_examples=8)
@given(wounds())
def test_rules_are_total_over_wounded_answers(case, wound):
    send = wounding(case, wound)
    run_rule(case, [send(case.check.seed(TARGET))])
