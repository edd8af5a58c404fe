"""The site of a folder of reports in a real browser: it asks for nothing, says nothing on the console, and axe is content."""

from dataclasses import replace

import pytest
from browsers import barriers, browsing, ensure_browser
from sample_report import EXCHANGES, REPORT

from conformance.history import build
from conformance.model import Outcome
from conformance.render import write_all
from conformance.render.comparison import FORMS
from conformance.report.compared import compared

ensure_browser()


@pytest.fixture(scope="module")
def browser():
    with browsing() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    made = tmp_path_factory.mktemp("site")
    for day, suite in ((1, "0.1.0"), (2, "0.1.0"), (3, "0.2.0")):
        header = replace(REPORT.header, suite=suite, started=f"2026-01-0{day}T00:00:00Z")
        write_all(replace(REPORT, header=header), EXCHANGES, made / "reports" / "demo" / f"2026-01-0{day}T000000Z")
    build(made / "reports", made / "site")
    return made / "site"


@pytest.fixture
def visit(browser, site):
    contexts, noises = [], []

    def open_page(name, **settings):
        context = browser.new_context(**{"viewport": {"width": 1200, "height": 900}} | settings)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: noises.append(said.text))
        page.on("request", lambda asked: asked.url.startswith("file:") or noises.append(asked.url))
        page.goto((site / name).as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert noises == []


PAGES = ("index.html", "servers/demo.html", "features/chat.stream.html")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(visit, name, scheme):
    # The policy of the page holds: axe comes in from outside, through the browser's own door.
    assert barriers(visit(name, color_scheme=scheme)) == []


@pytest.mark.parametrize("name", PAGES)
def test_pages_fit_a_phone(visit, name):
    page = visit(name, viewport={"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("settings", [{}, {"color_scheme": "dark"}, {"viewport": {"width": 390, "height": 800}}], ids=str)
def test_axe_finds_nothing_serious_on_reports_compared(visit, site, settings):
    better = replace(REPORT, verdicts=tuple(replace(one, outcome=Outcome.WORKS) for one in REPORT.verdicts))
    (site / "compared.html").write_text(FORMS["html"](compared([better, REPORT]), False), "utf-8")
    page = visit("compared.html", **settings)
    assert barriers(page) == []
    assert page.locator("table").first.locator("caption").inner_text().startswith("Regressed")
    assert page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"]


def test_from_the_index_to_a_report(visit):
    page = visit("index.html")
    page.get_by_role("link", name="demo").first.click()
    assert page.locator("h1").inner_text() == "demo"
    assert page.locator(".trend circle").count() > 3
    assert page.locator(".trend .cut").count() == page.locator(".trend").count()
    page.locator("#reports ~ .scroll a").first.click()
    assert page.url.endswith("/reports/demo/2026-01-03T000000Z/report.html")


def test_charts_are_drawn_in_their_colours(visit):
    page = visit("servers/demo.html")
    painted = page.locator(".trend path").first.evaluate("one => getComputedStyle(one).stroke")
    assert painted not in ("none", "rgb(0, 0, 0)")
    first, last = page.locator(".trend g").first, page.locator(".trend g").last
    assert first.evaluate("one => one.getBBox().width") > last.evaluate("one => one.getBBox().width")


def test_a_badge_is_a_picture_of_its_own(visit):
    page = visit("badges/demo.svg")
    assert page.evaluate("document.documentElement.getAttribute('aria-label')").startswith("OpenAI conformance: not conformant")
