"""The report as JUnit XML. To write its golden file anew: REGENERATE_GOLDEN=1 pytest tests/test_render_junit.py"""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from goldens import golden
from hypothesis import given
from report_strategies import reports, unhurried
from sample_report import ALONE, REPORT

from conformance.model import Outcome, Standing
from conformance.render import junit
from conformance.report import Footer, gate


def shown(report, kind="claims", baseline=()):
    return junit.render(report, gate(report, kind, baseline), "reports/demo")


def cases(report, *more):
    return {case.get("name"): case for case in ElementTree.fromstring(shown(report, *more)).iter("testcase")}


def test_the_document_is_as_it_was_found_good():
    text = shown(REPORT)
    assert text == golden("junit.xml", text)


@unhurried
@given(reports)
def test_it_is_xml_whatever_a_server_wrote(report):
    root = ElementTree.fromstring(shown(report).encode("utf-8"))
    assert int(root.get("tests")) == len(list(root.iter("testcase")))
    assert int(root.get("failures")) == len(list(root.iter("failure")))
    assert int(root.get("errors")) == len(list(root.iter("error")))


@unhurried
@given(reports)
def test_it_fails_exactly_where_the_gate_does(report):
    root = ElementTree.fromstring(shown(report))
    assert gate(report).passed is (root.get("failures") == "0" and root.get("errors") == "0")


def test_broken_is_a_failure_a_fault_an_error_and_unclear_skipped():
    found = cases(REPORT)
    assert found["chat.stream.done-raw@page@2024-03"].find("failure").get("type") == "MUST broken"
    assert found["models.list.target-raw@page@2024-03"].find("error").get("type") == "MUST fault"
    assert found["chat.tools.required-raw@page@2024-03"].find("skipped") is not None
    assert found["chat.logit_bias.force-raw@guide@2024-07"].find("failure") is None
    assert "standing: kept" in found["chat.json_object.object-raw@page@2024-03"].find("system-out").text


def test_strict_fails_on_what_claims_lets_pass():
    found = cases(REPORT, "strict")
    assert found["chat.tools.required-raw@page@2024-03"].find("failure").get("type") == "MUST unknown"
    assert found["chat.logit_bias.force-raw@guide@2024-07"].find("failure").get("type") == "SHOULD broken"


def test_known_failures_pass_but_are_told():
    known = cases(REPORT, "claims", ["chat.stream.done-raw"])["chat.stream.done-raw@page@2024-03"]
    assert known.find("failure") is None
    assert "the stream ends without [DONE]" in known.find("system-out").text


CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"testsuite", "properties", "testcase", "system-out", "system-err"},
    "testcase": {"skipped", "error", "failure", "system-out", "system-err"},
    "properties": {"property"},
}
NEEDS = {"testsuite": {"name", "tests", "failures", "errors"}, "testcase": {"name"}, "property": {"name", "value"}}
TAKES = {
    "testsuites": {"name", "time", "tests", "failures", "errors"},
    "testsuite": NEEDS["testsuite"]
    | {"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"},
    "testcase": {"name", "time", "classname", "group"},
    "property": NEEDS["property"],
    **{tag: {"type", "message"} for tag in ("failure", "error", "skipped")},
}
SECONDS = re.compile(r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?")


@unhurried
@given(reports)
def test_it_keeps_to_the_schema_of_jenkins(report):
    for element in ElementTree.fromstring(shown(report, "strict")).iter():
        assert {child.tag for child in element} <= CHILDREN.get(element.tag, set())
        assert NEEDS.get(element.tag, set()) <= set(element.keys()) <= TAKES.get(element.tag, set())
        if element.tag in ("testsuite", "testsuites"):
            assert SECONDS.fullmatch(element.get("time"))
            assert not (element.text or "").strip()


def test_a_flaky_case_tells_its_repetitions():
    flaky = replace(REPORT.verdicts[0], repeats=(Outcome.WORKS, Outcome.DIFFERS))
    (case, *_) = cases(replace(REPORT, verdicts=(flaky,))).values()
    assert "repetitions: works, differs" in case.find("failure").text


@pytest.mark.parametrize(
    ("report", "baseline", "why"),
    [
        (replace(ALONE, footer=Footer(False)), (), "not complete"),
        (replace(ALONE, verdicts=()), (), "too little was tested"),
        (ALONE, (ALONE.verdicts[0].case,), "no longer fails"),
    ],
)
def test_a_gate_that_fails_without_a_verdict_has_a_case_of_its_own(report, baseline, why):
    assert why in cases(report, "claims", baseline)["claims"].find("failure").get("message")


def test_an_item_without_a_document_has_the_plain_name():
    assert "chat.json_object.object-raw" in cases(ALONE)


def test_the_message_says_the_reason_or_the_finding_or_the_title():
    unclear = replace(ALONE.verdicts[0], outcome=Outcome.UNCLEAR, standing=Standing.UNKNOWN)
    (case, *_) = cases(replace(ALONE, verdicts=(unclear,))).values()
    assert case.find("skipped").get("message") == "unknown, unclear: answers JSON when asked to"
