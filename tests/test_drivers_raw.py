"""The plain HTTP driver against servers that do as they like."""

import gzip
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from loopback import CHUNKED, chunk, fixed, message, serving, streamed

from conformance.drivers.limits import Limits
from conformance.drivers.raw import connected, spelled, url_of
from conformance.messages import Exchange, Request, Send, Setup
from conformance.model import Target

GET = Request("GET", "/models")
POST = Request("POST", "/chat/completions", {"a": "é"})
QUICK = Limits(timeout=0.4)


@contextmanager
def speaking(url: str, key: str | None = None, limits: Limits = QUICK, headers=()) -> Iterator[Send]:
    with connected(Target(url), key, limits, headers) as send:
        yield send


def ask(answer, request: Request = GET, limits: Limits = QUICK, key: str | None = None) -> Exchange:
    with serving(answer) as served, speaking(served.url, key, limits) as send:
        return send(request)


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


@pytest.mark.parametrize(
    "answer",
    [
        lambda *_: time.sleep(0.7),
        lambda connection, _: trickle(connection, b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100),
        lambda connection, _: trickle(connection, message(b" " * 100), 40),
        lambda connection, _: trickle(connection, b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100, 19),
        lambda connection, _: trickle(connection, CHUNKED + chunk(b": hm\n\n") * 100, len(CHUNKED)),
    ],
    ids=["silence", "headers", "body", "body without length", "comments"],
)
@pytest.mark.parametrize("warm", [False, True])
def test_the_deadline_is_over_the_whole_exchange(answer, warm):
    """Also on a connection that was used before, whose socket is known from then."""

    def answers(connection: socket.socket, request: bytes) -> object:
        return connection.sendall(message(b"{}")) is None if b"first" in request else answer(connection, request)

    with serving(answers) as served, speaking(served.url) as send:
        if warm:
            assert send(Request("GET", "/first")).failure is None
        began = time.monotonic()
        exchange = send(GET)
        assert exchange.failure is not None
        assert exchange.failure.kind == "timeout"
        assert "no complete answer within 0.4 s" in exchange.failure.message
        assert time.monotonic() - began < 0.65
        assert send(Request("GET", "/first")).body == b"{}"


def trickle(connection: socket.socket, data: bytes, at_once: int = 0) -> None:
    connection.sendall(data[:at_once])
    for byte in data[at_once : at_once + 35]:
        connection.sendall(bytes((byte,)))
        time.sleep(0.02)


def test_what_came_before_the_deadline_is_kept_with_its_times():
    def slow(connection: socket.socket, _: bytes) -> None:
        connection.sendall(CHUNKED + chunk(b"data: 1\n\n"))
        time.sleep(0.15)
        connection.sendall(chunk(b"data: 2\n\n"))
        time.sleep(1)

    exchange = ask(slow)
    assert exchange.status == 200
    assert exchange.body == b"data: 1\n\ndata: 2\n\n"
    assert exchange.pieces[0].at < 0.1 < exchange.pieces[1].at < 0.35
    assert exchange.failure is not None


def test_an_endless_stream_ends_at_the_cap():
    def endless(connection: socket.socket, _: bytes) -> None:
        connection.sendall(CHUNKED)
        while True:
            connection.sendall(chunk(b"x" * 1000))

    exchange = ask(endless, limits=Limits(timeout=5, most_bytes=12345))
    assert exchange.failure is not None
    assert (exchange.failure.kind, len(exchange.body)) == ("limit", 12345)
    exchange = ask(endless, limits=Limits(timeout=5, most_pieces=10))
    assert exchange.failure is not None
    assert (exchange.failure.kind, len(exchange.pieces)) == ("limit", 10)


def test_compression_in_spite_of_us_is_undone_and_bounded():
    packed = gzip.compress(b'{"a": 1}')
    assert ask(fixed(packed, headers="Content-Encoding: gzip")).body == b'{"a": 1}'
    bomb = ask(fixed(gzip.compress(b" " * 10**7), headers="Content-Encoding: gzip"), limits=Limits(timeout=5, most_bytes=1000))
    assert bomb.failure is not None
    assert (bomb.failure.kind, len(bomb.body)) == ("limit", 1000)
    nested = "Content-Encoding: gzip, gzip\r\nContent-Encoding: identity"
    assert ask(fixed(gzip.compress(packed), headers=nested)).body == b'{"a": 1}'
    deeper = fixed(gzip.compress(gzip.compress(b" " * 10**8)), headers=nested)
    exchange = ask(deeper, limits=Limits(timeout=5, most_bytes=1000))
    assert exchange.failure is not None
    assert (exchange.failure.kind, len(exchange.body)) == ("limit", 1000)
    hollow = bytes.fromhex("1f8b0800000000000203") + b"\0\0\0\xff\xff" * 1000  # blocks of nothing, without an end
    limited = ask(fixed(hollow, headers="Content-Encoding: gzip"), limits=Limits(timeout=5, most_bytes=1000))
    assert (limited.failure.kind, limited.body) == ("limit", b"")
    assert "before it is unpacked" in limited.failure.message
    broken = ask(fixed(b"not gzip", headers="Content-Encoding: gzip"))
    assert broken.failure is not None
    assert broken.failure.kind == "protocol"


def reset(connection: socket.socket, _: bytes) -> None:
    connection.sendall(message(b" " * 100)[:-50])
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (lambda *_: None, "reset"),
        (lambda connection, _: connection.sendall(b"HTTP/1.1 200 OK\r\nConte"), "reset"),
        (lambda connection, _: connection.sendall(message(b" " * 100)[:-50]), "reset"),
        (lambda connection, _: connection.sendall(CHUNKED + chunk(b"data: 1\n\n")), "reset"),
        (reset, "reset"),
        (lambda connection, _: connection.sendall(b"220 smtp ready\r\n\r\n"), "protocol"),
        (lambda connection, _: connection.sendall(b"\x00\xff\n\n" * 100), "protocol"),
        (lambda connection, _: connection.sendall(CHUNKED + b"zz\r\n"), "protocol"),
        (lambda connection, _: connection.sendall(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000), "protocol"),
        (
            lambda connection, _: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}"),
            "protocol",
        ),
    ],
)
def test_broken_answers_are_failures(answer, kind):
    failure = ask(answer).failure
    assert failure is not None
    assert failure.kind == kind


def test_nobody_there_is_a_failure_to_connect():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with speaking(f"http://127.0.0.1:{port}/v1") as send:
        failure = send(GET).failure
    assert failure is not None
    assert failure.kind == "connect"


@pytest.mark.parametrize("status", ["100 Continue", "204 No Content", "999 Odd", "404 Not Found", "503 x"])
def test_odd_statuses_are_bounded(status):
    exchange = ask(fixed(b"{}", status))
    assert exchange.status == int(status[:3]) or exchange.failure is not None


def test_a_server_that_closes_after_its_answer_without_length():
    assert ask(lambda connection, _: connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n{}")).body == b"{}"


def test_streams_keep_the_pieces_apart():
    exchange = ask(streamed(b"data: 1\n\n", b"data: [DONE]\n\n"))
    assert [piece.data for piece in exchange.pieces] == [b"data: 1\n\n", b"data: [DONE]\n\n"]


def test_no_thread_and_no_socket_is_left_behind():
    before = threading.active_count()
    files = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        ask(fixed(json.dumps({}).encode()))
    time.sleep(0.1)
    assert threading.active_count() <= before + 1
    assert len(os.listdir("/proc/self/fd")) <= files + 1
