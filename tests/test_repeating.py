"""Cases asked several times: what differs is told with its rate, the worst counts, and everything is really sent again."""

from collections import Counter
from dataclasses import replace

import pytest
from sample_report import DONE, REPORT, WORKING
from servers import command, ended, serving

from conformance.messages import Request
from conformance.model import Outcome, Standing, Target
from conformance.options import Options
from conformance.plan import prepare
from conformance.recordings import recording_in
from conformance.reference.app import sending
from conformance.render.content import gate_lines
from conformance.repeating import is_flaky, rate_of, repeated, repetition_of, together
from conformance.report import gate, read, read_verdict, verdict_line, write
from conformance.session import Run

NAMES = ("--model", "reference", "--model-alias", "reference-copy", "--vision-model", "reference")
WORKS, DIFFERS, REFUSED, UNCLEAR = Outcome.WORKS, Outcome.DIFFERS, Outcome.REFUSED, Outcome.UNCLEAR


def judged(*told):
    return [replace(DONE, case="a-raw", outcome=outcome, standing=standing, reason="", seconds=0.5) for outcome, standing in told]


GOOD, BAD, SILENT = (WORKS, Standing.KEPT), (DIFFERS, Standing.BROKEN), (UNCLEAR, Standing.UNKNOWN)


def test_the_worst_repetition_counts_and_the_reason_tells_the_rate():
    found = together(judged(GOOD, BAD, GOOD, GOOD))
    assert (found.outcome, found.standing) == BAD
    assert found.reason == "flaky: works 3 of 4, differs 1 of 4"
    assert found.repeats == (WORKS, DIFFERS, WORKS, WORKS)
    assert found.seconds == 2.0


def test_what_breaks_a_promise_is_worse_than_what_looks_worse():
    rejected = together(judged((REFUSED, Standing.KEPT), (WORKS, Standing.BROKEN)))
    assert (rejected.outcome, rejected.standing) == (WORKS, Standing.BROKEN)


def test_a_repetition_that_stayed_unclear_says_nothing_against_the_others():
    found = together(judged(GOOD, SILENT, GOOD))
    assert (found.outcome, found.standing) == GOOD
    assert found.reason == "works 2 of 3, unclear 1 of 3"
    assert not is_flaky(found.repeats)
    assert together(judged(SILENT, SILENT)).outcome is UNCLEAR


def test_repetitions_that_agree_have_nothing_to_tell():
    assert together(judged(GOOD, GOOD)).reason == ""
    assert together(judged(BAD))  == judged(BAD)[0]  # fmt: skip
    assert rate_of((WORKS,)) == ""


def test_a_flaky_case_shows_an_exchange_of_either_kind():
    good, bad = judged(GOOD, BAD)
    found = together([replace(good, exchanges=("a", "b")), replace(bad, exchanges=("c", "d"))])
    assert found.exchanges == ("c", "d", "a")


@pytest.mark.parametrize("repetition", [0, 1, 7])
def test_a_repetition_is_another_request_with_the_same_bytes(repetition):
    first = Request("POST", "/chat/completions", {"model": "a"}, take=3)
    again = repeated(first, repetition)
    assert replace(again, take=3) == first
    assert (again.key == first.key) is (repetition == 0)
    assert repetition_of(again) == repetition


def test_the_record_keeps_the_repetitions_and_is_as_before_without():
    flaky = together(judged(GOOD, BAD))
    assert read_verdict(verdict_line(flaky)) == flaky
    assert "repeats" not in verdict_line(WORKING)
    report = replace(REPORT, header=replace(REPORT.header, matrices=()), verdicts=(flaky,))
    assert read(write(report)) == report
    assert not gate(report).passed
    assert "1 case flaky: a-raw" in gate_lines(report, gate(report))


