"""A folder of reports as a static site: whole, harmless, the same bytes for the same reports, and never two meanings as one."""

import json
import os
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_strategies import reports, unhurried
from sample_report import EXCHANGES, HOSTILE, REPORT
from servers import command, ended

from conformance.history import NotASite, build
from conformance.model import Level, Outcome, Stance, Standing, Target, Verdict
from conformance.render import write_all
from conformance.render.site import pages
from conformance.render.site.names import folder_path, page_name
from conformance.report import Edition, Footer, Header, Report, write
from conformance.report.history import History, Server, Stored, by_time, meanings
from conformance.report.trends import keeping_lines, matching_lines

VOID = {"meta", "br"}


class Page(HTMLParser):
    """Tags that close, links, ids, and what a browser might run or load."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.links, self.odd = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        self.odd += [name for name in told if name.startswith("on") or name in ("style", "src", "srcdoc", "action")]
        self.odd += [tag] * (tag in ("script", "img", "iframe", "object", "base", "link", "form"))
        if tag == "a":
            self.links.append(told["href"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        assert tag in {"rect", "path", "line"}

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def verdict(check="chat.stop.string", outcome=Outcome.WORKS, revision=1, matrix=None):
    good = outcome in (Outcome.WORKS, Outcome.ACCEPTED)
    told = Standing.KEPT if good else Standing.UNKNOWN if outcome is Outcome.UNCLEAR else Standing.BROKEN
    feature = ".".join(check.split(".")[:2])
    stance = Stance.SUPPORTED
    return Verdict(f"{check}-raw", check, "t", Level.MUST, feature, "raw", matrix, stance, outcome, told, revision=revision)


def report(*verdicts, day=1, suite="1", complete=True, matrices=(), model="m", name="http://a/v1"):
    header = Header(suite, Target(name, model, id="a", server="said"), matrices, started=f"2026-01-{day:02}T00:00:00Z")
    return Report(header, verdicts or (verdict(),), Footer(complete))


def server(*listed, name="one"):
    stored = (Stored(f"reports/{name}/{at}", ("report.ndjson",), one) for at, one in enumerate(listed))
    return Server(name, name, by_time(stored))


def shapes(lines):
    return [(line.suite, [(point.at, point.good, point.of) for point in line.points]) for line in lines]


BAD = Outcome.DIFFERS


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


@pytest.fixture
def kept(tmp_path):
    """A folder with two servers, one report that was cut short, one that is none, and one beside all servers."""
    folder = tmp_path / "reports"
    write_all(REPORT, EXCHANGES, folder / "demo" / "2026-11-21T120000Z")
    for day in (1, 2):
        write_all(report(day=day), {}, folder / "other" / f"2026-01-0{day}T000000Z")
    write_all(report(), {}, folder / "alone")
    (folder / "demo" / "cut").mkdir()
    (folder / "demo" / "cut" / "report.ndjson").write_text(write(report()).rpartition('{"kind":"footer"')[0])
    (folder / "README.md").write_text("not a report")
    return folder


def files(folder: Path):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_site_is_built_and_every_link_leads_somewhere(kept, tmp_path):
    site = tmp_path / "site"
    history = build(kept, site)
    assert [(one.name, len(one.reports)) for one in history.servers] == [("alone", 1), ("demo", 2), ("other", 2)]
    found = files(site)
    assert set(found) == set(json.loads(found["site.json"])["files"])
    for name in ("index.html", "servers/demo.html", "features/chat.stop.html", "badges/other.svg", "badges/other.json"):
        assert name in found
    for name in (name for name in found if name.endswith(".html") and not name.startswith("reports/")):
        for link in Page(found[name].decode()).links:
            parts = urlsplit(link)
            assert parts[:2] == ("", ""), link
            path = PurePosixPath(name).parent / unquote(parts.path)
            assert (site / path).resolve().relative_to(site.resolve()).as_posix() in found, (name, link)


def test_a_server_is_the_folder_that_holds_its_reports_whatever_they_say(tmp_path):
    for place in ("2026-01-01T000000Z", "one", "two", "three/2026-01-01T000000Z", "three/v2", "four/five/six"):
        write_all(report(), {}, tmp_path / "reports" / place)
    history = build(tmp_path / "reports", tmp_path / "site")
    found = {one.name: len(one.reports) for one in history.servers}
    assert found == {"four/five": 1, "one": 1, "reports": 1, "three": 2, "two": 1}
    assert [one.name for one in build(tmp_path / "reports" / "one", tmp_path / "site").servers] == ["one"]


def test_reports_are_published_exactly_as_they_were_written(kept, tmp_path):
    build(kept, tmp_path / "site")
    copied = files(tmp_path / "site" / "reports")
    assert copied == {name: data for name, data in files(kept).items() if name != "README.md"}


def test_the_same_reports_give_the_same_bytes(kept, tmp_path):
    for name in ("one", "two"):
        build(kept, tmp_path / name)
    first = files(tmp_path / "one")
    assert first == files(tmp_path / "two")
    build(kept, tmp_path / "one")
    assert first == files(tmp_path / "one")


def test_a_later_build_takes_away_what_an_earlier_one_wrote_and_nothing_else(kept, tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    (site / "CNAME").write_text("example.org")
    build(kept, site)
    assert (site / "servers" / "other.html").exists()
    for path in sorted((kept / "other").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    build(kept, site)
    assert not (site / "servers" / "other.html").exists()
    assert not (site / "reports" / "other").exists()
    assert (site / "CNAME").read_text() == "example.org"


def test_a_site_within_the_reports_is_not_read_as_reports(kept):
    for _ in range(2):
        assert len(build(kept, kept / "site").servers) == 3


def test_a_site_is_not_written_over_what_is_no_site(kept, tmp_path):
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "index.html").write_text("mine")
    for output in (kept, tmp_path, tmp_path / "page", tmp_path / "page" / "index.html"):
        with pytest.raises(NotASite):
            build(kept, output)
    assert (tmp_path / "page" / "index.html").read_text() == "mine"


@pytest.mark.parametrize("listed", ["", "[]", '{"files": ["../victim"]}', '{"files": ["/victim"]}', '{"files": 1}'])
def test_a_list_that_is_not_ours_takes_nothing_away(kept, tmp_path, listed):
    (tmp_path / "victim").write_text("mine")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "site.json").write_text(listed)
    with pytest.raises(NotASite):
        build(kept, tmp_path / "site")
    assert (tmp_path / "victim").exists()


def test_links_out_of_the_folder_are_not_followed(kept, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("mine")
    (kept / "alone" / "report.md").unlink()
    (kept / "alone" / "report.md").symlink_to(secret)
    (kept / "linked").mkdir()
    (kept / "linked" / "report.ndjson").symlink_to(kept / "alone" / "report.ndjson")
    history = build(kept, tmp_path / "site")
    assert history.unreadable == ("reports/linked/report.ndjson: is no plain file; links are not followed",)
    assert b"mine" not in files(tmp_path / "site").values()


def test_odd_folders_are_named_and_stop_nothing(kept, tmp_path):
    odd = {"deep": b"[" * 100_000, "later": b'{"kind":"header","schema":99}\n', "zeros": bytes(1000)}
    for name, data in odd.items():
        (kept / name).mkdir()
        (kept / name / "report.ndjson").write_bytes(data)
    (kept / "pipe").mkdir()
    os.mkfifo(kept / "pipe" / "report.ndjson")
    history = build(kept, tmp_path / "site")
    assert [line.split("/")[1] for line in history.unreadable] == ["deep", "later", "pipe", "zeros"]
    assert len(history.servers) == 3


def test_the_command(kept, tmp_path):
    fine = ended(command("site", "reports", "--output", "site", cwd=tmp_path))
    assert (fine.code, fine.err) == (0, "")
    assert "3 servers, 5 reports (1 not complete)" in fine.out
    (kept / "demo" / "odd").mkdir()
    (kept / "demo" / "odd" / "report.html").write_text("")
    (kept / "demo" / "torn").mkdir()
    (kept / "demo" / "torn" / "report.ndjson").write_bytes(b"\xff\n")
    some = ended(command("site", "reports", "--output", "site", cwd=tmp_path))
    assert (some.code, len(some.err.splitlines())) == (1, 2)
    assert "demo/torn" in (tmp_path / "site" / "index.html").read_text()
    (tmp_path / "none").mkdir()
    codes = [ended(command("site", *words, cwd=tmp_path)) for words in (("none", "--output", "x"), ("nowhere", "--output", "x"))]
    assert [one.code for one in codes] == [5, 4]
    assert not (tmp_path / "x").exists()
