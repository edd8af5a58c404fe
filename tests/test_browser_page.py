"""report.html in a real browser: what its filters, links, keys, colours, paper and policy really do."""

import re

import pytest
from browsers import barriers, browsing, ensure_browser
from large_report import TRAFFIC, WIDE
from sample_report import DONE, EXCHANGES, GUIDE, PAGE, REPORT

from conformance.render import html
from conformance.report import gate

ensure_browser()

CASE = DONE.case
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
    """Opens a page as a file and watches it: nothing may be asked for, said on the console, or put before the reader."""
    contexts, noises = [], []

    def open_page(name="small", address="", **settings):
        context = browser.new_context(**{"viewport": {"width": 1200, "height": 900}} | settings)
        contexts.append(context)
        page = context.new_page()
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


CHOICES = [("outcome", "refused"), ("level", "SHOULD"), ("area", "models"), ("client", "sdk")]


@pytest.mark.parametrize(("name", "word"), CHOICES)
def test_a_filter_shows_exactly_what_has_its_word(visit, name, word):
    page = visit()
    wanted = page.eval_on_selector_all(
        ".case", f"all => all.filter(one => one.dataset.{name}.split(' ').includes('{word}')).map(one => one.id)"
    )
    everything = ids(page)
    page.select_option(f"select[name={name}]", word)
    assert 0 < len(wanted) < len(everything)
    assert ids(page) == wanted
    assert told(page).startswith(f"{len(wanted)} of {len(everything)} cases, ")
    assert address(page) == f"#?{name}={word}"
    assert page.locator(".group:visible").count() == page.locator(f".group:has({SHOWN})").count()
    page.click("button[type=reset]")
    page.wait_for_function("location.hash === ''")
    assert ids(page) == everything


def test_filters_narrow_each_other_and_the_feature_matrix_too(visit):
    page = visit()
    page.select_option("select[name=standing]", "broken")
    page.select_option("select[name=level]", "SHOULD")
    assert ids(page) == ["chat.logit_bias.force-raw"]
    assert page.locator(".row:visible").all_inner_texts()[0].startswith("chat.logit_bias")
    assert page.locator(".row:visible").count() == 1
    assert page.locator("tbody.rows:visible").count() == 1
    assert page.locator(".group:visible h3").all_inner_texts() == ["Broken promises and faults (1 of 6)"]


@pytest.mark.parametrize("word", ["kept", "surpassed", "broken", "fault", "unknown", "unclaimed"])
@pytest.mark.parametrize("document", [PAGE, GUIDE])
def test_a_count_at_the_top_leads_to_just_what_it_counts(visit, document, word):
    page = visit()
    chip = page.locator(f".answer:has(.id:text-is('{document}')) a.chip:has-text('{word}')")
    counted = [one.case for one in REPORT.verdicts if one.matrix == document and one.standing.value == word]
    assert chip.count() == bool(counted)
    if counted:
        assert chip.inner_text() == f"{len(counted)} {word}"
        chip.click()
        page.wait_for_function("location.hash.includes('standing=')")
        assert page.input_value("select[name=document]") == document
        assert sorted(ids(page)) == sorted(counted)
        assert {one.inner_text() for one in page.locator(".row:visible th").all()} == features_of(counted)


def features_of(cases):
    return {one.feature for one in REPORT.verdicts if one.case in cases}


def test_a_standing_alone_is_that_by_any_document(visit):
    page = visit(address="#?standing=broken")
    broken = {one.case for one in REPORT.verdicts if one.standing.value == "broken"}
    assert set(ids(page)) == broken
    assert page.locator(".tools").bounding_box()["y"] < 300, "a link with filters leads to what they show"


def test_a_document_alone_shows_what_it_speaks_of(visit):
    page = visit(address=f"#?document={GUIDE}")
    assert set(ids(page)) == {one.case for one in REPORT.verdicts if one.matrix == GUIDE and one.stance.value != "undocumented"}


def test_a_feature_is_shown_only_with_a_case_that_fits_every_filter(visit):
    page = visit("large", "#?level=MUST&outcome=differs")
    assert page.locator(".row:visible").count() == len(set(page.eval_on_selector_all(SHOWN, FEATURES)))
    page = visit(address="#?client=sdk&outcome=works")
    assert (ids(page), page.locator(".row:visible").count()) == ([], 0)


