"""The page. To write its golden file anew: REGENERATE_GOLDEN=1 pytest tests/test_render_html.py"""

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from urllib.parse import parse_qsl

from goldens import golden
from hypothesis import given
from report_strategies import reports, unhurried
from sample_report import ALONE, DONE, EVIL, EXCHANGES, HEADER, NASTY, REPORT, UNSEEN, exchange_of

from conformance.messages import Request
from conformance.model import Outcome
from conformance.render import cases, html
from conformance.render.entries import Entry, entries
from conformance.report import by_matrix, gate

OURS = set(
    re.findall(
        r"\w+",
        "html head meta title style body header p h1 h2 h3 h4 main section div span strong small b svg rect path ul li nav a "
        "table caption thead tbody tr th td form input select option button output details summary dl dt dd bdi code pre mark "
        "figure figcaption kbd dialog footer noscript script",
    )
)


class Page(HTMLParser):
    """Every start tag with its attributes, and the text of styles and scripts."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.inline = [], {"style": [], "script": []}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        if self.cdata_elem:
            self.inline[self.cdata_elem].append(data)

    def ids(self):
        return [attributes["id"] for _, attributes in self.tags if "id" in attributes]


def shown(report, exchanges=EXCHANGES):
    return html.render(report, gate(report), exchanges, "reports/demo")


def ensure_harmless(text):
    page = Page(text)
    assert {tag for tag, _ in page.tags} <= OURS
    assert [len(found) for found in page.inline.values()] == [1, 1]
    names = {name for _, attributes in page.tags for name in attributes}
    assert not [name for name in names if name.startswith("on") or name in ("style", "src", "srcdoc", "action")]
    for tag, attributes in page.tags:
        assert "href" not in attributes or (tag == "a" and re.match(r"#|https?://", attributes["href"]))
    cases_shown = [attributes for tag, attributes in page.tags if tag == "details" and "data-n" in attributes]
    assert text.count("<noscript>") == text.lower().count("</noscript") == len(cases_shown)
    shown_text = text.replace(page.inline["style"][0], "").replace(page.inline["script"][0], "")
    assert all(char.isprintable() or char in "\n\t" for char in shown_text)
    return page


def test_the_page_is_as_it_was_found_good():
    text = shown(REPORT)
    bare = re.sub(r"(<(style|script)>).*?(</\2>)", r"\1\3", re.sub(r"sha256-[^']+", "", text), flags=re.DOTALL)
    assert bare == golden("report.html", bare)


@unhurried
@given(reports)
def test_no_text_of_a_server_is_markup(report):
    ensure_harmless(shown(report, {key: NASTY for one in report.verdicts for key in one.exchanges}))


def test_the_hostile_sample_is_harmless_and_every_link_leads_somewhere():
    page = ensure_harmless(shown(REPORT))
    aims = {attributes["href"][1:] for tag, attributes in page.tags if tag == "a" and attributes["href"].startswith("#")}
    assert {aim for aim in aims if not aim.startswith("?")} <= set(page.ids())
    assert {one.case for one in REPORT.verdicts} <= set(page.ids())
    assert len(page.ids()) == len(set(page.ids()))


def test_the_policy_allows_the_inline_style_and_script_and_nothing_else():
    page = Page(shown(REPORT))
    policy = next(attributes["content"] for tag, attributes in page.tags if attributes.get("http-equiv"))
    hashes = {name: b64encode(sha256(found[0].encode()).digest()).decode() for name, found in page.inline.items()}
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes['style']}'; script-src 'sha256-{hashes['script']}'; "
        "base-uri 'none'; form-action 'none'"
    )


def test_only_web_addresses_become_links():
    hostile = replace(EVIL, link='javascript:alert(1)//https://x" onclick="y')
    text = shown(replace(ALONE, verdicts=(hostile,)))
    assert 'href="javascript' not in text
    ensure_harmless(text)


def test_filters_that_links_choose_are_there():
    page = Page(shown(REPORT))
    chosen = {attributes["href"][2:] for tag, attributes in page.tags if tag == "a" and attributes["href"].startswith("#?")}
    assert {"document=page%402024-03&standing=broken", "outcome=works", "area=chat"} <= chosen
    selects = {attributes["name"] for tag, attributes in page.tags if tag == "select"}
    assert {name for one in chosen for name in dict(parse_qsl(one))} <= selects
    assert selects == {"document", "standing", "outcome", "level", "area", "client"}
    assert 'name="document"' not in shown(ALONE)
    assert 'href="#?standing=kept"' in shown(ALONE)


def test_an_exchange_is_shown_once_and_linked_to_afterwards():
    text = shown(REPORT)
    key = REPORT.verdicts[0].exchanges[0]
    assert text.count(f'id="x-{key}"') == 1
    assert text.count(f'href="#x-{key}"') == 2


def test_an_exchange_that_is_not_at_hand_is_named():
    assert f"exchange {NASTY.request.key}, which is not at hand" in shown(REPORT, {})


def test_exchanges_are_bounded_one_by_one_and_in_all():
    huge = exchange_of("/x", {"a": "b" * 100_000}, b"<" * 1_000_000)
    alone = replace(EVIL, exchanges=(huge.request.key,))
    assert len(shown(replace(ALONE, verdicts=(alone,)), {huge.request.key: huge})) < 80_000
    traffic = cases.Traffic(EXCHANGES, "d", HEADER.target, {}, (), room=cases.Room(0))
    assert "<pre" not in traffic.take(NASTY.request.key)
    assert "openai-conformance curl" in traffic.take(NASTY.request.key)


def test_what_does_not_fit_on_the_page_is_said():
    listed = entries(REPORT, gate(REPORT))
    traffic = cases.Traffic(EXCHANGES, "d", HEADER.target, {}, tuple(by_matrix(REPORT)), telling=cases.Room(0))
    assert "report.ndjson has the rest" in cases.case_html(listed[0], 0, traffic)


def test_two_thousand_verdicts_with_six_hundred_exchanges_stay_under_eight_mebibytes():
    many = {one.key: replace(NASTY, request=one) for one in (Request("GET", f"/{n}") for n in range(600))}
    keys = list(many)
    verdicts = tuple(
        replace(EVIL, case=f"{n}-raw", feature=f"chat.x{n}", exchanges=(keys[n % 600],), matrix=None) for n in range(2000)
    )
    assert len(shown(replace(ALONE, verdicts=verdicts), many).encode()) < 8 * 2**20


def test_a_case_shows_a_few_exchanges_and_names_the_rest():
    many = {one.key: replace(NASTY, request=one) for one in (Request("GET", f"/{n}") for n in range(9))}
    text = shown(replace(ALONE, verdicts=(replace(EVIL, exchanges=tuple(many)),)), many)
    assert text.count('<details class="exchange"') == cases.MOST_EXCHANGES
    assert "and 4 more in exchanges.jsonl.gz" in text


def test_the_page_needs_no_network():
    assert "url(" not in shown(ALONE)
    assert "@import" not in shown(ALONE)


def marks(one):
    found = cases.marks_of((Entry((one.case,), (one,)),))
    return {key: [(mark.sure, mark.first) for mark in told] for key, told in found.items()}


def test_one_finding_is_in_the_first_exchange_and_of_a_rule_in_all():
    one = replace(DONE, exchanges=("a", "b"), reason="")
    assert marks(one) == {"a": [(True, True)], "b": [(False, False)]}
    assert marks(replace(one, reason="2 of 3 exchanges")) == {"a": [(True, True)], "b": [(True, False)]}
    two = replace(one, findings=(UNSEEN, replace(UNSEEN, message="another")))
    assert marks(two) == {"a": [(False, True)] * 2, "b": [(False, False)] * 2}
    first = [(True, True), (False, True)]
    assert marks(replace(two, reason="2 of 3 exchanges")) == {"a": first, "b": [(False, False)] * 2}
    mixed = replace(two, findings=(UNSEEN, replace(UNSEEN, message="x", outcome=Outcome.IGNORED)), reason="2 of 3 exchanges")
    assert marks(mixed) == {"a": [(False, True)] * 2, "b": [(False, False)] * 2}
    assert marks(replace(one, findings=(replace(UNSEEN, outcome=Outcome.UNCLEAR),))) == {"a": [], "b": []}
