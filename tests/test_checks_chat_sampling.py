"""Checks of seed, temperature, top_p, penalties and logit_bias: silent on a right server, speaking on one that is not."""

import random
from dataclasses import replace

import pytest
from bending import asking, hanging, ignoring, reading, refusing, result_of, right

from conformance.messages import Request
from conformance.model import Outcome, Seen
from conformance.reference.app import sending

SAMPLING = [
    "chat.seed.repeats",
    "chat.seed.temperature",
    "chat.temperature.zero",
    "chat.temperature.varies",
    "chat.temperature.range",
    "chat.top_p.narrow",
    "chat.frequency_penalty.effect",
    "chat.presence_penalty.effect",
    "chat.logit_bias.force",
]


def hot(body):
    return body.get("temperature", 0) > 1


def seeded(body):
    return "seed" in body


def negated(name):
    return asking(lambda body: {**body, name: -body[name]}, lambda body: name in body)


def unpenalised(body):
    """A hot answer without the penalty, another one for every penalty."""
    return {**body, "temperature": 0.8, "presence_penalty": 0, "user": str(body.get("presence_penalty"))}


def always_seed(body):
    return {"seed": 7, **body}


def noisy(chance):
    """A right server whose answers take another way now and then, as batching makes them."""
    inner, dice = sending(), random.Random(5)

    def send(request):
        if request.json.get("temperature") == 0 and dice.random() < chance:
            other = Request("POST", request.path, {**request.json, "temperature": 0.3}, take=dice.randrange(10**6))
            return replace(inner(other), request=request)
        if "seed" in request.json and dice.random() < chance:
            return replace(inner(replace(request, json={**request.json, "seed": dice.randrange(10**6)})), request=request)
        return inner(request)

    return send


@pytest.mark.parametrize("id", SAMPLING)
def test_a_right_server_is_right(id):
    assert result_of(id, right()).outcome is Outcome.WORKS


@pytest.mark.parametrize(
    ("id", "send", "outcome"),
    [
        ("chat.seed.repeats", ignoring("seed"), Outcome.IGNORED),
        ("chat.seed.repeats", reading(seeded, seed=7), Outcome.ACCEPTED),
        ("chat.seed.repeats", refusing(seeded), Outcome.REFUSED),
        ("chat.seed.repeats", refusing(hot), Outcome.UNCLEAR),
        ("chat.seed.temperature", reading(seeded, temperature=0), Outcome.IGNORED),
        ("chat.seed.temperature", refusing(seeded), Outcome.REFUSED),
        ("chat.temperature.zero", ignoring("temperature"), Outcome.IGNORED),
        ("chat.temperature.zero", asking(lambda body: {**body, "temperature": body["temperature"] or 1}), Outcome.IGNORED),
        ("chat.temperature.zero", refusing(lambda body: body.get("temperature") == 0), Outcome.REFUSED),
        ("chat.temperature.varies", reading(temperature=0), Outcome.IGNORED),
        ("chat.temperature.varies", asking(always_seed), Outcome.DIFFERS),
        ("chat.temperature.varies", refusing(hot), Outcome.WORKS),
        ("chat.temperature.varies", refusing(lambda body: body.get("temperature")), Outcome.REFUSED),
        ("chat.temperature.varies", hanging(lambda body: body.get("temperature")), Outcome.FAILS),
        ("chat.temperature.range", reading(temperature=0), Outcome.IGNORED),
        ("chat.temperature.range", refusing(lambda body: body["temperature"] == 2), Outcome.REFUSED),
        ("chat.temperature.range", refusing(lambda body: body["temperature"] > 2, 500), Outcome.FAILS),
        ("chat.top_p.narrow", ignoring("top_p"), Outcome.IGNORED),
        ("chat.top_p.narrow", reading(temperature=0), Outcome.ACCEPTED),
        ("chat.top_p.narrow", refusing(lambda body: "top_p" in body), Outcome.REFUSED),
        ("chat.frequency_penalty.effect", ignoring("frequency_penalty"), Outcome.IGNORED),
        ("chat.frequency_penalty.effect", negated("frequency_penalty"), Outcome.DIFFERS),
        ("chat.presence_penalty.effect", ignoring("presence_penalty"), Outcome.IGNORED),
        ("chat.presence_penalty.effect", negated("presence_penalty"), Outcome.DIFFERS),
        (
            "chat.presence_penalty.effect",
            reading(lambda body: body.get("presence_penalty") == -2, presence_penalty=1.2),
            Outcome.WORKS,
        ),
        ("chat.presence_penalty.effect", asking(unpenalised), Outcome.UNCLEAR),
        ("chat.logit_bias.force", ignoring("logit_bias"), Outcome.IGNORED),
        ("chat.logit_bias.force", refusing(lambda body: "logit_bias" in body), Outcome.REFUSED),
        ("chat.logit_bias.force", reading(lambda body: "logit_bias" in body, stop=None, max_tokens=1), Outcome.WORKS),
    ],
)
def test_a_wrong_server_is_caught(id, send, outcome):
    assert result_of(id, send).outcome is outcome


def test_a_seed_that_forces_temperature_0_is_told_as_the_document_tells_it():
    assert result_of("chat.seed.temperature", reading(seeded, temperature=0)).seen == (Seen("distinct_texts", 1),)


@pytest.mark.parametrize("id", SAMPLING)
@pytest.mark.parametrize("chance", [0.02, 0.1, 0.5])
def test_noise_is_no_fault(id, chance):
    assert result_of(id, noisy(chance)).outcome in (Outcome.WORKS, Outcome.UNCLEAR)


@pytest.mark.parametrize("id", SAMPLING)
def test_a_server_that_answers_nothing_has_no_fault_here(id):
    assert result_of(id, refusing(bool)).outcome is Outcome.UNCLEAR
