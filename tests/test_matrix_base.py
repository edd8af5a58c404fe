"""The base edition, OpenAI's own, held against the right server: nothing that it says is broken."""

import pytest
from against import right

from conformance.features import all_features
from conformance.judge import judge
from conformance.law import claim_for, names_of
from conformance.matrix import load_matrix, matrix_names
from conformance.model import Case, Standing
from conformance.registry import all_checks

BASE = load_matrix("openai@2026-11")
CHECKS = all_checks()
BAD = (Standing.BROKEN, Standing.FAULT)


def standing(check, matrix):
    return judge(Case(CHECKS[check], "raw"), right()[check].result, claim_for(CHECKS[check], matrix, ()), matrix.id).standing


def test_the_right_server_keeps_every_word_of_openai():
    assert {check: standing(check, BASE) for check in right() if standing(check, BASE) in BAD} == {}


def test_openai_speaks_of_nearly_everything_that_is_checked_of_chat():
    asked = [one for one in CHECKS.values() if one.area == "chat"]
    silent = {one.feature for one in asked if not set(names_of(one)) & set(BASE.claims)}
    assert len(silent) <= 12, sorted(silent)


@pytest.mark.parametrize("name", matrix_names())
def test_a_right_server_breaks_no_promise_but_one_that_openai_does_not_make(name):
    """A document breaks on the right server only where it tells another behaviour: by `expects`, or as refused."""
    matrix = load_matrix(name)
    for check in right():
        claim = claim_for(CHECKS[check], matrix, ())
        if standing(check, matrix) in BAD:
            assert claim.expects or claim.stance.value == "rejected", (check, claim)


def test_what_checks_observe_is_declared_so_that_claims_can_expect_it():
    observed = {(CHECKS[check].feature, one.name) for check, ran in right().items() for one in ran.result.seen}
    undeclared = [(feature, name) for feature, name in observed if name not in all_features()[feature].sees]
    assert not undeclared, "add them to `sees` in specs/features.yaml"
