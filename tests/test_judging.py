"""The bench of rules: what it keeps of long traffic, and that it forgets the rest."""

import tracemalloc
from json import dumps

from canned.making import ASKED, COMPLETION, changed

from conformance.bench import MOST_KEPT, Bench, Rules
from conformance.messages import Exchange, Piece, Request
from conformance.model import Case
from conformance.registry import all_checks


def bench():
    return Bench(Rules(Case(check, "recorded") for check in all_checks().values() if check.on))


def answered(number, answer, path="/v1/chat/completions", **more):
    request = Request("POST", path, ASKED, take=number)
    headers = (("Content-Type", "application/json"),)
    source = {"fidelity": "raw", "headers_complete": True, "host": f"{number}.example.com", **more}
    return Exchange(request, 200, headers, (Piece(0.0, dumps(answer).encode()),), timed=False, source=source)


def test_of_those_that_break_a_rule_some_are_kept_and_all_are_counted():
    desk = bench()
    for number in range(50):
        desk.add(answered(number, changed(COMPLETION, ("created", 1.5))))
    assert len(desk.kept) == MOST_KEPT
    told = next(tally.result() for tally in desk.rules.tallies if tally.case.check.id == "chat.created")
    assert told.reason == "50 of 50 exchanges"
    assert list(desk.hosts) == ["0.example.com", "1.example.com", "2.example.com"]


def test_a_rule_that_breaks_late_is_shown_too():
    desk = bench()
    for number in range(50):
        desk.add(answered(number, changed(COMPLETION, ("created", 1.5))))
    late = answered(99, changed(COMPLETION, ("id", "")))
    desk.add(late)
    assert late.request.key in desk.kept


def test_what_is_no_known_endpoint_is_counted_and_not_judged():
    desk = bench()
    desk.add(answered(0, {"a": 1}, "/login", lacks="the body was not kept"))
    assert (desk.rules.known, desk.lacks) == (0, {"the body was not kept": 1})
    assert not any(tally.count.applied for tally in desk.rules.tallies)


def test_why_a_rule_could_not_judge_is_told():
    desk = bench()
    desk.add(answered(0, COMPLETION))
    reasons = {tally.case.check.id: tally.result().reason for tally in desk.rules.tallies}
    assert reasons["chat.created.clock"] == "no exchange shows it: the time of the answer is not known"
    assert reasons["chat.stream.done"] == "no exchange of this run shows it"


def test_long_traffic_takes_no_more_memory_than_short():
    desk, text = bench(), "word " * 60_000
    tracemalloc.start()
    try:
        for number in range(100):
            desk.add(answered(number, changed(COMPLETION, ("choices.0.message.content", f"{number} {text}"), ("created", 1.5))))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert desk.rules.known == 100
    assert peak < 50 << 20  # as text and as bytes all bodies together are 60 MiB
