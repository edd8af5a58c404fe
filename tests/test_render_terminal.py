"""The summary on a terminal. To write its golden files anew: REGENERATE_GOLDEN=1 pytest tests/test_render_terminal.py"""

import re
from dataclasses import replace

import pytest
from goldens import golden
from hypothesis import given
from report_strategies import reports, unhurried
from sample_report import ALONE, DONE, GUIDE, HOSTILE, PAGE, REPORT, by, verdict

from conformance.model import Outcome, Stance, Standing
from conformance.render import html, terminal
from conformance.render.escape import for_terminal, is_address
from conformance.render.tables import Table, to_text
from conformance.render.terminal import MOST_ENTRIES, Look
from conformance.report import Footer, gate


def shown(report, kind="claims", baseline=(), **more):
    return terminal.render(report, gate(report, kind, baseline), "reports/demo", **more)


def test_the_summary_is_as_it_was_found_good():
    text = shown(REPORT)
    assert text == golden("summary.txt", text)


def test_the_summary_of_a_good_run_is_as_it_was_found_good():
    text = shown(ALONE)
    assert text == golden("summary-good.txt", text)


def test_colour_adds_nothing_but_colour():
    coloured = shown(REPORT, look=Look(colour=True))
    assert coloured != shown(REPORT)
    assert re.sub(r"\x1b\[\d+m", "", coloured) == shown(REPORT)


@pytest.mark.parametrize("columns", [80, 120])
def test_a_table_is_folded_to_fit_a_terminal_and_says_everything(columns):
    rows = (("chat.json_schema.strict", "a" * 30, "no key was given, so that the server has not to refuse another one", 7),)
    table = Table("Unclear", ("feature", "case", "because", "count"), rows)
    assert max(map(len, to_text(table).splitlines())) > 120
    folded = to_text(table, columns=columns).splitlines()
    assert max(map(len, folded)) <= columns
    assert sorted("".join(folded).replace(" ", "")) == sorted("".join(to_text(table).split()))


@unhurried
@given(reports)
def test_no_text_of_a_server_steers_a_terminal(report):
    text = shown(report)
    assert all(char.isprintable() or char == "\n" for char in text)


@pytest.mark.parametrize(
    "command", ["::error::", "::error file=a,line=1::b", "::set-output name=a::", "##vso[task]", "##[error]"]
)
@pytest.mark.parametrize("before", ["", " ", "text ", "text"])
def test_no_text_of_a_server_commands_a_ci_runner(command, before):
    assert command not in for_terminal(before + command)


def test_ordinary_colons_stay_as_they_are():
    assert for_terminal("std::string at http://[fe80::1]:80 # 1") == "std::string at http://[fe80::1]:80 # 1"


def test_a_failed_gate_blames_the_server_and_names_the_report():
    *_, failed, why, whose, where = shown(REPORT).splitlines()
    assert failed == "gate claims: FAILED"
    assert "verdicts broken or at fault" in why
    assert "about the server at http://127.0.0.1:8080/v1, not about the installation" in whose
    assert where == "report: reports/demo/report.html"


def test_the_gate_says_what_else_it_fails_on():
    lost = replace(ALONE, footer=Footer(False))
    assert "the run is not complete" in shown(lost)
    unclear = tuple(replace(one, outcome=Outcome.UNCLEAR, standing=Standing.UNKNOWN) for one in ALONE.verdicts)
    told = shown(replace(ALONE, verdicts=unclear), "strict")
    assert "too little was tested for an answer: 0 of 1 MUST verdicts are clear" in told
    assert "1 verdict unclear" in told
    stale = ALONE.verdicts[0].case
    assert f"the baseline lists {stale}, which no longer fails: the entry must go" in shown(ALONE, baseline=[stale])
    assert "which no longer fails: the entry may go" in shown(ALONE, "none", baseline=[stale])
    assert "known failures of the baseline passed" in shown(REPORT, baseline=["chat.stream.done-raw"])


