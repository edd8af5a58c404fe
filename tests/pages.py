"""Reports as pages in a real browser, watched: nothing may be asked for, said on the console, or put before the reader."""

import pytest
from browsers import browsing
from large_report import TRAFFIC, WIDE
from sample_report import EXCHANGES, REPORT

from conformance.render import html
from conformance.report import gate

SHOWN = ".case:not([hidden])"


@pytest.fixture(scope="module")
def browser():
    with browsing() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("pages")
    (made / "small.html").write_text(html.render(REPORT, gate(REPORT), EXCHANGES, "reports/demo"), "utf-8")
    (made / "large.html").write_text(html.render(WIDE, gate(WIDE), TRAFFIC, "reports/demo"), "utf-8")
    return made


@pytest.fixture
def visit(browser, folder):
    """Opens a page as a file and watches it."""
    contexts, noises = [], []

    def open_page(name="small", address="", script="", **settings):
        context = browser.new_context(**{"viewport": {"width": 1200, "height": 900}} | settings)
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(script)
        page.on("console", lambda message: noises.append(message.text))
        page.on("pageerror", lambda error: noises.append(str(error)))
        page.on("dialog", lambda dialog: (noises.append(f"dialog {dialog.message}"), dialog.dismiss()))
        file = (folder / f"{name}.html").as_uri()
        page.on("request", lambda request: request.url.partition("#")[0] == file or noises.append(request.url))
        page.goto(f"{file}{address}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert noises == []


def ids(page, selector=SHOWN):
    return page.eval_on_selector_all(selector, "all => all.map(one => one.id)")


def told(page):
    return page.text_content(".tools output")


def address(page):
    return page.evaluate("location.hash")


def focused(page):
    return page.evaluate("document.activeElement.closest('.case')?.id")
