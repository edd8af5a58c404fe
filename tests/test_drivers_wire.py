"""The client that spells HTTP on a socket: what it sends in each manner, and what it makes of what comes back."""

import socket
import threading
import time

import pytest
from loopback import fixed, message
from speaking import OK, QUICK, SPELLED, ask, asked, request, unread

from conformance.drivers.limits import Limits
from conformance.drivers.sockets import connected
from conformance.model import Target


def test_an_ordinary_request_is_as_the_plain_client_sends_it():
    exchange, served = asked(fixed(OK, headers="X-One: a\r\nx-one: b"), key="k3y", headers=(("X-Own", "1"),))
    assert (exchange.status, exchange.body, exchange.failure) == (200, OK, None)
    assert exchange.headers[:2] == (("X-One", "a"), ("x-one", "b"))
    assert exchange.source == {"version": "1.1"}
    assert served.line() == "POST /v1/chat/completions HTTP/1.1"
    assert served.body() == SPELLED
    assert served.header("authorization") == ["Bearer k3y"]
    assert served.header("x-own") == ["1"]
    assert served.header("content-type") == ["application/json"]
    assert served.header("host") == [served.url.split("/")[2]]


def test_a_chunked_body_comes_in_small_chunks_without_a_length():
    answer, seen = unread(message(OK))
    assert ask(answer, "chunked").body == OK
    head, _, body = seen[0].partition(b"\r\n\r\n")
    assert b"content-length" not in head.lower()
    assert b"Transfer-Encoding: chunked" in head
    lines = body.split(b"\r\n")
    assert b"".join(lines[1::2]) == SPELLED
    assert lines[-3] == b"0"


def test_an_expectation_waits_for_leave():
    heads = []

    def answer(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" + message(OK))

    def inviting(connection: socket.socket, head: bytes) -> None:
        heads.append(head)
        answer(connection, head)

    exchange = ask(_headed(inviting), "expect")
    assert (exchange.status, exchange.body, exchange.source["interim"]) == (200, OK, [100])
    assert heads[0].endswith(b"\r\n\r\n")
    assert b"Expect: 100-continue" in heads[0]


def _headed(answer):
    """`loopback` reads bodies by their length before it asks; a body that is not there yet must not be waited for."""

    def handle(connection: socket.socket, whole: bytes) -> None:
        answer(connection, whole.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")

    return handle


def test_a_server_that_says_nothing_gets_the_body_after_a_second():
    began = time.monotonic()
    exchange, served = asked(fixed(OK), "expect")  # it answers when all is there
    assert (exchange.status, served.body()) == (200, SPELLED)
    assert 0.9 < time.monotonic() - began < 2


def test_a_refused_expectation_is_an_answer():
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def refuse():
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(message(b"", "417 Expectation Failed"))

        threading.Thread(target=refuse, daemon=True).start()
        with connected(Target(f"http://127.0.0.1:{listener.getsockname()[1]}/v1"), None, QUICK) as send:
            exchange = send(request("expect"))
    assert (exchange.status, exchange.failure) == (417, None)


def test_an_older_version_is_told_in_the_first_line():
    exchange, served = asked(fixed(OK), "http/1.0")
    assert served.line() == "POST /v1/chat/completions HTTP/1.0"
    assert exchange.source["closed"] is False


@pytest.mark.parametrize(("stays", "closed"), [(True, False), (False, True)])
def test_whether_the_connection_is_closed_is_noted(stays, closed):
    def answer(connection: socket.socket, _: bytes) -> bool:
        connection.sendall(message(OK))
        return stays

    exchange, served = asked(answer, "close")
    assert served.header("connection") == ["close"]
    assert (exchange.body, exchange.source["closed"]) == (OK, closed)


@pytest.mark.parametrize(("manner", "change"), [("lower-case", str.lower), ("upper-case", str.upper)])
def test_names_of_headers_are_spelled_as_told(manner, change):
    _, served = asked(fixed(OK), manner, key="k3y", headers=(("X-Own", "V"),))
    lines = served.requests[0].partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    names = [line.partition(":")[0] for line in lines]
    assert names == [change(name) for name in names]
    assert f"{change('Authorization')}: Bearer k3y" in lines


def test_a_connection_is_used_twice():
    answers = iter([b"1", b"2"])
    exchange, served = asked(lambda connection, _: connection.sendall(message(next(answers))) is None, "reuse")
    assert (exchange.body, exchange.source["reused"]) == (b"2", True)
    assert (served.connections, len(served.requests)) == (1, 2)


@pytest.mark.parametrize("told", ["Connection: close", "X: y"])
def test_a_connection_that_is_gone_is_replaced(told):
    def answer(connection: socket.socket, _: bytes) -> bool:
        connection.sendall(message(OK, headers=told))
        return False

    exchange, served = asked(answer, "reuse")
    assert (exchange.status, exchange.body, exchange.failure, exchange.source["reused"]) == (200, OK, None, False)
    assert served.connections == 2


def test_two_requests_written_at_once_give_the_second_answer():
    answer, seen = unread(message(b"1") + message(b"2"))
    exchange = ask(answer, "pipelined")
    assert exchange.body == b"2"
    assert seen[0].count(b"POST /v1") == 2


def test_no_second_answer_is_noted_as_what_it_is():
    exchange = ask(fixed(OK, headers="Connection: close"), "pipelined")
    assert (exchange.status, exchange.failure.kind) == (None, "reset")


def test_the_first_of_two_answers_is_bounded_too():
    exchange = ask(fixed(b"x" * 100_000), "pipelined", limits=Limits(timeout=3, most_bytes=1000))
    assert (exchange.status, exchange.failure.kind) == (None, "limit")


def test_the_writing_end_is_closed():
    ends = []

    def answer(connection: socket.socket, _: bytes) -> None:
        connection.settimeout(1)
        ends.append(connection.recv(1))
        connection.sendall(message(OK))

    assert ask(answer, "half-closed").body == OK
    assert ends == [b""]
