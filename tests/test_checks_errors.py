"""Checks that expect a refusal: silent where it comes, speaking where a request is taken or breaks the server."""

import json

import pytest
from bending import right
from surroundings import completion, except_for, ids_of, outcome_of, refusing_all, reply, result_of, saying

from conformance.checks.errors_bodies import ODD
from conformance.checks.errors_requests import RANGES, WRONG_TYPES
from conformance.messages import Exchange, Failure
from conformance.model import Outcome, Seen
from conformance.reference.app import sending

REQUESTS = ids_of("errors_requests")
ODD_BODIES = [f"errors.malformed.{name}" for name in ODD]
BODIES = [one for one in ids_of("errors_bodies") if "malformed" in one and one not in ODD_BODIES]
MODELS = ids_of("errors_models")
ROUTES = ids_of("errors_routes")
ALL = REQUESTS + ids_of("errors_bodies") + MODELS + ROUTES


def wrong(request):
    return request.wrong


@pytest.mark.parametrize("id", ALL)
def test_a_right_server_is_right(id):
    assert outcome_of(id, right()) is Outcome.WORKS


@pytest.mark.parametrize("id", REQUESTS + BODIES)
def test_a_wrong_request_that_is_taken_shows(id):
    result = result_of(id, saying("Hello."))
    assert result.outcome is Outcome.IGNORED
    assert result.findings[0].message.startswith("answers ")


@pytest.mark.parametrize("id", REQUESTS + BODIES + ["errors.unknown-model.refused", *ROUTES, "errors.content-type.form"])
@pytest.mark.parametrize("status", [500, 503])
def test_a_server_that_breaks_over_it_fails(id, status):
    assert outcome_of(id, except_for(wrong, refusing_all(status), right())) is Outcome.FAILS


@pytest.mark.parametrize("id", REQUESTS + BODIES + ["errors.unknown-model.refused", *ROUTES])
@pytest.mark.parametrize("status", [400, 404, 405, 415, 422, 501])
def test_any_refusal_will_do(id, status):
    assert outcome_of(id, except_for(wrong, refusing_all(status), right())) is Outcome.WORKS


@pytest.mark.parametrize("id", REQUESTS + BODIES + ["errors.unknown-model.refused"])
def test_a_server_that_refuses_everything_is_unclear(id):
    assert outcome_of(id, refusing_all()) is Outcome.UNCLEAR


@pytest.mark.parametrize("id", [*REQUESTS, *BODIES, "errors.unknown-model.refused", *ROUTES])
def test_a_limit_of_the_rate_is_no_refusal(id):
    assert outcome_of(id, except_for(wrong, refusing_all(429), right())) is Outcome.UNCLEAR


@pytest.mark.parametrize("id", [*REQUESTS, *BODIES, "errors.unknown-model.refused"])
def test_an_error_inside_a_success_differs(id):
    disguised = except_for(wrong, lambda request: reply(request, 200, {"error": {"message": "no"}}), right())
    assert outcome_of(id, disguised) is Outcome.DIFFERS


@pytest.mark.parametrize("id", [*REQUESTS, *BODIES])
@pytest.mark.parametrize(("kind", "outcome"), [("timeout", Outcome.FAILS), ("reset", Outcome.FAILS), ("budget", Outcome.UNCLEAR)])
def test_no_answer_is_no_refusal(id, kind, outcome):
    lost = except_for(wrong, lambda request: Exchange(request, failure=Failure(kind, "no")), right())
    assert outcome_of(id, lost) is outcome


def test_every_wrong_field_is_sent():
    sent = []

    def noting(request):
        sent.append(request)
        return refusing_all()(request)

    for one in REQUESTS:
        outcome_of(one, noting)
    bodies = [request.json for request in sent if request.wrong]
    for fields in [*WRONG_TYPES.values(), *(fields for _, fields in RANGES.values())]:
        assert any(fields.items() <= body.items() for body in bodies)
    assert sum("messages" not in body for body in bodies) == sum("model" not in body for body in bodies) == 1


def test_malformed_bodies_are_malformed():
    sent = {}

    def noting(request):
        sent[request.body] = request
        return refusing_all()(request)

    for one in BODIES:
        outcome_of(one, noting)
    assert len([body for body in sent if body is not None]) == len(BODIES)
    for body in filter(None, sent):
        try:
            value = json.loads(body.decode(), parse_constant=no_json)
        except (ValueError, RecursionError):
            continue
        assert not isinstance(value, dict) or isinstance(value["messages"][0], list)


def no_json(word):
    raise ValueError(word)


def test_the_charset_of_json_is_taken():
    picky = except_for(lambda request: "charset" in str(request.headers), refusing_all(415), right())
    assert outcome_of("errors.content-type.charset", picky) is Outcome.REFUSED


@pytest.mark.parametrize(("status", "outcome"), [(200, Outcome.WORKS), (415, Outcome.WORKS), (500, Outcome.FAILS)])
def test_json_that_calls_itself_text(status, outcome):
    result = result_of("errors.content-type.plain", lambda request: reply(request, status, completion("Hello.")))
    assert (result.outcome, result.seen) == (outcome, (Seen("status", status),))


