"""Reports side by side: what differs, what regressed and what was mended, in every form, whatever the reports' words are."""

import csv
import io
import json
import re
from argparse import Namespace
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_strategies import reports, unhurried
from servers import command, ended

from conformance import commands
from conformance.comparing import Unreadable, report_at
from conformance.model import Level, Outcome, Stance, Standing, Target, Verdict
from conformance.render.comparison import FORMS, names
from conformance.report import Edition, Footer, Header, Report, write
from conformance.report.compared import Kind, compared, differing

GOOD = (Outcome.WORKS, Outcome.ACCEPTED)


def verdict(check="chat.create", outcome=Outcome.WORKS, revision=1, matrix=None, standing=None, level=Level.MUST):
    told = standing or (Standing.KEPT if outcome in GOOD else Standing.UNKNOWN if outcome is Outcome.UNCLEAR else Standing.BROKEN)
    feature = ".".join(check.split(".")[:2])
    return Verdict(f"{check}-raw", check, "t", level, feature, "raw", matrix, Stance.SUPPORTED, outcome, told, revision=revision)


def report(*verdicts, server="one", suite="1", complete=True, matrices=()):
    header = Header(suite, Target("http://a", "m", id=server, server=server), matrices, started="2026-01-01T00:00:00Z")
    return Report(header, verdicts, Footer(complete))


def kinds(before, after):
    return {change.check: change.kind for change in compared([report(*before), report(*after)]).changes}


WORSE = ["works", "accepted"], ["ignored"], ["refused"], ["differs"], ["fails"]


@pytest.mark.parametrize("before", Outcome)
@pytest.mark.parametrize("after", Outcome)
def test_every_change_of_outcome(before, after):
    found = kinds([verdict(outcome=before)], [verdict(outcome=after)]).get("chat.create")
    rank = {word: place for place, words in enumerate(WORSE) for word in words}
    if before is after or (before in GOOD and after in GOOD):
        assert found is None
    elif Outcome.UNCLEAR in (before, after):
        assert found is (Kind.UNSETTLED if after is Outcome.UNCLEAR else Kind.SETTLED)
    else:
        assert found is (Kind.REGRESSED if rank[after.value] > rank[before.value] else Kind.MENDED)


def test_another_meaning_is_no_regression_and_what_is_missing_is_told():
    before = [verdict(), verdict("chat.gone"), verdict("chat.same", Outcome.FAILS)]
    after = [verdict(outcome=Outcome.FAILS, revision=2), verdict("chat.new", Outcome.FAILS), verdict("chat.same", Outcome.FAILS)]
    assert kinds(before, after) == {
        "chat.create": Kind.NOT_COMPARABLE,
        "chat.gone": Kind.GONE,
        "chat.new": Kind.NEW,
    }
    assert not compared([report(*before), report(*after)]).regressed


def test_the_first_and_the_last_are_compared_and_all_are_shown():
    reports_ = [report(verdict(outcome=one)) for one in (Outcome.WORKS, Outcome.FAILS, Outcome.WORKS)]
    comparison = compared(reports_)
    assert comparison.changes == ()
    assert [side.outcome for side in comparison.rows["chat.create"]] == [Outcome.WORKS, Outcome.FAILS, Outcome.WORKS]
    assert names(comparison) == ("1: one", "2: one", "3: one")


def test_each_document_has_its_column():
    matrices = (Edition("a@1"), Edition("b@2"))
    both = [verdict(matrix="a@1"), verdict(matrix="b@2", standing=Standing.SURPASSED)]
    comparison = compared([report(*both, matrices=matrices), report(verdict(), verdict("models.list"), server="two")])
    text = FORMS["terminal"](comparison, False)
    assert re.search(r"feature +one, a@1 +one, b@2 +two\n", text)
    assert re.search(r"chat.create +works: kept +works: surpassed +works: kept\n", text)
    assert re.search(r"models.list +- +- +works: kept\n", text)
    assert list(differing(comparison)) == ["models.list"]


BOTH = (Edition("a@1", "x"), Edition("b@2", "y"))


def against_both(outcome=Outcome.DIFFERS, standing=Standing.KEPT, matrices=BOTH):
    return report(
        verdict(outcome=outcome, matrix="a@1", standing=standing), verdict(outcome=outcome, matrix="b@2"), matrices=matrices
    )


def test_documents_that_fare_differently_are_no_difference_between_reports():
    assert differing(compared([against_both(), against_both()])) == {}
    assert list(differing(compared([against_both(), against_both(standing=Standing.BROKEN)]))) == ["chat.create"]


@pytest.mark.parametrize("outcome", [Outcome.DIFFERS, Outcome.WORKS])
def test_a_promise_that_is_broken_now_is_a_regression_though_the_outcome_is_the_same(outcome):
    kept, broken = against_both(outcome), against_both(outcome, Standing.BROKEN)
    (change,) = compared([kept, broken]).changes
    assert (change.kind, change.matrix, change.standings) == (Kind.REGRESSED, "a@1", (Standing.KEPT, Standing.BROKEN))
    assert f"{outcome.value}, broken by a@1" in FORMS["terminal"](compared([kept, broken]), False)
    assert compared([broken, kept]).changes[0].kind is Kind.MENDED
    assert compared([kept, kept]).changes == ()


