"""Checks of mistakes that are deeper inside, at the bounds, too long, repeated or streamed; and what the client makes of them."""

import pytest
from bending import right
from mistaken import ALL, CODED, CONTEXT, NO, ODD_IDS, STREAMS, lost, streamed, wrong
from surroundings import completion, except_for, outcome_of, refusing_all, reply, result_of, saying

from conformance.checks.errors_bounds import BOUNDS
from conformance.checks.errors_context import FEWEST
from conformance.checks.errors_search import wrong_values
from conformance.messages import Request
from conformance.model import Outcome
from conformance.schema import fits, named_schema


@pytest.mark.parametrize("id", ALL)
def test_a_right_server_is_right(id):
    assert outcome_of(id, right()) is Outcome.WORKS


def test_every_field_is_tried_with_every_type_that_it_cannot_have():
    properties = named_schema("chat.request")["properties"]
    pairs = [(name, kind) for name, kind, _ in wrong_values()]
    assert {name for name, _ in pairs} == set(properties)
    assert len(set(pairs)) == len(pairs) == 152
    schemas = {name: named_schema("chat.request") | {"properties": {name: properties[name]}} for name in properties}
    for name, _, value in wrong_values():
        rest = {"required": [], "allOf": []}
        assert not fits(schemas[name] | rest, {name: value}), (name, value)


def test_the_values_of_the_search_are_the_same_in_every_run():
    assert list(wrong_values()) == list(wrong_values())


def test_a_server_that_hangs_over_wrong_types_is_not_asked_for_ever():
    asked = []

    def noting(request):
        asked.append(request)
        return lost("timeout")(request)

    assert outcome_of("errors.wrong-type.search", except_for(wrong, noting, right())) is Outcome.FAILS
    assert len(asked) == 3


def test_taken_types_are_told_by_kind():
    result = result_of("errors.wrong-type.every", saying("Hello."))
    assert result.outcome is Outcome.IGNORED
    assert len(result.findings) == 6
    told = " ".join(one.actual for one in result.findings)
    assert "messages = None" in told
    assert all(name in told for name in named_schema("chat.request")["properties"])


@pytest.mark.parametrize("id", ODD_IDS)
@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (lambda request: reply(request, 200, completion("Hello.")), Outcome.WORKS),
        (refusing_all(413), Outcome.WORKS),
        (refusing_all(500), Outcome.FAILS),
        (lost("reset"), Outcome.FAILS),
        (refusing_all(429), Outcome.UNCLEAR),
    ],
)
def test_odd_bodies_may_be_taken_or_refused(id, answer, outcome):
    assert outcome_of(id, except_for(wrong, answer, right())) is outcome


@pytest.mark.parametrize("name", BOUNDS)
def test_both_sides_of_a_bound(name):
    bounds = f"errors.range.{name}.bounds"
    assert outcome_of(bounds, saying("Hello.")) is Outcome.IGNORED
    inside = BOUNDS[name][1].inside

    def at_a_bound(request):
        return any(all(request.json.get(one, ...) == value for one, value in fields.items()) for fields in inside)

    narrow = except_for(at_a_bound, refusing_all(), right())
    assert outcome_of(bounds, narrow) is (Outcome.REFUSED if inside else Outcome.WORKS)
    names = {one for fields in inside for one in fields} - {"max_tokens"}
    without = except_for(lambda request: names & set(request.json), refusing_all(), right())
    assert outcome_of(bounds, without) is (Outcome.UNCLEAR if inside else Outcome.WORKS), "the field itself is not taken"
    assert outcome_of(bounds, except_for(wrong, refusing_all(500), right())) is Outcome.FAILS


def long(answer, inner=None):
    return except_for(wrong, answer, inner or right())


def counted(count, **more):
    """An answer of a server that says that it has read so many tokens."""
    return lambda request: reply(request, 200, completion("Hello.", prompt=count) | more)


