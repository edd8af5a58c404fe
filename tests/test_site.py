"""A folder of reports as a static site: whole, harmless, the same bytes for the same reports, and never two meanings as one."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest
from histories import BAD, Page, report, server, shapes, verdict
from hypothesis import given, settings
from hypothesis import strategies as st
from report_strategies import reports, unhurried
from sample_report import HOSTILE

from conformance.model import Outcome
from conformance.render.site import pages
from conformance.render.site.names import folder_path, page_name
from conformance.report import Edition
from conformance.report.history import History, meanings
from conformance.report.trends import keeping_lines, matching_lines


def test_reports_that_asked_the_same_are_one_line():
    found = server(report(day=1), report(verdict(outcome=BAD), day=3), report(day=2))
    assert shapes(matching_lines(found)) == [("1", [(0, 1, 1), (1, 1, 1), (2, 0, 1)])]
    assert shapes(keeping_lines(found, None)) == shapes(matching_lines(found))


@pytest.mark.parametrize(
    "other",
    [
        report(suite="2", day=2),
        report(verdict(revision=2), day=2),
        report(verdict(), verdict("chat.n.choices"), day=2),
        report(model="other", day=2),
    ],
    ids=["suite", "revision", "cases", "model"],
)
def test_what_asked_otherwise_is_another_line(other):
    found = shapes(matching_lines(server(report(), other, report(day=3))))
    assert [[at for at, _, _ in points] for _, points in found] == [[0, 2], [1]]


def test_another_text_of_a_document_is_another_line_of_promises_but_not_of_outcomes():
    one, two = (report(verdict(matrix="a@1"), matrices=(Edition("a@1", sum_),), day=day) for day, sum_ in ((1, "x"), (2, "y")))
    assert [len(line.points) for line in keeping_lines(server(one, two), "a@1")] == [1, 1]
    assert [len(line.points) for line in matching_lines(server(one, two))] == [2]


def test_a_report_that_is_not_complete_is_on_no_line_and_stands_for_nothing():
    found = server(report(), report(verdict(outcome=BAD), complete=False, day=2))
    assert shapes(matching_lines(found)) == [("1", [(0, 1, 1)])]
    assert found.latest is found.reports[0]
    text = pages(History((found,)))["servers/one.html"]
    assert text.count("not complete</span>") == 1
    assert "not compared: not complete" in text


def test_a_run_of_a_part_does_not_stand_for_the_server():
    whole = [verdict(f"chat.n.c{number}") for number in range(5)]
    assert server(report(*whole), report(*whole[:2], day=2)).latest.report.verdicts == tuple(whole)
    assert server(report(*whole), report(*whole[:3], day=2)).latest.cases == 3


def test_a_feature_is_told_apart_by_suite_and_revision():
    first = server(report(), report(verdict(outcome=BAD, revision=2), suite="2", day=2))
    second = server(report(verdict(outcome=Outcome.FAILS), day=3), name="two")
    told = meanings(History((first, second)))["chat.stop"]
    assert [(one.suite, one.checks, [row.side.outcome for row in one.rows]) for one in told] == [
        ("1", {"chat.stop.string": 1}, [Outcome.WORKS, Outcome.FAILS]),
        ("2", {"chat.stop.string": 2}, [BAD]),
    ]
    page = pages(History((first, second)))["features/chat.stop.html"]
    assert "Checks: chat.stop.string</p>" in page
    assert "chat.stop.string (revision 2)" in page
    assert "by different versions of the suite (1, 2)" in pages(History((first, second)))["index.html"]


def test_revisions_within_one_version_are_told_apart_too():
    pair = (server(report()), server(report(verdict(revision=2), day=2), name="two"))
    told = meanings(History(pair))["chat.stop"]
    assert [(one.suite, one.checks) for one in told] == [("1", {"chat.stop.string": 2}), ("1", {"chat.stop.string": 1})]


def test_changes_count_equal_revisions_only():
    worse, other = verdict("chat.n.choices", BAD), verdict(outcome=BAD, revision=2)
    found = server(report(verdict(), verdict("chat.n.choices")), report(other, worse, suite="2", day=2))
    text = pages(History((found,)))["servers/one.html"]
    assert "1 regressed, 1 not comparable; the suite was 1" in text


def test_past_outcomes_are_those_that_asked_the_same():
    found = server(report(), report(verdict(outcome=BAD), day=2), report(verdict(outcome=BAD, revision=2), day=3), report(day=4))
    (told,) = (one for one in meanings(History((found,)))["chat.stop"])
    assert [row.past for row in told.rows] == [(Outcome.WORKS, BAD, Outcome.WORKS)]


def ensure_whole(texts):
    for name, text in texts.items():
        text.encode("utf-8")
        if name.endswith(".html"):
            page = Page(text)
            assert (page.open, page.odd) == ([], []), name
            assert "default-src 'none'; style-src 'sha256-" in text
        if name.endswith(".svg"):
            assert ElementTree.fromstring(text).tag.endswith("svg")
        assert re.fullmatch(r"[A-Za-z0-9@_+./-]+", name)
        assert ".." not in name
    return texts


@settings(unhurried, max_examples=25)
@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), reports), min_size=1, max_size=3))
def test_pages_are_whole_whatever_reports_say(listed):
    groups = {}
    for name, one in listed:
        groups.setdefault(name, []).append(one)
    ensure_whole(pages(History(tuple(server(*found, name=name) for name, found in groups.items()), (HOSTILE[:200],))))


def test_words_of_others_are_no_file_names_and_no_markup():
    odd = replace(verdict(outcome=BAD), feature=f"../../{HOSTILE}", check=HOSTILE, case=HOSTILE)
    one = report(odd, suite=HOSTILE, model=HOSTILE)
    texts = ensure_whole(pages(History((replace(server(one), name=HOSTILE),))))
    assert not [text for text in texts.values() if "onerror=alert(1)>" in text or "<b>" in text]


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "A", "a b", "x-1", "con", "a" * 81, "ü", "a.", ".a", "a\n", "\ud800"])
def test_odd_names_become_hashes(name):
    assert re.fullmatch(r"x-[0-9a-f]{16}", page_name(name))
    assert page_name("chat.n.out-of-range") == "chat.n.out-of-range"


def test_paths_of_reports_stay_as_they_are_where_they_are_plain():
    assert folder_path(("llama.cpp", "2026-11-22T010203Z")) == "llama.cpp/2026-11-22T010203Z"
    assert folder_path(("a b", "..", "c")).split("/")[0].startswith("x-")
