"""Notes for Allure. To write the golden file anew: REGENERATE_GOLDEN=1 pytest tests/test_render_allure.py"""

import json
from dataclasses import asdict, replace

import allure_commons
from allure_commons import plugin_manager
from goldens import golden
from hypothesis import given
from report_strategies import reports, unhurried
from sample_report import DONE, EVIL, EXCHANGES, LISTED, REPORT, WORKING

from conformance.messages import Request
from conformance.render import allure


def notes_on(one):
    return allure.notes([found for found in REPORT.verdicts if found.case == one.case], EXCHANGES, "reports/demo")


def test_the_notes_are_as_they_were_found_good():
    text = json.dumps([asdict(notes_on(one)) for one in (DONE, EVIL, LISTED, WORKING)], indent=1, ensure_ascii=False) + "\n"
    assert text == golden("allure.json", text)


@unhurried
@given(reports)
def test_whatever_a_server_wrote_can_be_written_to_a_file(report):
    for one in report.verdicts:
        json.dumps(asdict(allure.notes([one], {}, "d")), ensure_ascii=False).encode("utf-8")


def test_only_web_addresses_become_links():
    assert allure.notes([replace(DONE, link="javascript:alert(1)")], {}, "d").links == ()


def test_a_case_shows_a_few_exchanges():
    many = {one.key: replace(EXCHANGES[DONE.exchanges[0]], request=one) for one in (Request("GET", f"/{n}") for n in range(12))}
    told = allure.notes([replace(DONE, exchanges=tuple(many))], many, "d")
    assert len(told.steps) == allure.MOST_EXCHANGES + 1


class Listener:
    """Stands for the listener of allure-pytest and keeps what it is told; a parameter would change the history id."""

    def __init__(self):
        self.told, self.depth = [], 0

    @allure_commons.hookimpl
    def add_title(self, test_title):
        self.told.append(("title", test_title))

    @allure_commons.hookimpl
    def add_label(self, label_type, labels):
        self.told.append((label_type, *labels))

    @allure_commons.hookimpl
    def add_link(self, url, name):
        self.told.append(("link", url, name))

    @allure_commons.hookimpl
    def add_parameter(self, name):
        self.told.append(("parameter", name))

    @allure_commons.hookimpl
    def start_step(self):
        self.depth += 1

    @allure_commons.hookimpl
    def stop_step(self, exc_type):
        self.depth -= 1
        self.told.append(("step", exc_type))

    @allure_commons.hookimpl
    def attach_data(self, name):
        self.told.append(("attachment", self.depth, name))


def test_the_notes_are_handed_over():
    listener = Listener()
    plugin_manager.register(listener)
    try:
        allure.hand_over(notes_on(DONE))
    finally:
        plugin_manager.unregister(listener)
    told = listener.told
    assert ("title", "chat.stream.done-raw: ends every stream with [DONE]") in told
    assert {("severity", "critical"), ("suite", "chat.stream"), ("tag", "broken"), ("link", DONE.link, "source")} <= set(told)
    assert [one for one in told if one[0] == "attachment"] == [
        ("attachment", 1, "request"),
        ("attachment", 1, "answer"),
        ("attachment", 0, "verdict"),
    ]
    assert not [one for one in told if one[0] == "parameter"]
    assert [one[1] for one in told if one[0] == "step"] == [None, AssertionError, AssertionError]


def test_without_a_listener_nothing_comes_of_it():
    assert allure.hand_over(notes_on(WORKING)) is None
