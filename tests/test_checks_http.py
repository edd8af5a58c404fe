"""Checks of HTTP and keys: what is legal passes, what is not shows; where no application reaches, on servers of bytes."""

import gzip
import json
import time
from dataclasses import replace

import pytest
from against import TARGET, served
from bending import right
from loopback import CHUNKED, chunk, message, serving
from surroundings import except_for, outcome_of, refusing_all, reply, result_of

from conformance.checks.auth_keys import INVENTED
from conformance.checks.http_cors import INVENTED as PROBE
from conformance.checks.http_spelling import escaped, spelled_out, spread, turned
from conformance.drivers import sockets
from conformance.drivers.limits import Limits
from conformance.judge import run_check
from conformance.messages import Exchange, Failure, Piece
from conformance.model import Case, Outcome, Seen
from conformance.planning import wanted_by
from conformance.reference.app import sending
from conformance.registry import all_cases, all_checks

ANSWER = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}],
    }
).encode()


def over_bytes(check, answer):
    """A check against a server that does exactly this with bytes."""
    with serving(answer) as server, sockets.connected(replace(TARGET, base_url=server.url), "k", Limits(timeout=4)) as send:
        return run_check(Case(all_checks()[check], "wire"), replace(TARGET, base_url=server.url), send)


def choosy(good):
    """A server that reads no request but those whose head passes."""

    def answer(connection, request):
        fine = good(request.partition(b"\r\n\r\n")[0])
        connection.sendall(message(ANSWER) if fine else message(b"no body", "400 Bad Request"))
        return True

    return answer


@pytest.mark.parametrize(
    ("check", "good", "outcome"),
    [
        ("http.headers.lower-case", lambda head: b"Content-Length" in head, Outcome.REFUSED),
        ("http.headers.lower-case", lambda head: b"content-length" in head.lower(), Outcome.WORKS),
        ("http.headers.upper-case", lambda head: b"CONTENT-LENGTH" not in head, Outcome.REFUSED),
        ("http.headers.upper-case", lambda head: True, Outcome.WORKS),
        ("http.chunked.accepted", lambda head: b"chunked" not in head, Outcome.REFUSED),
        ("http.older.answered", lambda head: b"HTTP/1.1" in head, Outcome.REFUSED),
        ("http.headers.upper-case", lambda head: False, Outcome.UNCLEAR),
    ],
)
def test_heads_are_read_however_they_are_spelled(check, good, outcome):
    assert over_bytes(check, choosy(good)).outcome is outcome


@pytest.mark.parametrize(
    ("stays", "said", "outcome"),
    [(True, "", Outcome.DIFFERS), (False, "", Outcome.WORKS), (False, "Connection: close", Outcome.WORKS)],
)
def test_a_connection_has_to_end_where_the_client_wants_it(stays, said, outcome):
    def answer(connection, _):
        connection.sendall(message(b"{}", headers=said or "X: y"))
        return stays

    assert over_bytes("http.connection.close", answer).outcome is outcome


@pytest.mark.parametrize(
    ("stays", "said", "outcome", "reused"),
    [
        (True, "X: y", Outcome.WORKS, True),
        (False, "X: y", Outcome.DIFFERS, False),
        (False, "Connection: close", Outcome.WORKS, False),
    ],
)
def test_a_connection_may_end_if_the_answer_says_so(stays, said, outcome, reused):
    def answer(connection, _):
        connection.sendall(message(ANSWER, headers=said))
        return stays

    result = over_bytes("http.connection.reuse", answer)
    assert (result.outcome, result.seen) == (outcome, (Seen("reused", reused),))


EVENT = b'data: {"choices": [{"index": 0, "delta": {"content": "a"}}]}\n\n'


@pytest.mark.parametrize(
    ("head", "outcome"),
    [
        (CHUNKED, Outcome.DIFFERS),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n", Outcome.WORKS),
        (b"HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n", Outcome.WORKS),
    ],
)
def test_older_clients_get_no_chunks(head, outcome):
    def answer(connection, _):
        connection.sendall(head + (chunk(EVENT) + chunk(b"") if head == CHUNKED else EVENT))

    assert over_bytes("http.older.answered", answer).outcome is outcome


