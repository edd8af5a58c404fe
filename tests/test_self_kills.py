"""Every check and rule notices at least one fault, and every fault is noticed by what it names."""

from fnmatch import fnmatch

import pytest
from against import features, raw_cases, spoken

from conformance.model import Level
from conformance.reference.faults import all_faults
from conformance.registry import all_checks

pytestmark = pytest.mark.xdist_group("kills")  # what a fault does is found out once, in one process


@pytest.mark.parametrize("name", all_faults())
def test_faults_are_noticed_by_what_they_name(name):
    fault = all_faults()[name]
    assert set(fault.speaks) <= set(all_checks())
    assert set(fault.speaks) <= set(spoken(name)), sorted(spoken(name))


@pytest.mark.parametrize("name", all_faults())
def test_no_check_of_another_feature_blames_a_server_for_it(name):
    fault = all_faults()[name]
    theirs = {*features(fault.speaks), *fault.also}
    blaming = {one for one in spoken(name) if all_checks()[one].level is Level.MUST}
    strangers = [check for check in blaming if not any(fnmatch(all_checks()[check].feature, one) for one in theirs)]
    assert not strangers


@pytest.mark.parametrize("case", [*raw_cases(rules=False), *raw_cases(rules=True)], ids=repr)
def test_every_check_notices_a_fault(case):
    assert any(case.check.id in spoken(name) for name in all_faults())
