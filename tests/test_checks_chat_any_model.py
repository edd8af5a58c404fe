"""The generation checks hold for any model: one that says next to nothing, one that only thinks, one that is noisy."""

import random
from dataclasses import replace

import pytest
from bending import answering, curt, refusing, result_of, right, streaming, thoughtful

from conformance.messages import Request
from conformance.model import Outcome
from conformance.reference.app import sending
from conformance.registry import all_checks

MODULES = ["messages", "sampling", "penalties", "limits", "stop", "choices", "logprobs", "usage", "stream", "defaults"]
CHECKS = [one.id for one in all_checks().values() if one.run.__module__.rpartition("chat_")[2] in MODULES]
BLAMELESS = (Outcome.WORKS, Outcome.ACCEPTED, Outcome.UNCLEAR)


def noisy(chance, seed):
    """A right server whose greedy and seeded answers take another way now and then, as batching makes them."""
    inner, dice = sending(), random.Random(seed)

    def send(request):
        body = dict(request.json)
        if dice.random() < chance and body.get("temperature") == 0:
            body["temperature"] = 0.3
        elif dice.random() < chance and "seed" in body:
            body["seed"] = dice.randrange(10**6)
        take = dice.randrange(10**6) if body != request.json else request.take
        return replace(inner(Request("POST", request.path, body, take=take, wrong=request.wrong)), request=request)

    return send


def told_apart(chunks, _):
    """A stream as servers send it that begin with an empty delta and send white space on its own."""
    for chunk in chunks:
        text = chunk["choices"][0]["delta"].get("content") if chunk["choices"] else None
        for part in [text[:1], text[1:]] if text else []:
            yield {**chunk, "choices": [{**chunk["choices"][0], "delta": {"content": part}}]}
        if not text:
            yield chunk


def test_all_generation_checks_are_here():
    assert len(CHECKS) == 35


@pytest.mark.parametrize("id", CHECKS)
@pytest.mark.parametrize("server", [right(), streaming(told_apart)], ids=["plain", "split"])
def test_a_right_server_works(id, server):
    assert result_of(id, server).outcome is Outcome.WORKS


FORCED = ("chat.stop", "chat.logit_bias", "chat.logprobs", "chat.stream")
"""What no model can help saying, however few its words are; changing the answer afterwards is a fault there."""


@pytest.mark.parametrize("id", [one for one in CHECKS if not one.startswith(FORCED)])
def test_a_model_of_few_words_is_not_blamed(id):
    assert result_of(id, answering(curt)).outcome in BLAMELESS


@pytest.mark.parametrize("id", CHECKS)
def test_a_model_that_only_thinks_is_not_blamed(id):
    assert result_of(id, answering(thoughtful)).outcome in BLAMELESS


@pytest.mark.parametrize("id", CHECKS)
@pytest.mark.parametrize("chance", [0.1, 0.5])
def test_noise_is_not_blamed(id, chance):
    assert all(result_of(id, noisy(chance, seed)).outcome in BLAMELESS for seed in range(2))


@pytest.mark.parametrize("id", [one for one in CHECKS if one != "chat.create"])
@pytest.mark.parametrize("status", [401, 429, 500])
def test_a_server_that_answers_nothing_is_blamed_once(id, status):
    assert result_of(id, refusing(bool, status)).outcome is Outcome.UNCLEAR


def test_a_rate_limit_is_no_refusal():
    assert result_of("chat.create", refusing(bool, 429)).outcome is Outcome.UNCLEAR


def test_a_server_that_knows_only_the_newer_limit_answers():
    assert result_of("chat.create", refusing(lambda body: "max_tokens" in body)).outcome is Outcome.WORKS
