"""The site on disk: what is built, kept, taken away and left alone."""

import json
import os
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import pytest
from histories import Page, report
from sample_report import EXCHANGES, REPORT
from servers import command, ended

from conformance.history import NotASite, build
from conformance.render import write_all
from conformance.report import write


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
