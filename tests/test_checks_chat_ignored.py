"""A server that ignores a field of the request is told so by the field's own checks, or seen to accept what shows no effect."""

from unittest.mock import patch

import pytest
from against import TARGET, raw_cases
from bending import answering, asking, ignoring

from conformance.judge import run_check
from conformance.model import Outcome
from conformance.reference import language
from conformance.reference.fields import FIELDS
from conformance.registry import all_checks

UNSEEN = (
    *("metadata", "modalities", "prediction", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention"),
    *("reasoning_effort", "safety_identifier", "service_tier", "store", "user", "verbosity", "web_search_options"),
)
"""Fields whose effect, if there is any, a server need not let a client see."""

BESIDE = {
    "audio": ("modalities",),
    "functions": ("function_call",),
    "logprobs": ("top_logprobs",),
    "stream": ("stream_options",),
    "tools": ("tool_choice", "parallel_tool_calls"),
}
"""What a server that ignores a field ignores as well, since it has no meaning without the field."""

NOT_SHOWN = {
    "chat.temperature.varies": Outcome.WORKS,  # what is not read is 1, at which answers vary
    "chat.max_tokens.default": Outcome.WORKS,  # no limit is kept, so none is set
    "chat.logprobs.absent": Outcome.WORKS,
    "chat.tool_choice.auto": Outcome.WORKS,  # auto is what is done without
    "chat.messages.begun": Outcome.ACCEPTED,
    "chat.messages.name": Outcome.ACCEPTED,
    "chat.stream.created.second": Outcome.UNCLEAR,
    "chat.stream_options.tools": Outcome.UNCLEAR,
    "chat.stream_options.equal": Outcome.UNCLEAR,
    "chat.n.differ": Outcome.UNCLEAR,
    "chat.tools.stream": Outcome.UNCLEAR,
    "chat.tools.equality": Outcome.UNCLEAR,
    "chat.tools.parameters": Outcome.UNCLEAR,
    "chat.tools.references": Outcome.UNCLEAR,
    "chat.tools.format": Outcome.UNCLEAR,
    "chat.tools.strict": Outcome.UNCLEAR,
    "chat.tools.arguments.stream": Outcome.UNCLEAR,
    "chat.tool_calls.ids.apart": Outcome.UNCLEAR,
}
"""Checks of a field that say nothing against a server which ignores it: they are about something else."""


WITHOUT = {
    "messages": lambda: asking(lambda body: {**body, "messages": body["messages"][-1:]}),
    "model": lambda: answering(lambda answer, _: {**answer, "model": "the-only-model"}),
}
"""Servers that ignore what cannot be left out: they hear the last message alone, and have one model."""


@pytest.fixture(autouse=True)
def few_words():
    """Answers that end before their limit, so that a call which does not come is not one that the limit cut off."""
    with patch.object(language, "SHORTEST", 20), patch.object(language, "LONGEST", 40):
        language.drawn.cache_clear()
        yield
    language.drawn.cache_clear()


def outcomes(field):
    """What the checks of a field's own feature say of a server that ignores it."""
    send = WITHOUT[field]() if field in WITHOUT else ignoring(field, *BESIDE.get(field, ()))
    mine = [case for case in raw_cases(rules=False) if case.check.feature == f"chat.{field}"]
    return {case.check.id: run_check(case, TARGET, send).outcome for case in mine}


@pytest.mark.parametrize("field", FIELDS)
def test_an_ignored_field_is_told(field):
    found = outcomes(field)
    expected = Outcome.ACCEPTED if field in UNSEEN else Outcome.IGNORED
    assert expected in found.values()
    assert {check: outcome for check, outcome in found.items() if outcome is not expected} == {
        check: NOT_SHOWN[check] for check in found if check in NOT_SHOWN
    }


def test_every_exception_is_a_check():
    assert set(NOT_SHOWN) <= set(all_checks())
    assert set(UNSEEN) | set(BESIDE) <= set(FIELDS)
