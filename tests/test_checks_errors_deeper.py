"""Checks of mistakes that are deeper inside, at the bounds, too long, repeated or streamed; and what the client makes of them."""

import json
from dataclasses import replace

import pytest
from bending import right
from surroundings import completion, except_for, ids_of, outcome_of, refusing_all, reply, result_of, saying

from conformance.checks.errors_bodies import ODD
from conformance.checks.errors_bounds import BOUNDS
from conformance.checks.errors_context import FEWEST
from conformance.checks.errors_search import wrong_values
from conformance.messages import Exchange, Failure, Reading, Request
from conformance.model import Outcome, Seen
from conformance.schema import fits, named_schema

NO = {"error": {"message": "no", "type": "invalid_request_error", "param": None, "code": None}}
CODED = {"error": NO["error"] | {"code": "context_length_exceeded"}}
ODD_IDS = [*(f"errors.malformed.{name}" for name in ODD), "errors.content-type.none"]
STREAMS = ids_of("errors_streams")
CONTEXT = ids_of("errors_context")
ALL = [*ODD_IDS, *STREAMS, *CONTEXT, *ids_of("errors_bounds"), *ids_of("errors_recovery"), *ids_of("errors_routes")]


def wrong(request):
    return request.wrong


def streamed(request):
    return request.wrong and isinstance(request.json, dict) and request.json.get("stream") is True


def lost(kind):
    return lambda request: Exchange(request, failure=Failure(kind, "no"))


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
    inside = {one for fields in BOUNDS[name][1].inside for one in fields} - {"max_tokens"}
    narrow = except_for(lambda request: inside & set(request.json), refusing_all(), right())
    assert outcome_of(bounds, narrow) is (Outcome.REFUSED if inside else Outcome.WORKS)
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


def test_a_server_that_dies_of_the_second_mistake_shows():
    seen, inner = [], right()

    def send(request):
        seen.append(request.json)
        return refusing_all(500)(request) if seen.count(request.json) > 1 and request.wrong else after(request)

    def after(request):
        return refusing_all(500)(request) if len(seen) > 14 else inner(request)

    result = result_of("errors.recovery.repeated", send)
    assert result.outcome is Outcome.FAILS
    assert result.findings[0].message.endswith("after errors that came twice")


def client(error="BadRequestError", status=400, body=NO, **details):
    """A server through the official client, which raises."""
    told = {"status": status, "message": "Error: no"} | body.get("error", {}) | details
    reading = Reading("sdk", None, "", error, "Error: no", {name: one for name, one in told.items() if one is not None})
    return lambda request: replace(reply(request, status, body), readings=(reading,))


@pytest.mark.parametrize(
    ("id", "send", "outcome"),
    [
        ("mistake", client(), Outcome.WORKS),
        ("mistake", client("UnprocessableEntityError", 422), Outcome.WORKS),
        ("mistake", client("NotFoundError", 404), Outcome.DIFFERS),
        ("mistake", client("InternalServerError", 500), Outcome.FAILS),
        ("mistake", client("RateLimitError", 429), Outcome.UNCLEAR),
        ("mistake", lost("reset"), Outcome.FAILS),
        ("mistake", saying("Hello."), Outcome.UNCLEAR),
        ("stream", client(), Outcome.WORKS),
        ("stream", client("InternalServerError", 500), Outcome.UNCLEAR),
        ("members", client(), Outcome.WORKS),
        ("members", client(type=None), Outcome.DIFFERS),
        ("members", client(message="Error code: 400 - {'message': 'no'}"), Outcome.WORKS),
        ("members", client(body={"detail": "bad"}, message="Error code: 400"), Outcome.DIFFERS),
        ("members", client(code="400"), Outcome.DIFFERS),
        ("code", client(code="model_not_found"), Outcome.WORKS),
        ("code", client(), Outcome.DIFFERS),
        ("request-id", client(request_id="req_1"), Outcome.WORKS),
        ("request-id", client(), Outcome.DIFFERS),
    ],
)
def test_what_the_client_raises(id, send, outcome):
    assert outcome_of(f"errors.sdk.{id}", send) is outcome


@pytest.mark.parametrize(("own", "outcome"), [(right(), Outcome.WORKS), (refusing_all(404), Outcome.UNCLEAR)])
def test_who_retrieves_no_model_shows_nothing_by_refusing_one(own, outcome):
    assert outcome_of("errors.sdk.model", except_for(wrong, client("NotFoundError", 404), own)) is outcome


WHOLE = {
    '"tools"': ["errors.missing-field.tools.name", "errors.missing-field.calls.id", "errors.missing-field.tool_call_id"]
    + ["errors.missing-field.tool_choice.function", "errors.wrong-type.tools", "errors.range.tools.name"]
    + [one for one in ids_of("errors_definitions") if ".tool." in one or ".choice." in one],
    '"response_format"': ["errors.missing-field.response_format.name", "errors.range.response_format"]
    + [one for one in ids_of("errors_definitions") if ".schema." in one],
    '"image_url"': ["errors.missing-field.parts.url", *(one for one in ids_of("errors_definitions") if ".image." in one)],
    '"logprobs"': ["errors.range.top_logprobs"],
    '"reasoning_effort"': ["errors.range.reasoning_effort"],
    '"content": [': ["errors.missing-field.parts.type", "errors.missing-field.parts.text"],
}
"""What a server may refuse altogether, by its spelling, and who asks for a wrong one of the kind."""


@pytest.mark.parametrize(("word", "id"), [(word, one) for word, ids in WHOLE.items() for one in ids])
@pytest.mark.parametrize(("status", "outcome"), [(400, Outcome.UNCLEAR), (501, Outcome.UNCLEAR), (500, Outcome.FAILS)])
def test_who_refuses_the_right_one_too_has_not_looked_at_the_wrong_one(word, id, status, outcome):
    send = except_for(lambda request: word in json.dumps(request.json), refusing_all(status), right())
    assert outcome_of(id, send) is outcome


def test_the_status_of_what_may_be_is_noted():
    result = result_of("errors.malformed.mark", right())
    assert result.seen == (Seen("status", 400),)


def refused(status, param):
    error = {"message": "no", "type": "invalid_request_error", "param": param, "code": None}
    return lambda request: reply(request, status, {"error": error})


@pytest.mark.parametrize(
    ("send", "named", "status"),
    [
        (right(), Outcome.WORKS, Outcome.WORKS),
        (except_for(wrong, refused(422, None), right()), Outcome.DIFFERS, Outcome.DIFFERS),
        (except_for(wrong, refused(400, "body.temperature"), right()), Outcome.DIFFERS, Outcome.WORKS),
        (except_for(wrong, refusing_all(500), right()), Outcome.UNCLEAR, Outcome.UNCLEAR),
        (saying("Hello."), Outcome.UNCLEAR, Outcome.UNCLEAR),
    ],
)
def test_what_a_refused_value_is_told_by(send, named, status):
    assert outcome_of("errors.param.named", send) is named
    assert outcome_of("errors.validation.status", send) is status


def test_mistakes_that_get_no_answer_are_told_and_no_more_are_waited_for():
    asked = []

    def noting(request):
        asked.append(request)
        return lost("timeout")(request)

    result = result_of("errors.status.answered", except_for(wrong, noting, right()))
    assert (result.outcome, len(result.findings), len(asked)) == (Outcome.FAILS, 3, 3)
    assert outcome_of("errors.status.answered", except_for(wrong, refusing_all(500), right())) is Outcome.WORKS
    assert outcome_of("errors.status.answered", except_for(wrong, lost("budget"), right())) is Outcome.UNCLEAR
