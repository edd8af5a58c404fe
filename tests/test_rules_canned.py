"""Labelled answers: on the right ones no rule speaks, on the wrong ones those that have to."""

from __future__ import annotations

import pytest
from canned import calling, chunks, counts, errors, field, habits, habits_around, habits_streams, headers, plain, streams, unusual
from canned.making import Case

from conformance.endpoints import applies
from conformance.messages import Exchange
from conformance.model import Check, Ended, Finding, Outcome
from conformance.registry import all_checks

RULES = {name: rule for name, rule in all_checks().items() if rule.on}
HABITS = [case for table in (habits, habits_streams, habits_around) for case in table.CASES]
TABLES = (plain, counts, streams, chunks, calling, errors, field, headers, unusual)
CASES = [*(case for table in TABLES for case in table.CASES), *HABITS]
RIGHT = [case for case in CASES if not case.speak]
WRONG = [case for case in CASES if case.speak]
OURS = ("chat.", "models.", "errors.", "http.")


def findings(rule: Check, exchange: Exchange) -> list[Finding] | None:
    """What a rule finds; None where it does not apply or cannot tell."""
    if not applies(rule.on, exchange):
        return None
    try:
        found = [one for one in rule.run(exchange) if isinstance(one, Finding)]
    except Ended as end:
        found = [end.finding]
    return None if any(one.outcome is Outcome.UNCLEAR for one in found) else found


def speaking(exchange: Exchange) -> set[str]:
    return {name for name, rule in RULES.items() if findings(rule, exchange)}


def name_of(case: Case) -> str:
    return case.name.replace(" ", "-")


@pytest.mark.parametrize("case", RIGHT, ids=name_of)
def test_no_rule_speaks_on_a_right_answer(case: Case) -> None:
    assert {name: findings(RULES[name], case.exchange) for name in speaking(case.exchange)} == {}


@pytest.mark.parametrize("case", WRONG, ids=name_of)
def test_the_right_rules_speak_on_a_wrong_answer(case: Case) -> None:
    assert case.speak <= speaking(case.exchange)


def test_nearly_every_wrong_answer_is_caught(capsys: pytest.CaptureFixture[str]) -> None:
    caught = [case for case in WRONG if speaking(case.exchange)]
    silent = [case for case in RIGHT if not speaking(case.exchange)]
    with capsys.disabled():
        print(f"\n{len(caught)} of {len(WRONG)} wrong answers caught, {len(silent)} of {len(RIGHT)} right ones passed")  # noqa: T201
    assert len(caught) >= 0.98 * len(WRONG)
    assert len(silent) == len(RIGHT)


JUDGING = sorted(name for name, rule in RULES.items() if name.startswith(OURS) and rule.id != "chat.complete")


@pytest.mark.parametrize("name", JUDGING)
def test_every_rule_is_clear_and_silent_somewhere(name: str) -> None:
    assert any(findings(RULES[name], case.exchange) == [] for case in RIGHT)


@pytest.mark.parametrize("name", [*JUDGING, "chat.complete"])
def test_every_rule_speaks_somewhere(name: str) -> None:
    assert any(name in case.speak for case in WRONG)


@pytest.mark.parametrize("case", WRONG, ids=name_of)
def test_findings_are_short_and_placed(case: Case) -> None:
    for name in speaking(case.exchange):
        for one in findings(RULES[name], case.exchange) or ():
            assert max(map(len, (one.message, one.where, one.expected, one.actual))) <= 320
            assert one.message[0].islower() or not one.message[0].isalpha() or one.message.startswith("[DONE]")
