"""The folder of a report and the badge in it. To write the golden anew: REGENERATE_GOLDEN=1 pytest tests/test_render_folder.py"""

import json
from dataclasses import replace

import pytest
from goldens import golden
from sample_report import ALONE, EXCHANGES, REPORT

from conformance.model import Level, Outcome, Standing
from conformance.render import badge, write_all
from conformance.report import Footer, read

FILES = {"report.ndjson", "report.html", "report.md", "junit.xml", "badge.json"}


def test_everything_is_written_whole_and_nothing_else(tmp_path):
    folder = tmp_path / "a" / "b"
    write_all(REPORT, EXCHANGES, folder)
    write_all(REPORT, EXCHANGES, folder)
    assert {path.name for path in folder.iterdir()} == FILES
    assert read((folder / "report.ndjson").read_text("utf-8")) == REPORT


def test_a_failed_write_leaves_the_old_file_and_no_debris(tmp_path, monkeypatch):
    write_all(ALONE, {}, tmp_path)
    before = (tmp_path / "report.html").read_text("utf-8")
    monkeypatch.setattr("conformance.render.html.render", lambda *_: "\ud800")
    with pytest.raises(UnicodeEncodeError):
        write_all(REPORT, EXCHANGES, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == FILES
    assert (tmp_path / "report.html").read_text("utf-8") == before
    assert read((tmp_path / "report.ndjson").read_text("utf-8")) == REPORT


def test_the_badge_is_as_it_was_found_good():
    text = badge.render(REPORT)
    assert text == golden("badge.json", text)


UNCLEAR = tuple(replace(one, outcome=Outcome.UNCLEAR, standing=Standing.UNKNOWN) for one in ALONE.verdicts)
SHOULD = replace(ALONE.verdicts[0], case="x", level=Level.SHOULD, standing=Standing.BROKEN)
BADGES = [
    (ALONE, "conformant, 2 of 2 promises kept", "brightgreen"),
    (replace(ALONE, verdicts=(*ALONE.verdicts, SHOULD)), "partially conformant, 2 of 3 promises kept", "yellow"),
    (replace(ALONE, verdicts=UNCLEAR), "not shown, 0 of 2 promises kept, 2 unclear", "lightgrey"),
    (replace(ALONE, verdicts=()), "not shown, 0 of 0 promises kept", "lightgrey"),
    (replace(ALONE, footer=Footer(False)), "run not complete", "lightgrey"),
]


@pytest.mark.parametrize(("report", "message", "color"), BADGES)
def test_a_badge_is_green_only_for_what_was_shown(report, message, color):
    shown = json.loads(badge.render(report))
    assert shown == {"schemaVersion": 1, "label": "OpenAI conformance", "message": message, "color": color}