def test_another_text_of_a_document_is_no_regression():
    edited = (Edition("a@1", "z"), BOTH[1])
    assert compared([against_both(), against_both(standing=Standing.BROKEN, matrices=edited)]).changes == ()


def test_only_differences_leaves_out_what_all_agree_on():
    pair = [
        report(verdict(), verdict("models.list")),
        report(verdict(outcome=Outcome.IGNORED), verdict("models.list"), server="b"),
    ]
    for form in FORMS.values():
        assert "models.list" in form(compared(pair), False)
        assert "models.list" not in form(compared(pair), True)
        assert "chat.create" in form(compared(pair), True)


def test_other_versions_and_cut_reports_are_told():
    text = FORMS["terminal"](compared([report(verdict(), suite="1"), report(verdict(), suite="2", complete=False)]), False)
    assert "different versions of the suite" in text
    assert "2: one: this report is not complete" in text


HOSTILE = '=HYPERLINK("http://e")|<b>&\x1b[31m\u202e\r\n::error::'


@unhurried
@given(st.lists(reports, min_size=2, max_size=3), st.booleans())
def test_every_form_is_whole_whatever_the_reports_say(listed, only):
    comparison = compared(listed)
    for name, form in FORMS.items():
        text = form(comparison, only)
        assert text.encode("utf-8")
        steering = set(re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text))
        assert steering <= ({"\r"} if name == "csv" else set())
    rows = list(csv.reader(io.StringIO(FORMS["csv"](comparison, False), newline="")))
    assert {len(row) for row in rows} == {1 + 2 * len(comparison.columns)}
    assert len(rows) == 1 + len(comparison.rows)
    assert len(json.loads(FORMS["json"](comparison, False))["features"]) == len(comparison.rows)


def test_words_of_others_stay_words():
    odd = replace(verdict(outcome=Outcome.FAILS), feature=HOSTILE, case=HOSTILE)
    comparison = compared([report(replace(odd, outcome=Outcome.WORKS), server=HOSTILE), report(odd)])
    page, lines = FORMS["html"](comparison, False), FORMS["markdown"](comparison, False)
    assert "<b>" not in page
    assert "script" not in page
    assert "<b>" not in lines
    assert {line.count("|") for line in lines.split("\n") if line.startswith("|")} == {4, 6}
    cells = [cell for row in csv.reader(io.StringIO(FORMS["csv"](comparison, False), newline="")) for cell in row]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
    assert "\n::error" not in FORMS["terminal"](comparison, False)


def test_a_record_without_an_end_is_a_report_that_is_not_complete(tmp_path):
    whole = write(report(verdict(), verdict("models.list")))
    path = tmp_path / "report.ndjson"
    path.write_text(whole.rpartition('{"kind":"footer"')[0])
    cut = report_at(str(tmp_path))
    assert (len(cut.verdicts), cut.footer.complete) == (2, False)
    path.write_text("\n".join(whole.split("\n")[:2]) + "\n" + whole.split("\n")[2][:40])
    assert len(report_at(str(path)).verdicts) == 1
    path.write_text(whole)
    assert report_at(str(path)).footer.complete


@pytest.mark.parametrize("text", ["", "nonsense\n", '{"kind":"verdict"}\n', write(report()).replace('"schema":1', '"schema":9')])
def test_what_is_no_report_is_told_in_one_line(tmp_path, text):
    (tmp_path / "report.ndjson").write_text(text)
    with pytest.raises(Unreadable) as caught:
        report_at(str(tmp_path))
    assert "\n" not in str(caught.value)
    with pytest.raises(Unreadable, match="cannot read"):
        report_at(str(tmp_path / "missing"))


@pytest.fixture
def folders(tmp_path):
    for name, outcome in (("old", Outcome.WORKS), ("new", Outcome.DIFFERS)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "report.ndjson").write_text(write(report(verdict(outcome=outcome))))
    return tmp_path


def test_the_command(folders):
    worse = ended(command("compare", "old", "new", "--fail-on", "regression", cwd=folders))
    assert worse.code == 1
    assert "1 regressed" in worse.out
    assert ended(command("compare", "new", "old/report.ndjson", "--fail-on", "regression", cwd=folders)).code == 0
    assert ended(command("compare", "old", "new", cwd=folders)).code == 0
    alone = ended(command("compare", "old", cwd=folders))
    missing = ended(command("compare", "old", "nowhere", cwd=folders))
    assert [(one.code, len(one.err.splitlines())) for one in (alone, missing)] == [(4, 1), (4, 1)]


@pytest.mark.parametrize("form", FORMS)
def test_a_form_can_be_written_to_a_file(folders, form):
    words = Namespace(
        report=[str(folders / "old"), str(folders / "new")],
        only_differences=True,
        format=form,
        output=str(folders / "out"),
        fail_on=None,
    )
    assert commands.compare(words, []) == 0
    assert "chat.create" in (folders / "out").read_text()
    words.output = str(folders / "none" / "out")
    with pytest.raises(commands.Refused, match="cannot write"):
        commands.compare(words, [])
