"""Whole servers of the past, imitated: held against their own documents they keep their word where it matters."""

from functools import cache

import pytest
from against import TARGET, raw_cases, right, server

from conformance.judge import judge, run_check, run_rule
from conformance.law import claim_for
from conformance.matrix import load_matrix
from conformance.model import Level, Standing

EDITIONS = {"ollama-2024-03": "ollama@2024-03-26", "ollama-2024-07": "ollama-guide@2024-07"}
TOLD = {
    "ollama-2024-03": ["chat.seed.temperature", "chat.finish_reason.length", "chat.usage.repeat", "chat.n.choices"],
    "ollama-2024-07": ["chat.n.choices", "chat.usage.present", "chat.json_object.object", "fine_tuning.jobs"],
}
"""Where OpenAI would be told otherwise and the document says so."""


@cache
def verdicts(imitation):
    known, send = {}, server(imitation)

    def remembering(request):
        if request.key not in known:
            known[request.key] = send(request)
        return known[request.key]

    results = {case: run_check(case, TARGET, remembering) for case in raw_cases(rules=False)}
    for case in raw_cases(rules=True):
        remembering(case.check.seed(TARGET))
    results |= {case: run_rule(case, known.values()) for case in raw_cases(rules=True)}
    document = load_matrix(EDITIONS[imitation])
    claims = {case: claim_for(case.check, document, ()) for case in results}
    return {case.check.id: judge(case, result, claims[case], document.id) for case, result in results.items()}


@pytest.mark.parametrize("imitation", EDITIONS)
def test_no_promise_that_matters_is_broken(imitation):
    bad = (Standing.BROKEN, Standing.FAULT)
    assert not [one for one in verdicts(imitation).values() if one.level is Level.MUST and one.standing in bad]


@pytest.mark.parametrize(("imitation", "check"), [(one, check) for one, checks in TOLD.items() for check in checks])
def test_what_the_document_tells_is_kept_though_it_is_not_what_openai_does(imitation, check):
    found = verdicts(imitation)[check]
    assert found.standing is Standing.KEPT
    assert found.outcome is not right()[check].result.outcome


def test_a_promise_that_was_never_true_is_seen():
    assert verdicts("ollama-2024-03")["chat.presence_penalty.effect"].standing is Standing.BROKEN
