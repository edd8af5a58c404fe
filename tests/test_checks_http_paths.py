"""Checks of paths, sizes, spellings and headers of plain requests, and how many requests HTTP and keys take."""

import json

import pytest
from bending import right
from surroundings import except_for, outcome_of, refusing_all, reply, result_of

from conformance.checks.http_spelling import escaped, spelled_out, spread, turned
from conformance.messages import Exchange, Piece
from conformance.model import Outcome, Seen
from conformance.planning import wanted_by
from conformance.registry import all_cases


def slashed(status, body, **headers):
    return except_for(lambda one: one.path == "/models/", lambda one: reply(one, status, body), right())


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (404, {"detail": "Not Found"}, Outcome.WORKS),
        (307, {}, Outcome.WORKS),
        (405, {}, Outcome.WORKS),
        (200, {"object": "list", "data": []}, Outcome.WORKS),
        (200, {"error": "Unexpected endpoint"}, Outcome.DIFFERS),
        (500, {}, Outcome.FAILS),
    ],
)
def test_a_slash_at_the_end_of_a_path(status, body, outcome):
    assert outcome_of("http.path.slash", slashed(status, body)) is outcome


@pytest.mark.parametrize(
    ("status", "outcome"), [(200, Outcome.WORKS), (413, Outcome.REFUSED), (404, Outcome.FAILS), (500, Outcome.FAILS)]
)
def test_large_bodies(status, outcome):
    def send(request):
        return reply(request, status, {"message": "no"}) if request.body and status != 200 else right()(request)

    result = result_of("http.size.padded", send)
    assert (result.outcome, result.seen) == (outcome, (Seen("status", status),))


@pytest.mark.parametrize("status", [405, 501])
def test_head_may_be_refused_and_shows(status):
    refusing = except_for(lambda one: one.method == "HEAD", refusing_all(status), right())
    assert outcome_of("http.head.models", refusing) is Outcome.REFUSED


def test_checks_of_requests_blame_nothing_where_nothing_is_answered():
    names = ("headers.unknown", "headers.long", "query.ignored", "path.encoded", "head.models", "size.padded", "spelling.order")
    assert {outcome_of(f"http.{name}", refusing_all(404)) for name in names} == {Outcome.UNCLEAR}


@pytest.mark.parametrize(("status", "outcome"), [(200, Outcome.WORKS), (404, Outcome.REFUSED), (500, Outcome.FAILS)])
def test_a_server_that_retrieves_no_model_is_asked_for_the_list_in_another_spelling(status, outcome):
    def send(request):
        if request.path.startswith("/models/"):
            return refusing_all(404)(request)
        return refusing_all(status)(request) if "%" in request.path and status != 200 else right()(request)

    assert outcome_of("http.path.encoded", send) is outcome


def test_escapes_are_the_same_json():
    value = {"a": ["é😀", 1, 1.5, None, True, {"b": "日本"}]}
    assert json.loads(spelled_out(value)) == value
    assert escaped("😀") == '"\\ud83d\\ude00"'
    assert json.loads(spread(value)) == value
    assert list(turned({"a": 1, "b": {"c": 1, "d": 2}})["b"]) == ["d", "c"]


def test_ids_have_to_differ():
    def send(request):
        return Exchange(request, 200, (("x-request-id", "req_1"),), (Piece(0.1, b"{}"),))

    assert outcome_of("http.request-id.unique", send) is Outcome.DIFFERS
    assert outcome_of("http.request-id.unique", right()) is Outcome.WORKS


@pytest.mark.parametrize("name", ["request-id.unique", "processing-ms.number", "version.date"])
def test_who_does_not_answer_is_not_blamed_for_the_headers_of_answers(name):
    assert outcome_of(f"http.{name}", refusing_all(500)) is Outcome.UNCLEAR


MOST_REQUESTS = 60


def test_http_and_keys_cost_few_requests():
    def asked(*areas):
        return {one.key for case in all_cases() if case.check.area in areas for one in wanted_by(case)}

    assert len(asked("http", "auth") - asked("chat", "clients", "errors", "models")) <= MOST_REQUESTS