@pytest.mark.parametrize(
    ("answer", "refused", "cut", "code"),
    [
        (lambda one: reply(one, 400, CODED), Outcome.WORKS, Outcome.WORKS, Outcome.WORKS),
        (lambda one: reply(one, 400, NO), Outcome.WORKS, Outcome.WORKS, Outcome.DIFFERS),
        (lambda one: reply(one, 413, body=b"<html>"), Outcome.WORKS, Outcome.WORKS, Outcome.UNCLEAR),
        (refusing_all(500), Outcome.FAILS, Outcome.FAILS, Outcome.FAILS),
        (lost("reset"), Outcome.UNCLEAR, Outcome.UNCLEAR, Outcome.UNCLEAR),
        (lost("timeout"), Outcome.UNCLEAR, Outcome.UNCLEAR, Outcome.UNCLEAR),
        (lambda one: reply(one, 200, NO), Outcome.FAILS, Outcome.DIFFERS, Outcome.UNCLEAR),
        (counted(2048), Outcome.UNCLEAR, Outcome.DIFFERS, Outcome.UNCLEAR),
        (counted(FEWEST), Outcome.UNCLEAR, Outcome.UNCLEAR, Outcome.UNCLEAR),
        (lambda one: reply(one, 200, completion("", "length", prompt=2048)), Outcome.UNCLEAR, Outcome.WORKS, Outcome.UNCLEAR),
    ],
)
def test_a_prompt_that_is_too_long(answer, refused, cut, code):
    expected = {"errors.context.refused": refused, "errors.context.cut": cut, "errors.context.code": code}
    assert {one: outcome_of(one, long(answer)) for one in expected} == expected


@pytest.mark.parametrize("id", [*STREAMS, "errors.context.stream"])
@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (lambda request: reply(request, 200, body=b'data: {"error": {"message": "no"}}\n\n'), Outcome.FAILS),
        (lambda request: reply(request, 200, body=b""), Outcome.FAILS),
        (refusing_all(500), Outcome.FAILS),
        (refusing_all(422), Outcome.WORKS),
        (refusing_all(429), Outcome.UNCLEAR),
        (lost("reset"), Outcome.FAILS),
    ],
)
def test_a_mistake_in_a_stream(id, answer, outcome):
    unread = id == "errors.context.stream" and answer(wrong_request()).failure
    assert outcome_of(id, except_for(streamed, answer, right())) is (Outcome.UNCLEAR if unread else outcome)


def wrong_request():
    return Request("POST", "/chat/completions", {"stream": True}, wrong=True)


@pytest.mark.parametrize("id", CONTEXT)
@pytest.mark.parametrize(
    ("kind", "after", "outcome"),
    [
        ("timeout", "timeout", Outcome.UNCLEAR),
        ("reset", None, Outcome.UNCLEAR),
        ("reset", "timeout", Outcome.UNCLEAR),
        ("reset", "budget", Outcome.UNCLEAR),
        ("reset", "connect", Outcome.FAILS),
    ],
)
def test_only_the_end_of_a_server_is_held_against_it_after_a_prompt_without_end(id, kind, after, outcome):
    inner, stream = right(), id == "errors.context.stream"

    def send(request):
        if streamed(request) if stream else request.wrong:
            return lost(kind)(request)
        return lost(after)(request) if after and request.take else inner(request)

    result = result_of(id, send)
    assert result.outcome is outcome
    assert kind != "timeout" or result.reason == "takes too long over a prompt beyond the window (no)"


def test_an_empty_stream_in_place_of_a_refusal_is_told():
    result = result_of("errors.context.stream", except_for(streamed, lambda request: reply(request, 200, body=b""), right()))
    assert (result.outcome, result.findings[0].actual) == (Outcome.FAILS, "200 and an empty stream")


@pytest.mark.parametrize("id", [*STREAMS, "errors.context.stream"])
@pytest.mark.parametrize("plain", [saying("Hello."), except_for(wrong, refusing_all(500), right())])
def test_what_is_no_refusal_without_a_stream_says_nothing_of_one(id, plain):
    assert outcome_of(id, plain) is Outcome.UNCLEAR
