"""A report as JUnit XML, as GitLab, Jenkins and GitHub's actions read it: a suite an area, a case a verdict.

What fails there is what the gate fails on, so that a build and its test tab agree: broken is a failure, a fault an error, unclear
is skipped (a failure where the gate minds it). It keeps to the schema of Jenkins, which is the strictest of the readers:
https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from conformance.model import Outcome, Standing, Verdict
from conformance.render.content import facts, gate_lines
from conformance.render.entries import Entry, facts_of
from conformance.render.escape import for_xml
from conformance.report import GateResult, Report, by_area


def render(report: Report, result: GateResult, folder: str) -> str:
    """The XML document of a report that lies in `folder`."""
    gating = set(result.failures)
    suites = [_suite(report, area, found, gating, folder) for area, found in by_area(report).items()]
    root = Element("testsuites", {"name": "openai-conformance", "time": f"{report.footer.seconds:.3f}"})
    root.extend([*suites, *_gate_suite(report, result)])
    _sum_up(root, root.iter("testsuite"))
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _suite(report: Report, area: str, verdicts: tuple[Verdict, ...], gating: set[Verdict], folder: str) -> Element:
    seconds = sum({one.case: one.seconds for one in verdicts}.values())
    suite = Element("testsuite", {"name": for_xml(area, 80), "time": f"{seconds:.3f}"})
    suite.set("timestamp", for_xml(report.header.started.removesuffix("Z"), 40))
    suite.append(_about(report))
    suite.extend(_case(verdict, verdict in gating, folder) for verdict in verdicts)
    _sum_up(suite, [suite])
    return suite


def _case(verdict: Verdict, gating: bool, folder: str) -> Element:
    name = verdict.case if verdict.matrix is None else f"{verdict.case}@{verdict.matrix}"
    case = Element(
        "testcase", {"classname": for_xml(verdict.feature, 200), "name": for_xml(name, 200), "time": f"{verdict.seconds:.3f}"}
    )
    told = [*_told(verdict), *facts_of(Entry((verdict.case,), (verdict,)), folder)]
    text = "\n".join(f"{name}: {value}" for name, value in told)
    if gating or verdict.outcome is Outcome.UNCLEAR:
        kind = "error" if verdict.standing is Standing.FAULT else "failure"
        why = SubElement(case, kind if gating else "skipped", {"message": for_xml(_message(verdict), 300)})
        why.set("type", f"{verdict.level.value} {verdict.standing.value}")
        why.text = for_xml(text)
    else:
        SubElement(case, "system-out").text = for_xml(text)
    return case


def _message(verdict: Verdict) -> str:
    found = verdict.findings[0].message if verdict.findings else ""
    return f"{verdict.standing.value}, {verdict.outcome.value}: {verdict.reason or found or verdict.title}"


def _told(verdict: Verdict) -> Iterable[tuple[str, str]]:
    """What Jenkins' schema has no place for beside the text: it knows properties of suites alone."""
    yield "level", verdict.level.value
    yield "standing", verdict.standing.value
    yield "outcome", verdict.outcome.value
    if verdict.repeats:
        yield "repetitions", ", ".join(one.value for one in verdict.repeats)


def _about(report: Report) -> Element:
    """What was tested and with what, as the properties of a suite."""
    properties = Element("properties")
    for name, value in facts(report):
        SubElement(properties, "property", {"name": name, "value": for_xml(value, 400)})
    return properties


def _gate_suite(report: Report, result: GateResult) -> Iterable[Element]:
    """A case that fails where the gate fails for another reason than a verdict."""
    if result.passed or (result.failures and result.complete and result.tested and not result.stale):
        return
    suite = Element("testsuite", {"name": "gate", "time": "0"})
    case = SubElement(suite, "testcase", {"classname": "gate", "name": result.kind, "time": "0"})
    first, *rest = gate_lines(report, result)
    SubElement(case, "failure", {"message": for_xml("; ".join(rest) or first, 300), "type": "gate"})
    _sum_up(suite, [suite])
    yield suite


def _sum_up(element: Element, suites: Iterable[Element]) -> None:
    """Sets the counts that readers expect on a suite or on the root."""
    cases = [case for suite in suites for case in suite.iter("testcase")]
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        if tag != "skipped" or element.tag == "testsuite":
            element.set(name, str(sum(case.find(tag) is not None for case in cases)))
    element.set("tests", str(len(cases)))
