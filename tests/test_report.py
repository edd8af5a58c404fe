"""Reports: written and read back unchanged, invalid in named ways, summed up and gated."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator
from report_strategies import reports as whole_reports
from report_strategies import unhurried

from conformance import report as reports
from conformance.model import Finding, Level, Outcome, Stance, Standing, Target, Verdict
from conformance.report import Conformance, Edition, Footer, Header, Report
from conformance.schema import specs

SCHEMA = Draft202012Validator(json.loads(specs("report.schema.json").read_text("utf-8")))
HEADER = Header(
    "0.1.0", Target("http://127.0.0.1:1/v1", "tiny", id="tiny", server="demo"), (Edition("a@1", "00"), Edition("b@2"))
)
KEPT = Verdict(
    "chat.n-raw", "chat.n", "gives n choices", Level.MUST, "chat.n", "raw", "a@1", Stance.SUPPORTED, Outcome.WORKS, Standing.KEPT
)
BROKEN = replace(KEPT, case="chat.stop-raw", feature="chat.stop", outcome=Outcome.DIFFERS, standing=Standing.BROKEN)
UNKNOWN = replace(KEPT, case="chat.seed-raw", feature="chat.seed", outcome=Outcome.UNCLEAR, standing=Standing.UNKNOWN)


def report_of(*verdicts, complete=True):
    return Report(HEADER, verdicts, Footer(complete, 3, 4, 0.5))


@unhurried
@given(whole_reports)
def test_a_report_is_read_back_as_it_was_written(report):
    text = reports.write(report)
    assert reports.read(text) == report
    assert reports.write(reports.read(text)) == text


@unhurried
@given(whole_reports)
def test_every_line_fits_the_schema_which_knows_every_key(report):
    known = SCHEMA.schema["$defs"]
    for line in reports.lines(report):
        value = json.loads(line)
        SCHEMA.validate(value)
        assert value.keys() <= known[value["kind"]]["properties"].keys()
        assert line.isascii()


def test_a_verdict_travels_alone():
    assert reports.read_verdict(reports.verdict_line(BROKEN)) == BROKEN


def test_what_the_contract_alone_asks_for_is_enough():
    """Keys that later versions or other writers add, and keys beyond the contract that they leave out, are no fault."""
    header = json.loads(next(iter(reports.lines(report_of()))))
    header["target"] = {"id": "t", "base_url": "u", "model": "m", "server": "s", "new": 1}
    header["matrices"] = [{"id": "a@1", "sha256": "00"}]
    verdict = json.loads(reports.verdict_line(replace(KEPT, findings=(Finding("m"),))))
    for name in ("link", "lines", "note"):
        del verdict[name]
    del verdict["findings"][0]["outcome"]
    footer = {"kind": "footer", "complete": True, "counts": {"kept": 1}, "requests": 1, "tokens": 2, "seconds": 3}
    report = reports.read("".join(json.dumps(line) + "\r\n" for line in (header, verdict, footer)).removesuffix("\r\n"))
    assert report.verdicts == (replace(KEPT, findings=(Finding("m"),)),)
    assert report.footer == Footer(True, 1, 2, 3.0)


def changed(report, number, **fields):
    lines = list(report)
    lines[number] = json.dumps(json.loads(lines[number]) | fields)
    return lines


GOOD = list(reports.lines(report_of(KEPT, BROKEN)))
INVALID = {
    "no line": ([], reports.EmptyReport),
    "no header": (GOOD[1:], reports.MissingHeader),
    "no footer": (GOOD[:-1], reports.MissingFooter),
    "a header alone": (GOOD[:1], reports.MissingFooter),
    "another schema": (changed(GOOD, 0, schema=2), reports.UnknownSchema),
    "a verdict twice": ([*GOOD[:2], GOOD[1], *GOOD[2:]], reports.DuplicateVerdict),
    "a verdict too few": ([*GOOD[:2], GOOD[3]], reports.WrongCounts),
    "an unknown document": (changed(GOOD, 1, matrix="c@3"), reports.UnknownMatrix),
    "a line cut off": ([GOOD[0], GOOD[1][:-9], *GOOD[2:]], reports.BadLine),
    "a blank line": ([GOOD[0], "", *GOOD[1:]], reports.BadLine),
    "a header inside": ([GOOD[0], *GOOD], reports.BadLine),
    "a key twice": ([GOOD[0].replace('"sdk"', '"suite"'), *GOOD[1:]], reports.BadLine),
    "no object": ([GOOD[0], "[]", *GOOD[2:]], reports.BadLine),
    "no matrix": ([GOOD[0], GOOD[1].replace('"matrix"', '"matrixes"'), *GOOD[2:]], reports.BadLine),
    "an unknown word": (changed(GOOD, 1, outcome="passed"), reports.BadLine),
    "an unknown standing": (changed(GOOD, -1, counts={"passed": 2}), reports.BadLine),
    "a boolean for a count": (changed(GOOD, -1, requests=True), reports.BadLine),
    "a negative count": (changed(GOOD, -1, tokens=-1), reports.BadLine),
    "endless seconds": (changed(GOOD, -1, seconds=float("inf")), reports.BadLine),
    "text for seconds": (changed(GOOD, -1, seconds="1"), reports.BadLine),
    "a number for a flag": (changed(GOOD, -1, complete=1), reports.BadLine),
    "a number for text": (changed(GOOD, 1, title=1), reports.BadLine),
    "text for texts": (changed(GOOD, 1, exchanges="k"), reports.BadLine),
    "text for objects": (changed(GOOD, 1, findings="k"), reports.BadLine),
    "text for numbers": (changed(GOOD, 1, lines=["1"]), reports.BadLine),
    "text for an object": (changed(GOOD, 0, target="t"), reports.BadLine),
}


@pytest.mark.parametrize(("lines", "how"), INVALID.values(), ids=INVALID)
def test_what_is_no_report_is_refused_by_name(lines, how):
    with pytest.raises(how) as caught:
        reports.read("\n".join(lines))
    assert type(caught.value) is how


def test_numbers_that_json_has_not_are_never_written():
    with pytest.raises(ValueError, match="Out of range"):
        reports.verdict_line(replace(KEPT, seconds=float("nan")))


def test_verdicts_are_grouped_in_order_and_documents_without_verdicts_are_there():
    other = replace(KEPT, feature="models.list", case="models-raw", level=Level.MAY)
    report = report_of(KEPT, BROKEN, other)
    assert reports.by_area(report) == {"chat": (KEPT, BROKEN), "models": (other,)}
    assert reports.by_level(report) == {Level.MUST: (KEPT, BROKEN), Level.SHOULD: (), Level.MAY: (other,)}
    assert reports.by_matrix(report) == {"a@1": (KEPT, BROKEN, other), "b@2": ()}
    assert report.counts[Standing.KEPT] == 2
    assert set(report.counts) == set(Standing)


def test_outcomes_count_cases_not_documents():
    seen = reports.outcomes([KEPT, replace(KEPT, matrix="b@2"), BROKEN])
    assert (seen[Outcome.WORKS], seen[Outcome.DIFFERS], seen[Outcome.FAILS]) == (1, 1, 0)


COMES_TO = [
    ((KEPT,), Conformance.CONFORMANT),
    ((KEPT, BROKEN), Conformance.NOT_CONFORMANT),
    ((KEPT, replace(BROKEN, standing=Standing.FAULT)), Conformance.NOT_CONFORMANT),
    ((KEPT, replace(BROKEN, level=Level.SHOULD)), Conformance.PARTIAL),
    ((KEPT, replace(BROKEN, level=Level.MAY)), Conformance.CONFORMANT),
    ((KEPT, UNKNOWN), Conformance.PARTIAL),
    ((KEPT, replace(UNKNOWN, stance=Stance.UNDOCUMENTED)), Conformance.CONFORMANT),
    ((KEPT, UNKNOWN, replace(UNKNOWN, case="x")), Conformance.NOT_SHOWN),
    ((), Conformance.NOT_SHOWN),
]


@pytest.mark.parametrize(("verdicts", "what"), COMES_TO)
def test_what_verdicts_come_to(verdicts, what):
    assert reports.conformance_of(verdicts, complete=True) is what


def test_a_run_that_was_cut_short_shows_what_is_broken_and_no_conformance():
    assert reports.conformance_of([KEPT], complete=False) is Conformance.NOT_SHOWN
    assert reports.conformance_of([KEPT, BROKEN], complete=False) is Conformance.NOT_CONFORMANT


SHOULD_BROKEN = replace(BROKEN, level=Level.SHOULD)
GATED = [
    ("claims", (KEPT,), True),
    ("claims", (KEPT, BROKEN), False),
    ("claims", (KEPT, SHOULD_BROKEN), True),
    ("claims", (KEPT, UNKNOWN), True),
    ("claims", (KEPT, UNKNOWN, replace(UNKNOWN, case="x")), False),
    ("claims", (), False),
    ("claims", (replace(UNKNOWN, level=Level.SHOULD),), False),
    ("strict", (KEPT, SHOULD_BROKEN), False),
    ("strict", (KEPT, UNKNOWN), False),
    ("strict", (KEPT, replace(UNKNOWN, stance=Stance.UNDOCUMENTED)), True),
    ("strict", (KEPT, replace(BROKEN, level=Level.MAY), replace(UNKNOWN, level=Level.MAY)), True),
    ("none", (BROKEN, UNKNOWN), True),
    ("none", (), True),
]


@pytest.mark.parametrize(("kind", "verdicts", "passes"), GATED)
def test_the_gates(kind, verdicts, passes):
    assert reports.gate(report_of(*verdicts), kind).passed is passes


@pytest.mark.parametrize("kind", reports.GATES)
def test_an_incomplete_run_never_passes(kind):
    assert not reports.gate(report_of(KEPT, complete=False), kind).passed


def test_another_kind_of_gate_is_an_error():
    with pytest.raises(ValueError, match="strict"):
        reports.gate(report_of(KEPT), "lenient")


@pytest.mark.parametrize("entry", ["chat.stop-raw", "chat.stop-raw@a@1"])
def test_known_failures_pass_and_stay_visible(entry):
    result = reports.gate(report_of(KEPT, BROKEN), "claims", [entry])
    assert result.passed
    assert (result.failures, result.known, result.stale) == ((), (BROKEN,), ())


def test_an_entry_for_one_document_covers_no_other():
    other = replace(BROKEN, matrix="b@2")
    result = reports.gate(report_of(BROKEN, other), "claims", ["chat.stop-raw@a@1"])
    assert result.failures == (other,)


@pytest.mark.parametrize("entry", ["chat.n-raw", "chat.n-raw@a@1"])
def test_stale_entries_fail(entry):
    result = reports.gate(report_of(KEPT), "claims", [entry])
    assert not result.passed
    assert result.stale == (entry,)
    assert reports.gate(report_of(KEPT), "none", [entry]).passed


def test_what_did_not_run_or_stayed_unclear_or_fails_elsewhere_is_not_stale():
    kept_elsewhere = replace(BROKEN, matrix="b@2", standing=Standing.KEPT)
    report = report_of(KEPT, UNKNOWN, SHOULD_BROKEN, kept_elsewhere)
    assert reports.gate(report, "claims", ["chat.n.differ-raw", "chat.seed-raw", "chat.stop-raw"]).stale == ()
    assert reports.gate(report, "claims", ["chat.stop-raw@b@2"]).stale == ("chat.stop-raw@b@2",)


def test_a_baseline_is_read_and_its_unknown_entries_found():
    baseline = reports.read_baseline("# known\n\n chat.n-raw # why\nchat.n-raw\nchat.x-raw\nchat.n-raw@c@3\nchat.n-raw@a@1\n")
    assert baseline == ("chat.n-raw", "chat.x-raw", "chat.n-raw@c@3", "chat.n-raw@a@1")
    assert reports.unknown_entries(baseline, {"chat.n-raw"}, {"a@1"}) == ("chat.x-raw", "chat.n-raw@c@3")


def against_two(outcome, one, two):
    first = replace(KEPT, outcome=outcome, stance=one[0], standing=one[1], lines=(88,), note="one choice always")
    return report_of(first, replace(first, matrix="b@2", stance=two[0], standing=two[1], lines=()))


def test_documents_that_disagree_are_told_right_or_wrong():
    (found,) = reports.disagreements(
        against_two(Outcome.WORKS, (Stance.REJECTED, Standing.BROKEN), (Stance.SUPPORTED, Standing.KEPT))
    )
    assert found.feature == "chat.n"
    assert [(side.matrix, side.right, side.lines) for side in found.sides] == [("a@1", False, (88,)), ("b@2", True, ())]


def test_equal_stances_disagree_where_only_one_is_borne_out():
    one, two = (Stance.DEVIATES, Standing.KEPT), (Stance.DEVIATES, Standing.BROKEN)
    assert len(reports.disagreements(against_two(Outcome.DIFFERS, one, two))) == 1
    assert reports.disagreements(against_two(Outcome.DIFFERS, one, one)) == ()


def test_a_silent_document_does_not_disagree():
    one, two = (Stance.SUPPORTED, Standing.KEPT), (Stance.UNDOCUMENTED, Standing.UNCLAIMED)
    assert reports.disagreements(against_two(Outcome.WORKS, one, two)) == ()


@pytest.mark.parametrize("standing", [Standing.UNKNOWN, Standing.FAULT])
def test_neither_document_is_right_where_nothing_was_seen(standing):
    (found,) = reports.disagreements(against_two(Outcome.UNCLEAR, (Stance.SUPPORTED, standing), (Stance.REJECTED, standing)))
    assert [side.right for side in found.sides] == [None, None]