FEATURES = "all => all.map(one => one.dataset.feature)"


@pytest.mark.parametrize("words", ["heeds THE temperature", "  heeds the temperature  ", "chat.seed.temperature"])
def test_search_finds_words_in_any_case(visit, words):
    page = visit()
    page.fill("input[type=search]", words)
    assert ids(page) == ["chat.seed.temperature-raw"]


def test_search_finds_what_was_sent_and_answered_in_every_case_that_shows_it(visit):
    page = visit()
    page.fill("input[type=search]", 'data: {"id":"1"}')
    assert {CASE, "chat.stream.done-sdk", "chat.user.echo-raw"} <= set(ids(page))
    page.fill("input[type=search]", "no such words anywhere")
    assert ids(page) == []
    assert told(page).startswith("0 of ")


def test_a_deep_link_opens_its_case_and_shows_it(visit):
    page = visit(address=f"#{CASE}")
    box = page.locator(f"[id='{CASE}']").bounding_box()
    assert page.eval_on_selector(f"[id='{CASE}']", "one => one.open")
    assert box["y"] > page.locator(".tools").bounding_box()["height"] - 1
    assert box["y"] < 300
    assert address(page) == f"#{CASE}"


def test_a_link_holds_filters_as_well(visit):
    page = visit(address=f"#{CASE}?standing=broken&q=stream")
    assert page.input_value("select[name=standing]") == "broken"
    assert page.input_value("input[type=search]") == "stream"
    assert page.eval_on_selector(f"[id='{CASE}']", "one => one.open")
    page.reload()
    assert page.input_value("select[name=standing]") == "broken"
    assert address(page) == f"#{CASE}?q=stream&standing=broken"


def test_the_address_follows_what_is_opened(visit):
    page = visit()
    page.click("[id='chat.n.choices-raw'] > summary")
    page.wait_for_function("location.hash === '#chat.n.choices-raw'")
    page.select_option("select[name=area]", "chat")
    assert address(page) == "#chat.n.choices-raw?area=chat"


def test_a_link_to_a_case_that_a_filter_hides_takes_the_filter_away(visit):
    page = visit(address="#?area=models")
    assert CASE not in ids(page)
    page.evaluate(f"location.hash = '{CASE}'")
    page.wait_for_selector(f"[id='{CASE}'][open]")
    assert page.locator(f"[id='{CASE}']").is_visible()


def test_a_link_to_an_exchange_opens_the_case_around_it(visit):
    key = DONE.exchanges[0]
    page = visit(address=f"#x-{key}")
    assert page.locator(f"[id='x-{key}'] pre").first.is_visible()


@pytest.mark.parametrize("odd", ["#nowhere", "#%", "#?", "#?standing=nonsense&x=1&q=", "#??&&=", "#<img src=x onerror=alert(1)>"])
def test_odd_addresses_do_no_harm(visit, odd):
    page = visit(address=odd)
    assert len(ids(page)) == page.locator(".case").count()


def test_keys_lead_through_the_cases(visit):
    page = visit()
    everything = ids(page)
    page.keyboard.press("j")
    assert focused(page) == everything[0]
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert focused(page) == everything[1]
    page.keyboard.press("Enter")
    assert page.eval_on_selector(f"[id='{everything[1]}']", "one => one.open")
    page.keyboard.press("Escape")
    assert not page.eval_on_selector(f"[id='{everything[1]}']", "one => one.open")
    assert focused(page) == everything[1]


def test_keys_pass_over_what_is_hidden_and_stop_at_the_ends(visit):
    page = visit(address="#?area=models")
    for _ in range(5):
        page.keyboard.press("j")
    assert [focused(page)] == ids(page)


def test_keys_for_the_search(visit):
    page = visit()
    page.keyboard.press("/")
    page.keyboard.type("jk/?")
    assert page.input_value("input[type=search]") == "jk/?"
    page.keyboard.press("Escape")
    assert page.input_value("input[type=search]") == ""
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement === document.body")
    page.keyboard.press("?")
    assert page.locator("dialog").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("dialog").is_hidden()


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
