"""report.html in a real browser: what its filters, search, links and keys really do."""

import pytest
from browsers import becomes, ensure_browser
from pages import SHOWN, address, browser, focused, folder, ids, told, visit
from sample_report import DONE, GUIDE, PAGE, REPORT

ensure_browser()

__all__ = ("browser", "folder", "visit")  # fixtures
CASE = DONE.case

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
    becomes(page, "location.hash === ''")
    assert ids(page) == everything


def test_filters_narrow_each_other_and_the_feature_matrix_too(visit):
    page = visit()
    page.select_option("select[name=standing]", "broken")
    page.select_option("select[name=level]", "SHOULD")
    assert ids(page) == ["chat.logit_bias.force-raw"]
    assert page.locator(".row:visible").all_inner_texts()[0].startswith("chat.logit_bias")
    assert page.locator(".row:visible").count() == 1
    assert page.locator(".matrix:visible").count() == 1
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
        becomes(page, "location.hash.includes('standing=')")
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
    becomes(page, "location.hash === '#chat.n.choices-raw'")
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
