"""Whatever a report says, its forms say the same: counts, what documents come to, what the gate decided."""

import html as markup
import json
import re
from collections import Counter
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st
from report_strategies import reports, unhurried
from sample_report import EXCHANGES

from conformance.model import Outcome
from conformance.render import badge, html, junit, markdown, terminal
from conformance.render.content import STANDINGS, matrix_name
from conformance.report import GATES, by_matrix, gate, write

TITLE = "Does it keep its word? Verdicts by document"
WORDS = [word.value for word in STANDINGS]


def counted(report):
    """The standings by the name of each document, as the verdicts have them."""
    return {matrix_name(name): Counter(one.standing.value for one in found) for name, found in by_matrix(report).items()}


def of_rows(rows):
    """What a table tells of each document: what it comes to, and its counts."""
    numbers = {name: [0 if cell in "·" else int(cell) for cell in cells] for name, _, *cells in rows}
    return {name: what for name, what, *_ in rows}, {
        name: Counter(dict(zip(WORDS, told, strict=True))) for name, told in numbers.items()
    }


def on_terminal(text):
    block = next(block for block in text.split("\n\n") if block.startswith(TITLE))
    return of_rows([re.split(r" {2,}", line.strip()) for line in block.splitlines()[2:]])


def in_markdown(text):
    lines = markup.unescape(text.partition(f"**{TITLE}**\n\n")[2].partition("\n\n")[0]).splitlines()[2:]
    return of_rows([line.strip("| ").split(" | ") for line in lines])


def on_the_page(text):
    what, counts = {}, {}
    for card in re.findall(r'<div class="answer \w+">.*?Does it keep its word\?(.*?)</ul></div>', text):
        name = markup.unescape(re.search(r'class="id">(.*?)</span>', card)[1])
        what[name] = re.search(r"<strong>. (.*?)</strong>", card)[1]
        counts[name] = Counter({word: int(count.replace(",", "")) for count, word in re.findall(r">([\d,]+) (\w+)</a>", card)})
    return what, counts


@unhurried
@given(reports, st.sampled_from(GATES))
def test_all_forms_count_alike(report, kind):
    result = gate(report, kind)
    shown = (
        on_terminal(terminal.render(report, result, "d")),
        in_markdown(markdown.render(report, result, "d")),
        on_the_page(html.render(report, result, EXCHANGES, "d")),
    )
    assert shown[0] == shown[1] == shown[2]
    what, counts = shown[0]
    assert counts == counted(report)
    footer = json.loads(write(report).splitlines()[-1])
    assert sum(counts.values(), Counter()) == Counter(footer["counts"])
    assert report.footer.complete or "conformant" not in what.values()


@unhurried
@given(reports, st.sampled_from(GATES))
def test_all_forms_tell_the_same_of_the_gate(report, kind):
    result = gate(report, kind)
    told = f"gate {kind}: {'passed' if result.passed else 'FAILED'}"
    assert f"\n{told}\n" in terminal.render(report, result, "d")
    assert f" {told}**\n" in markup.unescape(markdown.render(report, result, "d"))
    assert f" {told}</strong>" in html.render(report, result, EXCHANGES, "d")
    root = ElementTree.fromstring(junit.render(report, result, "d"))
    bad = [case for case in root.iter("testcase") if case.find("failure") is not None or case.find("error") is not None]
    assert bool(bad) is not result.passed
    cases = [case for case in root.iter("testcase") if case.get("classname") != "gate" or case.get("name") not in GATES]
    assert len(cases) == len(report.verdicts)
    assert int(root.get("failures")) + int(root.get("errors")) == len(bad)
    skipped = sum(one.outcome is Outcome.UNCLEAR and one not in result.failures for one in report.verdicts)
    assert len(list(root.iter("skipped"))) == skipped


@unhurried
@given(reports)
def test_the_badge_is_as_good_as_the_worst_document_and_counts_its_promises(report):
    told = json.loads(badge.render(report))["message"]
    what, _ = on_the_page(html.render(report, gate(report), {}, "d"))
    if not report.footer.complete:
        assert told == "run not complete"
        return
    order = ("not conformant", "not shown", "partially conformant", "conformant")
    assert told.startswith(f"{min(what.values(), key=order.index)}, ")
    promised = [one for one in report.verdicts if one.stance.value != "undocumented"]
    kept = sum(one.standing.value in ("kept", "surpassed") for one in promised)
    assert f", {kept} of {len(promised)} promise" in told
