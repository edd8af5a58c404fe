"""How report.html looks in a real browser, and what it holds: marks, colours, paper, width, policy, no scripts."""

import re

import pytest
from browsers import barriers, becomes, ensure_browser
from large_report import TRAFFIC
from pages import browser, folder, ids, visit
from sample_report import DONE

ensure_browser()

__all__ = ("browser", "folder", "visit")  # fixtures
CASE = DONE.case


def test_the_offending_bytes_are_marked_and_those_of_other_cases_are_not(visit):
    page = visit(address=f"#{CASE}")
    assert page.locator(f"[id='{CASE}'] mark:not(.other)").all_inner_texts() == ['{"id":"1"}']
    page = visit(address="#chat.user.echo-raw")
    assert page.locator("[id='chat.user.echo-raw'] .exchange").count() == 3
    assert page.locator("[id='chat.user.echo-raw'] mark:not(.other)[data-of]").count() == 0


@pytest.mark.parametrize("broken_clipboard", [False, True])
def test_what_reproduces_it_can_be_copied(visit, broken_clipboard):
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    if broken_clipboard:
        page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('denied')); }")
    page.evaluate(f"location.hash = '{CASE}'")
    for number, begins in enumerate(("curl -sS", "import os")):
        text = page.locator(f"[id='{CASE}'] pre.copy").nth(number).text_content()
        page.locator(f"[id='{CASE}'] h4 button").nth(number).click()
        page.wait_for_selector("button:has-text('Copied')")
        assert text.startswith(begins)
        assert page.evaluate("navigator.clipboard.readText()") == text


def luminance(page, selector, what):
    red, green, blue = map(int, re.findall(r"\d+", page.eval_on_selector(selector, f"one => getComputedStyle(one).{what}"))[:3])
    return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255


def test_dark_mode_is_dark_and_can_be_read(visit):
    for scheme, dark in (("light", False), ("dark", True)):
        page = visit(color_scheme=scheme)
        assert (luminance(page, "body", "backgroundColor") < 0.2) is dark
        assert abs(luminance(page, "body", "backgroundColor") - luminance(page, "body", "color")) > 0.6


@pytest.mark.parametrize("width", [320, 390, 768])
@pytest.mark.parametrize("name", ["small", "large"])
def test_nothing_is_wider_than_the_screen(visit, name, width):
    page = visit(name, viewport={"width": width, "height": 700})
    page.evaluate("document.querySelectorAll('.case, .case details').forEach((one, at) => (one.open = at < 60))")
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_paper_has_what_is_broken_and_no_buttons(visit):
    page = visit(address="#chat.n.choices-raw")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    opened = set(ids(page, ".case[open]"))
    assert set(ids(page, ".case.bad:has(.finding)")) <= opened
    assert page.locator(".tools").is_hidden()
    assert page.locator(".exchange button:visible").count() == 0
    page.set_viewport_size({"width": 700, "height": 900})
    assert page.evaluate("Math.max(...[...document.querySelectorAll('table, pre')].map((one) => one.scrollWidth))") <= 700
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert ids(page, ".case[open]") == ["chat.n.choices-raw"]
    assert page.pdf().startswith(b"%PDF")


def test_what_cases_hold_is_unpacked_while_nothing_else_is_to_do(visit):
    page = visit("large")
    becomes(page, "!document.querySelector('noscript')")
    assert page.locator(".exchange[id] pre").count() > len(TRAFFIC)


NO_PAUSE = "window.requestIdleCallback = () => 0"
NO_WORD_OF_PAUSES = "delete window.requestIdleCallback"


def test_a_case_is_whole_when_it_is_opened_however_busy_the_page_is(visit):
    page = visit(script=NO_PAUSE)
    assert page.locator("noscript").count() == page.locator(".case").count()
    page.click("[id='chat.user.echo-raw'] > summary")
    page.wait_for_selector("[id='chat.user.echo-raw'] .exchange >> nth=2")
    page = visit(script=NO_PAUSE)
    page.fill("input[type=search]", 'data: {"id":"1"}')
    assert CASE in ids(page)
    page = visit(address=f"#x-{DONE.exchanges[0]}", script=NO_PAUSE)
    assert page.locator(f"[id='x-{DONE.exchanges[0]}'] pre").first.is_visible()
    page = visit(address=f"#{CASE}", script=NO_PAUSE)
    assert page.locator(f"[id='{CASE}'] mark:not(.other)").all_inner_texts() == ['{"id":"1"}']


def test_browsers_that_tell_of_no_pauses_unpack_too(visit):
    becomes(visit(script=NO_WORD_OF_PAUSES), "!document.querySelector('noscript')")


def test_two_thousand_verdicts_are_searched_and_filtered(visit):
    """How long that takes is told by benchmark_page.py."""
    page = visit("large")
    assert len(ids(page)) == 2000
    for words, shown in (("created is 776", 2), ("created is 1", 46), ("", 2000)):
        page.fill("input[type=search]", words)
        assert len(ids(page)) == shown
    for word, shown in (("broken", 400), ("", 2000)):
        page.select_option("select[name=standing]", word)
        assert len(ids(page)) == shown


def test_nothing_of_a_server_gets_out_of_its_text(visit):
    page = visit()
    title = page.title()
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    page.wait_for_timeout(300)
    page.fill("input[type=search]", "</script><img src=x onerror=alert(1)>")
    assert page.title() == title == "demo 1.0: OpenAI conformance"
    assert page.locator("img, iframe, object, embed, link, base").count() == 0
    assert page.locator("script").count() == 1


def test_the_policy_is_in_force(browser, folder):
    page = browser.new_page()
    page.goto((folder / "small.html").as_uri())
    tried = page.evaluate("""() => {
        const stopped = [];
        document.addEventListener("securitypolicyviolation", (event) => stopped.push(event.effectiveDirective));
        const markup = "<img src='http://127.0.0.1:9/x'><p style='color: red' onclick='x = 1'></p>";
        document.body.insertAdjacentHTML("beforeend", markup);
        const script = document.createElement("script");
        script.textContent = "window.ran = true";
        document.body.append(script);
        document.body.lastElementChild.previousElementSibling.click();
        fetch("http://127.0.0.1:9/y").catch(() => 0);
        return new Promise((done) => setTimeout(() => done([stopped.sort(), window.ran, window.x]), 300));
    }""")
    assert tried[0] == ["connect-src", "img-src", "script-src-attr", "script-src-elem", "style-src-attr"]
    assert tried[1:] == [None, None]
    page.close()


@pytest.mark.parametrize("settings", [{}, {"color_scheme": "dark"}, {"viewport": {"width": 390, "height": 800}}], ids=str)
def test_axe_finds_nothing_serious(visit, settings):
    page = visit(address=f"#{CASE}", **settings)
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    page.wait_for_timeout(200)
    assert barriers(page) == []
    page.keyboard.press("?")
    assert barriers(page) == []


def test_without_scripts_everything_is_there_but_the_filters(visit):
    page = visit(address=f"#{CASE}", java_script_enabled=False)
    assert page.locator(".filters").is_hidden()
    page.click(f"[id='{CASE}'] > summary")
    assert page.locator(f"[id='{CASE}'] mark").first.is_visible()
    assert page.locator(f"[id='{CASE}'] pre.copy").first.is_visible()
