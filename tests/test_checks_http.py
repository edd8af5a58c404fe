"""Checks of HTTP and keys: what is legal passes, what is not shows; where no application reaches, on servers of bytes."""

import gzip
import time

import pytest
from bending import right
from loopback import CHUNKED, chunk, message
from surroundings import outcome_of
from talking import ANSWER, choosy, over_bytes

from conformance.checks.http_cors import INVENTED as PROBE
from conformance.messages import Exchange
from conformance.model import Outcome, Seen


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