def test_a_server_that_is_wrong_now_and_then_is_found_out_by_checks_and_by_rules():
    right, wrong = sending(), sending("done-missing", "stop-ignored")

    def moody(request):
        return (wrong if repetition_of(request) == 2 else right)(request)

    plan = prepare(Options(only=("chat.stream.done", "chat.stop.string"), via=("raw",), repeat=4))
    moody_run = Run(plan, Target("http://reference/v1", "reference"), 2, moody)
    moody_run.start(plan.cases)
    found = {one.check: one for case in plan.cases for one in moody_run.verdicts(case)}
    for check in ("chat.stream.done", "chat.stop.string"):
        assert found[check].repeats[2] is not WORKS
        assert {found[check].repeats[n] for n in (0, 1, 3)} == {WORKS}
        assert found[check].reason.startswith("flaky: works 3 of 4, ")
        assert found[check].standing is Standing.BROKEN


def run(cwd, url, *arguments):
    return ended(command("run", "--base-url", url, "--report", "out", *NAMES, *arguments, cwd=cwd))


def report_in(folder):
    return read((folder / "out" / "report.ndjson").read_text())


def test_every_request_is_sent_again_and_a_recording_of_it_answers_again(tmp_path):
    only = ("--only", "chat.stop", "--only", "chat.stream.done", "--repeat", "3")
    with serving("done-missing") as server:
        assert run(tmp_path, server.url, *only).code == 1
    report, sent = report_in(tmp_path), [one.request for _, one in recording_in(tmp_path / "out")]
    assert Counter(map(repetition_of, sent)) == Counter(dict.fromkeys(range(3), len(sent) // 3)) + Counter({0: len(sent) % 3})
    assert {len(one.repeats) for one in report.verdicts} == {3}
    assert not any(is_flaky(one.repeats) for one in report.verdicts)
    again = ended(command("run", "--replay", "out", "--report", "again", *only, cwd=tmp_path))
    assert again.code == 1, again.err
    replayed = read((tmp_path / "again" / "report.ndjson").read_text())
    assert [(one.case, one.repeats) for one in replayed.verdicts] == [(one.case, one.repeats) for one in report.verdicts]


def test_a_budget_that_ends_between_repetitions_leaves_those_unclear(tmp_path):
    with serving() as server:
        run(tmp_path, server.url, "--only", "chat.stop", "--via", "raw", "--repeat", "20", "--jobs", "1", "--max-requests", "12")
        assert len(server.asked) <= 13
    first = report_in(tmp_path).verdicts[0]
    assert first.outcome is WORKS
    assert UNCLEAR in first.repeats
    assert "unclear" in first.reason


@pytest.mark.parametrize("more", [(), ("-n", "2")])
def test_fail_fast_stops_at_the_first_failure_and_says_that_it_did(tmp_path, more):
    with serving("done-missing") as server:
        result = run(tmp_path, server.url, "--area", "chat", "--fail-fast", *more)
    assert result.code == 1, result.err
    report = report_in(tmp_path)
    assert not report.footer.complete
    assert [one.standing for one in report.verdicts].count(Standing.BROKEN) == 1
    assert "the run is not complete" in result.out


@pytest.mark.parametrize(("held", "outcome"), [(range(2), DIFFERS), (range(1), WORKS)])
def test_what_may_be_chance_is_asked_for_once_more(held, outcome):
    """The streams of one check are held back, each time or at the first time only."""
    plan = prepare(Options(base_url="http://x/v1", only=("chat.tools.equality", "chat.stream.incremental")))
    right, wrong, asked = sending(), sending("tool-streams-in-one-go"), Counter()

    def send(request):
        place = asked[repr(request.json)]
        asked[repr(request.json)] += 1
        return (wrong if place in held else right)(request)

    run = Run(plan, Target("http://x/v1", model="reference"), 1, send)
    run.start(plan.cases)
    rule = next(case for case in plan.cases if case.check.id == "chat.stream.incremental" and case.via == "raw")
    assert run.result(rule).outcome is outcome
