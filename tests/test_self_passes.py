"""Every rule and check is silent about the reference server."""

import pytest
from against import SILENT, raw_cases, right

from conformance.judge import run_rule
from conformance.model import Outcome


@pytest.mark.parametrize("case", raw_cases(rules=False), ids=repr)
def test_checks_are_silent(case):
    result = right()[case.check.id].result
    assert result.outcome in SILENT, (result.outcome, result.reason, result.findings)


@pytest.mark.parametrize("case", raw_cases(rules=True), ids=repr)
def test_rules_are_silent_about_their_seed(case):
    result = right()[case.check.id].result
    assert result.outcome is (Outcome.ACCEPTED if case.check.accepts else Outcome.WORKS), result


@pytest.mark.parametrize("case", raw_cases(rules=True), ids=repr)
def test_rules_are_silent_about_every_exchange_of_the_suite(case):
    exchanges = {one.request.key: one for found in right().values() for one in found.exchanges}
    assert not run_rule(case, exchanges.values()).exchanges
