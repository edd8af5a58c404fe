"""Mistakes that come again, what the official client makes of them, and what a refusal tells."""

import json
from dataclasses import replace

import pytest
from bending import right
from mistaken import NO, lost, wrong
from surroundings import except_for, ids_of, outcome_of, refusing_all, reply, result_of, saying

from conformance.messages import Reading
from conformance.model import Outcome, Seen


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