def test_cases_that_fare_alike_through_two_clients_are_told_once():
    assert shown(REPORT).count("chat.stream.done-raw, chat.stream.done-sdk") == 1


def test_many_failures_do_not_flood_the_terminal():
    broken = verdict("chat.x.y", "z", Outcome.DIFFERS)
    many = [replace(by(broken, None, Stance.SUPPORTED, Standing.BROKEN), case=f"c{n}", check=f"c{n}") for n in range(50)]
    text = shown(replace(ALONE, verdicts=tuple(many)))
    assert text.count("BROKEN MUST") == MOST_ENTRIES
    assert "… and 10 more, all of them in reports/demo/report.html" in text


def test_many_unclear_cases_are_cut_too():
    unclear = [replace(ALONE.verdicts[0], case=f"c{n}", check=f"c{n}", outcome=Outcome.UNCLEAR, reason="why") for n in range(50)]
    text = shown(replace(ALONE, verdicts=tuple(unclear)))
    assert text.count("  why\n") == MOST_ENTRIES
    assert "… and 10 more" in text


def test_another_authority_is_named():
    other = replace(by(DONE, None, Stance.SUPPORTED, Standing.BROKEN), authority="open-responses")
    assert "(by open-responses)" in shown(replace(ALONE, verdicts=(other,)))


def test_wide_characters_keep_columns_straight():
    wide = replace(ALONE.verdicts[0], feature="漢字.x", case="w")
    lines = shown(replace(ALONE, verdicts=(*ALONE.verdicts, wide))).splitlines()
    first = next(line for line in lines if line.startswith("  漢字"))
    assert first.startswith("  漢字      1 ")
    assert next(line for line in lines if line.startswith("  area")).startswith("  area  works")


def test_hostile_text_is_there_to_be_read():
    assert "onerror=alert(1)" in HOSTILE
    assert "onerror=alert(1)" in shown(REPORT)
    assert "\\u202eevil" in shown(REPORT)


@pytest.mark.parametrize(
    "text", ["https://platform.openai.com/docs/api-reference/chat/create#a-b", "http://127.0.0.1:8080/v1?a=b"]
)
def test_plain_addresses(text):
    assert is_address(text)


@pytest.mark.parametrize(
    "text", ["", "javascript:alert(1)", "https://x/::error::", "https://x y", "https://x/>", "//x", "https://x/\n"]
)
def test_what_is_no_plain_address(text):
    assert not is_address(text)


def test_what_a_document_alone_is_broken_by_is_told_beside_it():
    seen = verdict("chat.x.y", "z", Outcome.WORKS)
    told = "the document tells seed = 1, seen 2"
    pair = by(seen, PAGE, Stance.SUPPORTED, Standing.KEPT), by(seen, GUIDE, Stance.SUPPORTED, Standing.BROKEN)
    report = replace(REPORT, verdicts=(pair[0], replace(pair[1], reason=told)))
    assert f"{GUIDE}  supported → broken; {told}\n" in shown(report)
    assert f"{PAGE}   supported → kept\n" in shown(report)
    page = html.render(report, gate(report), {}, "d")
    assert f'<span class="why">{told}</span>' in page
    assert f"supported; {told}</dd>" in page


def test_what_a_baseline_knows_comes_after_what_is_new():
    broken = verdict("chat.x.y", "z", Outcome.DIFFERS)
    many = [replace(by(broken, None, Stance.SUPPORTED, Standing.BROKEN), case=f"c{n}", check=f"c{n}") for n in range(50)]
    text = shown(replace(ALONE, verdicts=tuple(many)), baseline=[f"c{n}" for n in range(49)])
    new, known = text.index("Broken promises and faults"), text.index("Known failures of the baseline")
    assert new < text.index("BROKEN MUST  c49\n") < known < text.index("BROKEN MUST  c0\n")
