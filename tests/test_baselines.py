"""Baselines made from reports, brought up to date, and explained; and the command that does it."""

from dataclasses import replace

import pytest
from hypothesis import given
from report_strategies import reports, unhurried
from sample_report import ALONE, REPORT

from conformance.__main__ import main
from conformance.baselines import created, explained, updated
from conformance.model import Outcome, Standing
from conformance.report import gate, read_baseline, write

ONE, TWO, THREE = (replace(ALONE.verdicts[0], case=f"{name}-raw") for name in ("a", "b", "c"))


def bad(verdict):
    return replace(verdict, outcome=Outcome.DIFFERS, standing=Standing.BROKEN, reason="1 of 3 exchanges")


def unclear(verdict):
    return replace(verdict, outcome=Outcome.UNCLEAR, standing=Standing.UNKNOWN, reason="the model would not")


def report(*verdicts):
    return replace(ALONE, verdicts=verdicts)


def test_every_entry_of_a_new_baseline_says_what_was_seen():
    text = created(report(bad(ONE), TWO, bad(THREE)))
    assert text.splitlines()[2:] == [
        "a-raw  # MUST broken, differs: 1 of 3 exchanges",
        "c-raw  # MUST broken, differs: 1 of 3 exchanges",
    ]


@unhurried
@given(reports)
def test_what_a_new_baseline_lists_passes_whatever_a_server_wrote(found):
    names = {case: f"case-{number}" for number, case in enumerate({one.case: None for one in found.verdicts})}
    found = replace(found, verdicts=tuple(replace(one, case=names[one.case]) for one in found.verdicts))
    for kind in ("claims", "strict"):
        text = created(found, kind)
        decided = gate(found, kind, read_baseline(text))
        assert (decided.failures, decided.stale) == ((), ())
        again = updated(text, found, kind)
        assert (again.dropped, again.added, again.text) == (0, 0, text)


def test_an_update_keeps_what_people_wrote_and_drops_what_is_well():
    text = "# ours\n\n# issue 1\nb-raw\n# issue 2\nc-raw # soon\na-raw\n\nz-raw # another engine\n"
    found = updated(text, report(bad(ONE), TWO, unclear(THREE), bad(replace(ONE, case="d-raw"))))
    assert found.text == (
        "# ours\n\n# issue 2\nc-raw # soon\na-raw\n\nz-raw # another engine\nd-raw  # MUST broken, differs: 1 of 3 exchanges\n"
    )
    assert found.told == "3 kept, 1 dropped, 1 added"


def test_an_entry_without_its_document_covers_all_documents():
    entries = [one.case for one in REPORT.verdicts if one.standing in (Standing.BROKEN, Standing.FAULT)]
    assert updated("\n".join(entries) + "\n", REPORT, "strict").added == len(
        {one for one in read_baseline(created(REPORT, "strict")) if one.partition("@")[0] not in entries}
    )


def test_it_is_told_what_the_report_saw_of_each_entry():
    text = "a-raw\nb-raw\nc-raw\nz-raw\n"
    assert list(explained(text, report(bad(ONE), TWO, unclear(THREE)))) == [
        "a-raw: fails: MUST broken, differs: 1 of 3 exchanges",
        "b-raw: stale, no longer fails: MUST kept, works",
        "c-raw: could not be told: MUST unknown, unclear: the model would not",
        "z-raw: not in this report",
    ]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "report.ndjson").write_text(write(report(bad(ONE), TWO)))
    return tmp_path


def test_the_command_creates_updates_and_explains(folder, capsys):
    assert main(["baseline", "out", "--output", "known.txt"]) == 0
    assert read_baseline((folder / "known.txt").read_text()) == ("a-raw",)
    assert main(["baseline", "out"]) == 0
    assert capsys.readouterr().out == (folder / "known.txt").read_text()
    (folder / "old.txt").write_text("# mine\nb-raw\n")
    assert main(["baseline", "out", "--update", "old.txt"]) == 0
    assert capsys.readouterr().out == "old.txt: 0 kept, 1 dropped, 1 added\n"
    assert read_baseline((folder / "old.txt").read_text()) == ("a-raw",)
    assert main(["baseline", "out", "--explain", "old.txt"]) == 0
    assert capsys.readouterr().out.startswith("a-raw: fails: ")


def test_a_report_of_a_run_that_was_cut_short_is_said_to_be_one(folder, capsys):
    cut = replace(report(bad(ONE)), footer=replace(ALONE.footer, complete=False))
    (folder / "out" / "report.ndjson").write_text(write(cut))
    assert main(["baseline", "out"]) == 0
    assert "not complete" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [("baseline", "nothing"), ("baseline", "out", "--update", "missing"), ("baseline", "out", "--output", "no/where")]
)
def test_wrong_use_is_one_line(folder, capsys, words):
    assert main(words) == 4
    assert len(capsys.readouterr().err.splitlines()) == 1
