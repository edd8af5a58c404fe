"""Rules are silent where the evidence is missing: in recordings that lost something, and where the suite itself gave up."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from canned.making import CALL, CALLS, COMPLETION, GOOD, answer, chat, lines, stream, streamed
from canned.making import Case as Labelled
from canned.streams import arriving
from test_rules_canned import HABITS, RULES, findings, name_of, speaking

from conformance.endpoints import applies, wants_stream
from conformance.judge import run_rule
from conformance.messages import Exchange, Failure, Reading, Request
from conformance.model import Case, Outcome, Target

DUPLICATE = streamed(b"\xef\xbb\xbf" + lines(*GOOD))
UNENDED = streamed(lines(*GOOD[:2]).partition(b"data: [DONE]")[0], n=2)
ALIKE = chat(("choices.0.message", CALLS | {"tool_calls": [CALL | {"id": "call_REDACTED"}] * 2}), tools=[])
LIMITING = replace(chat(), headers=(("x-ratelimit-limit-tokens", "X-RATELIMIT-LIMIT-TOKENS-XXX"),))
LIMITED = chat(("choices.0.finish_reason", "length"), max_tokens=50)


def recorded(exchange: Exchange, **source: Any) -> Exchange:
    return replace(exchange, source={"fidelity": "raw", **source})


@pytest.mark.parametrize(
    ("name", "exchange", "source"),
    [
        ("http.json", answer(b'{"id": 1, "id": 2}'), {"fidelity": "json-reparsed"}),
        ("http.json", answer(b""), {"fidelity": "raw"}),
        ("http.content-type", answer(COMPLETION, None), {"headers_complete": False}),
        ("http.content-type", answer(COMPLETION, "REDACTED"), {"headers_masked": ["Content-Type"]}),
        ("chat.stream.content-type", streamed(lines(*GOOD), None), {"headers_complete": False}),
        ("chat.stream.framing", DUPLICATE, {"fidelity": "canonicalised-by-recorder"}),
        ("chat.stream.end", streamed(lines(*GOOD).rstrip()), {"fidelity": "raw"}),
        ("chat.usage.sum", chat(("usage.total_tokens", 99)), {"sanitised": True}),
        ("chat.created", chat(("created", "MASKED")), {"sanitised": True}),
        ("chat.finish_reason.cut", LIMITED, {"sanitised": True}),
        ("chat.created.clock", chat(("created", 1677652288)), {"fidelity": "raw"}),
        ("errors.envelope", answer(b"", status=401), {"fidelity": "raw"}),
        ("chat.stream.done", UNENDED, {"fidelity": "raw"}),
        ("chat.stream.finish", UNENDED, {"fidelity": "raw"}),
        ("chat.n.count", UNENDED, {"fidelity": "raw"}),
        ("chat.stream.events", streamed(COMPLETION, "application/json"), {"fidelity": "json-reparsed"}),
        ("chat.tool_calls.ids", ALIKE, {"fidelity": "raw"}),
        ("http.rate-limits.form", LIMITING, {"fidelity": "raw"}),
    ],
)
def test_recordings_that_lost_something_are_unclear(name: str, exchange: Exchange, source: dict[str, Any]) -> None:
    assert findings(RULES[name], exchange)
    assert findings(RULES[name], recorded(exchange, **source)) is None


FLAGS = [
    {"fidelity": fidelity, "headers_complete": complete, "sanitised": sanitised, "headers_masked": ["Content-Type"] * masked}
    for fidelity, complete, sanitised, masked in product(("raw", "json-reparsed"), (True, False), (True, False), (0, 1))
]


@pytest.mark.parametrize("case", HABITS, ids=name_of)
def test_habits_are_no_findings_whatever_a_recorder_says_and_keeps(case: Labelled) -> None:
    lost = Request(case.exchange.request.method, case.exchange.request.path)
    for flags in FLAGS:
        exchange = recorded(case.exchange, **flags)
        assert speaking(exchange) == set(), flags
        assert speaking(replace(exchange, request=lost)) == set(), flags


def test_a_request_of_which_a_part_was_kept_is_told_by_its_answer() -> None:
    part = Request("POST", "/v1/chat/completions", body=b'{"model": "m", "messages": [{"ro')
    assert speaking(recorded(replace(stream(*GOOD), request=part))) == set()
    assert "http.json" in speaking(replace(stream(*GOOD), request=part))


@pytest.mark.parametrize("unended", [UNENDED, streamed(lines(*GOOD[:2]).rpartition(b"d")[0])])
def test_a_stream_without_an_end_is_a_finding_of_a_run(unended: Exchange) -> None:
    assert speaking(unended) >= {"chat.stream.finish"}
    assert not speaking(recorded(unended))


def test_a_stream_that_finishes_without_done_is_a_finding_of_a_recording() -> None:
    assert "chat.stream.done" in speaking(recorded(streamed(lines(*GOOD).partition(b"data: [DONE]")[0])))
    assert "chat.stream.finish" in speaking(recorded(stream(*GOOD[:3])))


def test_a_mask_is_no_id_but_an_id_may_come_twice() -> None:
    twice = chat(("choices.0.message", CALLS | {"tool_calls": [CALL, CALL]}), tools=[])
    assert "chat.tool_calls.ids" in speaking(recorded(twice))


def test_an_end_of_2023_is_none_of_a_run_or_of_today() -> None:
    null = ("choices.0.finish_reason", None)
    assert "chat.finish_reason.legal" in speaking(chat(null, ("created", 1_677_652_288)))
    assert "chat.finish_reason.legal" in speaking(recorded(chat(null)))
    assert "chat.finish_reason.legal" in speaking(recorded(chat(("choices.0.finish_reason", "eos"), ("created", 1_677_652_288))))


def test_the_same_findings_in_faithful_recordings() -> None:
    assert findings(RULES["chat.stream.framing"], recorded(DUPLICATE, fidelity="raw-headers-redacted"))
    assert findings(RULES["chat.usage.sum"], recorded(chat(("usage.total_tokens", 99)), sanitised=False))


@pytest.mark.parametrize(
    "name", ["chat.finish_reason.cut", "chat.n.count", "chat.stop.absent", "chat.logprobs.unasked", "chat.max_tokens.bound"]
)
def test_a_lost_request_is_unclear(name: str) -> None:
    assert findings(RULES[name], replace(LIMITED, request=Request("POST", "/v1/chat/completions"))) is None


UNUSED = ("chat.n", "chat.stop", "chat.tools", "chat.logprobs", "chat.top_logprobs", "chat.service_tier", "chat.stream_options")
"""Features that a plain request does not use."""


@pytest.mark.parametrize("exchange", [chat(max_tokens=50), stream(*GOOD)], ids=["plain", "streamed"])
def test_nothing_is_shown_of_what_is_not_used(exchange: Exchange) -> None:
    shown = [name for name, rule in RULES.items() if applies(rule.on, exchange) and findings(rule, exchange) is not None]
    assert "chat.tool_calls.empty" in shown or wants_stream(exchange)
    assert [name for name in shown if RULES[name].feature in UNUSED] == []


@pytest.mark.parametrize("exchange", [chat(("usage", ...)), chat(("usage", None)), stream(*GOOD)])
def test_counts_that_are_not_told_show_nothing(exchange: Exchange) -> None:
    assert findings(RULES["chat.usage.shape"], exchange) is None


def test_a_limit_is_seen_where_it_ends_the_answer() -> None:
    bound = RULES["chat.max_tokens.bound"]
    assert findings(bound, chat(max_tokens=50)) is None
    assert findings(bound, LIMITED) == []


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ('no\n  File "/srv/server.py", line 57, in create', "an error tells the file and the line of its source"),
        ("no\nTraceback (most recent call last)", "an error tells a stack trace"),
    ],
)
def test_a_line_of_source_is_no_stack(message: str, told: str) -> None:
    exchange = answer({"error": {"message": message}}, status=500)
    assert [one.message for one in findings(RULES["errors.internals.trace"], exchange) or ()] == [told]


def test_a_lost_request_is_told_by_its_answer() -> None:
    lost = Request("POST", "/v1/chat/completions")
    assert wants_stream(replace(stream(*GOOD), request=lost))
    assert not wants_stream(replace(chat(), request=lost))
    assert speaking(replace(stream(*GOOD), request=lost)) == set()


@pytest.mark.parametrize("flag", ["sometimes", 3.5, [4], {"a": 1}, 1])
def test_a_stream_that_is_neither_wanted_nor_not_may_be_either(flag: object) -> None:
    for exchange in (chat(), stream(*GOOD)):
        request = replace(exchange.request, json={**exchange.request.json, "stream": flag}, wrong=True)
        assert findings(RULES["http.json"], replace(exchange, request=request)) in ([], None)
    unasked = replace(stream(*GOOD), request=chat().request)
    assert findings(RULES["http.json"], unasked)


def test_a_request_spelled_by_hand_is_read() -> None:
    request = Request("POST", "/chat/completions", body=b'{"stream": true}')
    assert wants_stream(replace(stream(*GOOD), request=request))


def test_requests_that_are_wrong_on_purpose_are_judged_as_errors_only() -> None:
    accepted = chat(("created", None))
    wrong = replace(accepted, request=replace(accepted.request, wrong=True))
    assert "chat.created" in speaking(accepted)
    assert speaking(wrong) == set()
    assert "errors.in-200" in speaking(replace(answer({"error": "no"}), request=wrong.request))


@pytest.mark.parametrize(
    ("kind", "speaks"),
    [("reset", True), ("timeout", True), ("protocol", True), ("limit", False), ("budget", False), ("lost", False)],
)
def test_answers_that_break_off(kind: str, speaks: bool) -> None:
    cut = streamed(lines(*GOOD[:2])[:-20], failure=Failure(kind, "gone"))
    assert speaking(cut) == ({"chat.complete"} if speaks else set())


def test_a_wrong_request_whose_answer_breaks_off_is_no_matter_of_rules() -> None:
    cut = streamed(lines(*GOOD[:2])[:-20], failure=Failure("timeout", "gone"))
    assert speaking(replace(cut, request=replace(cut.request, wrong=True))) == set()


def test_answers_that_never_began_are_no_matter_of_rules() -> None:
    never = Exchange(Request("POST", "/chat/completions", {}), failure=Failure("connect", "refused"))
    assert not any(applies(rule.on, never) for rule in RULES.values())


def test_what_the_official_client_says() -> None:
    rule, failed, strict = (
        RULES["clients.sdk.reads"],
        Reading("sdk", error="APIError", message="boom"),
        Reading("sdk-strict", error="ValidationError"),
    )
    assert findings(rule, replace(chat(), readings=(Reading("sdk", value={}),))) == []
    assert findings(rule, replace(chat(), readings=(Reading("sdk", value={}), strict))) == []
    assert findings(rule, chat()) is None
    assert findings(rule, replace(answer({}, status=400), readings=(failed,))) is None
    [alone] = findings(rule, replace(chat(), readings=(failed,))) or ()
    assert alone.seen_by == ("sdk",)
    assert alone.outcome is Outcome.FAILS
    [both] = findings(rule, replace(chat(), readings=(failed, strict))) or ()
    assert both.seen_by == ("sdk", "sdk-strict")


def test_a_verdict_names_the_exchanges_that_break_the_rule() -> None:
    good, bad = chat(), chat(("usage.total_tokens", 99), user="someone")
    result = run_rule(Case(RULES["chat.usage.sum"], "raw"), [good, bad, chat(("usage", None))])
    assert result.outcome is Outcome.DIFFERS
    assert result.reason == "1 of 2 exchanges"
    assert result.exchanges == (bad.request.key,)


@pytest.mark.parametrize(
    ("held", "smooth", "outcome"),
    [(1, 0, Outcome.DIFFERS), (1, 3, Outcome.WORKS), (2, 9, Outcome.DIFFERS), (0, 2, Outcome.WORKS)],
)
def test_one_stream_that_waited_for_a_busy_machine_is_chance(held: int, smooth: int, outcome: Outcome) -> None:
    rule = Case(RULES["chat.stream.incremental"], "raw")
    result = run_rule(rule, [arriving(2.0)] * held + [arriving(*(place / 10 for place in range(40)))] * smooth)
    assert result.outcome is outcome
    assert len(result.exchanges) == (outcome is Outcome.DIFFERS)


def test_every_rule_has_a_request_to_run_alone_with() -> None:
    target = Target("http://x/v1", model="m")
    for rule in RULES.values():
        assert rule.seed is not None
        assert isinstance(rule.seed(target), Request)
        assert rule.title[0].islower()
        assert rule.about
