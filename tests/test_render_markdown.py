"""The summary as Markdown. To write its golden file anew: REGENERATE_GOLDEN=1 pytest tests/test_render_markdown.py"""

import html
import re
from dataclasses import replace

from goldens import golden
from hypothesis import given
from report_strategies import reports, unhurried
from sample_report import ALONE, EVIL, HOSTILE, REPORT, by

from conformance.model import Stance, Standing
from conformance.render import markdown
from conformance.render.escape import for_markdown, visible
from conformance.report import gate


def shown(report):
    return markdown.render(report, gate(report), "reports/demo")


def test_the_summary_is_as_it_was_found_good():
    text = shown(REPORT)
    assert text == golden("report.md", text)


@unhurried
@given(reports)
def test_every_row_of_a_table_has_as_many_cells_as_its_head(report):
    for table in re.findall(r"(?:^\|.*\n?)+", shown(report), re.MULTILINE):
        assert len({line.count("|") for line in table.splitlines()}) == 1


@unhurried
@given(reports)
def test_no_text_of_a_server_is_markup(report):
    """The only elements are the code elements of the renderer, and no line is longer or shorter for what a server wrote."""
    text = shown(report)
    assert set(re.findall(r"<[^>]*>?", text)) <= {"<code>", "</code>"}
    assert all(char.isprintable() or char == "\n" for char in text)
    assert "`" not in text
    assert "::" not in text


def test_what_is_escaped_reads_as_it_was():
    assert html.unescape(for_markdown(HOSTILE, 2000)) == visible(HOSTILE)
    assert not re.search(r"[`|<>@\[\]*_~\\]|::|##|www\.", for_markdown(HOSTILE, 2000))


def test_plain_addresses_are_links_and_others_are_text():
    assert f"- source: <{EVIL.link}>" in shown(REPORT)
    other = replace(EVIL, link="https://x/|<b>`")
    assert "source: <code>https&#58;//x/&#124;&#60;b&#62;&#96;</code>" in shown(
        replace(ALONE, verdicts=(by(other, None, Stance.SUPPORTED, Standing.BROKEN),))
    )


def test_a_summary_stays_small_and_says_what_is_missing():
    many = tuple(replace(by(EVIL, None, Stance.SUPPORTED, Standing.BROKEN), case=f"c{n}", check=f"c{n}") for n in range(500))
    text = shown(replace(ALONE, verdicts=many))
    assert len(text.encode()) < markdown.MOST_BYTES
    assert "parts of this summary would not fit here" in text
    assert "gate claims" in text


def test_two_thousand_verdicts_with_endless_findings_are_cut_between_rows_and_entries():
    many = [
        replace(one, case=f"{n}{one.case}", check=f"{n}{one.check}", feature=f"a.f{n}")
        for n in range(100)
        for one in REPORT.verdicts
    ]
    text = shown(replace(REPORT, verdicts=tuple(many)))
    assert 40_000 < len(text.encode()) < markdown.MOST_BYTES
    for table in re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE):
        assert len({line.count("|") for line in table.splitlines()}) == 1
    assert all(line.endswith(" |") for line in text.splitlines() if line.startswith("| "))
    assert all(line.endswith(("</code>", ">")) for line in text.splitlines() if re.match(r"- (expected|actual|source): ", line))
    assert "Documented against seen, by feature" in text
    assert re.search(r"^… and \d+ more rows$", text, re.MULTILINE)
    assert not re.search(r"^## [^\n]*\n\n(## |\*\*Doc)", text, re.MULTILINE)
