"""The checks hold for any model: one that says next to nothing, one that only thinks, one that loops, one that is noisy."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import partial

import pytest
from against import TARGET, raw_cases
from any_model import (
    bytewise,
    calling,
    certain,
    ending,
    looping,
    merged,
    noisy,
    rambling,
    speaking,
    thinking,
    uncounted,
)
from bending import answering, curt, refusing, result_of, right, streaming, thoughtful

from conformance.judge import run_check, run_rule
from conformance.messages import Send
from conformance.model import Outcome
from conformance.registry import all_checks

AREAS = ("chat", "clients", "models", "fine_tuning")
RULES, CHECKS = ([case for case in raw_cases(rules) if case.check.area in AREAS] for rules in (True, False))
BLAMELESS = (Outcome.WORKS, Outcome.ACCEPTED, Outcome.UNCLEAR)


def judged(send: Send) -> dict[str, Outcome]:
    """What all checks and rules say of a server that is asked equal things once."""
    known = {}

    def remembering(request):
        if request.key not in known:
            known[request.key] = send(request)
        return known[request.key]

    found = {case.check.id: run_check(case, TARGET, remembering).outcome for case in CHECKS}
    for case in RULES:
        remembering(case.check.seed(TARGET))
    return found | {case.check.id: run_rule(case, known.values()).outcome for case in RULES}


@dataclass(frozen=True)
class Model:
    """A right server of another model: what makes it, what it is rightly told, the share of verdicts that have to be clear."""

    send: Callable[[], Send] = right
    around: Callable[[], AbstractContextManager[None]] = nullcontext
    told: dict[str, Outcome] = field(default_factory=dict)
    clear: float = 0.9


def little(body):
    return any(isinstance(body.get(name), int) and body[name] < 16 for name in ("max_tokens", "max_completion_tokens"))


OWN = ("max_tokens", "top_p", "presence_penalty", "frequency_penalty", "logprobs", "top_logprobs", "logit_bias", "stop")


def of_its_own_mind(body):
    """What OpenAI's reasoning models refuse."""
    return body.get("temperature") not in (None, 1) or any(body.get(name) for name in OWN)


SPENT = {"chat.reasoning_effort.none": Outcome.IGNORED}
UNCOUNTED = {"chat.usage.present": Outcome.DIFFERS}
LITTLE = dict.fromkeys(
    ("chat.max_tokens.limit", "chat.max_completion_tokens.limit", "chat.finish_reason.length"), Outcome.REFUSED
)

MODELS = {
    "thinks little": Model(partial(thinking, 16), told=SPENT),
    "thinks little, and not where it must not": Model(partial(thinking, 16, none=True)),
    "thinks until the limit": Model(partial(thinking, 500), told=SPENT, clear=0.5),
    "thinks until the limit, and no token is counted": Model(lambda: uncounted(thinking(500)), told=SPENT | UNCOUNTED, clear=0.4),
    "says nothing": Model(around=partial(speaking, ending(0)), clear=0.8),
    "says three words": Model(around=partial(speaking, ending(3))),
    "says three words, and no token is counted": Model(lambda: uncounted(right()), partial(speaking, ending(3)), UNCOUNTED),
    "says one word for ever": Model(around=partial(speaking, looping)),
    "is certain of every word": Model(around=partial(speaking, certain)),
    "spells byte by byte": Model(around=bytewise),
    "calls a tool whenever it may": Model(around=partial(calling, always=True)),
    "calls a tool where it must alone": Model(around=partial(calling, always=False)),
    "rambles in arguments": Model(around=rambling),
    "is streamed in few chunks": Model(partial(streaming, merged)),
    "takes no limit below 16 tokens": Model(lambda: refusing(little), told=LITTLE, clear=0.8),
    "takes nothing that concerns its sampling": Model(lambda: refusing(of_its_own_mind), clear=0.15),
    "is noisy": Model(lambda: noisy(0.1, 0)),
    "is very noisy": Model(lambda: noisy(0.5, 1)),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_right_server_of_any_model_is_not_blamed(name):
    model = MODELS[name]
    with model.around():
        found = judged(model.send())
    assert {check: outcome for check, outcome in found.items() if outcome not in BLAMELESS} == model.told
    assert sum(outcome is not Outcome.UNCLEAR for outcome in found.values()) >= model.clear * len(found)


MODULES = ["messages", "sampling", "penalties", "limits", "stop", "choices", "logprobs", "usage", "stream", "defaults"]
GENERATION = [one.id for one in all_checks().values() if one.run.__module__.rpartition("chat_")[2] in MODULES]


def told_apart(chunks, _):
    """A stream as servers send it that begin with an empty delta and send white space on its own."""
    for chunk in chunks:
        text = chunk["choices"][0]["delta"].get("content") if chunk["choices"] else None
        for part in [text[:1], text[1:]] if text else []:
            yield {**chunk, "choices": [{**chunk["choices"][0], "delta": {"content": part}}]}
        if not text:
            yield chunk


def test_all_generation_checks_are_here():
    assert len(GENERATION) == 36


@pytest.mark.parametrize("id", GENERATION)
@pytest.mark.parametrize("server", [right(), streaming(told_apart)], ids=["plain", "split"])
def test_a_right_server_works(id, server):
    assert result_of(id, server).outcome is Outcome.WORKS


FORCED = ("chat.stop", "chat.logit_bias", "chat.logprobs", "chat.stream")
"""What no model can help saying, however few its words are; changing the answer afterwards is a fault there."""


@pytest.mark.parametrize("id", [one for one in GENERATION if not one.startswith(FORCED)])
def test_a_model_of_few_words_is_not_blamed(id):
    assert result_of(id, answering(curt)).outcome in BLAMELESS


@pytest.mark.parametrize("id", GENERATION)
def test_a_model_that_only_thinks_is_not_blamed(id):
    assert result_of(id, answering(thoughtful)).outcome in BLAMELESS


@pytest.mark.parametrize("id", [one for one in GENERATION if one != "chat.create"])
@pytest.mark.parametrize("status", [401, 429, 500])
def test_a_server_that_answers_nothing_is_blamed_once(id, status):
    assert result_of(id, refusing(bool, status)).outcome is Outcome.UNCLEAR


def test_a_rate_limit_is_no_refusal():
    assert result_of("chat.create", refusing(bool, 429)).outcome is Outcome.UNCLEAR


def test_a_server_that_knows_only_the_newer_limit_answers():
    assert result_of("chat.create", refusing(lambda body: "max_tokens" in body)).outcome is Outcome.WORKS
