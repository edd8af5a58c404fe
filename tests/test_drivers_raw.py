"""The plain HTTP driver against servers that do as they like."""

import socket
import threading
import time
from dataclasses import replace

import pytest
from asking import GET, POST, QUICK, ask, speaking
from loopback import fixed, message, serving

from conformance.drivers.limits import Limits
from conformance.drivers.raw import connected, spelled, url_of
from conformance.messages import Request, Setup
from conformance.model import Target


def test_an_answer_comes_back_as_it_was_sent():
    exchange = ask(fixed(b'{"a": 1}', headers="X-One: a\r\nx-one: b"))
    assert (exchange.status, exchange.body, exchange.failure) == (200, b'{"a": 1}', None)
    assert exchange.headers[:2] == (("X-One", "a"), ("x-one", "b"))
    assert exchange.header("x-one") == "a, b"
    assert 0 <= exchange.pieces[0].at <= exchange.seconds < 0.4
    assert abs(exchange.started - time.time()) < 5


@pytest.mark.parametrize("base", ["http://h:1/v1", "http://h:1/v1/", "http://h:1/v1//"])
@pytest.mark.parametrize("slash", [None, True, False])
def test_base_and_path_are_joined_by_one_slash(base, slash):
    assert url_of(base, replace(GET, setup=Setup(slash=slash))) == "http://h:1/v1/models"


def test_queries_of_base_and_request_go_along():
    assert url_of("https://h/v1?api-version=1", Request("GET", "/models", query="a=b")) == "https://h/v1/models?api-version=1&a=b"


@pytest.mark.parametrize("base", ["", "localhost:1/v1", "ftp://h/v1", "http://", "http:///v1"])
def test_what_is_no_base_url_is_refused_at_once(base):
    with pytest.raises(ValueError, match="no http or https URL"), connected(Target(base), None, QUICK):
        pass


def test_json_is_compact_utf8():
    with serving(fixed(b"{}")) as served, speaking(served.url) as send:
        send(POST)
        assert served.line() == "POST /v1/chat/completions HTTP/1.1"
        assert served.body() == '{"a":"é"}'.encode()
        assert served.header("content-type") == ["application/json"]
        assert served.header("accept-encoding") == ["identity"]
        assert served.header("accept") == ["*/*"]


def test_a_lone_surrogate_is_escaped():
    assert spelled(Request("POST", "/x", {"a": "\ud800"})) == b'{"a":"\\ud800"}'


def test_bodies_and_content_types_go_as_they_are():
    odd = Request("POST", "/chat/completions", body=b"\xff{nope", headers=(("content-type", "text/odd"),))
    with serving(fixed(b"{}")) as served, speaking(served.url) as send:
        send(odd)
        assert served.body() == b"\xff{nope"
        assert served.header("content-type") == ["text/odd"]


@pytest.mark.parametrize(
    ("key", "authorization", "sent"),
    [
        ("k3y", "given", ["Bearer k3y"]),
        (None, "given", []),
        ("k3y", "none", []),
        ("k3y", "Basic abc", ["Basic abc"]),
        (None, "Bearer ollama", ["Bearer ollama"]),
    ],
)
def test_authorization_is_as_set_up(key, authorization, sent):
    with serving(fixed(b"{}")) as served, speaking(served.url, key) as send:
        send(replace(GET, setup=Setup(authorization=authorization)))
        assert served.header("authorization") == sent


def test_headers_of_the_operator_give_way_to_those_of_the_request_and_of_the_set_up():
    operators = (("Authorization", "Custom 1"), ("X-Gate", "2"))
    with serving(fixed(b"{}")) as served, speaking(served.url, "k3y", headers=operators) as send:
        send(GET)
        send(replace(GET, headers=(("x-gate", "3"),), setup=Setup(authorization="none")))
        assert (served.header("authorization", 0), served.header("x-gate", 0)) == (["Custom 1"], ["2"])
        assert (served.header("authorization", 1), served.header("x-gate", 1)) == ([], ["3"])


def test_redirects_are_answers_and_the_key_stays_here():
    with serving(fixed(b"{}")) as other:
        away = fixed(b"", "307 Temporary Redirect", f"Location: {other.url}/models")
        exchange = ask(away, key="k3y-secret")
        assert (exchange.status, other.requests) == (307, [])


def test_cookies_are_not_sent_back():
    with serving(fixed(b"{}", headers="Set-Cookie: a=b")) as served, speaking(served.url) as send:
        send(GET)
        send(GET)
        assert served.header("cookie") == []


def test_proxies_of_the_environment_are_ignored(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert ask(fixed(b"{}")).status == 200


def test_connections_are_kept_alive_and_shared_by_threads():
    with serving(fixed(b"{}")) as served, speaking(served.url, limits=Limits(timeout=5)) as send:
        threads = [threading.Thread(target=lambda: [send(GET) for _ in range(10)]) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(served.requests) == 40
        assert served.connections <= 4


def test_a_connection_closed_while_idle_is_no_fault():
    def once(connection: socket.socket, _: bytes) -> bool:
        connection.sendall(message(b"{}"))
        return False

    with serving(once) as served, speaking(served.url) as send:
        assert [send(GET).failure for _ in range(5)] == [None] * 5
        assert served.connections == 5


def test_a_connection_closed_on_the_next_request_is_tried_once_more_and_then_told():
    seen: list[int] = []

    def second_never(connection: socket.socket, _: bytes) -> bool:
        seen.append(1)
        if len(seen) == 1:
            connection.sendall(message(b"{}"))
        return len(seen) == 1

    with serving(second_never) as served, speaking(served.url) as send:
        assert send(GET).failure is None
        failure = send(GET).failure
        assert failure is not None
        assert failure.kind == "reset"
        assert served.connections == 2


def test_what_is_left_over_on_a_connection_reaches_no_other_exchange():
    def too_long(connection: socket.socket, _: bytes) -> bool:
        connection.sendall(message(b"{}") + b"left over")
        return True

    with serving(too_long) as served, speaking(served.url) as send:
        assert [send(GET).body for _ in range(3)] == [b"{}"] * 3