@pytest.mark.parametrize(("pause", "outcome"), [(0.02, Outcome.DIFFERS), (0.0, Outcome.WORKS)])
def test_what_is_compressed_must_not_wait(pause, outcome):
    def answer(connection, request):
        if b"gzip" in request:
            body = gzip.compress(EVENT * 8)
            connection.sendall(message(body, headers="Content-Type: text/event-stream\r\nContent-Encoding: gzip"))
            return True
        connection.sendall(CHUNKED)
        for _ in range(8):
            connection.sendall(chunk(EVENT))
            time.sleep(pause)
        connection.sendall(chunk(b""))
        return True

    assert over_bytes("http.compression.stream", answer).outcome is outcome


def test_a_coding_that_nobody_asked_for_shows():
    result = over_bytes("http.compression.plain", lambda one, _: one.sendall(message(b"\x0b", headers="Content-Encoding: br")))
    assert result.findings[0].actual == "br"


def cors(**headers):
    """A right server that answers preflights with these headers alone."""
    told = tuple((f"access-control-{name.replace('_', '-')}", value) for name, value in headers.items())

    def send(request):
        return Exchange(request, 204, told) if request.method == "OPTIONS" else right()(request)

    return send


ALL = f"Authorization, CONTENT-TYPE, {PROBE}"


@pytest.mark.parametrize(
    ("check", "headers", "outcome"),
    [
        ("http.cors.preflight", {"allow_origin": "*", "allow_headers": ALL}, Outcome.WORKS),
        ("http.cors.preflight", {"allow_origin": "https://page.example", "allow_headers": ALL}, Outcome.WORKS),
        ("http.cors.preflight", {"allow_origin": "*", "allow_headers": "*"}, Outcome.WORKS),
        ("http.cors.preflight", {"allow_origin": "*", "allow_headers": "content-type"}, Outcome.DIFFERS),
        ("http.cors.preflight", {"allow_origin": "https://other.example", "allow_headers": ALL}, Outcome.DIFFERS),
        ("http.cors.preflight", {}, Outcome.DIFFERS),
        ("http.cors.wildcard", {"allow_origin": "*", "allow_headers": "*"}, Outcome.DIFFERS),
        ("http.cors.wildcard", {"allow_origin": "*", "allow_headers": "*, authorization"}, Outcome.WORKS),
        ("http.cors.wildcard", {"allow_headers": "*"}, Outcome.UNCLEAR),
        ("http.cors.stainless", {"allow_origin": "*", "allow_headers": "*"}, Outcome.WORKS),
        ("http.cors.stainless", {"allow_origin": "*", "allow_headers": ALL}, Outcome.DIFFERS),
        ("http.cors.credentials", {"allow_origin": "*", "allow_credentials": "true"}, Outcome.DIFFERS),
        ("http.cors.credentials", {"allow_origin": "https://page.example", "allow_credentials": "true"}, Outcome.WORKS),
    ],
)
def test_preflights(check, headers, outcome):
    assert outcome_of(check, cors(**headers)) is outcome


def test_a_preflight_brings_no_key():
    asked = []

    def noting(request):
        asked.append(request)
        return right()(request)

    outcome_of("http.cors.preflight", noting)
    assert [one.setup.authorization for one in asked] == ["none"]


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


KEYED, UNKEYED = (replace(TARGET, key_configured=known) for known in (True, False))
KEYS = ("auth.key.missing", "auth.wrong-key.refused", "auth.wrong-key.stream", "auth.models.key")


@pytest.mark.parametrize("check", KEYS)
def test_keys_that_nobody_asks_for_are_ignored(check):
    result = result_of(check, sending(), KEYED)
    assert (result.outcome, result.seen[0]) == (Outcome.IGNORED, Seen("status", 200))


@pytest.mark.parametrize("check", KEYS)
def test_keys_are_not_judged_where_the_operator_names_none(check):
    asked = []
    result = result_of(check, lambda request: asked.append(request) or right()(request), UNKEYED)
    assert result.outcome is Outcome.UNCLEAR
    assert "--api-key" in result.reason
    assert asked == []