def unknown(body, status=404, stream=None):
    """A right server but for its answer to an unknown model; `stream` answers such requests for a stream."""

    def answer(request):
        streamed = request.json.get("stream") and stream is not None
        return stream(request) if streamed else reply(request, status, body)

    return except_for(lambda request: (request.json or {}).get("model") == "no-such-model-4711", answer, right())


def test_the_refusal_of_an_unknown_model_is_noted():
    error = {"message": "model 'x' not found", "type": "api_error", "param": None, "code": None}
    result = result_of("errors.unknown-model.refused", unknown({"error": error}))
    expected = (Seen("status", 404), Seen("type", "api_error"), Seen("code", None), Seen("message", "model 'x' not found"))
    assert (result.outcome, result.seen) == (Outcome.WORKS, expected)


@pytest.mark.parametrize(
    ("body", "status", "outcome"),
    [
        ({"error": {"message": "no", "code": "model_not_found"}}, 404, Outcome.WORKS),
        ({"message": "no", "code": "model_not_found"}, 400, Outcome.WORKS),
        ({"error": {"message": "no", "code": None}}, 404, Outcome.DIFFERS),
        ({"error": {"message": "no", "code": 404}}, 404, Outcome.DIFFERS),
        (["no"], 404, Outcome.UNCLEAR),
        (completion("Hello."), 200, Outcome.UNCLEAR),
    ],
)
def test_the_code_of_an_unknown_model(body, status, outcome):
    assert outcome_of("errors.unknown-model.code", unknown(body, status)) is outcome


def test_a_server_that_refuses_everything_says_nothing_of_unknown_models():
    locked = {"error": {"message": "no key", "code": "invalid_api_key"}}
    assert outcome_of("errors.unknown-model.code", lambda request: reply(request, 401, locked)) is Outcome.UNCLEAR


NO = {"error": {"message": "no", "type": "invalid_request_error", "param": None, "code": "model_not_found"}}


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (404, b'{"error": {"message": "no"}}', Outcome.WORKS),
        (200, b'data: {"error": {"message": "no"}}\n\ndata: [DONE]\n\n', Outcome.DIFFERS),
        (200, b"", Outcome.DIFFERS),
        (200, b'{"error": {"message": "no"}}', Outcome.DIFFERS),
        (500, b"{}", Outcome.FAILS),
    ],
)
def test_the_error_of_a_stream(status, body, outcome):
    send = unknown(NO, stream=lambda request: reply(request, status, body=body))
    result = result_of("errors.unknown-model.stream", send)
    assert (result.outcome, result.seen) == (outcome, (Seen("status", status),))


def test_the_error_of_a_stream_is_brought_about_by_missing_messages_otherwise():
    send = except_for(lambda request: "messages" not in request.json, refusing_all(), saying("Hello."))
    assert outcome_of("errors.unknown-model.stream", send) is Outcome.WORKS


def test_a_server_that_takes_anything_shows_no_error_of_a_stream():
    assert outcome_of("errors.unknown-model.stream", saying("Hello.")) is Outcome.UNCLEAR


def wounded(answer):
    """A server that answers no more after a body that is no JSON."""
    broken, inner = [], sending()

    def send(request):
        if request.body is not None:
            broken.append(request)
        return answer(request) if broken else inner(request)

    return send


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (refusing_all(500), Outcome.FAILS),
        (refusing_all(404), Outcome.REFUSED),
        (lambda request: Exchange(request, failure=Failure("timeout", "60 s")), Outcome.FAILS),
        (lambda request: Exchange(request, failure=Failure("budget", "spent")), Outcome.UNCLEAR),
        (lambda request: reply(request, 200, NO), Outcome.DIFFERS),
    ],
)
def test_a_server_that_an_error_wounds_shows(answer, outcome):
    result = result_of("errors.recovery.after", wounded(answer))
    assert result.outcome is outcome
    assert outcome is Outcome.UNCLEAR or result.findings[0].message.endswith("after errors")


def test_a_server_that_never_answers_is_another_checks_finding():
    assert outcome_of("errors.recovery.after", refusing_all(500)) is Outcome.UNCLEAR


def test_a_page_for_every_path_differs():
    page = except_for(lambda request: "no/such" in request.path, lambda one: reply(one, 200, body=b"<html>"), right())
    result = result_of("errors.route.unknown", page)
    assert (result.outcome, len(result.findings)) == (Outcome.DIFFERS, 2)


@pytest.mark.parametrize("id", ["errors.method.delete-chat", "errors.method.get-chat"])
def test_another_method_that_is_taken_shows(id):
    taken = except_for(lambda request: request.method != "POST", lambda one: reply(one, 200, completion("Hello.")), right())
    assert outcome_of(id, taken) is Outcome.IGNORED


def test_a_list_of_stored_completions_is_no_fault():
    result = result_of("errors.method.get-chat", lambda request: reply(request, 200, {"object": "list", "data": []}))
    assert (result.outcome, result.seen) == (Outcome.WORKS, (Seen("status", 200),))