@pytest.mark.parametrize("check", KEYS)
@pytest.mark.parametrize(("status", "outcome"), [(401, Outcome.WORKS), (403, Outcome.DIFFERS), (500, Outcome.FAILS)])
def test_keys_that_are_missing_or_wrong(check, status, outcome):
    def send(request):
        return right()(request) if request.setup.authorization == "given" else reply(request, status, {})

    assert outcome_of(check, send, KEYED) is outcome


@pytest.mark.parametrize("body", [b'data: {"error": {"message": "no"}}\n\n', b'{"error": {"message": "no"}}'])
def test_a_refusal_that_looks_like_a_success_is_another_matter(body):
    def send(request):
        return right()(request) if request.setup.authorization == "given" else reply(request, 200, body=body)

    result = result_of("auth.wrong-key.stream", send, KEYED)
    assert (result.outcome, result.reason.split(",")[0]) == (Outcome.UNCLEAR, "the refusal comes as a success")


@pytest.mark.parametrize("check", [*KEYS, "auth.scheme.lower-case"])
def test_keys_are_not_judged_where_the_right_one_opens_nothing(check):
    result = result_of(check, refusing_all(401), KEYED)
    assert result.outcome is Outcome.UNCLEAR
    assert "--api-key" not in result.reason


def test_the_scheme_has_no_case_on_a_server_that_asks_for_keys():
    assert result_of("auth.scheme.lower-case", served("auth.key.missing")).outcome is Outcome.WORKS
    refusing = except_for(lambda one: one.setup.authorization.startswith("bearer"), refusing_all(401), right())
    assert outcome_of("auth.scheme.lower-case", refusing) is Outcome.REFUSED


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (INVENTED, Outcome.DIFFERS),
        (INVENTED[4:], Outcome.DIFFERS),
        (f"{INVENTED[:8]}****{INVENTED[-4:]}", Outcome.WORKS),
        ("", Outcome.WORKS),
    ],
)
@pytest.mark.parametrize("place", ["body", "header"])
def test_a_key_given_away_shows(said, outcome, place):
    def send(request):
        body = {"error": {"message": f"wrong key {said if place == 'body' else ''}"}}
        exchange = reply(request, 401, body)
        return exchange if place == "body" else replace(exchange, headers=(*exchange.headers, ("x-debug", said)))

    assert outcome_of("auth.echo.never", send) is outcome


def test_a_key_torn_over_two_pieces_shows_too():
    half = len(INVENTED) // 2
    pieces = (Piece(0.1, INVENTED[:half].encode()), Piece(0.2, INVENTED[half:].encode()))
    assert outcome_of("auth.echo.never", lambda one: Exchange(one, 401, (), pieces)) is Outcome.DIFFERS


def test_ids_have_to_differ():
    def send(request):
        return Exchange(request, 200, (("x-request-id", "req_1"),), (Piece(0.1, b"{}"),))

    assert outcome_of("http.request-id.unique", send) is Outcome.DIFFERS
    assert outcome_of("http.request-id.unique", right()) is Outcome.WORKS


@pytest.mark.parametrize("name", ["request-id.unique", "processing-ms.number", "version.date"])
def test_who_does_not_answer_is_not_blamed_for_the_headers_of_answers(name):
    assert outcome_of(f"http.{name}", refusing_all(500)) is Outcome.UNCLEAR


def test_a_lost_answer_is_no_matter_of_keys():
    lost = except_for(
        lambda one: one.setup.authorization == "none", lambda one: Exchange(one, failure=Failure("timeout", "…")), right()
    )
    assert outcome_of("auth.key.missing", lost, KEYED) is Outcome.FAILS


MOST_REQUESTS = 60


def test_http_and_keys_cost_few_requests():
    def asked(*areas):
        return {one.key for case in all_cases() if case.check.area in areas for one in wanted_by(case)}

    assert len(asked("http", "auth") - asked("chat", "clients", "errors", "models")) <= MOST_REQUESTS
